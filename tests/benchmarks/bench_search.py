"""Time the item search at every keystroke, and count how often it finds what was meant.

``python -m tests.benchmarks.bench_search [--seed N] [SIZE...]``

The queries are drawn anew in each run (the seed is printed, so that a run can be repeated):
nothing in the search can have been fitted to them. Every beginning of a query is a keystroke;
each is timed once, cold, as it happens at the window.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence

from app.services.search import SearchIndex
from tests.benchmarks.many_items import many_items
from tests.benchmarks.typed_queries import Typed, queries, slips

_EACH = 40  # queries of every way of typing
_SLIPS = 400  # pinyin, initials and characters with a slip, each
_SHOWN = 20


def measure(size: int, seed: int) -> dict[str, object]:
    items = many_items(size)
    gc.collect()
    before = _resident()
    began = time.perf_counter()
    index = SearchIndex(items)
    build = time.perf_counter() - began
    gc.collect()
    memory = _resident() - before
    rng = random.Random(seed)
    right, wrong = queries(items, rng, _EACH), slips(items, rng, _SLIPS)
    often = {item.code: rng.randint(1, 50) for item in rng.choices(items, k=60)}
    times: list[tuple[float, str]] = []
    busy: list[float] = []  # without what others do on the machine meanwhile
    for typed in right + wrong[:: max(1, len(wrong) // (5 * _EACH))]:
        for end in range(1, len(typed.text) + 1):
            began, began_busy = time.perf_counter(), time.thread_time()
            index.find(typed.text[:end], _SHOWN, often)
            busy.append(time.thread_time() - began_busy)
            times.append((time.perf_counter() - began, typed.text[:end]))
    times.sort()
    busy.sort()
    return {
        "items": size,
        "seed": seed,
        "build_s": round(build, 2),
        "memory_mb": round(memory / 1e6, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3),
        "keystrokes": len(times),
        "p50_ms": _at(times, 0.5),
        "p99_ms": _at(times, 0.99),
        "p99_busy_ms": round(busy[len(busy) * 99 // 100] * 1e3, 2),
        "p999_ms": _at(times, 0.999),
        "worst_ms": round(times[-1][0] * 1e3, 2),
        "worst": times[-1][1],
    } | _recall(index, wrong)


def _recall(index: SearchIndex, wrong: Sequence[Typed]) -> dict[str, object]:
    """Of the slips in what would have found its item: how many find it all the same."""
    asked: defaultdict[str, int] = defaultdict(int)
    found: defaultdict[str, int] = defaultdict(int)
    for typed in wrong:
        if typed.name not in _names(index, typed.right):
            continue  # not even without the slip: too little was typed
        hit = typed.name in _names(index, typed.text)
        for kind in {typed.kind, typed.kind.split()[0].replace("wrong", typed.kind)}:
            asked[kind] += 1
            found[kind] += hit
    return {
        "slips_found": {
            kind: f"{found[kind] / asked[kind]:.1%} of {asked[kind]}" for kind in sorted(asked)
        }
    }


def _names(index: SearchIndex, text: str) -> set[str]:
    return {match.item.name for match in index.find(text, _SHOWN)}


def _at(times: Sequence[tuple[float, str]], share: float) -> float:
    return round(times[int(len(times) * share)][0] * 1e3, 2)


def _resident() -> int:
    with open("/proc/self/statm", encoding="ascii") as status:  # noqa: PTH123 - not a file to keep
        return int(status.read().split()[1]) * resource.getpagesize()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 10_000, 100_000])
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    wanted = parser.parse_args()
    if len(wanted.sizes) == 1:
        print(json.dumps(measure(wanted.sizes[0], wanted.seed), ensure_ascii=False), flush=True)
        return
    for size in wanted.sizes:  # each in its own process, so that its memory is its own
        subprocess.run(
            [sys.executable, "-m", __spec__.name, str(size), "--seed", str(wanted.seed)],
            check=True,
        )


if __name__ == "__main__":
    main()
