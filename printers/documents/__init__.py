"""Lay the documents of the hall out as PDF."""
