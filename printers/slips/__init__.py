"""Lay the slips of the hall out as ESC/POS, and draw ESC/POS back as a picture."""
