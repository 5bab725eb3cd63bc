"""Scanners: SANE, eSCL over HTTP, PDFs taken apart; one family in the device host."""
