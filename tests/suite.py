"""The whole suite: on SQLite, on PostgreSQL, and in a real browser. `make test` runs it.

With CI set an engine or a browser that cannot be had is a failure; without, the last lines say what was
not tested. Arguments go to every pytest.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import engines

PYTEST = [sys.executable, "-m", "pytest", "-n", os.environ.get("WORKERS", "auto"), "--maxprocesses=8"]
BROWSER = "tests/browser"


def without_database_url() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}


def on_sqlite(arguments: Sequence[str]) -> int:
    return engines.run_to_its_end([*PYTEST, f"--ignore={BROWSER}", *arguments], without_database_url())


def on_postgresql(arguments: Sequence[str]) -> int:
    return engines.run_on_postgresql([*PYTEST, f"--ignore={BROWSER}", *arguments])


def in_browser(arguments: Sequence[str]) -> int:
    environment = {**without_database_url(), "CHROMIUM": engines.chromium()}
    return engines.run_to_its_end([*PYTEST, BROWSER, *arguments], environment)


LEGS: dict[str, Callable[[Sequence[str]], int]] = {
    "SQLite": on_sqlite,
    "PostgreSQL": on_postgresql,
    "browser": in_browser,
}


def main(arguments: Sequence[str]) -> int:
    strict = os.environ.get("CI", "").lower() not in ("", "0", "false", "no")
    outcome: dict[str, str] = {}
    for name, leg in LEGS.items():
        print(f"\n=== {name} ===", flush=True)
        began = time.monotonic()
        try:
            code = leg(arguments)
        except engines.Unavailable as problem:
            outcome[name] = f"NOT TESTED: {problem}"
        else:
            took = f"{time.monotonic() - began:.0f} s"
            outcome[name] = f"passed in {took}" if code == 0 else f"FAILED ({code}) after {took}"
    print()
    for name, text in sorted(outcome.items(), key=lambda item: item[1].startswith("NOT")):
        print(f"{name}: {text}", flush=True)
    bad = ("FAILED", "NOT TESTED") if strict else ("FAILED",)
    return 1 if any(text.startswith(bad) for text in outcome.values()) else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (KeyboardInterrupt, subprocess.SubprocessError) as stopped:
        sys.exit(f"Stopped: {stopped or 'interrupted'}.")
