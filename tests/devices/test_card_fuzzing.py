"""The guided fuzzing of the cards' parsers, for a moment each; ``make soak`` gives it minutes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.card_seeds import SEEDS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("target", SEEDS)
def test_nothing_is_found_in_a_moment(tmp_path: Path, target: str) -> None:
    # A child's highest memory begins with its parent's, which is a whole test run.
    limits = ("-runs=3000", "-max_len=3000", "-rss_limit_mb=0", "-malloc_limit_mb=256")
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.card_parsers", target, *limits],
        capture_output=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
    assert b"Done 3000 runs" in done.stderr


def test_a_find_is_told(tmp_path: Path) -> None:
    """With a parser that falls over, so that silence means something."""
    broken = (
        "import tests.fuzz.card_parsers as fuzzing, sys\n"
        "fuzzing.TARGETS['text'] = lambda data: data.index(b'nowhere')\n"
        "fuzzing.fuzz('text')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", broken, "-runs=100"],
        capture_output=True, cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert list(tmp_path.glob("crash-*"))
