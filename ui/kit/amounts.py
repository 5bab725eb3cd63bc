"""Put sizes and spans of time into the words of the screen.

Apart from the names of things: the status line needs these before any case is loaded.
"""

from __future__ import annotations

from datetime import timedelta

from ui.kit.texts import say


def size_text(size: int) -> str:
    """``0.4 MB``, ``35 KB``; bytes as decimal units, as file managers show them."""
    if size >= 100_000:
        return f"{size / 1_000_000:.1f} MB"
    return f"{max(1, size // 1000)} KB"


def lasting_text(seconds: float) -> str:
    """How long something still takes: ``12 秒``, ``5 分钟``."""
    whole = max(1, round(seconds))
    return say("{n} 秒", n=whole) if whole < 90 else say("{n} 分钟", n=round(whole / 60))


def minutes_text(span: timedelta) -> str:
    return say("{n} 分钟", n=max(0, int(span.total_seconds()) // 60))


def stopwatch_text(span: timedelta) -> str:
    seconds = max(0, int(span.total_seconds()))
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
