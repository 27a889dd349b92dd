"""What an answer about attendance looks like, for the docs."""

from __future__ import annotations

from typing import Any

from api.examples import page
from api.examples_of_rules import ALICE, HEAD, told

ATTENDANCE, RAISED, STRUCK, RESTORED = (
    "1c3e5a7b-9d0f-4b2d-8e4a-6c8e0b2d4f61",
    "3e5a7c9d-1f2b-4d4f-a06c-8e0b2d4f6183",
    "5a7c9e1f-3b4d-4f61-8c28-0b2d4f6183a5",
    "7c9e1a3b-5d6f-4183-9e4a-2d4f6183a5c7",
)
MEETING, PLAN = "4e6a8c0d-2b1f-4d3e-9a5c-7b9d1f3e5a7c", "9e1a3c5d-7f81-43a5-b06c-4f6183a5c7e9"
NIA = "Nia Okafor"

LINE = HEAD | {
    "uuid": ATTENDANCE,
    "meeting": MEETING,
    "called": "Keep Coming Back",
    "kind": "aa",
    "starts_at": "2026-06-12T19:00:00-04:00",
    "ends_at": "2026-06-12T20:00:00-04:00",
    "on": "2026-06-12",
    "online": False,
    "step": "logged",
    "grade": 1,
    "follows": None,
    "counts": True,
}


def step(uuid: str, what: str, grade: int, by: str, at: str, reason: str = "") -> dict[str, Any]:
    return {"uuid": uuid, "step": what, "grade": grade, "reason": reason} | told(by, at)


LOGGED = step(ATTENDANCE, "logged", 1, NIA, "2026-06-12T20:10:00-04:00")
WHOLE = (
    LINE
    | told(NIA, "2026-06-12T20:10:00-04:00")
    | {
        "shows": "They say that they were there. Nobody else confirms it.",
        "signer": "",
        "drawn": False,
        "photo": False,
        "note": "",
        "reason": "",
        "doubts": [],
        "chain": [LOGGED],
    }
)


def after(uuid: str, what: str, at: str, **facts: Any) -> dict[str, Any]:
    """The same with a second row, which counts."""
    grade, reason, by = facts.get("grade", 1), facts.get("reason", ""), facts.pop("by", ALICE)
    row = {"uuid": uuid, "step": what, "follows": ATTENDANCE} | told(by, at) | facts
    return WHOLE | row | {"chain": [LOGGED, step(uuid, what, grade, by, at, reason)]}


PLAN_LINE = HEAD | {
    "uuid": PLAN,
    "meeting": MEETING,
    "called": "Keep Coming Back",
    "starts_on": "2026-06-01",
    "ends_on": None,
}

ANSWERS: dict[str, Any] = {
    "attendances_list": page(LINE),
    "attendances_log": WHOLE,
    "attendances_read": WHOLE,
    "attendances_raise": after(
        RAISED,
        "raised",
        "2026-06-12T20:20:00-04:00",
        by=NIA,
        grade=3,
        signer="Sam K.",
        drawn=True,
        shows="Somebody drew an initial or a signature on their phone. Who that was is not checked: a chair gives a "
        "first name at most.",
    ),
    "attendances_strike": after(
        STRUCK,
        "struck",
        "2026-06-14T09:00:00-04:00",
        reason="She was at work then, and says so herself.",
        counts=False,
    ),
    "attendances_restore": after(
        RESTORED, "restored", "2026-06-15T09:00:00-04:00", reason="It was another day on which she worked."
    ),
    "attendances_settle": WHOLE
    | {"doubts": [{"kind": "two_places", "settled": "The other meeting ended early; I called its chair."}]},
    "plans_list": page(PLAN_LINE),
    "plans_add": PLAN_LINE,
    "plans_end": PLAN_LINE | {"ends_on": "2026-06-20"},
}
