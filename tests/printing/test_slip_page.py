"""The queue ticket as a page of slip paper, for a queue that draws pages itself."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.papers import TicketSlipContent
from printers.documents.fonts import FontBook
from printers.errors import FieldMissing
from printers.maker import PDF, PaperPress
from printers.slips.profile import find_profile
from printers.wording import Wording
from tests.printing.pdf import ReadBack
from tests.printing.samples import RARE, slip

_MM = {"58-page": 58, "80-page": 80}
_FOLLOW = "https://office.example:8765/ticket/A012?check=ABC234"


@pytest.fixture(params=sorted(_MM))
def model(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def press(model: str, wording: Wording, fonts: FontBook) -> PaperPress:
    profile = find_profile(model)
    assert profile is not None
    return PaperPress(wording, fonts, slip_profile=profile)


def _cases() -> dict[str, tuple[TicketSlipContent, int]]:
    plain = replace(slip("A012"), ahead=7, wait_minutes=(12, 25), follow_url=_FOLLOW)
    return {
        "plain": (plain, 0),
        "priority": (replace(plain, priority="老年人"), 0),
        "booked": (replace(plain, booked=True, ahead=0), 0),
        "reprint": (plain, 3),
        "alone": (replace(plain, ahead=-1, alone=True, follow_url=""), 0),
        "rare": (replace(plain, business=f"不动产{RARE}登记与查询（含抵押权首次登记）"), 0),
        "long": (replace(plain, hall=replace(plain.hall, name="示例" * 30 + "中心")), 0),
    }


@pytest.mark.parametrize("case", sorted(_cases()))
def test_it_is_read_by_people_and_scanners(
    press: PaperPress, model: str, tmp_path: Path, case: str
) -> None:
    content, reprint = _cases()[case]
    kind, data = press.make(content, reprint)
    assert kind == PDF
    assert press.make(content, reprint)[1] == data, "the same again, byte for byte"
    back = ReadBack(data, tmp_path)
    for dpi in (203, 300):
        codes = {text for _, text in back.codes(dpi=dpi)}
        assert codes == {"A012"} | ({_FOLLOW} if content.follow_url else set()), dpi
    text = back.text()
    assert content.number in text
    assert unicodedata.normalize("NFKC", content.business) in text
    assert ("补打第3次" in text) == bool(reprint)
    assert ("暂时连不上后台" in text) == (case == "alone")
    assert ("老年人" in text) == (case == "priority")
    assert all(embedded for _, embedded, _ in back.fonts())
    picture = back.picture(1, 203)
    assert abs(picture.width / 203 * 25.4 - _MM[model]) < 0.5
    # Nothing is printed where such heads cannot.
    dark = picture.point(lambda one: 255 if one < 128 else 0).getbbox()
    assert dark is not None
    edge = 4 / 25.4 * 203
    assert dark[0] >= edge
    assert dark[2] <= picture.width - edge


def test_without_a_number_there_is_no_slip(press: PaperPress) -> None:
    for empty in ("", " ", "\u202e"):
        with pytest.raises(FieldMissing):
            press.make(replace(slip("A012"), number=empty))
