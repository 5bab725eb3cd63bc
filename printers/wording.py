"""Load the legal sentences of the papers from data files and fill their named holes.

Each file of ``resources/wording`` is one paper: ``version`` and a sentence or a list of sentences
per key. What a paper needs is written here; a file that lacks a sentence or a hole, or has one
that nobody fills, is refused at the start and named.
"""

from __future__ import annotations

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Protocol

from printers.errors import FieldMissing, WordingBroken

GROUNDS = "grounds"  # the legal bases offered for a rejection: no paper's


class WordingFolder(Protocol):
    """The part of Path and of importlib's Traversable that is read."""

    def joinpath(self, name: str, /) -> WordingFile: ...


class WordingFile(Protocol):
    def read_text(self, encoding: str) -> str: ...


# File -> key -> holes that the sentences of this key must name (together), and may not exceed.
NEEDED: dict[str, dict[str, tuple[str, ...]]] = {
    "common": {
        "qr_caption": (),
        "reprint": ("count",),
        "replaces": ("number",),
        "provisional": (),
        "complaint": ("phone",),
        "contact": ("hall", "address", "phone"),
        "proof_caption": (),
        "screen_signature": ("time", "digest"),
    },
    "receipt": {
        "title": (),
        "salutation": ("applicant",),
        "body": ("item", "count", "due"),
        "notes": (),
        "signature": (),
        "seal": (),
        "copies": (),
        "copy_names": (),
    },
    "acceptance": {
        "title": (),
        "title_deferred": (),
        "promise_mark": (),
        "salutation": ("applicant",),
        "body": ("item", "date"),
        "body_deferred": ("item", "date", "count"),
        "body_deferred_promised": ("item", "date", "count"),
        "limits": ("due",),
        "deferred_terms": (),
        "deferred_promise": (),
        "promised_told": (),
        "promised_promise": (),
        "notes": (),
        "signature": (),
        "seal": (),
        "copies": (),
        "copy_names": (),
    },
    "notice": {
        "title": (),
        "salutation": ("applicant",),
        "body": ("item", "count"),
        "again": ("count",),
        "told_before": (),
        "after": (),
        "seal": (),
        "copies": (),
        "copy_names": (),
    },
    "rejection": {
        "title": (),
        "salutation": ("applicant",),
        "body": ("item",),
        "agency": ("agency",),
        "remedy": (),
        "signature": (),
        "seal": (),
        "copies": (),
        "copy_names": (),
    },
    "bundle_receipt": {
        "title": (),
        "salutation": ("applicant",),
        "body": ("item", "count"),
        "deferred": (),
        "promised": (),
        "saving_materials": ("apart", "together"),
        "saving_forms": ("apart", "together"),
        "saving_fields": ("apart", "together"),
        "notes": (),
        "signature": (),
        "seal": (),
        "copies": (),
        "copy_names": (),
    },
    "application_form": {
        "unnumbered": (),
        "filled": (),
        "declaration": (),
        "signature": (),
        "agent_signature": (),
    },
    "promise": {
        "title": (),
        "salutation": ("applicant",),
        "told": ("item",),
        "consequences": (),
        "promised": (),
        "unnumbered": (),
        "signature": (),
        "seal": (),
        "copies": (),
        "copy_names": (),
    },
    "deferral_promise": {
        "title": (),
        "body": ("item", "count", "department"),
        "promised": (),
        "signature": (),
        "seal": (),
        "copies": (),
        "copy_names": (),
    },
    "transfer": {
        "title": (),
        "body": ("item", "department", "outcome", "due"),
        "signature": (),
        "receiver": (),
        "seal": (),
        "copies": (),
        "copy_names": (),
    },
    "limit_notice": {
        "title_special": (),
        "title_extended": (),
        "salutation": ("applicant",),
        "special": ("item",),
        "extended": ("item", "days"),
        "after": (),
        "signature": (),
        "seal": (),
        "copies": (),
        "copy_names": (),
    },
    "delivery_return": {
        "title": (),
        "notes": (),
        "seal": (),
        "copies": (),
        "copy_names": (),
    },
    "collection": {
        "title": (),
        "body": ("item", "result"),
        "another": (),
        "signature": (),
        "seal": (),
        "copies": (),
        "copy_names": (),
    },
    "guide": {
        "title": (),
        "hours": (),
        "unanswered": ("questions",),
        "no_materials": (),
        "steps": (),
        "notes": ("day",),
    },
    "report": {"nothing": ()},
    "slip": {
        "title": (),
        "title_en": (),
        "ahead": ("count",),
        "ahead_en": ("count",),
        "wait": ("least", "most"),
        "wait_en": ("least", "most"),
        "alone": (),
        "next_en": (),
        "booked": (),
        "follow": (),
        "next": (),
        "kept": (),
        "priority": ("reason",),
        "notices": (),
        "taken": ("at",),
        "reprint": ("count",),
    },
}


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences of one paper."""

    paper: str
    version: str
    _texts: Mapping[str, tuple[str, ...]]

    def say(self, key: str, **holes: str | int) -> str:
        """The sentence of ``key``. Raises FieldMissing, naming the hole, where a value is empty."""
        return "".join(self.list(key, **holes))

    def has(self, key: str) -> bool:
        return key in self._texts

    def list(self, key: str, **holes: str | int) -> tuple[str, ...]:
        for name in NEEDED[self.paper][key]:
            if not str(holes.get(name, "")).strip():
                raise FieldMissing(field=name, paper=self.paper)
        return tuple(text.format_map(holes) for text in self._texts[key])


class Wording:
    """All papers' sentences, checked."""

    def __init__(self, papers: Mapping[str, Sentences]) -> None:
        self._papers = papers

    @classmethod
    def load(cls, folder: Path, own: Path | None = None) -> Wording:
        """``own``: a hall's folder, each file of which stands for the one of that name in
        ``folder``. Raises WordingBroken, naming file and key."""
        return cls._from(folder, own)

    @classmethod
    def packaged(cls) -> Wording:
        """The sentences that ship with the program."""
        return cls._from(files("resources").joinpath("wording"))

    @classmethod
    def _from(cls, folder: WordingFolder, own: Path | None = None) -> Wording:
        changed = _names(own) if own is not None else frozenset()
        return cls(
            {
                paper: _read(own if own is not None and paper in changed else folder, paper)
                for paper in NEEDED
            }
        )

    def of(self, paper: str) -> Sentences:
        return self._papers[paper]


def read_grounds(file: Path) -> tuple[str, ...]:
    """The legal bases offered for a rejection, as whole citations. Raises WordingBroken."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
    except OSError as why:
        raise WordingBroken(place=file.name, problem="missing") from why
    except (ValueError, RecursionError) as why:
        raise WordingBroken(place=file.name, problem="not JSON") from why
    bases = data.get("bases") if isinstance(data, dict) else None
    if not isinstance(bases, list) or not all(isinstance(b, str) and b.strip() for b in bases):
        raise WordingBroken(place=f"{file.name}: bases", problem="not a list of sentences")
    return tuple(bases)


def _names(own: Path) -> frozenset[str]:
    """The papers that a hall words itself. Raises WordingBroken for a file that is no paper's: it
    would be left out without a word."""
    try:
        found = {file.stem for file in own.glob("*.json")}
    except OSError as why:
        raise WordingBroken(place=str(own), problem="unreadable") from why
    unknown = sorted(found - set(NEEDED) - {GROUNDS})
    if unknown:
        raise WordingBroken(place=f"{unknown[0]}.json", problem="not a paper")
    return frozenset(found - {GROUNDS})


def _read(folder: WordingFolder, paper: str) -> Sentences:
    place = f"{paper}.json"
    try:
        data = json.loads(folder.joinpath(place).read_text(encoding="utf-8"))
    except OSError as why:
        raise WordingBroken(place=place, problem="missing") from why
    except (ValueError, RecursionError) as why:
        raise WordingBroken(place=place, problem="not JSON") from why
    if not isinstance(data, dict):
        raise WordingBroken(place=place, problem="not an object")
    version = data.get("version")
    if not isinstance(version, str) or not version.strip():
        raise WordingBroken(place=f"{place}: version", problem="missing")
    texts = {key: _sentences(data, key, holes, place) for key, holes in NEEDED[paper].items()}
    return Sentences(paper, version, texts)


def _sentences(
    data: Mapping[str, object], key: str, holes: tuple[str, ...], place: str
) -> tuple[str, ...]:
    place = f"{place}: {key}"
    value = data.get(key)
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts:
        raise WordingBroken(place=place, problem="missing")
    found: set[str] = set()
    for text in texts:
        if not isinstance(text, str) or not text.strip():
            raise WordingBroken(place=place, problem="empty sentence")
        found |= _holes(text, place)
    for hole in sorted(set(holes) - found):
        raise WordingBroken(place=place, problem=f"hole {{{hole}}} missing")
    for hole in sorted(found - set(holes)):
        raise WordingBroken(place=place, problem=f"hole {{{hole}}} unknown")
    return tuple(texts)


def _holes(text: str, place: str) -> set[str]:
    """Plain names only: an attribute, index or format would reach into values."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as why:
        raise WordingBroken(place=place, problem="unbalanced braces") from why
    names = set()
    for _, name, form, conversion in parts:
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise WordingBroken(place=place, problem=f"hole {{{name}}} not a plain name")
        names.add(name)
    return names
