"""What an answer looks like, for the docs. Houses and people are invented; a test holds each to its schema."""

from __future__ import annotations

from typing import Any

ALDER, BIRCH = "3d0f5b7a-1f0d-4c53-8b5e-9a3c2f1e7d44", "b3f9a1c2-5d7e-4a8b-9c0d-1e2f3a4b5c6d"
BED, OTHER_BED = "6f2b1c1e-5c3d-4f60-9a51-2b7a7f0c1d11", "0b7a3a55-8f0e-4f43-8a58-d0a3a9b1c2d3"
NIA, STAY, APPLICATION, HOLD = (
    "a7d2c9e4-3b1f-4e6a-8c5d-7f9e0b2a4c6e",
    "c4e8f1a6-9d2b-4f7c-b3a5-6e0d8c1f2b4a",
    "e1b5d7c3-2a4f-4d8e-9b6c-0f3a5e7d9c1b",
    "f8a3c6d1-7e9b-4c2a-a5d4-3b1e6f0c8d7a",
)


def page(*rows: dict[str, Any], following: str | None = None) -> dict[str, Any]:
    return {"items": list(rows), "next": following}


PUBLISHED = {
    "uuid": ALDER,
    "name": f"House {ALDER[:8]}",
    "phone": "585-555-0100",
    "city": None,
    "state": "NY",
    "postal_code": None,
    "address_confidential": True,
    "serves": "everyone",
    "lgbtq_affirming": True,
    "parents_with_children": False,
    "narr_level": 2,
    "narr_letter": "M",
    "medications": ["buprenorphine", "naltrexone"],
    "fee": "185.00",
    "fee_period": "week",
}
COUNTS = {
    "night": "2026-05-04",
    "as_of": "2026-05-04T09:30:00-04:00",
    "capacity": 12,
    "occupied": 9,
    "held": 1,
    "out_of_service": 0,
    "open": 2,
    "opening": 1,
}
HOUSE = PUBLISHED | {
    "name": "Alder House",
    "phone": "585-555-0101",
    "city": "Rochester",
    "postal_code": "14600",
    "street": "12 Mill Lane",
    "time_zone": "America/New_York",
}
BED_TONIGHT = {
    "uuid": BED,
    "house": ALDER,
    "room": "Room 2",
    "name": "2A",
    "night": "2026-05-04",
    "state": "occupied",
    "since": "2026-05-04",
    "until": None,
    "overdue": False,
    "stay": STAY,
    "application": None,
}
OPEN_BED = BED_TONIGHT | {"uuid": OTHER_BED, "name": "2B", "state": "open", "since": None, "stay": None}
LINE = {"uuid": NIA, "name": "Nia Okafor", "stay": STAY, "house": ALDER}
RESIDENT = LINE | {
    "legal_first_name": "Nia",
    "legal_last_name": "Okafor",
    "preferred_name": "",
    "gender": "woman",
    "pronouns": "she/her",
    "birth_date": "1991-03-14",
    "phone": "585-555-0144",
    "sober_since": "2026-02-01",
}
STAY_LINE = {
    "uuid": STAY,
    "house": ALDER,
    "resident": NIA,
    "name": "Nia Okafor",
    "starts_on": "2026-05-04",
    "ends_on": None,
    "expected_on": None,
    "bed": BED,
    "voided": False,
}
WHOLE_STAY = STAY_LINE | {"began_on": "2026-05-04", "days": 0, "application": APPLICATION, "discharge": None}
ENDED = WHOLE_STAY | {
    "ends_on": "2026-08-31",
    "days": 119,
    "discharge": {
        "left_on": "2026-08-31",
        "reason": "completed",
        "destination": 410,
        "where_to": "",
        "decided_by": "",
        "belongings": "yes",
        "medications": "nothing",
        "money": "nothing",
        "naloxone": "taken",
        "may_return": "welcome",
        "return_terms": "",
        "note": "",
    },
}
APPLICATION_LINE = {
    "uuid": APPLICATION,
    "house": ALDER,
    "resident": NIA,
    "name": "Nia Okafor",
    "status": "received",
    "place": None,
    "received_on": "2026-05-01",
    "wanted_on": "2026-05-04",
    "holds": [],
}
RECEIVED = APPLICATION_LINE | {
    "referred_by": "Harbor Treatment",
    "note": "Leaves residential treatment that day.",
}
ACCEPTED = RECEIVED | {"status": "accepted"}

ANSWERS: dict[str, Any] = {
    "houses_list": page(PUBLISHED, following="/api/v1/houses?per_page=1&cursor=3d0f5b7a1f0d4c538b5e9a3c2f1e7d44.Zm9v"),
    "houses_read": HOUSE,
    "occupancy_list": page(PUBLISHED | COUNTS),
    "occupancy_read": PUBLISHED | COUNTS,
    "beds_list": page(BED_TONIGHT, OPEN_BED),
    "beds_read": BED_TONIGHT,
    "residents_list": page(LINE),
    "residents_search": {"items": [LINE], "more": False},
    "residents_read": RESIDENT,
    "stays_list": page(STAY_LINE),
    "stays_admit": WHOLE_STAY,
    "stays_read": WHOLE_STAY,
    "stays_move": WHOLE_STAY | {"bed": OTHER_BED, "days": 7},
    "stays_transfer": WHOLE_STAY | {"house": BIRCH, "bed": OTHER_BED, "starts_on": "2026-05-11", "days": 7},
    "stays_expect": WHOLE_STAY | {"expected_on": "2026-08-31"},
    "stays_discharge": ENDED,
    "applications_list": page(APPLICATION_LINE),
    "applications_send": {"uuid": APPLICATION, "house": ALDER, "received_at": "2026-05-01T10:12:00-04:00"},
    "applications_read": RECEIVED,
    "applications_wait": RECEIVED | {"status": "waiting", "place": 3},
    "applications_accept": ACCEPTED,
    "applications_decline": RECEIVED | {"status": "declined"},
    "applications_withdraw": RECEIVED | {"status": "withdrawn"},
    "applications_hold": ACCEPTED
    | {"holds": [{"uuid": HOLD, "bed": BED, "starts_on": "2026-05-01", "ends_on": "2026-05-04"}]},
    "applications_release": ACCEPTED,
}
