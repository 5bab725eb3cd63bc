"""Slips as a slip printer takes them: GB18030 text, a large number, nothing that is a command."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.domain.hall import HallHead
from printers.documents.fonts import FontBook
from printers.errors import BadSlip, FieldMissing
from printers.maker import ESCPOS, PaperPress
from printers.pictures import open_pictures
from printers.slips.escpos import columns
from printers.slips.profile import SlipProfile, SlipWidth, find_profile
from printers.slips.render import MARGIN, PrintedSlip, render_slip
from printers.wording import Wording
from tests.printing.samples import RARE, slip

WIDTHS = list(SlipWidth)


def presses(wording: Wording, fonts: FontBook) -> dict[SlipWidth, PaperPress]:
    return {
        width: PaperPress(wording, fonts, slip_profile=SlipProfile(width=width)) for width in WIDTHS
    }


@pytest.fixture(scope="module")
def by_width(wording: Wording, fonts: FontBook) -> dict[SlipWidth, PaperPress]:
    return presses(wording, fonts)


def bands(picture: Image.Image) -> list[tuple[int, int]]:
    """(top, height) of each run of rows with ink."""
    dark = [
        picture.crop((0, y, picture.width, y + 1)).getextrema() != (255, 255)
        for y in range(picture.height)
    ]
    found, at = [], 0
    for inked, run in groupby(dark):
        height = len(list(run))
        if inked:
            found.append((at, height))
        at += height
    return found


def printed(press: PaperPress, hei: Path, number: str = "A012") -> PrintedSlip:
    return render_slip(press.make(slip(number))[1], hei)


@pytest.mark.parametrize("width", WIDTHS)
def test_a_slip_says_what_it_must(
    width: SlipWidth, by_width: dict[SlipWidth, PaperPress], hei: Path
) -> None:
    kind, data = by_width[width].make(slip())
    assert kind == ESCPOS
    for words in ("示例市政务服务中心", "A012", "综合业务", "您前面还有 7 人等候"):
        assert words.encode("gb18030") in data
    text = render_slip(data, hei)
    whole = "\n".join(text.lines)
    assert "取号时间 2026-11-20 10:12" in whole
    assert "过号" in whole
    assert "补打" not in whole
    assert "优先" not in whole
    assert text.cut


@pytest.mark.parametrize("width", WIDTHS)
def test_the_number_is_by_far_the_largest(
    width: SlipWidth, by_width: dict[SlipWidth, PaperPress], hei: Path
) -> None:
    picture = printed(by_width[width], hei).picture
    assert picture.width == width + 2 * MARGIN
    heights = sorted(height for _, height in bands(picture))
    assert heights[-1] >= 90  # dots of 0.125 mm: more than a centimetre
    assert heights[-1] >= 2 * heights[-2]


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_paper(
    width: SlipWidth, by_width: dict[SlipWidth, PaperPress], hei: Path
) -> None:
    long = HallHead(name="示例市样例区综合政务服务中心测试分中心" * 2)
    content = replace(
        slip(), hall=long, business="不动产登记与市场主体登记综合业务" * 3, priority="军人依法优先"
    )
    slip_printed = render_slip(by_width[width].make(content, 3)[1], hei)
    for line in slip_printed.lines:
        assert columns(line) * 12 <= width
    whole = "".join(slip_printed.lines)
    assert long.name in whole
    assert "优先：军人依法优先" in whole
    assert "补打 第 3 次" in whole
    edge = slip_printed.picture.crop((0, 0, MARGIN, slip_printed.picture.height))
    assert edge.getextrema() == (255, 255)


def test_a_number_that_replaces_another_keeps_its_place(press: PaperPress, hei: Path) -> None:
    lines = render_slip(press.make(replace(slip(), ahead=-1))[1], hei).lines
    assert any("位置不变" in line for line in lines)


def test_nobody_ahead_is_said_in_words(press: PaperPress, hei: Path) -> None:
    lines = render_slip(press.make(replace(slip(), ahead=0))[1], hei).lines
    assert any("无人等候" in line for line in lines)


def test_a_line_with_rare_characters_is_a_picture_between_text(
    press: PaperPress, hei: Path
) -> None:
    rare = press.make(replace(slip(), business=f"样{RARE}例"))[1]
    assert rare.count(b"\x1dv0\x00") == 1
    assert "〓".encode("gb18030") not in rare
    assert "您前面还有 7 人等候" in render_slip(rare, hei).lines
    plain = render_slip(press.make(replace(slip(), business=""))[1], hei).picture
    assert render_slip(rare, hei).picture.height > plain.height


def test_a_character_that_no_font_has_is_a_geta(press: PaperPress, hei: Path) -> None:
    lines = render_slip(press.make(replace(slip(), business="样\ue000例"))[1], hei).lines
    assert "样〓例" in lines


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("raster", [False, True])
def test_the_code_to_follow_ones_place_is_read_from_the_paper(
    width: SlipWidth, raster: bool, wording: Wording, fonts: FontBook, hei: Path
) -> None:
    press = PaperPress(wording, fonts, slip_profile=SlipProfile(width=width, raster=raster))
    content = replace(
        slip(), wait_minutes=(10, 25), booked=True, follow_url="https://hall.example/q/7Kd93mQz2f"
    )
    data = press.make(content)[1]
    drawn = render_slip(data, hei)
    assert [code.text for code in zxingcpp.read_barcodes(drawn.picture)] == [content.follow_url]
    shown = ("预计等候 10–25 分钟，仅供参考" in drawn.lines, "【预约】" in drawn.lines)
    assert shown == (not raster, not raster)
    assert drawn.picture.width == width + 2 * MARGIN


@pytest.mark.parametrize(
    "model", ["80", "58", "80-drawer", "80-buzzer", "58-tear", "80-picture", "58-picture"]
)
def test_every_model_of_the_file_gets_its_slip(
    model: str, wording: Wording, fonts: FontBook, hei: Path
) -> None:
    profile = find_profile(model)
    assert profile
    data = PaperPress(wording, fonts, slip_profile=profile).make(slip())[1]
    drawn = render_slip(data, hei)
    assert drawn.picture.width == int(model[:2] == "80") * 192 + 384 + 2 * MARGIN
    assert drawn.cut == ("tear" not in model)
    assert (b"\x1bp\x00" in data) == ("drawer" in model)
    assert (b"\x1bB\x02" in data) == ("buzzer" in model)
    assert ("A012" in drawn.lines) == ("picture" not in model)


def test_an_unknown_model_is_not_guessed() -> None:
    assert find_profile("76-dots") is None


@pytest.mark.parametrize("url", ["x" * 3000, "\ud800"])
def test_an_address_too_long_for_a_code_leaves_it_out(
    url: str, press: PaperPress, hei: Path
) -> None:
    data = press.make(replace(slip(), follow_url=url))[1]
    assert not any("扫码" in line for line in render_slip(data, hei).lines)


@given(data=st.binary(max_size=200) | st.lists(st.sampled_from(
    [b"\x1dv0\x00", b"\x01\x00", b"\x1ba\x02", b"\x1dW", b"\x1c&", b"\xb0\xa1", b"A", b"\n"]
)).map(b"".join))  # fmt: skip
def test_no_bytes_break_the_preview(data: bytes, hei: Path) -> None:
    with suppress(BadSlip):
        render_slip(data, hei)


@pytest.mark.parametrize("number", ["", " ", "\x00"])
def test_a_slip_without_a_number_is_refused(number: str, press: PaperPress) -> None:
    with pytest.raises(FieldMissing) as caught:
        press.make(slip(number))
    assert caught.value.details == {"field": "number", "paper": "ticket_slip"}


@pytest.mark.parametrize(
    "data",
    [b"\x1b", b"\x1dW\x00", b"\x1b\xff", b"\x00", b"\x1c&\xff\xff", "字".encode("gb18030"),
     b"\x1dW\x00\x00", b"\x1bd\xff" * 200, b"\x1b3\xff" + b"\n" * 5000],
)  # fmt: skip
def test_bytes_that_are_no_slip_of_ours_are_named(data: bytes, hei: Path) -> None:
    with pytest.raises(BadSlip) as caught:
        render_slip(data, hei)
    assert isinstance(caught.value.details["at"], int)


ANYTHING = st.text(
    st.characters(codec=None, exclude_categories=())
    | st.sampled_from("\x1b\x1d\x1c@&.V长。 \ud800"),
    max_size=60,
)


@given(number=ANYTHING, business=ANYTHING, hall=ANYTHING, priority=ANYTHING, ahead=st.integers())
def test_no_text_becomes_a_command(
    number: str, business: str, hall: str, priority: str, ahead: int, press: PaperPress, hei: Path
) -> None:
    content = replace(
        slip(number), business=business, hall=HallHead(name=hall), priority=priority, ahead=ahead
    )
    try:
        data = press.make(content)[1]
    except FieldMissing:
        return
    assert render_slip(data, hei).cut  # every byte was a command of ours or text


def test_the_screen_shows_a_slip_as_wide_as_it_is(press: PaperPress) -> None:
    pictures = open_pictures(*press.make(slip("A012")))
    assert pictures.count == 1
    width, height = pictures.size(0)
    assert round(width) == 78  # 576 dots, eight a millimetre, and the margins of the roll
    drawn = pictures.draw(0, 96)
    assert drawn[0] == round(width / 25.4 * 96)
    assert len(drawn[2]) == drawn[0] * drawn[1] * 3
    assert height > 30
