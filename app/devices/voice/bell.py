"""Make the two soft tones before an announcement. Pure."""

from __future__ import annotations

import math
import struct

_TONES = ((659.25, 0.35), (523.25, 0.55))  # Hz, seconds


def bell(rate: int, volume: float) -> bytes:
    """Samples of 16 bits, one channel. ``volume`` 0..1."""
    samples: list[int] = []
    for hertz, seconds in _TONES:
        for step in range(int(rate * seconds)):
            at = step / rate
            loud = min(1.0, at / 0.01) * math.exp(-4.0 * at / seconds)  # no click at its start
            wave = math.sin(2 * math.pi * hertz * at) + 0.25 * math.sin(4 * math.pi * hertz * at)
            samples.append(int(18000 * volume * loud * wave / 1.25))
    return struct.pack(f"<{len(samples)}h", *samples)
