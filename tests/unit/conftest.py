"""Let properties take their time: a slow example on a shared machine says nothing."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")
