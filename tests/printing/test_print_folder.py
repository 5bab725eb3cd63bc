"""Printing into a folder: whole files or none, one file a job, whatever the title and the disk."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from app.domain.errors import NotSent
from app.print_ports import PrinterState
from printers.backends.folder import FolderPrinter
from printers.errors import FolderFull, FolderUnusable, FormatNotTaken
from printers.maker import ESCPOS, PDF, PaperPress
from tests.printing.samples import receipt, slip


def new_job() -> str:
    return str(uuid.uuid4())


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def test_a_paper_is_a_file_named_by_its_title(tmp_path: Path, press: PaperPress) -> None:
    printer, job = FolderPrinter(tmp_path / "new" / "papers"), new_job()
    assert printer.find(job) == ""
    kind, data = press.make(receipt())
    assert printer.accepts(kind)
    name = printer.send(job, "收件凭证 WD01（补打 1）", kind, data)
    assert name.startswith("收件凭证_WD01（补打_1）-")
    assert name.endswith(".pdf")
    assert files(tmp_path / "new" / "papers") == [name]
    assert (tmp_path / "new" / "papers" / name).read_bytes() == data
    assert printer.find(job) == name
    assert printer.find(new_job()) == ""
    assert printer.status().state is PrinterState.READY


def test_the_same_job_is_one_file_also_under_another_title(tmp_path: Path) -> None:
    printer, job = FolderPrinter(tmp_path), new_job()
    first = printer.send(job, "收件凭证", PDF, b"one")
    assert printer.send(job, "收件凭证", PDF, b"two") == first
    assert printer.send(job, "改了名", PDF, b"three") == first
    assert files(tmp_path) == [first]
    assert (tmp_path / first).read_bytes() == b"three"
    printer.send(new_job(), "收件凭证", PDF, b"other")
    assert len(files(tmp_path)) == 2


def test_a_slip_lies_beside_its_picture(tmp_path: Path, press: PaperPress) -> None:
    printer, job = FolderPrinter(tmp_path), new_job()
    kind, data = press.make(slip())
    name = printer.send(job, "排队号 A012", kind, data)
    assert files(tmp_path) == sorted([name, Path(name).stem + ".png"])
    assert (tmp_path / name).read_bytes() == data
    assert (tmp_path / name).with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    assert printer.find(job) == name


def test_a_slip_that_cannot_be_drawn_is_kept_all_the_same(tmp_path: Path) -> None:
    name = FolderPrinter(tmp_path).send(new_job(), "票", ESCPOS, b"\x1b\xff\x00")
    assert files(tmp_path) == [name]


@pytest.mark.parametrize(
    "title",
    ["../../etc/passwd", "/abs/olute", "..", ".", "", "a\x00b", "C:\\x\\y", "CON", "~", "*?[x]",
     "龘" * 300, "𠮷" * 300, "-rf", "line\nend", "\u202egnp.exe", ".hidden"],
)  # fmt: skip
@pytest.mark.parametrize("job", ["0198", "../../x", ""])
def test_no_title_leads_out_of_the_folder(tmp_path: Path, title: str, job: str) -> None:
    folder = tmp_path / "papers"
    printer = FolderPrinter(folder)
    name = printer.send(job, title, PDF, b"data")
    assert files(tmp_path) == ["papers"]
    assert files(folder) == [name]
    assert "/" not in name
    assert "\\" not in name
    assert name.isprintable()
    assert printer.find(job) == name


def test_a_kind_that_no_folder_keeps_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatNotTaken):
        FolderPrinter(tmp_path).send(new_job(), "x", "image/png", b"")
    assert files(tmp_path) == []


def test_a_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "papers").write_text("not a folder")
    printer = FolderPrinter(tmp_path / "papers")
    with pytest.raises(FolderUnusable) as caught:
        printer.send(new_job(), "x", PDF, b"data")
    assert isinstance(caught.value, NotSent)
    assert caught.value.details["folder"] == "papers"
    assert str(caught.value.details["reason"])
    status = printer.status()
    assert (status.state, status.code) == (PrinterState.FAULTY, FolderUnusable.code)


# Faults that belong to a whole process run in one of their own.
CHILD = """
import os, resource, signal, sys
from pathlib import Path
from printers.backends.folder import FolderPrinter
from app.domain.errors import AppError
folder, fault = Path(sys.argv[1]), sys.argv[2]
if fault == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
elif os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
printer = FolderPrinter(folder)
try:
    printer.send(sys.argv[3], "title", "application/pdf", b"x" * 50_000)
except AppError as error:
    print(error.code, printer.status().state.value, repr(printer.find(sys.argv[3])))
"""


def in_child(folder: Path, fault: str, job: str) -> str:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(folder), fault, job],
        capture_output=True, text=True, check=False, timeout=30,
        env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    job = new_job()
    assert in_child(tmp_path, "full", job) == f"{FolderFull.code} ready ''"
    assert files(tmp_path) == []


def test_a_full_disk_leaves_the_earlier_file_as_it_was(tmp_path: Path) -> None:
    job = new_job()
    name = FolderPrinter(tmp_path).send(job, "title", PDF, b"first")
    assert in_child(tmp_path, "full", job) == f"{FolderFull.code} ready '{name}'"
    assert files(tmp_path) == [name]
    assert (tmp_path / name).read_bytes() == b"first"


def test_a_read_only_folder_is_named_and_stays_empty(open_folder: Path) -> None:
    folder = open_folder / f"readonly-{uuid.uuid4()}"
    folder.mkdir()
    folder.chmod(0o555)
    assert in_child(folder, "other user", new_job()) == f"{FolderUnusable.code} faulty ''"
    folder.chmod(0o755)
    assert files(folder) == []
