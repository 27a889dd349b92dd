"""What an answer about shifts looks like, for the docs."""

from __future__ import annotations

from typing import Any

from api.examples import ALDER, page
from api.examples_of_rules import ALICE, BOB, told

HAND_OVER = "b7c3d9e1-4f5a-4a6b-8c2d-0e1f3a5b7c9d"

LINE = {"uuid": HAND_OVER, "house": ALDER, "read": False} | told(ALICE, "2026-06-12T22:05:00-04:00")
WHOLE = LINE | {
    "text": "Nia is at the hospital until the morning. The boiler man comes at nine.",
    "counts": {"missing": 0, "incidents": 1, "deadlines": 1, "complaints": 0, "follow_ups": 2, "away": 1},
    "reads": [],
}
READ = WHOLE | {"read": True, "reads": [told(BOB, "2026-06-13T06:10:00-04:00")]}
CARRIED = {
    "house": ALDER,
    "person": "2c4e6a8b-0d1f-4325-a7b9-c1d3e5f70921",
    "name": ALICE,
    "week": None,
    "nights": 19,
    "call_outs": 3,
    "records": 84,
    "hand_overs": 22,
}

ANSWERS: dict[str, Any] = {
    "shifts_list": page(LINE),
    "shifts_write": WHOLE,
    "shifts_read": READ,
    "shifts_sign": READ,
    "shifts_load": {"since": "2026-05-14", "until": "2026-06-12", "items": [CARRIED]},
}
