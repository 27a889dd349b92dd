"""What an answer about rules, violations, contracts and removals looks like, for the docs."""

from __future__ import annotations

from typing import Any

from api.examples import ALDER, NIA, STAY, STAY_LINE, page

BOOK, EARLIER = "8d4f2b6a-0c1e-4a3d-9b5f-7e6d5c4b3a21", "2e6a0c4d-8b1f-4937-a5e3-c1d9f7b5e302"
RULE, LADDER = "5a1c9e3d-7b2f-4d60-8e4a-1c3f5b7d9e02", "d3b7f1a5-4c8e-4e29-b6d0-9a8c7e6f5d41"
VIOLATION, APPEAL = "71f3a5c9-2d6b-4e80-9c1a-4b5d6e7f8a90", "b9d1e3f5-6a7c-4b2d-8e90-1f2a3b4c5d6e"
CONTRACT, REMOVAL = "4c6e8a0b-1d3f-4527-9e8b-6a7c8d9e0f12", "e0f2a4c6-8b9d-4c1e-a3f5-7b8d9c0e1f23"
ALICE, BOB, OLIVE = "Alice Moreno", "Bob Stein", "Olive Hart"


def told(by: str, instant: str) -> dict[str, Any]:
    return {"recorded_by": by, "recorded_at": instant}


BOOK_LINE = {
    "uuid": BOOK,
    "house": ALDER,
    "kind": "rules",
    "number": 2,
    "title": "House rules",
    "published_on": "2026-05-20",
    "in_force_from": "2026-06-01",
    "in_force": True,
}
WHOLE_BOOK = BOOK_LINE | {
    "text": "We live here together, sober, and look after one another.",
    "changes": "Curfew on weeknights is at eleven.",
    "changed": {"before": EARLIER, "added": [], "changed": [4], "dropped": [9], "text": False},
    "rules": [
        {
            "uuid": RULE,
            "number": 4,
            "category": "curfew",
            "severity": "minor",
            "title": "Be in by curfew",
            "text": "Be in the house by eleven on weeknights. If you are held up, call before then.",
        }
    ],
}
SIGNED = {
    "uuid": "9c8b7a6d-5e4f-4321-8fed-0a1b2c3d4e5f",
    "house": ALDER,
    "book": BOOK,
    "resident": NIA,
    "signed_name": "Nia Okafor",
    "signed_at": "2026-06-01T18:20:00-04:00",
    "how": "own",
    "undone": False,
}
LADDER_LINE = {
    "uuid": LADDER,
    "house": ALDER,
    "number": 1,
    "look_back_days": 90,
    "appeal_days": 3,
    "published_on": "2026-05-20",
    "in_force_from": "2026-05-20",
    "in_force": True,
}
WHOLE_LADDER = LADDER_LINE | {
    "text": "We answer the same the same way.",
    "steps": [
        {"category": "", "severity": "minor", "consequences": ["verbal", "written", "restriction"]},
        {"category": "substances", "severity": "critical", "consequences": ["review"]},
    ],
}
HEAD = {"house": ALDER, "stay": STAY, "resident": NIA, "name": "Nia Okafor"}
VIOLATION_LINE = HEAD | {
    "uuid": VIOLATION,
    "rule": {
        "uuid": RULE,
        "book": BOOK,
        "number": 4,
        "category": "curfew",
        "severity": "minor",
        "title": "Be in by curfew",
    },
    "happened_on": "2026-06-12",
    "state": "recorded",
    "outcome": "",
    "consequence": "",
}
RECORDED = (
    VIOLATION_LINE
    | told(ALICE, "2026-06-12T23:45:00-04:00")
    | {
        "happened_at": "23:40",
        "place": "kitchen",
        "what": "Came in at twenty to twelve; curfew was at eleven.",
        "response": "",
        "waits_for": "decision",
        "reporters": [{"name": None, "confidential": True}],
        "attachments": [],
        "answers": [],
        "decision": None,
        "appeal": None,
        "review": "",
        "opinions": [],
        "withdrawal": None,
    }
)
ANSWERED = RECORDED | {
    "state": "answered",
    "answers": [
        {"stance": "explain", "text": "The bus did not come; I called the house at half past ten."}
        | told("Nia Okafor", "2026-06-13T08:05:00-04:00")
    ],
}
DECIDED = ANSWERED | {
    "state": "decided",
    "outcome": "upheld",
    "consequence": "verbal",
    "waits_for": "appeal",
    "decision": {
        "outcome": "upheld",
        "time": 1,
        "advised": "verbal",
        "consequence": "verbal",
        "terms": "",
        "reason": "They say so themselves.",
        "deviation": "",
        "appeal_until": "2026-06-16T09:00:00-04:00",
    }
    | told(BOB, "2026-06-13T09:00:00-04:00"),
}
ASKS_AGAIN = {
    "uuid": APPEAL,
    "text": "I had called the house; the house phone shows it.",
    "decision": None,
} | told("Nia Okafor", "2026-06-13T12:30:00-04:00")
APPEALED = DECIDED | {
    "state": "appealed",
    "outcome": "",
    "consequence": "",
    "waits_for": "appeal_decision",
    "appeal": ASKS_AGAIN,
}
OVERTURNED = APPEALED | {
    "state": "closed",
    "outcome": "overturned",
    "consequence": "",
    "waits_for": "",
    "appeal": ASKS_AGAIN
    | {
        "decision": {
            "outcome": "overturned",
            "consequence": "",
            "terms": "",
            "reason": "The call is in the log of the house phone.",
        }
        | told(OLIVE, "2026-06-14T10:00:00-04:00")
    },
}
WITHDRAWN = RECORDED | {
    "state": "withdrawn",
    "waits_for": "",
    "withdrawal": {"reason": "Written down for the wrong resident."} | told(ALICE, "2026-06-13T07:30:00-04:00"),
}
REVIEWED = DECIDED | {
    "state": "closed",
    "consequence": "review",
    "waits_for": "",
    "decision": DECIDED["decision"] | {"consequence": "review", "advised": "review"},
    "review": "stays",
    "opinions": [
        {"leaves": False, "reason": "They asked for help the same night.", "terms": "Sees the counsellor weekly."}
        | told(OLIVE, "2026-06-17T16:00:00-04:00")
    ],
}
CONTRACT_LINE = HEAD | {
    "uuid": CONTRACT,
    "starts_on": "2026-06-15",
    "ends_on": "2026-07-15",
    "signed": False,
    "due_on": "2026-06-29",
    "ended_on": None,
}
WHOLE_CONTRACT = (
    CONTRACT_LINE
    | told(ALICE, "2026-06-15T17:30:00-04:00")
    | {
        "violation": None,
        "terms": "In by ten on every weekday.",
        "help": "A bus pass from the house.",
        "signature": None,
        "reviews": [],
    }
)
LOOKED_AT = WHOLE_CONTRACT | {
    "signed": True,
    "due_on": "2026-07-10",
    "signature": {
        "signed_name": "Nia Okafor",
        "signed_at": "2026-06-15T18:00:00-04:00",
        "how": "own",
        "witness": "",
    },
    "reviews": [
        {
            "result": "kept",
            "note": "In by ten on every day but one.",
            "next_on": "2026-07-10",
            "ends_it": False,
        }
        | told(ALICE, "2026-06-29T17:00:00-04:00")
    ],
}
REMOVAL_LINE = HEAD | {
    "uuid": REMOVAL,
    "happened_at": "2026-06-20T21:15:00-04:00",
    "review_by": "2026-06-21T21:40:00-04:00",
    "reviewed": False,
}
WHOLE_REMOVAL = (
    REMOVAL_LINE
    | told(ALICE, "2026-06-20T21:40:00-04:00")
    | {
        "violation": None,
        "reason": "Threatened another resident with a knife.",
        "help_given": "Called two houses; Birch House had a bed, and we drove them there.",
        "where_to": "Birch House",
        "review": None,
    }
)

ANSWERS: dict[str, Any] = {
    "books_list": page(BOOK_LINE),
    "books_read": WHOLE_BOOK,
    "books_unsigned": page(STAY_LINE),
    "acknowledgements_list": page(SIGNED),
    "ladders_list": page(LADDER_LINE),
    "ladders_read": WHOLE_LADDER,
    "violations_list": page(VIOLATION_LINE),
    "violations_record": RECORDED | {"reporters": [{"name": "Sam Lund", "confidential": True}]},
    "violations_read": RECORDED,
    "violations_answer": ANSWERED,
    "violations_decide": DECIDED,
    "violations_appeal": APPEALED,
    "violations_decide_appeal": OVERTURNED,
    "violations_opinion": REVIEWED,
    "violations_withdraw": WITHDRAWN,
    "contracts_list": page(CONTRACT_LINE),
    "contracts_make": WHOLE_CONTRACT,
    "contracts_read": LOOKED_AT,
    "contracts_review": LOOKED_AT,
    "removals_list": page(REMOVAL_LINE),
    "removals_record": WHOLE_REMOVAL,
    "removals_read": WHOLE_REMOVAL,
    "removals_review": WHOLE_REMOVAL
    | {
        "reviewed": True,
        "review": {"outcome": "right", "reason": "Three people saw it; nobody was safe that night."}
        | told(OLIVE, "2026-06-21T10:00:00-04:00"),
    },
}
