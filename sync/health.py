"""Say how a back office tells those who watch it that it stands."""

from __future__ import annotations

import msgspec

HEALTH_PATH = "/health"
ALIVE_PATH = "/health/live"
METRICS_PATH = "/metrics"
METRICS_TYPE = "text/plain"


class HealthAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether it can do its work, and if not (status 503), why. ``schema`` is the database's
    newest step, 0 where it does not answer."""

    ok: bool
    version: str
    protocol: int
    schema: int = 0
    code: str = ""
