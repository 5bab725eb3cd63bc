"""Run every benchmark, one after the other."""

from __future__ import annotations

import importlib
import pkgutil

import tests.benchmarks

for module in sorted(m.name for m in pkgutil.iter_modules(tests.benchmarks.__path__)):
    if module.startswith("bench_"):
        print(f"-- {module}", flush=True)
        importlib.import_module(f"tests.benchmarks.{module}").main()
