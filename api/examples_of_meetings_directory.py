"""What an answer about the directory of meetings looks like, for the docs."""

from __future__ import annotations

from typing import Any

from api.examples import page
from api.examples_of_rules import told

MEETING, FEED, READING = (
    "4e6a8c0d-2b1f-4d3e-9a5c-7b9d1f3e5a7c",
    "6a8c0d2b-1f4d-4e9a-85c7-b9d1f3e5a7c4",
    "8c0d2b1f-4d3e-4a5c-97b9-d1f3e5a7c4e6",
)

LINE: dict[str, Any] = {
    "uuid": MEETING,
    "house": None,
    "feed": FEED,
    "name": "Keep Coming Back",
    "kind": "aa",
    "types": ["O", "W"],
    "type_names": ["Open", "Women"],
    "weekday": 3,
    "starts": "19:00",
    "minutes": 60,
    "time_zone": "America/New_York",
    "recurrence": "FREQ=WEEKLY;BYDAY=TH",
    "venue": "in_person",
    "place": "St. Luke’s Hall",
    "address": "12 Harbor Street, Port Ellery, NY 14999, USA",
    "region": "Harbor",
    "approximate": False,
    "latitude": "43.156600",
    "longitude": "-77.608800",
    "conference_url": "",
    "conference_phone": "",
    "closed_on": None,
}
WHOLE = LINE | {"starts_on": "2025-06-11", "closed_why": "", "conference_notes": "", "notes": "Ring the bell."}
BY_HAND = WHOLE | {
    "feed": None,
    "name": "SMART Recovery",
    "kind": "smart",
    "types": [],
    "type_names": [],
    "place": "Library",
    "starts_on": "2026-06-12",
}
OCCURRENCE = {
    "meeting": MEETING,
    "on": "2026-06-11",
    "starts_at": "2026-06-11T19:00:00-04:00",
    "ends_at": "2026-06-11T20:00:00-04:00",
    "called_off": True,
    "moved_from": None,
    "why": "The church is closed that night.",
}
KEPT_BY_OTHERS = {
    "uuid": FEED,
    "name": "Harbor Intergroup",
    "kind": "aa",
    "url": "https://harbor-intergroup.example.org/meetings.json",
    "time_zone": "America/New_York",
    "in_use": True,
}
READ = {
    "uuid": READING,
    "feed": FEED,
    "outcome": "read",
    "why": "",
    "total": 212,
    "added": 1,
    "changed": 1,
    "closed": 0,
    "opened": 0,
} | told("manage.py due", "2026-06-12T03:00:00-04:00")
ALL_OF_IT = READ | {
    "changes": [
        {"what": "added", "meeting": MEETING, "name": "Keep Coming Back", "words": []},
        {
            "what": "changed",
            "meeting": "0d2b1f4d-3e9a-45c7-8b9d-1f3e5a7c4e6a",
            "name": "Noon Group",
            "words": ["day: Monday → Tuesday"],
        },
    ],
    "problems": [{"which": "Late Owls", "wrong": "“25:61” is no time of day.", "right": "Write it like 19:30."}],
}

ANSWERS: dict[str, Any] = {
    "meetings_list": page(LINE),
    "meetings_make": BY_HAND,
    "meetings_read": WHOLE,
    "meetings_edit": BY_HAND | {"starts": "19:30"},
    "meetings_close": BY_HAND | {"closed_on": "2026-06-12", "closed_why": "The group has ended."},
    "meetings_reopen": BY_HAND,
    "meetings_occurrences": {"since": "2026-06-11", "until": "2026-06-11", "items": [OCCURRENCE]},
    "meetings_change": WHOLE,
    "feeds_list": page(KEPT_BY_OTHERS),
    "feeds_make": KEPT_BY_OTHERS,
    "feeds_read": KEPT_BY_OTHERS,
    "feeds_readings": page(READ),
    "feeds_take": ALL_OF_IT,
    "feeds_reading": ALL_OF_IT,
}
