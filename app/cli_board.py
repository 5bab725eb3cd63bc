"""The command that opens the hall's board."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]


def add_board_command(group: click.Group, command: Command) -> None:
    """Hang ``onewindow board`` up."""
    work: Callable[..., Any] = _board
    for option in (
        click.option("--windowed", is_flag=True, help="In a window, to try it."),
        click.option("--window", default="", help="Whose strip, as the hall's file names it."),
        click.option(
            "--layout", default="", type=click.Choice(["", "calls", "list", "window", "portrait"]),
            help="The settings' where it is not said.",
        ),
    ):  # fmt: skip
        work = option(work)
    command(group, "board")(work)


def _board(*, home: Path, as_json: bool, layout: str, window: str, windowed: bool) -> None:  # noqa: ARG001 - it has no output
    """Show the hall's calls, lines and windows full screen, and speak the calls."""
    from app.board import run_board
    from app.bootstrap import Client

    run_board(Client(home), layout, window, windowed=windowed)
