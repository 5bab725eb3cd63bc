"""Tell whoever watches whether this process lives, and whether it can do its work.

Alive is who answers at all: to be asked by what would start it again. Ready is whose database
answers in time and is not newer than the program, and whose folder has room: to be asked by what
sends requests here. Neither says anything of the hall, so anyone may ask.
"""

from __future__ import annotations

import asyncio
import shutil

from fastapi import FastAPI, Request, Response

from sync import wire
from sync.backoffice.database import IntegrityBroken, Transaction, newest_step
from sync.backoffice.logs import note
from sync.backoffice.meters import METRICS_MEDIA, read_standing
from sync.backoffice.office import Office, json_answer
from sync.backoffice.queue.rows import hall_day
from sync.errors import DiskFull, ServerTrouble, StoreTooNew, SyncError
from sync.health import ALIVE_PATH, HEALTH_PATH, METRICS_PATH, HealthAnswer

_ANSWER_SECONDS = 3.0


def add_health(app: FastAPI, office: Office) -> None:
    settings = office.settings

    def answer(*, schema: int = 0, code: str = "") -> HealthAnswer:
        return HealthAnswer(
            ok=not code, version=settings.version, protocol=wire.PROTOCOL, schema=schema, code=code
        )

    @app.get(ALIVE_PATH)
    async def alive() -> Response:
        return json_answer(answer())

    @app.get(HEALTH_PATH)
    async def ready() -> Response:
        schema = 0
        try:
            schema = await _schema(office)
            if shutil.disk_usage(settings.data).free < settings.disk_floor:
                raise DiskFull
        except (SyncError, OSError) as error:
            code = error.code if isinstance(error, SyncError) else ServerTrouble.code
            note("not_ready", code=code)
            return json_answer(answer(schema=schema, code=code), 503)
        return json_answer(answer(schema=schema))

    @app.get(METRICS_PATH)
    async def metrics(request: Request) -> Response:
        office.check_token(request)
        day = hall_day(settings.now())
        standing = await office.read(lambda reader: read_standing(reader, day))
        free = shutil.disk_usage(settings.data).free
        text = await asyncio.to_thread(office.meters.text, standing, free)
        return Response(text, media_type=METRICS_MEDIA, headers={"Cache-Control": "no-store"})


async def _schema(office: Office) -> int:
    """The database's newest step. Raises ServerTrouble, StoreTooNew."""
    try:
        async with asyncio.timeout(_ANSWER_SECONDS):
            schema = await office.read(_newest_done)
    except (TimeoutError, IntegrityBroken):
        raise ServerTrouble from None
    if schema > newest_step():
        raise StoreTooNew(version=schema)
    return schema


def _newest_done(reader: Transaction) -> int:
    return int(reader.execute("SELECT max(number) FROM schema_steps").fetchone()[0])
