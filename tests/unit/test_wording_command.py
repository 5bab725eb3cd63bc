"""A hall's own sentences: checked, previewed with a real case, used by its windows."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.bootstrap import Client, resources_folder
from app.cli import main
from app.config import Settings
from app.domain.events import PaperKind
from app.services.sign_in import Session
from printers.errors import WordingBroken
from printers.wording import read_grounds
from tests.printing.pdf import ReadBack
from tests.unit.test_results import MovableClock, accepted, client, clock, office, session

__all__ = ["client", "clock", "office", "session"]  # the fixtures


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A hall that calls its 受理通知书 otherwise."""
    folder = tmp_path / "own"
    folder.mkdir()
    words = json.loads((resources_folder() / "wording" / "acceptance.json").read_text("utf-8"))
    words["version"] = "示例县-7"
    words["copies"] = "本通知书由示例县另行规定留存。"
    (folder / "acceptance.json").write_text(json.dumps(words, ensure_ascii=False), "utf-8")
    return folder


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["wording", *arguments])
    return done.exit_code, done.output


def test_a_folder_is_checked_and_a_misnamed_file_is_told(own: Path, tmp_path: Path) -> None:
    home = str(tmp_path / "window")
    code, said = run("check", str(own), "--home", home)
    assert (code, "acceptance 示例县-7" in said) == (0, True)
    (own / "acceptence.json").write_text("{}")
    code, said = run("check", str(own), "--home", home)
    assert (code, "acceptence.json" in said) == (1, True)
    (own / "acceptence.json").rename(own / "grounds.json")
    assert run("check", str(own), "--home", home)[0] == 1


@pytest.mark.parametrize("text", ["", "[]", '{"bases": "x"}', '{"bases": [1]}', '{"bases": [" "]}'])
def test_broken_grounds_are_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "grounds.json"
    file.write_text(text)
    with pytest.raises(WordingBroken):
        read_grounds(file)
    file.write_text('{"bases": ["《示例法》第一条"]}', "utf-8")
    assert read_grounds(file) == ("《示例法》第一条",)


def test_the_papers_of_a_case_are_previewed_and_nothing_is_recorded(
    client: Client, session: Session, own: Path, tmp_path: Path
) -> None:
    case = accepted(client, session)
    facts = len(client.store.entries())
    out = tmp_path / "out"
    arguments = ("preview", str(own), str(out), "--case", case.number)
    code, said = run(*arguments, "--home", str(tmp_path / "window"))
    assert code == 0, said
    assert {"受理通知书.pdf", "材料转移单.pdf"} <= {file.name for file in out.iterdir()}
    text = ReadBack((out / "受理通知书.pdf").read_bytes(), tmp_path).text()
    assert "示例县另行规定" in text
    assert len(client.store.entries()) == facts
    assert run("preview", str(own), str(out), "--case", "X", "--home", str(tmp_path / "w2"))[0] == 1


def test_a_halls_folder_words_its_papers(own: Path, tmp_path: Path, clock: MovableClock) -> None:
    hall = tmp_path / "hall"
    shutil.copytree(resources_folder() / "demo_hall", hall)
    shutil.copytree(own, hall / "wording")
    client = Client(tmp_path / "w3", Settings(hall=str(hall)), clock=clock)
    assert client.press.wording(PaperKind.ACCEPTANCE) == "acceptance 示例县-7"
    assert client.press.wording(PaperKind.RECEIPT).startswith("receipt ")
    client.store.close()
