"""Legal sentences as data: what is wrong in a file is refused at the start and named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from printers.errors import FieldMissing, WordingBroken
from printers.wording import NEEDED, Wording

Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for paper in NEEDED:
        text = files("resources").joinpath("wording", f"{paper}.json").read_text("utf-8")
        (tmp_path / f"{paper}.json").write_text(text, "utf-8")
    return tmp_path


def changed(folder: Path, paper: str, change: Change) -> WordingBroken:
    file = folder / f"{paper}.json"
    data = json.loads(file.read_text("utf-8"))
    change(data)
    file.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    with pytest.raises(WordingBroken) as caught:
        Wording.load(folder)
    return caught.value


def test_the_packaged_sentences_load_and_are_filled(folder: Path) -> None:
    for wording in (Wording.packaged(), Wording.load(folder)):
        text = wording.of("notice").say("body", item="示例事项", count=3)
        assert "“示例事项”" in text
        assert "共 3 项" in text
        assert "{" not in text


def test_a_lawyers_correction_is_used(folder: Path) -> None:
    file = folder / "receipt.json"
    file.write_text(file.read_text("utf-8").replace("收件凭证", "收件回执"), "utf-8")
    assert Wording.load(folder).of("receipt").say("title") == "收件回执"


@pytest.mark.parametrize(
    ("paper", "change", "place", "problem"),
    [
        ("receipt", lambda d: d.pop("title"), "receipt.json: title", "missing"),
        ("receipt", lambda d: d.pop("version"), "receipt.json: version", "missing"),
        ("receipt", lambda d: d.update(version=3), "receipt.json: version", "missing"),
        ("notice", lambda d: d.update(body="缺数量：{item}"), "notice.json: body", "{count}"),
        ("notice", lambda d: d.update(after="找{boss}"), "notice.json: after", "{boss}"),
        ("notice", lambda d: d.update(after="{"), "notice.json: after", "braces"),
        ("notice", lambda d: d.update(after="{0}"), "notice.json: after", "{0}"),
        ("notice", lambda d: d.update(after=""), "notice.json: after", "empty"),
        ("notice", lambda d: d.update(after=["好", " "]), "notice.json: after", "empty"),
        ("notice", lambda d: d.update(after=[]), "notice.json: after", "missing"),
        ("notice", lambda d: d.update(after={"a": 1}), "notice.json: after", "missing"),
        ("notice", lambda d: d.update(after=[7]), "notice.json: after", "empty"),
        (
            "slip",
            lambda d: d.update(ahead="{count.__class__}"),
            "slip.json: ahead",
            "not a plain name",
        ),
        ("slip", lambda d: d.update(ahead="{count!r:>99999999}"), "slip.json: ahead", "plain"),
    ],
)
def test_a_wrong_sentence_is_named(
    folder: Path, paper: str, change: Change, place: str, problem: str
) -> None:
    error = changed(folder, paper, change)
    assert error.code == "PRN-WORDING"
    assert error.details["place"] == place
    assert problem in str(error.details["problem"])


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"[]", b"{", b"null", b"[" * 100_000, b'{"version": "1"}']
)
def test_a_file_that_is_none_is_named(folder: Path, content: bytes) -> None:
    (folder / "rejection.json").write_bytes(content)
    with pytest.raises(WordingBroken) as caught:
        Wording.load(folder)
    assert str(caught.value.details["place"]).startswith("rejection.json")


def test_a_missing_file_and_folder_are_named(folder: Path, tmp_path: Path) -> None:
    (folder / "slip.json").unlink()
    with pytest.raises(WordingBroken) as caught:
        Wording.load(folder)
    assert caught.value.details == {"place": "slip.json", "problem": "missing"}
    shutil.rmtree(folder)
    with pytest.raises(WordingBroken):
        Wording.load(folder)


def test_an_empty_value_is_named() -> None:
    with pytest.raises(FieldMissing) as caught:
        Wording.packaged().of("notice").say("body", item=" ", count=1)
    assert caught.value.details == {"field": "item", "paper": "notice"}


@given(text=st.text(alphabet=st.sampled_from("{}!:.[]a0 文"), max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_sentence_loads_or_is_named(folder: Path, text: str) -> None:
    file = folder / "slip.json"
    before = file.read_text("utf-8")
    data = json.loads(before)
    data["next"] = text
    file.write_text(json.dumps(data), "utf-8")
    said, place = None, None
    try:
        said = Wording.load(folder).of("slip").say("next")
    except WordingBroken as error:
        place = error.details["place"]
    finally:
        file.write_text(before, "utf-8")
    if place is None:
        assert said == text.replace("{{", "{").replace("}}", "}")
    else:
        assert place == "slip.json: next"
