"""Start a real PostgreSQL for tests, in a folder of its own, and make databases in it.

The distribution's programs are used (``postgresql`` of packaging/install-system.sh). Where they
cannot start, tests fail: nothing is skipped.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

_USER = "postgres"
_INSTALL = "install PostgreSQL: apt-get install postgresql"


class PostgresServer:
    """A running server that only this machine's users reach, by a socket in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = count(1)

    def new_database(self) -> str:
        """The address of an empty database."""
        name = f"hall{next(self._names)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as maker:
            maker.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'".encode())
        return self.address(name)

    def address(self, database: str) -> str:
        return f"postgresql://{_USER}@/{database}?host={self.folder}"

    # -- for tests that let it fail -------------------------------------------------------------

    def start(self) -> None:
        self._control("start", "-w", "-l", str(self.folder / "log"))

    def stop(self, how: str = "fast") -> None:
        """``how``: smart, fast, or immediate as after a power cut."""
        self._control("stop", "-w", "-m", how)

    def _control(self, *words: str) -> None:
        _run("pg_ctl", "-D", str(self.folder / "data"), *words)


@contextmanager
def postgres_server(**settings: str) -> Iterator[PostgresServer]:
    """One server; durable as in a hall unless ``settings`` say otherwise."""
    folder = Path(tempfile.mkdtemp(prefix="onewindow-pg-", dir="/tmp"))  # sockets want short names
    try:
        if os.getuid() == 0:
            shutil.chown(folder, _USER)
        data = folder / "data"
        _run("initdb", "-D", str(data), "-U", _USER, "-A", "trust", "-E", "UTF8", "--locale=C",
             "--no-sync")  # fmt: skip
        chosen = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{folder}'",
            "max_connections": "100",
            "shared_buffers": "'64MB'",
        } | settings
        with (data / "postgresql.conf").open("a", encoding="ascii") as file:
            file.writelines(f"{name} = {value}\n" for name, value in chosen.items())
        server = PostgresServer(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(program: str, *words: str) -> None:
    found = shutil.which(program) or next(
        (str(path) for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))), None
    )
    if found is None:
        raise FileNotFoundError(_INSTALL)
    # It refuses to run as root.
    root = os.getuid() == 0
    user = pwd.getpwnam(_USER) if root else None
    done = subprocess.run(
        [found, *words],
        user=user.pw_uid if user else None, group=user.pw_gid if user else None,
        extra_groups=[] if user else None, cwd="/", stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=False, timeout=60,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"{program} ended with {done.returncode}; {_INSTALL}")
