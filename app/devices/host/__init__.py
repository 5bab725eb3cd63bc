"""Readers and scanners in a process of their own: vendor libraries hang, crash and flood."""
