"""The tray over the real store: pages are kept, worked on, split, filed, and survive a kill."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.bootstrap import Client
from app.config import Settings
from app.domain.checklist import Outcome
from app.domain.decision import Decision
from app.domain.errors import AppError, UnknownMaterial
from app.domain.scan_page import Box, Edits, Flaw, ScanMode, Seen, TrayPage
from app.domain.scan_rules import Output, ScanRule
from app.domain.scan_stack import separator_of, split
from app.services.scan_intake import Target
from app.services.scan_output import PagesTooLarge
from app.storage.database import writing
from app.storage.tray_table import TrayPageGone
from tests.journey.hall import bring_everything, name_parties
from tests.scanning.conftest import Desk
from tests.scanning.sheets import jpeg, noise, png, sheet, tiff


def take(desk: Desk, picture: Image.Image, **more: str) -> str:
    (page,) = desk.client.tray.take(desk.case, jpeg(picture), source="test", **more)
    return page.id


def order(desk: Desk) -> list[str]:
    return [page.id for page in desk.client.tray.pages(desk.case)]


def shown(desk: Desk, page: str) -> Image.Image:
    return Image.open(io.BytesIO(desk.client.tray.proof(page)))


def test_what_a_clerk_does_to_a_page_is_seen_and_can_be_undone(desk: Desk) -> None:
    tray, page = desk.client.tray, take(desk, sheet(80))
    upright = shown(desk, page)
    assert upright.height > upright.width
    tray.turn(page, 90)
    turned = shown(desk, page)
    assert turned.size == (upright.height, upright.width)
    tray.turn(page, -90)
    assert shown(desk, page).tobytes() == upright.tobytes()
    tray.crop(page, Box(right=0.5, bottom=0.5))
    assert shown(desk, page).size == pytest.approx((upright.width / 2, upright.height / 2), abs=2)
    tray.crop(page, Box(left=0.4, right=0.405))  # a slip of the mouse
    assert shown(desk, page).width > 100
    tray.crop(page, None)
    tray.colour(page, ScanMode.BLACK)
    assert set(shown(desk, page).convert("L").histogram()[1:255]) == {0}


def test_a_cut_turns_with_its_page(desk: Desk) -> None:
    tray, page = desk.client.tray, take(desk, sheet(80, code="X-1"))
    tray.crop(page, Box(right=0.5, bottom=0.25))
    before = shown(desk, page)
    tray.turn(page, 90)
    after = shown(desk, page).transpose(Image.Transpose.ROTATE_90)
    assert after.size == pytest.approx(before.size, abs=2)
    grey = after.resize(before.size).convert("L"), before.convert("L")
    differ = [abs(a - b) for a, b in zip(grey[0].tobytes(), grey[1].tobytes(), strict=True)]
    assert sum(differ) / len(differ) < 6


def test_pages_are_ordered_thrown_away_and_taken_anew(desk: Desk) -> None:
    tray = desk.client.tray
    first, second, third = (take(desk, sheet(60, lines=n)) for n in (4, 8, 12))
    tray.move(desk.case, third, 0)
    assert order(desk) == [third, first, second]
    tray.move(desk.case, third, 99)
    assert order(desk) == [first, second, third]
    anew = take(desk, sheet(60, lines=20), instead_of=second)
    assert order(desk) == [first, anew, third]
    tray.remove([first])
    assert order(desk) == [anew, third]
    with pytest.raises(TrayPageGone):
        tray.turn(first, 90)


def test_a_crooked_page_is_straightened_and_laid_back(desk: Desk) -> None:
    tray = desk.client.tray
    crooked = sheet(100).rotate(3, Image.Resampling.BICUBIC, fillcolor="white")
    page = take(desk, noise(crooked))
    assert tray.look(page).seen.tilt == pytest.approx(3.0, abs=0.3)
    assert tray.straighten(page).edits.tilt == pytest.approx(3.0, abs=0.3)
    (straight,) = tray.take(desk.case, png(shown(desk, page).convert("RGB")), source="test")
    assert tray.look(straight.id).seen.tilt == 0
    assert tray.straighten(page).edits.tilt == 0


def test_blank_and_blurred_pages_are_noticed_and_good_ones_not(desk: Desk) -> None:
    from PIL import ImageFilter

    tray, good = desk.client.tray, sheet(150)
    kinds = {
        "good": good, "grain": noise(good), "pale": Image.blend(good, noise(good), 0.5),
        "one line": sheet(150, lines=1), "blank": noise(sheet(150, lines=0)),
        "blurred": good.filter(ImageFilter.GaussianBlur(3)),
    }  # fmt: skip
    found = {name: tray.look(take(desk, page)).seen.flaws for name, page in kinds.items()}
    assert found == {
        "good": (), "grain": (), "pale": (), "one line": (), "blank": (Flaw.BLANK,),
        "blurred": (Flaw.BLURRED,),
    }  # fmt: skip


def test_a_stack_is_split_by_its_separator_sheets(desk: Desk) -> None:
    tray, materials = desk.client.tray, desk.materials
    stack = [
        sheet(100, lines=5), sheet(100, lines=2, code="OW-SEP"), sheet(100, lines=6),
        sheet(100, lines=7), sheet(100, lines=2, code="OW-SEP-1"), sheet(100, lines=8),
    ]  # fmt: skip
    for page in tray.take(desk.case, tiff(stack, 100), source="test"):
        tray.look(page.id)
    assert len(order(desk)) == 6
    assert tray.split(desk.case, materials[1]) == 2
    left = [page.material for page in tray.pages(desk.case)]
    assert left == [materials[1], materials[2], materials[2], materials[0]]
    tray.file(desk.session, desk.case, order(desk), materials[0])
    filed = {page.material for page in desk.client.attachments.pages_of(desk.case)}
    assert filed == {materials[0], materials[1], materials[2]}
    assert order(desk) == []


def test_filing_makes_one_pdf_that_others_can_read(desk: Desk, tmp_path: Path) -> None:
    tray, material = desk.client.tray, desk.materials[0]
    pages = [take(desk, sheet(150, first=f"第 {n} 页")) for n in (1, 2, 3)]
    tray.colour(pages[1], ScanMode.BLACK)
    tray.turn(pages[2], 90)
    tray.file(desk.session, desk.case, pages, material)
    (filed,) = desk.client.attachments.pages_of(desk.case)
    assert (filed.material, filed.media) == (material, "application/pdf")
    path = tmp_path / "made.pdf"
    path.write_bytes(desk.client.attachments.read(filed.sha))
    subprocess.run(["qpdf", "--check", path], check=True, capture_output=True)
    told = subprocess.run(["pdfinfo", "-l", "3", path], check=True, capture_output=True, text=True)
    sizes = [line.split(":")[1].split() for line in told.stdout.splitlines() if " size:" in line]
    assert [float(size[0]) < float(size[2]) for size in sizes if size[1:2] == ["x"]] == [
        True, True, False,
    ]  # fmt: skip
    assert "Producer" not in told.stdout
    assert order(desk) == []
    with pytest.raises(TrayPageGone):
        tray.file(desk.session, desk.case, pages, material)
    assert len(desk.client.attachments.pages_of(desk.case)) == 1


def test_what_a_camera_wrote_into_a_picture_goes(desk: Desk) -> None:
    exif = Image.Exif()
    exif[0x0110] = "EXAMPLE-CAMERA"
    exif[0x0112] = 6  # lies on its side
    exif.get_ifd(0x8825)[2] = (39.0, 54.0, 0.0)
    picture = jpeg(sheet(100).transpose(Image.Transpose.ROTATE_90), exif=exif, comment=b"secret")
    assert b"EXAMPLE-CAMERA" in picture
    tray = desk.client.tray
    (page,) = tray.take(desk.case, picture, source="test")
    assert page.height > page.width
    for output in Output:
        (made,) = tray.make([page.id], ScanRule(mode=ScanMode.COLOUR, output=output, megabytes=4))
        assert not [word for word in (b"EXAMPLE-CAMERA", b"Exif", b"secret") if word in made]
    assert (
        Image.open(io.BytesIO(tray.make([page.id], ScanRule(output=Output.JPEG))[0])).height > 900
    )


@pytest.mark.parametrize("output", list(Output))
def test_the_size_of_a_material_is_kept(desk: Desk, output: Output) -> None:
    tray, page = desk.client.tray, take(desk, noise(sheet(200), amount=60))
    for megabytes in (1.0, 0.3):
        (made,) = tray.make([page], ScanRule(output=output, megabytes=megabytes))
        assert 20_000 < len(made) <= megabytes * 2**20
    with pytest.raises(PagesTooLarge):
        tray.make([page] * 30, ScanRule(megabytes=0.05))


def test_colours_and_resolution_are_the_materials(desk: Desk) -> None:
    tray, page = desk.client.tray, take(desk, sheet(150))
    rule = ScanRule(mode=ScanMode.GREY, dpi=75, output=Output.JPEG)
    made = Image.open(io.BytesIO(tray.make([page], rule)[0]))
    assert made.mode == "L"
    assert made.size == pytest.approx((8.27 * 75, 11.69 * 75), abs=2)
    assert made.info["dpi"] == pytest.approx((75, 75))
    tray.colour(page, ScanMode.COLOUR)
    assert Image.open(io.BytesIO(tray.make([page], rule)[0])).mode == "RGB"


def test_a_page_finds_its_case_by_the_receipts_number(desk: Desk) -> None:
    client, session = desk.client, desk.session
    case = client.store.find_case(desk.case)
    assert case is not None
    case = name_parties(client, session, bring_everything(client, session, case))
    accept = Decision(outcome=Outcome.ACCEPT)
    case = client.decisions.decide(session, case.id, accept).matter.case
    assert case.number
    (page,) = client.tray.take("", jpeg(sheet(150, code=case.number)), source="test")
    assert client.tray.look(page.id).seen.other_case == desk.case
    client.tray.give([page.id], desk.case)
    (given,) = client.tray.pages(desk.case)
    assert (given.id, given.seen.other_case) == (page.id, "")
    assert client.tray.look(page.id).seen.other_case == ""
    (other,) = client.tray.take("", jpeg(sheet(150, code="A" * 18)), source="test")
    assert client.tray.look(other.id).seen.other_case == ""
    came: list[TrayPage] = []
    content = jpeg(sheet(150, lines=9, code=case.number))
    client.intake.add_content(Target(), content, came=came.append)
    assert len(client.tray.pages(desk.case)) == 2  # by itself, as it was nobody's


def test_nothing_is_filed_where_the_list_has_no_such_material(desk: Desk) -> None:
    page = take(desk, sheet(60))
    with pytest.raises(UnknownMaterial):
        desk.client.tray.file(desk.session, desk.case, [page], "gold-bars")
    assert order(desk) == [page]


_KILLED = """
import os, sys
from pathlib import Path
from app.bootstrap import Client
from app.config import Settings
client = Client(Path(sys.argv[1]), Settings())
for page in client.tray.take(sys.argv[2], Path(sys.argv[3]).read_bytes(), source="test"):
    os.kill(os.getpid(), 9)
"""


def test_a_page_taken_survives_a_kill_and_lies_encrypted(desk: Desk, tmp_path: Path) -> None:
    picture = jpeg(sheet(100), comment=b"PLAINLY-SEEN")
    (tmp_path / "page.jpg").write_bytes(picture)
    home = desk.client.home
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, home, desk.case, tmp_path / "page.jpg"], check=False
    )
    assert done.returncode == -9
    again = Client(home, Settings())
    (page,) = again.tray.pages(desk.case)
    again.tray.look(page.id)
    assert again.tray.proof(page.id)
    again.store.close()
    for file in filter(Path.is_file, home.rglob("*")):
        assert b"PLAINLY-SEEN" not in file.read_bytes(), file


def test_the_janitor_leaves_what_lies_in_the_tray(desk: Desk) -> None:
    import os

    page = take(desk, sheet(60))
    kept = desk.client.tray.pages(desk.case)[0].sha
    for file in (desk.client.home / "attachments").rglob("*.enc"):
        os.utime(file, (0, 0))
    desk.client.shelf.sweep()
    assert desk.client.tray.proof(page)
    desk.client.tray.remove([page])
    desk.client.shelf.sweep()
    assert not desk.client.shelf.holds(kept)


def test_every_refusal_leaves_the_tray_as_it_was(desk: Desk) -> None:
    for content in (b"", b"%PDF-1.4\n%%EOF", b"\xff\xd8\xff" + b"x" * 50 + b"\xff\xd9", b"GIF89a"):
        with pytest.raises(AppError):
            list(desk.client.tray.take(desk.case, content, source="test"))
    assert order(desk) == []


def test_unfiled_pages_are_thrown_away_a_month_after_anybody_would_file_them(desk: Desk) -> None:
    from datetime import timedelta

    client = desk.client
    mine, (nobodys,) = take(desk, sheet(60)), client.tray.take("", jpeg(sheet(50)), source="test")
    with writing(client.store.engine) as connection:
        old = (client.clock.now() - timedelta(days=29)).isoformat()
        connection.exec_driver_sql("UPDATE scan_tray SET taken_at = ?", (old,))
    client.shelf.sweep()
    assert [page.id for page in client.tray.pages("")] == [nobodys.id]
    with writing(client.store.engine) as connection:
        old = (client.clock.now() - timedelta(days=31)).isoformat()
        connection.exec_driver_sql("UPDATE scan_tray SET taken_at = ?", (old,))
    client.shelf.sweep()
    assert client.tray.pages("") == ()
    assert order(desk) == [mine]  # its case is open


_PAGES = st.lists(
    st.sampled_from(["", "OW-SEP", "OW-SEP-1", "ow-sep-2", "OW-SEP-77", "OW-SEP-0", "12345"]),
    max_size=12,
)


@given(_PAGES, st.sampled_from(["a", "c", "none"]))
def test_a_split_gives_every_page_once_and_keeps_no_sheet(codes: list[str], first: str) -> None:
    materials = {1: "a", 2: "b", 7: "c"}
    pages = [
        TrayPage(
            id=str(at), case_id="x", sha="", source="", taken_at="", width=1, height=1,
            seen=Seen(codes=(code,)),
        )
        for at, code in enumerate(codes)
    ]  # fmt: skip
    found = split(pages, materials, first)
    assert sorted([*found.materials, *found.separators]) == sorted(page.id for page in pages)
    sheets = {page.id for page in pages if separator_of(page.seen.codes) is not None}
    assert set(found.separators) == sheets
    assert set(found.materials.values()) <= {*materials.values(), first}


@given(st.floats(0, 0.4), st.floats(0, 0.4), st.floats(0.5, 1), st.floats(0.5, 1))
def test_four_quarter_turns_are_none(left: float, top: float, right: float, bottom: float) -> None:
    edits = Edits(crop=Box(left=left, top=top, right=right, bottom=bottom))
    turned = edits
    for _ in range(4):
        turned = turned.turned(90)
        assert turned.sound()
    assert turned.turn == 0
    assert turned.crop is not None
    assert (turned.crop.left, turned.crop.top) == pytest.approx((left, top), abs=1e-9)
    assert edits.turned(270) == edits.turned(-90)
