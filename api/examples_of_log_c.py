"""What an answer about clocks, deadlines and the safety of a house looks like, for the docs."""

from __future__ import annotations

from typing import Any

from api.examples import ALDER, page
from api.examples_of_rules import ALICE, told

CLOCK = {
    "uuid": "b3d5f7a9-1c3e-4f5a-8b7d-9e0f2a4c6d81",
    "name": "Report an unusual incident",
    "starts": "incident",
    "incident_type": "",
    "amount": 3,
    "unit": "business_days",
    "recipient": "the Department of Drug and Alcohol Programs",
    "source": "Pennsylvania, 28 Pa. Code 717",
    "begins_at": "2026-05-04T13:00:00+00:00",
    "ended_at": None,
}
DEADLINE = {
    "uuid": "c5e7a9b1-3d5f-4a7c-9e8b-0f2a4c6e8d93",
    "house": ALDER,
    "clock": CLOCK["uuid"],
    "name": CLOCK["name"],
    "recipient": CLOCK["recipient"],
    "entry": "a7c9e1b3-5d7f-4a2c-8e0b-4d6f8a0c2e13",
    "stay": None,
    "started_at": "2026-06-12T02:05:00-04:00",
    "due_at": "2026-06-18T00:00:00-04:00",
    "state": "runs",
}
MET = {"done_at": "2026-06-14T10:20:00-04:00", "proof": "Report 2291, taken by the desk", "file": False}
ITEM = {
    "uuid": "d7f9b1c3-5e7a-4b9d-8f0c-1a3c5e7f9b05",
    "house": ALDER,
    "kind": "naloxone",
    "place": "Kitchen cupboard, left of the sink",
    "every_days": 30,
    "retired_on": None,
    "state": "fine",
    "next_on": "2026-07-01",
    "checked": {
        "uuid": "e9a1c3d5-7f9b-4c1e-9a2d-3b5d7f9a1c17",
        "in_order": True,
        "checked_on": "2026-06-01",
        "expires_on": "2027-05-31",
        "note": "",
    }
    | told(ALICE, "2026-06-01T09:12:00-04:00"),
}
DONE = DEADLINE | {"state": "met", "met": MET | told(ALICE, "2026-06-14T10:31:00-04:00")}

ANSWERS: dict[str, Any] = {
    "clocks_list": page(CLOCK),
    "deadlines_list": page(DEADLINE),
    "deadlines_read": DEADLINE | {"met": None},
    "deadlines_meet": DONE,
    "safety_list": page(ITEM),
    "safety_read": ITEM,
    "safety_check": ITEM,
}
