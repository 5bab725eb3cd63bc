"""Types are looked into by one thread at a time, wherever something is read."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECODING = ROOT / "app" / "domain" / "decoding.py"

# Many new types, each met by six threads at the same moment, as it is at a start.
STRESS = """
import dataclasses, sys, threading
import msgspec
from {module} import {name}

sys.setswitchinterval(1e-6)
failed = []

def read(meet, kind):
    meet.wait()
    try:
        assert {call}.b[0].f0 == "x"
    except BaseException as error:
        failed.append(error)

for n in range(300):
    fields = [(f"f{{i}}", int if i % 2 else str | None, None) for i in range(12)]
    part = dataclasses.make_dataclass(f"Part{{n}}", fields, frozen=True, slots=True)
    kind = msgspec.defstruct(f"Kind{{n}}", [("a", part | None, None), ("b", tuple[part, ...], ())])
    meet = threading.Barrier(6)
    threads = [threading.Thread(target=read, args=(meet, kind)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("failed", len(failed))
"""
TEXT = """b'{"a": {"f1": 1}, "b": [{"f0": "x"}]}'"""
VALUE = """{"a": {"f1": 1}, "b": [{"f0": "x"}]}"""


@pytest.mark.parametrize(
    ("name", "call"),
    [("decode", f"decode({TEXT}, kind)"), ("convert", f"convert({VALUE}, kind)")],
)
def test_many_threads_may_meet_a_type_at_the_same_moment(name: str, call: str) -> None:
    program = STRESS.format(module="app.domain.decoding", name=name, call=call)
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout.strip()) == (0, "failed 0"), ended.stderr


def test_nothing_is_read_past_the_one_place() -> None:
    assert [place for folder in ("app", "sync", "ui", "printers") for place in _past(folder)] == []


def _past(folder: str) -> Iterator[str]:
    for file in sorted((ROOT / folder).rglob("*.py")):
        if file == DECODING:
            continue
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Call) and _looks_into_a_type(node):
                yield f"{file.relative_to(ROOT)}:{node.lineno}"


def _looks_into_a_type(call: ast.Call) -> bool:
    named = ast.unparse(call.func)
    typed = len(call.args) > 1 or any(word.arg == "type" for word in call.keywords)
    return named in {"msgspec.json.Decoder", "msgspec.convert"} or (
        named == "msgspec.json.decode" and typed
    )
