"""A run that lost a test process still ends, and leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys

_CRASH = """
import os, subprocess
subprocess.Popen(["sleep", "600"])
print("started", flush=True)
os.kill(os.getpid(), int(os.environ["BY"]))
"""


def test_what_a_crashed_process_started_ends_with_the_run() -> None:
    """The orphan holds this very output: were it left alive, there would be no end to read."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.whole_run", sys.executable, "-c", _CRASH],
        check=False, stdout=subprocess.PIPE, text=True, timeout=60,
        env={"BY": str(int(signal.SIGKILL))},
    )  # fmt: skip
    assert run.stdout == "started\n"
    assert run.returncode == 128 + signal.SIGKILL


def test_a_failure_is_told_on() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.whole_run", "false"], check=False, timeout=60
    )
    assert run.returncode == 1
