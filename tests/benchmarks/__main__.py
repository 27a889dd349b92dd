"""The measurements of the product, as ratios inside one run. `make bench` runs it, with PostgreSQL in DATABASE_URL.

    python -m tests.benchmarks [--sizes 10,100,1000] [--strict]

Each line is a ratio and its bar; one without a bar only tells. A ratio compares two things measured in turn, in the
same process, on the same machine, so that it says something about the product and little about the machine. With
--strict a missed bar fails.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
SIZES = "10,100,1000"


@contextmanager
def new_database(url: str) -> Iterator[str]:
    """An empty database on the server that this address names, gone afterwards."""
    server, name = url.rsplit("/", 1)[0], f"bench_{uuid.uuid4().hex}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            yield f"{server}/{name}"
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def measured(url: str, sizes: str) -> Iterator[dict]:
    """What the measuring process finds on this database, as it finds it; its progress goes to the terminal."""
    command = [sys.executable, "-m", "tests.benchmarks.measure", sizes]
    environment = {**os.environ, "DATABASE_URL": url}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            yield json.loads(line)
    if process.returncode:
        sys.exit(f"Measuring ended with {process.returncode}.")


def start_up(folder: Path) -> dict:
    """`manage.py check` against that of an empty Django project: each as it comes, on SQLite, and compiled once."""
    left_out = ("DJANGO_SETTINGS_MODULE", "DATABASE_URL", "PYTHONDONTWRITEBYTECODE")
    environment = {key: value for key, value in os.environ.items() if key not in left_out}
    make = [sys.executable, "-m", "django", "startproject", "empty", str(folder)]
    subprocess.run(make, check=True, env=environment)
    check = [sys.executable, "manage.py", "check"]
    ours, empty = [], []
    for _ in range(7):
        for place, times in ((ROOT, ours), (folder, empty)):
            began = time.perf_counter()
            subprocess.run(check, cwd=place, check=True, env=environment, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - began)
    return {"what": "start-up, ÷ an empty Django project", "ratio": min(ours) / min(empty), "at most": 2.5}


def verdict(line: dict) -> str:
    """Whether the bar is met, in the two digits that bars are written in; "" where it is, or where there is none."""
    ratio = round(line["ratio"], 2)
    if not has_bar(line):
        return ""
    met = ratio >= line["at least"] if "at least" in line else ratio <= line["at most"]
    return "" if met else "MISSED"


def has_bar(line: dict) -> bool:
    return "at least" in line or "at most" in line


def show(line: dict) -> list[bool]:
    """Print one line; whether its bar is met, where it has one."""
    bar = ""
    if has_bar(line):
        bar = f"(≥ {line['at least']})" if "at least" in line else f"(≤ {line['at most']})"
    size = f"{line['houses']:,} houses" if line.get("houses") else ""
    print(f"  {line['what']:<72} {size:>12}  {line['ratio']:5.2f}  {bar} {verdict(line)}".rstrip(), flush=True)
    return [not verdict(line)] if has_bar(line) else []


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("--sizes", default=SIZES, help="numbers of houses, growing (4000 too, if you have the time)")
    parser.add_argument("--strict", action="store_true", help="fail where a bar is missed")
    given = parser.parse_args()
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        sys.exit("DATABASE_URL must name PostgreSQL. `make bench` brings a server of its own.")
    met = []
    folder = Path(tempfile.mkdtemp())
    try:
        with new_database(url) as fresh:
            print("PostgreSQL", flush=True)
            for line in measured(fresh, given.sizes):
                met += show(line)
        print("SQLite", flush=True)
        for line in measured(f"sqlite:///{folder / 'bench.sqlite3'}", given.sizes.split(",")[0]):
            met += show(line)
        print("Both", flush=True)
        (folder / "empty").mkdir()
        met += show(start_up(folder / "empty"))
    finally:
        shutil.rmtree(folder)
    print(f"{sum(met)} of {len(met)} bars met.")
    return 1 if given.strict and not all(met) else 0


if __name__ == "__main__":
    sys.exit(main())
