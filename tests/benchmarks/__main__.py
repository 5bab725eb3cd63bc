"""Run every benchmark, or those whose names hold one of the given words, one after the other.

Each in its own process, so that its memory and what it imported are its own.
"""

from __future__ import annotations

import pkgutil
import subprocess
import sys

import tests.benchmarks

for module in sorted(m.name for m in pkgutil.iter_modules(tests.benchmarks.__path__)):
    wanted = not sys.argv[1:] or any(word in module for word in sys.argv[1:])
    if module.startswith("bench_") and wanted:
        print(f"-- {module}", flush=True)
        subprocess.run([sys.executable, "-m", f"tests.benchmarks.{module}"], check=True)
