"""The commands by which lists are checked, compared, exchanged with departments and published."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.texts import explain

if TYPE_CHECKING:
    from app.bootstrap import Client
    from app.domain.catalogue import Item
    from app.services.catalogue_json import Listed

_PATH = click.Path(path_type=Path)
_THERE = click.Path(path_type=Path, exists=True)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
Command = Callable[[click.Group, str], Callable[[Callable[..., Any]], click.Command]]


def add_catalogue_commands(group: click.Group, command: Command) -> None:
    """Hang the commands under ``onewindow catalogue``."""
    path = click.argument
    command(group, "check")(path("file", type=_THERE, required=False)(_check))
    command(group, "diff")(path("old", type=_THERE)(path("new", type=_THERE)(_diff)))
    from_option = click.option("--from", "source", type=_THERE, help="Another list than this one.")
    platform = click.option("--platform", help="Exchange tables in this platform's codes (.json).")
    command(group, "export")(path("file", type=_PATH)(from_option(platform(_export))))
    answer = click.option("--answer", "answers", multiple=True, metavar="QUESTION=OPTION")
    command(group, "guide")(click.argument("item")(path("file", type=_PATH)(answer(_guide))))
    command(group, "template")(path("file", type=_PATH)(_template))
    command(group, "schema")(path("file", type=_PATH, required=False)(_schema))
    command(group, "keygen")(path("keyfile", type=_PATH)(_keygen))
    unit = click.option("--unit", required=True, help="The unit that publishes the list.")
    command(group, "trust")(path("keyfile", type=_FILE)(unit(_trust)))
    key = click.option("--key", "keyfile", required=True, type=_FILE)
    out = click.option("--out", type=_PATH, help="Where to; FILE.signed.json if not said.")
    effective = click.option(
        "--effective", type=click.DateTime(["%Y-%m-%d"]), help="First day; today if not said."
    )
    command(group, "sign")(path("file", type=_THERE)(key(unit(out(effective(_sign))))))
    convert = click.option(
        "--out", type=_PATH, help="Write items as JSON instead of installing them."
    )
    command(group, "import")(path("file", type=_FILE)(convert(_import)))
    data = click.option(
        "--data", required=True, type=click.Path(path_type=Path, exists=True, file_okay=False),
        help="The back office's folder.",
    )  # fmt: skip
    command(group, "publish")(path("files", type=_FILE, nargs=-1, required=True)(data(_publish)))


def _client(home: Path) -> Client:
    from app.bootstrap import Client

    return Client(home)


def _say(value: Any, as_json: bool, plain: str) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2) if as_json else plain)


def _check(*, home: Path, as_json: bool, file: Path | None) -> bool:
    """Name every fault of FILE (folder, .json, .xlsx; else what this client uses)."""
    from app.domain.errors import AppError
    from app.services.catalogue_faults import CatalogueFaults
    from app.services.catalogue_files import read_list
    from app.services.catalogue_store import trusted_keys

    faults: list[str] = []
    count = items = bundles = 0
    try:
        if file is None:
            opened = _client(home).catalogue
            items, bundles = len(opened.versions()), len(opened.bundle_versions())
            faults = [explain(one.code, one.details).message for one in opened.warnings]
        else:
            listed = read_list(file, trusted_keys(home), _beside(home))
            items, bundles = len(listed.items), len(listed.bundles)
        count = len(faults)
    except CatalogueFaults as found:
        faults, count = list(found.said), int(found.details["count"])
    except AppError as error:
        if file is None:
            raise
        said = explain(error.code, error.details)
        faults, count = [f"{file.name}: {error.code} {said.message}"], 1
    value = {
        "ok": not count, "items": items, "bundles": bundles, "count": count, "faults": faults,
    }  # fmt: skip
    summary = f"{items} 个事项，{bundles} 个一件事，{count} 处问题"
    _say(value, as_json, "\n".join([*faults, summary]))
    return not count


def _beside(home: Path) -> dict[str, Item] | None:
    """The items that a bundle of another list may name; None where nobody can say."""
    from app.services.catalogue_faults import CatalogueFaults, highest

    try:
        return highest(_client(home).catalogue.versions())
    except CatalogueFaults:
        return None


def _diff(*, home: Path, as_json: bool, old: Path, new: Path) -> None:  # noqa: ARG001 - every command has a home
    """Say in words what changed from OLD to NEW."""
    import msgspec

    from app.domain.item_diff import diff_lists
    from app.services.catalogue_codes import national_codes
    from app.services.catalogue_files import read_list
    from app.services.catalogue_words import changes_in_words, in_words

    before, after = read_list(old), read_list(new)
    changes = diff_lists(before.items, after.items) + diff_lists(before.bundles, after.bundles)
    codes = national_codes()
    value = [msgspec.to_builtins(one) | {"words": in_words(one, codes)} for one in changes]
    _say(value, as_json, "\n".join(changes_in_words(changes, codes)) or "没有变化。")


def _export(
    *, home: Path, as_json: bool, file: Path, source: Path | None, platform: str | None
) -> None:
    """Write the list to FILE.json or FILE.xlsx."""
    from app.services.catalogue_codes import national_codes
    from app.services.catalogue_files import read_list
    from app.services.catalogue_json import Listed

    if source:
        listed = read_list(source)
    else:
        opened = _client(home).catalogue
        listed = Listed(items=opened.items(), bundles=opened.bundles())
    ending = _ends(file, *([".json"] if platform else [".json", ".xlsx"]))
    if platform:
        from app.services.catalogue_exchange import exchange_tables
        from app.services.catalogue_export import write_whole

        tables = exchange_tables(listed.items, platform, national_codes())
        text = json.dumps(tables, ensure_ascii=False, indent=2)
        write_whole(file, text.encode() + b"\n")
    elif ending == ".xlsx":
        from app.services.catalogue_export import write_workbook

        write_workbook(file, listed, national_codes())
    else:
        _write_json(file, listed)
    _say(_counted(listed) | {"file": str(file)}, as_json, _counted_in_words(listed))


def _counted(listed: Listed) -> dict[str, Any]:
    return {"ok": True, "items": len(listed.items), "bundles": len(listed.bundles)}


def _counted_in_words(listed: Listed) -> str:
    bundles = f"，{len(listed.bundles)} 个一件事" if listed.bundles else ""
    return f"{len(listed.items)} 个事项{bundles}"


def _template(*, home: Path, as_json: bool, file: Path) -> None:  # noqa: ARG001 - every command has a home
    """Write the empty workbook that departments fill in."""
    from app.services.catalogue_codes import national_codes
    from app.services.catalogue_export import write_template

    _ends(file, ".xlsx")
    write_template(file, national_codes())
    _say({"ok": True, "file": str(file)}, as_json, str(file))


def _schema(*, home: Path, as_json: bool, file: Path | None) -> None:  # noqa: ARG001 - every command has a home
    """Show the JSON Schema of item files, or write it to FILE."""
    from app.services.catalogue_codes import national_codes
    from app.services.catalogue_export import write_whole
    from app.services.catalogue_schema import item_schema

    text = json.dumps(item_schema(national_codes()), ensure_ascii=False, indent=2)
    if file is not None:
        write_whole(file, text.encode() + b"\n")
    click.echo(text if file is None else json.dumps({"ok": True}) if as_json else str(file))


def _keygen(*, home: Path, as_json: bool, keyfile: Path) -> None:  # noqa: ARG001 - every command has a home
    """Make a signing key: KEYFILE is secret, KEYFILE.pub is for everybody."""
    import msgspec

    from app.services.catalogue_export import NotWritten, write_whole
    from app.services.catalogue_signing import Ed25519, SigningKey, public_of

    if keyfile.exists():
        raise NotWritten(file=keyfile.name, reason="密钥文件已经存在，不会覆盖")
    key = SigningKey(scheme=Ed25519.name, private=os.urandom(32))
    public = public_of(key)
    write_whole(keyfile, msgspec.json.encode(key) + b"\n", mode=0o600)
    public_file = keyfile.with_name(keyfile.name + ".pub")
    write_whole(public_file, msgspec.json.encode(public) + b"\n")
    value = {"ok": True, "key_id": public.key_id, "public": str(public_file)}
    _say(value, as_json, f"{public.key_id}  {public_file}")


def _trust(*, home: Path, as_json: bool, keyfile: Path, unit: str) -> None:
    """Believe the lists that a unit signs with the key KEYFILE.pub."""
    import msgspec

    from app.services.catalogue_signing import PublicKey, read_key
    from app.services.catalogue_store import trust_key

    key = msgspec.structs.replace(read_key(keyfile, PublicKey), unit=unit)
    trust_key(home, key)
    _say({"ok": True, "key_id": key.key_id, "unit": unit}, as_json, f"{key.key_id}  {unit}")


def _sign(
    *,
    home: Path,
    as_json: bool,
    file: Path,
    keyfile: Path,
    unit: str,
    out: Path | None,
    effective: datetime | None,
) -> None:
    """Sign the list FILE (folder, .json or .xlsx) for its publishing unit."""
    from app.domain.hall import HALL_ZONE
    from app.services.catalogue_export import write_whole
    from app.services.catalogue_files import read_list
    from app.services.catalogue_signing import SigningKey, read_key, sign_list

    listed = read_list(file, beside=_beside(home))
    now = datetime.now(UTC)
    first: date = effective.date() if effective else now.astimezone(HALL_ZONE).date()
    key = read_key(keyfile, SigningKey)
    out = out or file.with_name(f"{file.stem}.signed.json")
    write_whole(out, sign_list(listed, key=key, unit=unit, effective_from=first, at=now))
    _say(_counted(listed) | {"file": str(out)}, as_json, str(out))


def _import(*, home: Path, as_json: bool, file: Path, out: Path | None) -> None:
    """Install the signed list FILE; what is unsigned can only be turned into JSON (--out)."""
    from app.services.catalogue_files import read_list
    from app.services.catalogue_signing import ListUnsigned
    from app.services.catalogue_store import install_list

    if out is not None:
        listed = read_list(file)
        _write_json(out, listed)
    elif file.suffix.lower() == ".xlsx":
        read_list(file)  # its faults are told first
        raise ListUnsigned(file=file.name)
    else:
        listed = install_list(file, home, _client(home).hall_folder / "items")
    _say(_counted(listed), as_json, _counted_in_words(listed))


def _publish(*, home: Path, as_json: bool, files: tuple[Path, ...], data: Path) -> None:  # noqa: ARG001 - every command has a home
    """Give the signed lists FILES to every window, in place of what was published before."""
    import msgspec

    from app.services.catalogue_export import write_whole
    from app.services.catalogue_signing import ListUnsigned, decode_file, is_signed
    from sync.published import CATALOGUE

    lists = []
    for file in files:
        _, raw = decode_file(file)
        if not is_signed(raw):
            raise ListUnsigned(file=file.name)
        lists.append(raw)
    content = CATALOGUE.tidied(msgspec.json.encode({"lists": lists}))
    write_whole(data / CATALOGUE.file, content)
    _say({"ok": True, "lists": len(lists)}, as_json, f"已发布 {len(lists)} 份清单。")


def _guide(*, home: Path, as_json: bool, item: str, file: Path, answers: tuple[str, ...]) -> None:
    """Write the 办事指南 of ITEM as PDF, with the materials that the answers call for."""
    from app.bootstrap import Client
    from app.domain.hall import HALL_ZONE
    from app.services.catalogue_export import write_whole
    from app.services.guides import guide_of
    from app.services.trial import read_answers

    client = Client(home)
    on = client.clock.now().astimezone(HALL_ZONE).date()
    found = client.catalogue.get(item)
    guide = guide_of(found, read_answers(answers), hall=client.hall.head, on=on)
    _, data = client.press.make(guide)
    write_whole(file, data)
    value = {"ok": True, "materials": len(guide.materials), "unanswered": list(guide.unanswered)}
    _say(value, as_json, f"已写出 {file}：{len(guide.materials)} 项材料。")


def _write_json(file: Path, listed: Listed) -> None:
    from app.services.catalogue_export import list_as_json, write_whole

    write_whole(file, list_as_json(listed))


def _ends(file: Path, *allowed: str) -> str:
    suffix = file.suffix.lower()
    if suffix not in allowed:
        raise click.BadParameter(f"{file.name}: {' / '.join(allowed)}")
    return suffix
