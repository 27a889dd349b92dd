"""What an answer about required meetings, standings and excused weeks looks like, for the docs."""

from __future__ import annotations

from typing import Any

from api.examples import ALDER, STAY, page
from api.examples_of_rules import ALICE, HEAD, told

REQUIREMENT, OWN = "2f4b6d80-9a1c-4e3f-b5d7-8c0e2a4b6d81", "5c7e9fa1-3b2d-4c6e-9f80-1a2b3c4d5e6f"
EXCUSED, TAKEN_BACK = "8d0f1b2c-4e6a-4b8c-9d0e-2f3a4b5c6d7e", "b6a4c2e0-1f3d-4a5b-8c7d-9e0f1a2b3c4d"

ASKED = {
    "uuid": REQUIREMENT,
    "house": ALDER,
    "phase": None,
    "stay": None,
    "per": "week",
    "count": 3,
    "days": None,
    "least_grade": 1,
    "besides": False,
    "parts": [{"kind": "house", "count": 1}],
    "starts_on": "2026-06-15",
    "ends_on": None,
    "reason": "",
} | told(ALICE, "2026-06-12T10:00:00-04:00")
IN_WEEK = {
    "starts_on": "2026-06-15",
    "ends_on": "2026-06-22",
    "state": "behind",
    "days_lived": 7,
    "done": 1,
    "needed": 3,
    "still_needed": 2,
    "lines": [
        {
            "requirement": REQUIREMENT,
            "needed": 3,
            "done": 1,
            "below": 0,
            "parts": [{"kind": "house", "needed": 1, "done": 0}],
            "arithmetic": "3 asked for a week; 1 counted, house meeting: 0 of 1.",
        }
    ],
}
IN_PERIOD = {
    "starts_on": "2026-05-04",
    "ends_on": "2026-08-02",
    "state": "on_track",
    "days_lived": 90,
    "done": 45,
    "needed": 90,
    "still_needed": 45,
    "lines": [
        {
            "requirement": OWN,
            "needed": 90,
            "done": 45,
            "below": 2,
            "parts": [],
            "arithmetic": "90 asked for in 90 days from May 4, 2026; 45 counted, 2 more were below the evidence "
            "asked for.",
        }
    ],
}
WEEK = (
    HEAD
    | told(ALICE, "2026-06-12T10:00:00-04:00")
    | {"uuid": EXCUSED, "week": "2026-06-15", "excused": True, "cause": "pass", "note": "", "follows": None}
)

ANSWERS: dict[str, Any] = {
    "requirements_list": page(ASKED),
    "requirements_add": ASKED,
    "requirements_read": ASKED,
    "requirements_end": ASKED | {"ends_on": "2026-07-06"},
    "standings_house": {
        "house": ALDER,
        "week": "2026-06-15",
        "items": [{"stay": STAY, "name": "Nia O."} | IN_WEEK],
    },
    "standings_stay": {
        "house": ALDER,
        "stay": STAY,
        "name": "Nia Okafor",
        "weeks": [IN_WEEK],
        "periods": [IN_PERIOD],
    },
    "excuses_list": page(WEEK),
    "excuses_add": WEEK,
    "excuses_read": WEEK,
    "excuses_take_back": WEEK
    | {"uuid": TAKEN_BACK, "excused": False, "note": "The pass was cancelled.", "follows": EXCUSED},
}
