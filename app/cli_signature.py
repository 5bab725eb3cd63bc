"""The commands that prove and take out signatures written on the screen; no network is needed."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def add_signature_commands(main: click.Group, command: Command) -> None:
    """Hang the commands under ``onewindow signature``."""

    @main.group()
    def signature() -> None:
        """Signatures written on the applicant's screen."""

    number = click.argument("number")
    pdf = click.option("--pdf", type=_FILE, help="The paper that is said to have been signed.")
    image = click.option("--image", type=_FILE, help="The picture that is said to be it.")
    command(signature, "verify")(number(pdf(image(_verify))))
    folder = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
    command(signature, "export")(number(folder(_export)))


def _verify(
    *, home: Path, as_json: bool, number: str, pdf: Path | None, image: Path | None
) -> None:
    """Prove the signatures of a case: whether the papers are those that were signed. Ends with 1
    where something does not hold."""
    from app.bootstrap import Client
    from app.domain.events import PaperKind
    from app.services.print_jobs import TITLES

    client = Client(home)
    case_id = client.case_id(number)
    paper = pdf.read_bytes() if pdf else None
    picture = image.read_bytes() if image else None
    told, lines = [], []
    for signed in client.signing.signatures(case_id):
        found = client.signing.verify(case_id, signed, pdf=paper, image=picture)
        title = TITLES[PaperKind(signed.paper)]
        at = f"{signed.at:%Y-%m-%d %H:%M}"
        lines.append(f"{title}：{signed.signer} {at} 签（{signed.pen.value}）")
        lines += [f"  {'✓' if one.holds else '✗'} {one.name}：{one.said}" for one in found]
        told.append(
            {
                "paper": signed.paper, "document": signed.document, "at": signed.at.isoformat(),
                "holds": all(one.holds for one in found),
                "findings": [[one.name, one.holds, one.said] for one in found],
            }
        )  # fmt: skip
    held = bool(told) and all(one["holds"] for one in told)
    plain = "\n".join(lines) if lines else "这一件没有屏上签名。"
    value = {"ok": held, "signatures": told}
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else plain)
    if not held:
        raise SystemExit(1)


def _export(*, home: Path, as_json: bool, number: str, folder: Path) -> None:
    """Write each signature of a case as a picture, and the paper that it is bound to."""
    from app.bootstrap import Client
    from app.domain.events import PaperKind

    client = Client(home)
    case_id = client.case_id(number)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for at, signed in enumerate(client.signing.signatures(case_id), start=1):
        picture = folder / f"{number}-{at}-{signed.paper}.png"
        picture.write_bytes(b64decode(signed.image))
        files.append(picture.name)
        today = client.signing.ask(PaperKind(signed.paper), f"case:{case_id}")
        if today.document == signed.document:
            paper = picture.with_suffix(".pdf")
            paper.write_bytes(today.data)
            files.append(paper.name)
    plain = f"已写出 {len(files)} 个文件到 {folder}。"
    value = {"ok": True, "files": files}
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else plain)
