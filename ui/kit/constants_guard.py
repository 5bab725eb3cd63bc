"""Keep None, True and False alive under a binding that gives them away.

The PySide6 6.12.0 wheel returns None from every void call without taking a reference. CPython
before 3.12 counts references to None, so after some thousand calls the interpreter ends with
"deallocating None". Later interpreters never free these constants; earlier wheels (6.11.3) count
rightly. Giving the constants a very high count is what 3.12 does for every program.
"""

from __future__ import annotations

import ctypes
import sys

_SPARE = 1 << 60 if sys.maxsize > 1 << 32 else 1 << 29


def keep_constants_alive() -> None:
    """Does nothing where the interpreter never frees them, or where it was done before."""
    if sys.version_info >= (3, 12) or sys.implementation.name != "cpython":
        return
    for constant in (None, True, False):
        if sys.getrefcount(constant) < _SPARE // 2:
            ctypes.c_ssize_t.from_address(id(constant)).value += _SPARE
