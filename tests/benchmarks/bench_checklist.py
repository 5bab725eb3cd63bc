"""Time ``checklist.evaluate`` on a list of 40 materials and 10 questions. Bar: 200 µs.

``python -m tests.benchmarks.bench_checklist``
"""

from __future__ import annotations

import json
import time
from datetime import date

from app.domain.catalogue import (
    Department,
    Item,
    ItemKind,
    Limit,
    Material,
    Necessity,
    Option,
    OptionRef,
    Question,
)
from app.domain.catalogue_check import check_items
from app.domain.checklist import Evidence, evaluate

_ROUNDS = 2_000


def large_item(materials: int = 40, questions: int = 10) -> Item:
    """Every question calls for materials; every other one depends on the one before it."""
    rows = tuple(
        Material(
            id=f"m{n}",
            name=f"材料{n}",
            copies=n % 3,
            necessity=Necessity.DEFERRABLE if n % 5 == 0 else Necessity.REQUIRED,
            basis="《中华人民共和国行政许可法》第三十一条",
            promisable=n % 7 == 0,
        )
        for n in range(materials)
    )
    asked = tuple(
        Question(
            id=f"q{n}",
            text=f"情形{n}",
            options=(
                Option(id="yes", text="是", materials=(f"m{2 * n}", f"m{2 * n + 1}")),
                Option(id="no", text="否", materials=(f"m{2 * n + 20}",)),
            ),
            asked_when=(OptionRef(question=f"q{n - 1}", option="yes"),) if n % 2 else (),
        )
        for n in range(questions)
    )
    item = Item(
        code="bench",
        name="基准",
        department=Department(code="11370199MB00000000", name="示例局"),
        level="4",
        type="01",
        kind=ItemKind.PROMISED,
        served=("2",),
        statutory_limit=Limit(count=20),
        promised_limit=Limit(count=5),
        promise_allowed=True,
        questions=asked,
        materials=rows,
        effective_from=date(2026, 1, 1),
    )
    check_items((item,))
    return item


def measure() -> dict[str, float | int]:
    item = large_item()
    answers = {f"q{n}": frozenset({"yes"}) for n in range(10)}
    evidence = {f"m{n}": Evidence(originals=1, copies=2) for n in range(0, 40, 2)}
    times = []
    for _ in range(_ROUNDS):
        began = time.perf_counter()
        evaluate(item, answers, evidence, on=date(2026, 11, 23))
        times.append(time.perf_counter() - began)
    times.sort()
    return {
        "materials": len(item.materials),
        "questions": len(item.questions),
        "p50_us": round(times[_ROUNDS // 2] * 1e6, 1),
        "p99_us": round(times[_ROUNDS * 99 // 100] * 1e6, 1),
        "bar_us": 200,
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
