"""Take finished bytes to a folder or to a printer, and say honestly what became of them."""

from __future__ import annotations

from printers.backends.opening import open_printer

__all__ = ["open_printer"]
