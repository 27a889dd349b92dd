"""What an answer about complaints, searches and visitors looks like, for the docs."""

from __future__ import annotations

from typing import Any

from api.examples import ALDER, STAY, page
from api.examples_of_rules import ALICE, BOB, BOOK, OLIVE, told

COMPLAINT, SEARCH, VISIT = (
    "2b4d6f80-1a3c-4e5f-8071-92a3b4c5d6e7",
    "6e8f0a1b-3c5d-4f70-9182-a3b4c5d6e7f8",
    "9f1a2b3c-5d7e-4081-a293-b4c5d6e7f809",
)
ABOUT = [{"stay": STAY, "name": "Nia Okafor"}]


def of_entry(uuid: str, instant: str, about: list[dict[str, Any]]) -> dict[str, Any]:
    return {"uuid": uuid, "house": ALDER, "happened_at": instant, "about": about} | told(ALICE, instant)


COMPLAINT_LINE = of_entry(COMPLAINT, "2026-06-12T10:20:00-04:00", []) | {
    "by": "neighbor",
    "state": "open",
    "outcome": "",
    "due_at": "2026-06-17T23:59:59-04:00",
}
FILED = COMPLAINT_LINE | {
    "text": "Cars stand across our drive every Sunday.",
    "wish": "",
    "name": "Rosa Lindgren",
    "contact": "585-555-0171",
    "name_withheld": True,
    "against": None,
    "answers": [],
    "outcome_told": None,
    "waits": "",
}
ANSWERED = FILED | {
    "state": "answered",
    "answers": [{"text": "We have asked everybody to park behind the house."} | told(BOB, "2026-06-12T18:00:00-04:00")],
}
CLOSED = ANSWERED | {
    "state": "closed",
    "outcome": "right",
    "due_at": None,
    "outcome_told": {
        "outcome": "right",
        "text": "Cars are parked behind the house now.",
        "told": "Called on Tuesday.",
    }
    | told(OLIVE, "2026-06-16T09:00:00-04:00"),
}
SEARCH_LINE = of_entry(SEARCH, "2026-06-12T20:15:00-04:00", ABOUT) | {
    "place": "Room 2",
    "resident_present": True,
    "found": "",
}
SEARCH_FACTS = {
    "place": "Room 2",
    "resident_present": True,
    "found": "",
    "why": "A smell of smoke in the hall.",
    "by": ALICE,
    "witness": BOB,
    "became": "",
    "policy": {"uuid": BOOK, "title": "House rules", "number": 2},
    "correction_reason": "",
}
FIRST = SEARCH_FACTS | told(ALICE, "2026-06-12T20:15:00-04:00")
SEARCHED = SEARCH_LINE | SEARCH_FACTS | {"tellings": [FIRST]}
OVERLOOKED = SEARCH_FACTS | {
    "found": "One lighter.",
    "became": "Given back.",
    "correction_reason": "The lighter lay under the bed and was overlooked.",
}
AMENDED = SEARCHED | OVERLOOKED | {"tellings": [OVERLOOKED | told(BOB, "2026-06-13T09:00:00-04:00"), FIRST]}
CAME = of_entry(VISIT, "2026-06-12T19:00:00-04:00", ABOUT) | {
    "name": "Vera Holm",
    "came_at": "2026-06-12T19:00:00-04:00",
    "left_at": None,
}

ANSWERS: dict[str, Any] = {
    "complaints_hear": {
        "house": ALDER,
        "staff": [
            {"uuid": "4a5b6c7d-8e9f-4a0b-8c1d-2e3f4a5b6c7d", "name": ALICE, "role": "manager", "alone": False},
            {"uuid": "5b6c7d8e-9f0a-4b1c-9d2e-3f4a5b6c7d8e", "name": OLIVE, "role": "operator", "alone": True},
        ],
        "clocks": [{"what": "Answer whoever complained", "amount": 3, "unit": "business_days"}],
        "oversight": "Recovery Residences of the Lakes, 585-555-0190, 1 Court Street, Rochester",
    },
    "complaints_list": page(COMPLAINT_LINE),
    "complaints_file": FILED,
    "complaints_read": CLOSED,
    "complaints_answer": ANSWERED,
    "complaints_close": CLOSED,
    "searches_list": page(SEARCH_LINE),
    "searches_record": SEARCHED,
    "searches_read": SEARCHED,
    "searches_amend": AMENDED,
    "visits_list": page(CAME),
    "visits_record": CAME,
    "visits_read": CAME,
    "visits_end": CAME | {"left_at": "2026-06-12T21:30:00-04:00"},
}
