"""What an answer about house meetings looks like, for the docs."""

from __future__ import annotations

from typing import Any

from api.examples import ALDER, STAY, page
from api.examples_of_rules import ALICE, told

ROW, KIND = "1f3b5d7e-9a2c-4e6f-8b0d-2c4e6a8f0b13", "6e8a0c2d-4f1b-4d3e-8a5c-7b9d1f3e5a27"
ITEM, MOTION = "7a9c1e3f-5b8d-4f2a-9c6e-0d2f4b6a8c35", "8c0e2a4b-6d9f-4b1c-8e7a-1f3d5b7c9e46"
BY_ALICE = told(ALICE, "2026-06-14T19:40:00-04:00")

LINE = {
    "uuid": ROW,
    "house": ALDER,
    "meeting": "4d6f8b1a-3c5e-4a7d-9b2f-8e0c6a4d2f19",
    "name": "House meeting",
    "starts_at": "2026-06-14T19:00:00-04:00",
    "on": "2026-06-14",
    "state": "published",
    "published_at": "2026-06-14T20:15:00-04:00",
} | told(ALICE, "2026-06-12T10:00:00-04:00")
ROLL_LINE = {
    "uuid": "9d1f3b5c-7e0a-4c2d-8f9b-2a4e6c8d0f57",
    "stay": STAY,
    "name": "Nia O.",
    "status": "excused",
    "why": "work until 9 p.m.",
    "corrected": False,
} | BY_ALICE
VOTE = {
    "uuid": MOTION,
    "kind": KIND,
    "text": "Sam may move in",
    "in_favour": 12,
    "against": 1,
    "abstained": 1,
    "percent": 80,
    "more_than": False,
    "of": "members",
    "of_how_many": 14,
    "carried": True,
    "corrected": False,
} | BY_ALICE
WHOLE = LINE | {
    "agenda": [{"uuid": ITEM, "title": "Quiet hours on Sunday", "by": "Nia O."}],
    "minutes": {
        "roll": [ROLL_LINE],
        "lines": [
            {
                "uuid": "0e2a4c6d-8f1b-4d3e-9a0c-3b5f7d9e1a68",
                "what": "decided",
                "item": ITEM,
                "text": "Quiet from ten on Sundays too.",
                "corrected": False,
            }
            | BY_ALICE
        ],
        "motions": [VOTE],
        "elections": [
            {
                "uuid": "2a4c6e8f-0b3d-4f5a-8c1e-5d7b9f1a3c79",
                "name": "Nia O.",
                "duty": "treasurer",
                "starts_on": "2026-06-15",
                "ends_on": "2026-12-15",
                "motion": MOTION,
            }
        ],
        "sections": [
            {
                "name": "meetings",
                "title": "Meetings this week",
                "headers": ["How they stand", "Residents"],
                "rows": [["Met", "9"], ["Behind", "5"]],
            }
        ],
    },
}
OPEN = WHOLE | {"state": "no_minutes", "published_at": None}
ROLL = {
    "house_meeting": ROW,
    "taken": True,
    "items": [{"stay": STAY, "name": "Nia O.", "known": "", "line": ROLL_LINE}],
}
KINDS = {
    "uuid": KIND,
    "house": ALDER,
    "name": "Admission",
    "percent": 80,
    "more_than": False,
    "of": "members",
    "in_use": True,
}

ANSWERS: dict[str, Any] = {
    "housemeetings_list": page(LINE),
    "housemeetings_begin": OPEN | {"state": "comes"},
    "housemeetings_read": WHOLE,
    **dict.fromkeys(
        [
            *("housemeetings_agenda", "housemeetings_agendaoff", "housemeetings_correctroll", "housemeetings_write"),
            *("housemeetings_correctline", "housemeetings_vote", "housemeetings_correctvote", "housemeetings_elect"),
        ],
        OPEN,
    ),
    "housemeetings_publish": WHOLE,
    "housemeetings_roll": ROLL,
    "housemeetings_takeroll": ROLL,
    "housemeetings_motionkinds": page(KINDS),
}
