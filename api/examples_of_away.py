"""What an answer about passes, nights and movements looks like, for the docs."""

from __future__ import annotations

from typing import Any

from api.examples import ALDER, STAY, page
from api.examples_of_rules import ALICE, BOB, HEAD, told

PASS, CHECK, MOVEMENT, EXCEPTION = (
    "6b8d0f2a-4c5e-4719-8a3b-5c6d7e8f9a01",
    "0d2f4a6c-8e9b-4b3d-a1c5-7e8f9a0b1c2d",
    "a4c6e8f0-2b3d-4e5f-9a1b-3c4d5e6f7a8b",
    "7e9f1a3b-5c6d-4e8f-8a0b-2c4d6e8f0a1b",
)
OTHER_STAY = "9b3e5d7f-1c2a-4e8b-a6d4-0f1e2d3c4b5a"

PASS_LINE = HEAD | {
    "uuid": PASS,
    "kind": "overnight",
    "starts_at": "2026-06-27T10:00:00-04:00",
    "ends_at": "2026-06-28T18:00:00-04:00",
    "status": "asked",
}
ASKED = (
    PASS_LINE
    | told(ALICE, "2026-06-22T19:00:00-04:00")
    | {
        "where": "With my sister in Utica",
        "contact": "Ada Okafor, 585-555-0122",
        "transport": "",
        "note": "",
        "officer_agreed": "",
        "test_on_return": False,
        "unmet": ["Overnight passes begin after 60 days in the house; on that day it is 54."],
        "decision": None,
        "events": [],
    }
)
CHANGED = ASKED | {
    "ends_at": "2026-06-28T12:00:00-04:00",
    "status": "approved",
    "unmet": [],
    "decision": {
        "outcome": "changed",
        "asked_from": "2026-06-27T10:00:00-04:00",
        "asked_until": "2026-06-28T18:00:00-04:00",
        "starts_at": "2026-06-27T10:00:00-04:00",
        "ends_at": "2026-06-28T12:00:00-04:00",
        "conditions": "",
        "test_on_return": False,
        "unmet": ASKED["unmet"][0],
        "reason": "House meeting at one.",
    }
    | told(BOB, "2026-06-23T09:00:00-04:00"),
}


def event(kind: str, at: str, by: str, **facts: Any) -> dict[str, Any]:
    rest = {"until": None, "minutes_late": None, "test_asked": False, "unmet": "", "note": ""}
    return {"kind": kind, "at": at} | rest | facts | told(by, at)


MORE = event(
    "more_time",
    "2026-06-28T10:50:00-04:00",
    "Nia Okafor",
    until="2026-06-28T20:00:00-04:00",
    note="The train is late.",
)
EXTENDED = event(
    "extended",
    "2026-06-28T11:05:00-04:00",
    BOB,
    until="2026-06-28T20:00:00-04:00",
    note="The train is late; they called at five.",
)
CANCELLED = event("cancelled", "2026-06-25T08:00:00-04:00", "Nia Okafor", note="My sister is ill.")
RETURNED = event("returned", "2026-06-28T17:40:00-04:00", BOB, minutes_late=0, test_asked=True)

ROLL = {
    "house": ALDER,
    "night": "2026-06-12",
    "items": [
        {
            "stay": STAY,
            "name": "Nia O.",
            "due_at": "2026-06-12T23:00:00-04:00",
            "counted": True,
            "set_by": "house",
            "on_pass": None,
            "foreseen": "in",
            "status": "in",
            "in_at": None,
            "check": CHECK,
        },
        {
            "stay": OTHER_STAY,
            "name": "Rosa K.",
            "due_at": "2026-06-12T21:00:00-04:00",
            "counted": False,
            "set_by": "officer",
            "on_pass": None,
            "foreseen": "absent",
            "status": None,
            "in_at": None,
            "check": None,
        },
    ],
}
EXCEPTION_LINE = HEAD | {
    "uuid": EXCEPTION,
    "source": "officer",
    "weekday": None,
    "hour": "21:00",
    "starts_on": "2026-06-01",
    "ends_on": "2026-07-01",
}
CHECK_LINE = HEAD | {
    "uuid": CHECK,
    "night": "2026-06-12",
    "due_at": "2026-06-12T23:00:00-04:00",
    "status": "absent",
    "in_at": None,
    "corrects": None,
    "counts": True,
}
WHOLE_CHECK = (
    CHECK_LINE
    | told(ALICE, "2026-06-12T23:20:00-04:00")
    | {
        "why": "",
        "of_pass": None,
        "correction_reason": "",
    }
)
MOVEMENT_LINE = HEAD | {
    "uuid": MOVEMENT,
    "way": "out",
    "at": "2026-06-12T08:00:00-04:00",
    "purpose": "work",
    "expected_at": "2026-06-12T17:30:00-04:00",
    "corrects": None,
    "counts": True,
}
OUT = (
    MOVEMENT_LINE
    | told("Nia Okafor", "2026-06-12T08:00:00-04:00")
    | {
        "where": "Genesee Bakery",
        "of_pass": None,
        "correction_reason": "",
    }
)

ANSWERS: dict[str, Any] = {
    "passes_list": page(PASS_LINE),
    "passes_ask": ASKED,
    "passes_read": ASKED,
    "passes_decide": CHANGED,
    "passes_cancel": CHANGED | {"status": "cancelled", "events": [CANCELLED]},
    "passes_ask_more_time": CHANGED | {"events": [MORE]},
    "passes_extend": CHANGED | {"ends_at": "2026-06-28T20:00:00-04:00", "events": [MORE, EXTENDED]},
    "passes_return": CHANGED
    | {"ends_at": "2026-06-28T20:00:00-04:00", "status": "returned", "events": [MORE, EXTENDED, RETURNED]},
    "curfew_roll": ROLL,
    "curfew_take_roll": ROLL,
    "curfew_hours": {
        "house": ALDER,
        "weeknights": "22:00",
        "weekends": "23:30",
        "grace": 10,
        "differs": [{"phase": "1 · Orientation", "weekday": None, "hour": "21:00"}],
    },
    "curfew_exceptions_list": page(EXCEPTION_LINE),
    "curfew_exceptions_read": EXCEPTION_LINE | {"reason": "Condition of probation."},
    "passes_rules": {
        "house": ALDER,
        "items": [
            {
                "kind": "overnight",
                "phase": None,
                "min_days": 30,
                "max_nights": 1,
                "max_in_30_days": 2,
                "notice_hours": 168,
                "officer_agrees": True,
                "test_on_return": True,
            }
        ],
    },
    "curfew_list": page(CHECK_LINE),
    "curfew_read": WHOLE_CHECK,
    "curfew_correct": WHOLE_CHECK
    | {
        "uuid": "c2e4a6b8-0d1f-4a3c-8b5e-9d7f6a5b4c3d",
        "status": "late",
        "in_at": "2026-06-12T23:50:00-04:00",
        "corrects": CHECK,
        "correction_reason": "Came in ten minutes after I had counted.",
    },
    "movements_whereabouts": {
        "house": ALDER,
        "as_of": "2026-06-12T12:00:00-04:00",
        "items": [
            {
                "stay": STAY,
                "name": "Nia Okafor",
                "out": True,
                "since": "2026-06-12T08:00:00-04:00",
                "purpose": "work",
                "expected_at": "2026-06-12T17:30:00-04:00",
                "on_pass": None,
                "overdue": False,
                "missing": False,
                "says_back": False,
            }
        ],
    },
    "movements_list": page(MOVEMENT_LINE),
    "movements_read": OUT,
    "movements_out": OUT,
    "movements_in": OUT
    | {"way": "in", "at": "2026-06-12T17:20:00-04:00", "purpose": "", "expected_at": None, "where": ""},
    "movements_correct": OUT
    | {
        "uuid": "f5a7c9e1-3b4d-4c6f-8d2e-0a1b2c3d4e6f",
        "at": "2026-06-12T08:10:00-04:00",
        "corrects": MOVEMENT,
        "correction_reason": "It was ten past eight, not nine.",
    },
}
