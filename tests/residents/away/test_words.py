"""What is said about passes and nights is well put: an hour that ends in a full stop is not followed by another."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

OF_THIS = (Path("residents/away"), Path("templates/residents/away"))
# “until 6 p.m.”: what stands here is an hour, or ends in one.
HOURS = r"(?:when|hour|until|span|end|ends|starts|given|back|said_back|over_since|late_and_longer|hours_over)"
STOPPED = re.compile(rf"%\({HOURS}\)s\.(?!\w)|\{{\{{ {HOURS} \}}\}}\.")


@pytest.mark.parametrize("folder", OF_THIS, ids=str)
def test_no_hour_stands_before_a_full_stop(folder):
    files = [path for path in (settings.BASE_DIR / folder).rglob("*") if path.suffix in (".py", ".html")]
    found = [
        f"{path.name}: {line.strip()[:100]}"
        for path in files
        for line in path.read_text().splitlines()
        if STOPPED.search(line)
    ]

    assert files
    assert found == []
