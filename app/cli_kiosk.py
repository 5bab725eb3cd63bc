"""The command that opens a kiosk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]


def add_kiosk_command(group: click.Group, command: Command) -> None:
    """Hang ``onewindow kiosk`` up."""
    work: Callable[..., Any] = _kiosk
    for option in (
        click.option("--greeter", is_flag=True, help="A greeter's desk: a window, and keys."),
        click.option("--windowed", is_flag=True, help="In a window, to try it."),
    ):
        work = option(work)
    command(group, "kiosk")(work)


def _kiosk(*, home: Path, as_json: bool, greeter: bool, windowed: bool) -> None:  # noqa: ARG001 - it has no output
    """Give numbers to who comes: full screen, for touch; it ends by SIGTERM or Ctrl+C."""
    from app.bootstrap import Client
    from app.kiosk import run_kiosk

    run_kiosk(Client(home), greeter=greeter, windowed=windowed)
