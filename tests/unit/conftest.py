"""Let properties take their time: on a shared machine a slow example says nothing about the code."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("shared machine", deadline=None)
settings.load_profile("shared machine")
