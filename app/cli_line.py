"""The command that plays a fictitious department with a system of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]


def add_line_command(group: click.Group, command: Command) -> None:
    """Hang ``onewindow line-example`` up."""
    folder = click.Path(path_type=Path, file_okay=False)
    file = click.Path(path_type=Path, exists=True, dir_okay=False)
    options = (
        click.option("--data", required=True, type=folder, help="Its folder."),
        click.option("--token-file", required=True, type=file, help="As the hall's plan names it."),
        click.option(
            "--port", default=0, type=click.IntRange(0, 65535), help="0 takes a free one."
        ),
        click.option("--seed", default=1, help="What it answers, and which faults happen."),
        click.option("--late", default=30.0, help="Seconds, at most, to an answer."),
        click.option(
            "--faults", default=0.3, type=click.FloatRange(0, 1),
            help="How likely each kind of fault is; 0 works as agreed.",
        ),
        click.option("--slow", default=0.0, help="Seconds to say that it has a case."),
    )  # fmt: skip
    work: Callable[..., Any] = _play
    for option in reversed(options):
        work = option(work)
    command(group, "line-example")(work)


def _play(
    *, home: Path, as_json: bool, data: Path, token_file: Path, port: int, seed: int,  # noqa: ARG001 - its one line of output is JSON already
    late: float, faults: float, slow: float,
) -> None:  # fmt: skip
    """Play a department's own system that answers late, twice and sometimes wrongly."""
    from sync.line_example.moods import Moods
    from sync.line_example.server import play

    token = token_file.read_text(encoding="ascii").strip()
    play(data, token, Moods(seed=seed, late=late, faults=faults), port=port, slow=slow)
