"""All that is on record about somebody's meetings, for them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from residents.meetings.attendance_words import kinds_in_words
from residents.meetings.models import Attendance, DoubtSettled, MeetingPlan
from residents.people.models import Resident
from soberhouse.cards import Section, section


def own(resident: Resident) -> Iterator[Section]:
    """Three sections, a query each."""
    user = resident.user
    rows = Attendance.objects.visible_to(user).filter(stay__resident=resident)
    yield section(
        "attendances",
        _("Meetings I was at"),
        rows.select_related(
            *("house", "meeting", "stay__house", "stay__resident", "photo"),
            *("follows__stay__resident", "followed_by"),
        ),
        [
            *("called", "starts_at", "ends_at", "on", "kind", "online", "step", "grade", "photo", "signer", "drawing"),
            *("note", "reason", "follows", "meeting", "house", "stay", "recorded_as", "recorded_at"),
        ],
        model=Attendance,
        labels=_labels()
        | {
            "called": _("Meeting"),
            "on": _("Day"),
            "kind": _("Kind"),
            "photo": _("Photo of a slip"),
            "reason": _("Why"),
            "follows": _("After"),
            "meeting": _("In the directory"),
        },
        quiet=["online"],
        words={"photo": lambda file: _("yes") if file else "", "drawing": lambda drawn: _("yes") if drawn else ""},
        struck=_struck,
        picture=lambda row: row.photo,
        empty=_("No meeting is written down."),
    )
    settled = DoubtSettled.objects.visible_to(user).filter(attendance__stay__resident=resident)
    yield section(
        "attendance_doubts",
        _("Questions about my meetings that were settled"),
        settled.select_related("house", "attendance__stay__resident"),
        ["attendance", "doubts", "reason", "house", "recorded_as", "recorded_at"],
        model=DoubtSettled,
        labels=_labels() | {"attendance": _("Meeting")},
        words={"doubts": kinds_in_words},
        empty=_("No question was settled."),
    )
    plans = MeetingPlan.objects.visible_to(user).filter(stay__resident=resident)
    yield section(
        "meeting_plans",
        _("Meetings I go to regularly"),
        plans.select_related("house", "meeting", "stay__house", "stay__resident"),
        ["meeting", "starts_on", "ends_on", "house", "stay"],
        model=MeetingPlan,
        labels=_labels() | {"meeting": _("Meeting")},
        empty=_("None stands in my week."),
    )


def _labels() -> dict[str, str]:
    return {"house": _("House"), "stay": _("Stay"), "recorded_as": _("By"), "recorded_at": _("Written down")}


def _struck(row: Attendance) -> str:
    if row.step == Attendance.Step.STRUCK:
        return _("does not count")
    return _("followed by a newer one") if hasattr(row, "followed_by") else ""
