"""When lights turn and what pauses a clock are data; a broken file changes nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.domain.clocks import ClockName, Thresholds
from app.services.clock_settings import (
    BadClockSettings,
    ClockSettings,
    UnknownProcedure,
    load_clock_settings,
)

SHIPPED = Path(__file__).parents[2] / "resources" / "clocks"


def load(tmp_path: Path, own: Any = None) -> ClockSettings:
    file = tmp_path / "clocks.json"
    if own is not None:
        file.write_text(own if isinstance(own, str) else json.dumps(own), "utf-8")
    return load_clock_settings(SHIPPED, file)


def procedure(**changed: str) -> dict[str, str]:
    return {"code": "hearing", "name": "听证", "basis": "第四十五条", "exchange": "2", **changed}


def test_shipped_settings_name_every_clock_and_the_procedures_of_the_law(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert set(settings.thresholds) == set(ClockName)
    named = {one.name for one in settings.procedures if "四十五条" in one.basis}
    assert named == {"听证", "招标", "拍卖", "检验", "检测", "检疫", "鉴定", "专家评审"}
    assert settings.fault == ""
    with pytest.raises(UnknownProcedure):
        settings.get_procedure("holiday")


def test_a_hall_changes_what_it_names_and_keeps_the_rest(tmp_path: Path) -> None:
    shipped = load(tmp_path)
    light = {"yellow_left": 4, "yellow_percent": 30, "red_left": 1}
    own = load(tmp_path, {"thresholds": {"promise": light}})
    assert own.thresholds[ClockName.PROMISE] == Thresholds(**light)
    assert own.thresholds[ClockName.NOTICE] == shipped.thresholds[ClockName.NOTICE]
    assert own.procedures == shipped.procedures
    only = load(tmp_path, {"procedures": [procedure(code="survey", name="现场勘验")]})
    assert [one.code for one in only.procedures] == ["survey"]
    assert only.thresholds == shipped.thresholds


def light(clock: str = "notice", **changed: Any) -> dict[str, Any]:
    return {
        "thresholds": {clock: {"yellow_left": 1, "yellow_percent": 1, "red_left": 0, **changed}}
    }


@pytest.mark.parametrize(
    ("own", "place"),
    [
        ("{", "clocks.json"),
        ("[" * 50_000, "clocks.json"),
        ("\x00" * 300_000, "256 KB"),
        ({"lights": {}}, "lights"),
        (light("lunch"), "lunch"),
        ({"thresholds": {"notice": {"yellow_left": 1, "yellow_percent": 1}}}, "red_left"),
        (light(yellow_percent=101), "yellow_percent"),
        (light(yellow_left=1, red_left=2), "red_left"),
        (light(red_left=-2), "red_left"),
        (light(yellow_left="1"), "int"),
        ({"procedures": []}, "0 procedures"),
        ({"procedures": [procedure(), procedure()]}, "procedures[0].code"),
        ({"procedures": [procedure(code="A B")]}, "procedures[0].code"),
        ({"procedures": [procedure(name="\n")]}, "procedures[0].name"),
        ({"procedures": [procedure(basis="")]}, "procedures[0].basis"),
        ({"procedures": [procedure(exchange="3")]}, "procedures[0].exchange"),
    ],
)  # fmt: skip
def test_a_broken_file_is_told_and_the_shipped_settings_hold(
    tmp_path: Path, own: Any, place: str
) -> None:
    shipped = load(tmp_path)
    broken = load(tmp_path, own)
    assert place in broken.fault
    assert (broken.thresholds, broken.procedures) == (shipped.thresholds, shipped.procedures)


def test_broken_shipped_files_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(BadClockSettings):
        load_clock_settings(tmp_path, tmp_path / "clocks.json")
    (tmp_path / "thresholds.json").write_text("{}", "utf-8")
    with pytest.raises(BadClockSettings):
        load_clock_settings(tmp_path, tmp_path / "clocks.json")
