"""Lay the documents of the hall out as PDF."""

from __future__ import annotations

from reportlab import rl_config

# Streams stay bytes: armouring them as text costs 4 ms and a quarter more length per document.
rl_config.useA85 = 0
