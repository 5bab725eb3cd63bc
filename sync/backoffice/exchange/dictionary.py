"""Say which values the exchange tables take: columns, lengths, codes, and what a hall must fill in.

The tables and codes are data (``resources/exchange``), because platforms disagree. A hall says in
``exchange.json`` of the back office's folder under which source it reports, which personal columns
its platform demands beyond the required ones, and which codes are other there::

    {"data_source": "990", "personal": ["contact_mobile"], "codes": {"document": {"other": "990"}}}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

import resources
from app.domain.code_sets import CodeSet
from app.domain.decoding import decode
from sync.backoffice.exchange.errors import BadExchange, ExchangeUnset

FILE = "exchange.json"
_LARGEST = 256 * 1024
_TIME = re.compile(r"\d{8}T\d{6}", re.ASCII)
_NUMBER = re.compile(r"\d+", re.ASCII)
T = TypeVar("T")


class Column(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``length`` in characters, 0 where there is no limit; ``cut``: a longer text is shortened.
    ``personal`` ones stay empty unless they are required or the hall's platform asks for them."""

    name: str
    title: str
    kind: Literal["text", "number", "time", "code"]
    length: int = 0
    required: bool = False
    personal: bool = False
    cut: bool = False
    codes: str = ""


class Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: str
    columns: tuple[Column, ...]


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row cannot go: ``lacks``, ``long``, ``form`` or ``code``."""

    table: str
    column: str
    why: Literal["lacks", "long", "form", "code"]


class _Own(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    data_source: str
    personal: tuple[str, ...] = ()
    codes: dict[str, dict[str, str]] = {}


class Dictionary:
    def __init__(
        self, tables: Mapping[str, Table], codes: Mapping[str, CodeSet], source: str,
        personal: frozenset[str],
    ) -> None:  # fmt: skip
        self.tables = tables
        self.codes = codes
        self.source = source
        self._personal = personal

    def code(self, name: str, word: str) -> str:
        """The platform's code for a word of this program, "" where nobody said one."""
        return self.codes[name].own.get(word, "")

    def tidy(self, table: str, values: Mapping[str, str]) -> dict[str, str]:
        """All columns in their order; what may be shortened is, what nobody asked for is empty."""
        row = {}
        for column in self.tables[table].columns:
            value = _cleaned(values.get(column.name, ""))
            if column.personal and not column.required and column.name not in self._personal:
                value = ""
            if column.cut and len(value) > column.length:
                value = value[: column.length - 1] + "…"
            row[column.name] = value
        return row

    def faults(self, table: str, row: Mapping[str, str]) -> list[Fault]:
        """What keeps a tidied row from going."""
        found = []
        for column in self.tables[table].columns:
            why = self._why_not(column, row[column.name])
            if why is not None:
                found.append(Fault(table=table, column=column.name, why=why))
        return found

    def _why_not(
        self, column: Column, value: str
    ) -> Literal["lacks", "long", "form", "code"] | None:
        if not value:
            return "lacks" if column.required else None
        if column.length and len(value) > column.length:
            return "long"
        if column.kind == "time" and not _TIME.fullmatch(value):
            return "form"
        if column.kind == "number" and not _NUMBER.fullmatch(value):
            return "form"
        if column.kind == "code" and value not in self.codes[column.codes]:
            return "code"
        return None


def _cleaned(text: str) -> str:
    """One kind of line end, no other control characters, nothing invisible at the ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(sign for sign in text if sign == "\n" or sign.isprintable()).strip()


def load_dictionary(data: Path) -> Dictionary:
    """The shipped tables with what the hall says. Raises ExchangeUnset, BadExchange."""
    tables = _read(resources.FOLDER / "exchange" / "tables.json", dict[str, Table])
    shipped = _read(resources.FOLDER / "exchange" / "codes.json", dict[str, CodeSet])
    if not (data / FILE).is_file():
        raise ExchangeUnset(file=FILE)
    own = _read(data / FILE, _Own)
    if not re.fullmatch(r"[A-Za-z0-9]{1,3}", own.data_source):
        raise BadExchange(place=f"{FILE}: data_source: 1-3 letters or digits")
    may = {one.name for table in tables.values() for one in table.columns if one.personal}
    for name in own.personal:
        if name not in may:
            raise BadExchange(place=f"{FILE}: personal: {name[:40]}")
    codes = dict(shipped)
    for name, words in own.codes.items():
        if name not in codes:
            raise BadExchange(place=f"{FILE}: codes.{name[:40]}")
        codes[name] = _changed(codes[name], words, f"{FILE}: codes.{name}")
    return Dictionary(tables, codes, own.data_source, frozenset(own.personal))


def _changed(known: CodeSet, words: Mapping[str, str], place: str) -> CodeSet:
    for word, code in words.items():
        if not re.fullmatch(r"[A-Za-z0-9]{1,6}", code):
            raise BadExchange(place=f"{place}.{word[:40]}: 1-6 letters or digits")
    own = {**known.own, **words}
    names = {code: word for word, code in words.items()}
    return CodeSet(
        name=known.name, source=known.source, codes={**names, **known.codes}, own=own
    )  # fmt: skip


def _read(file: Path, kind: type[T]) -> T:
    try:
        with file.open("rb") as source:
            content = source.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise BadExchange(place=f"{file.name}: more than 256 KB")
        return decode(content.removeprefix(b"\xef\xbb\xbf"), kind)
    except OSError as error:
        raise BadExchange(place=f"{file.name}: {error.strerror}") from None
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadExchange(place=f"{file.name}: {str(error)[:200]}") from None
