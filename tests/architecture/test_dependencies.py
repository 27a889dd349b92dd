"""What `make setup` installs: everything pyproject.toml asks for, exactly, from nowhere in particular."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "tests/postgres.lock"]
PINNED = re.compile(r"^(?P<name>[a-z0-9._-]+)==(?P<version>\S+)(?: ; [^\\]+)? \\$")
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def pins(lock: str) -> dict[str, str]:
    found = map(PINNED.match, (ROOT / lock).read_text().splitlines())
    return {canonicalize_name(match["name"]): match["version"] for match in found if match}


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_pins_hashes_and_comments_and_no_address(lock):
    lines = (ROOT / lock).read_text().splitlines()

    strange = [line for line in lines if not (PINNED.match(line) or HASH.match(line) or line.startswith("    # "))]

    assert strange == []
    assert [line for line in lines if "://" in line] == []
    assert pins(lock)


def test_lock_holds_every_requirement_in_its_range():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = pins("requirements.lock")
    asked = [Requirement(text) for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]]

    outside = {
        str(requirement): locked.get(canonicalize_name(requirement.name), "0")
        for requirement in asked
        if locked.get(canonicalize_name(requirement.name), "0") not in requirement.specifier
    }

    assert len(asked) > 10
    assert outside == {}


def test_every_requirement_says_why_it_is_here_or_what_it_carries():
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    runtime = lines[lines.index("dependencies = [") + 1 :]
    runtime = runtime[: runtime.index("]")]

    assert [line for line in runtime if "  # " not in line] == []
