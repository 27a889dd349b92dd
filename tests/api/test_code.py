"""The API's own code: from a request to a row only through a door, and nothing slow to import before somebody asks."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture import guards

# `of` begins with the holder of a key; `real` and `on` with stays, beds and applications that were fetched in scope,
# `out` with versions of a book that was.
DOORS = frozenset({"visible_to", "where_may", "of", "over", "real", "on", "out"})
BESIDE = {
    "endpoint.py": "the houses of the partner's own organization",
    "idempotency.py": "writes the answer that it keeps",
    "pagination.py": "where a row that the cursor names stands among the others, which are in scope",
}


def test_endpoints_fetch_in_scope():
    files = guards.python_files("api/")

    found = {where.partition(":")[0] for where in guards.rows_fetched_out_of_scope(files, DOORS)}

    assert len(files) > 15
    assert found == set(BESIDE)


def test_starting_up_imports_no_endpoint():
    code = (
        "import django, sys; django.setup(); from django.urls import get_resolver; get_resolver().url_patterns; "
        "print(*sorted({name.split('.')[0] for name in sys.modules} & {'yaml', 'jsonschema', 'uritemplate'}), "
        "*sorted(name for name in sys.modules if name.startswith(('api.v1.', 'rest_framework.views', "
        "'rest_framework.serializers', 'drf_spectacular.openapi'))))"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=guards.ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
