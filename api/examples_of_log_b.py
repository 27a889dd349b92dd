"""What an answer about incidents, and about what is to be done after entries, looks like, for the docs."""

from __future__ import annotations

from typing import Any

from api.examples import ALDER, STAY, page
from api.examples_of_rules import ALICE, BOB, told

INCIDENT = "a7c9e1b3-5d7f-4a2c-8e0b-4d6f8a0c2e13"  # its entry
INCIDENT_LINE = {
    "uuid": INCIDENT,
    "house": ALDER,
    "happened_at": "2026-06-12T02:05:00-04:00",
    "about": [{"stay": STAY, "name": "Nia Okafor"}],
    "type": "overdose",
    "place": "Bathroom upstairs",
    "audience": "few",
    "state": "open",
    "naloxone_doses": 2,
} | told(ALICE, "2026-06-12T02:55:00-04:00")


def step(uuid: str, kind: str, at: str, **facts: Any) -> dict[str, Any]:
    nothing = {"who": "", "what": "", "doses": None, "corrects": None, "correction_reason": "", "counts": True}
    return {"uuid": uuid, "kind": kind, "at": at} | nothing | facts | told(ALICE, "2026-06-12T02:55:00-04:00")


STEPS = [
    step("0b2d4f6a-8c0e-4b1d-9f3a-5c7e9b1d3f50", "naloxone", "2026-06-12T02:07:00-04:00", who=ALICE, doses=2),
    step("1c3e5a7b-9d1f-4c2e-8a4b-6d8f0c2e4a61", "told", "2026-06-12T02:08:00-04:00", who="911"),
]
DONE = step(
    "2d4f6b8c-0e2a-4d3f-9b5c-7e9a1d3f5b72",
    "done",
    "2026-06-12T02:20:00-04:00",
    what="The ambulance took them to General Hospital.",
)
FOLLOW_UP = {
    "uuid": "3e5a7c9d-1f3b-4e4a-8c6d-8f0b2e4a6c83",
    "house": ALDER,
    "entry": INCIDENT,
    "what": "Replace the naloxone",
    "who": "",
    "due_on": "2026-06-13",
    "state": "open",
    "note": "",
    "done_by": None,
    "done_at": None,
} | told(ALICE, "2026-06-12T02:55:00-04:00")
REPLACED = FOLLOW_UP | {
    "state": "done",
    "note": "Two new kits hang upstairs.",
    "done_by": BOB,
    "done_at": "2026-06-13T11:30:00-04:00",
}
ONE_DOSE = step(
    "4f6b8d0e-2a4c-4f5b-9d7e-9a1c3f5b7d94",
    "naloxone",
    "2026-06-12T02:07:00-04:00",
    who=ALICE,
    doses=1,
    corrects=STEPS[0]["uuid"],
    correction_reason="It was one dose: the other box was full.",
)
WHOLE = INCIDENT_LINE | {
    "text": "Found on the bathroom floor, breathing slowly.",
    "steps": STEPS,
    "follow_ups": [FOLLOW_UP],
    "closing": None,
    "waits": "",
}
CLOSING = {
    "cause": "They had not used for a month and took what they took before.",
    "correction": "Naloxone on each floor; everybody shown how to use it.",
} | told(BOB, "2026-06-14T10:00:00-04:00")

ANSWERS: dict[str, Any] = {
    "incidents_list": page(INCIDENT_LINE),
    "incidents_file": WHOLE,
    "incidents_read": WHOLE,
    "incidents_add_step": WHOLE | {"steps": [*STEPS, DONE]},
    "incidents_amend_step": WHOLE | {"naloxone_doses": 1, "steps": [STEPS[0] | {"counts": False}, ONE_DOSE, STEPS[1]]},
    "incidents_close": WHOLE | {"state": "follow_ups", "closing": CLOSING},
    "followups_list": page(FOLLOW_UP),
    "followups_read": FOLLOW_UP,
    "followups_add": FOLLOW_UP,
    "followups_done": REPLACED,
}
