"""What an answer about the log looks like, for the docs."""

from __future__ import annotations

from typing import Any

from api.examples import ALDER, STAY, page
from api.examples_of_rules import ALICE, BOB, told

ENTRY, PHOTO = "0b2d4f6a-8c1e-4a3b-9d5f-7e9a1c3b5d70", "6d8f0a2c-4e1b-4c5d-8a7f-9b1c3d5e7f81"
LINE = {
    "uuid": ENTRY,
    "house": ALDER,
    "kind": "maintenance",
    "audience": "staff",
    "text": "The lock of the back door sticks. The locksmith comes tomorrow.",
    "happened_at": "2026-06-12T21:40:00-04:00",
    "about": [],
    "amended": False,
} | told(ALICE, "2026-06-12T21:42:00-04:00")
FIRST = {name: LINE[name] for name in ("text", "happened_at", "about", "recorded_by", "recorded_at")}
WHOLE = LINE | {
    "audience_reason": "",
    "photos": [{"uuid": PHOTO, "caption": "the lock"}],
    "tellings": [FIRST | {"correction_reason": ""}],
}
OF_NIA = LINE | {
    "uuid": "2c4e6a8b-0d1f-4b3c-8e5a-7f9b1d3c5e60",
    "kind": "praise",
    "text": "Cooked for everybody.",
    "about": [{"stay": STAY, "name": "Nia Okafor"}],
}
SECOND = (
    FIRST
    | {"text": "The lock of the front door sticks.", "correction_reason": "It is the front door."}
    | told(BOB, "2026-06-13T08:05:00-04:00")
)

ANSWERS: dict[str, Any] = {
    "entries_list": page(LINE, OF_NIA),
    "entries_write": WHOLE | {"photos": []},
    "entries_read": WHOLE,
    "entries_amend": WHOLE
    | {"text": SECOND["text"], "amended": True, "tellings": [SECOND, FIRST | {"correction_reason": ""}]},
    "entries_show_to": WHOLE | {"audience": "few"},
}
