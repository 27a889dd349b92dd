"""What is said about attendances, evidence and doubts, in a few words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.away.queries.passes import moment
from residents.houses.models import House
from residents.meetings.models import Attendance, DoubtSettled, Grade
from residents.meetings.queries.attendance import Doubt, DoubtKind

Step = Attendance.Step
TONES = {Grade.SELF: "plain", Grade.PHOTO: "held", Grade.SIGNED: "held", Grade.CODE: "in", Grade.SEEN: "in"}
# What each grade shows, and what it does not. Nothing claims more than its grade.
SHOWS = {
    Grade.SELF: gettext_lazy("They say that they were there. Nobody else confirms it."),
    Grade.PHOTO: gettext_lazy(
        "There is a photo of a slip. It does not show who wrote on the slip, or that they stayed."
    ),
    Grade.SIGNED: gettext_lazy(
        "Somebody drew an initial or a signature on their phone. Who that was is not checked: a chair gives a first "
        "name at most."
    ),
    Grade.CODE: gettext_lazy(
        "The meeting's code was entered while the meeting lasted. A code can be passed on; it does not show that they "
        "stayed."
    ),
    Grade.SEEN: gettext_lazy("Staff saw them there, or the roll of the house meeting has them."),
}
# What better evidence asks of a resident, by the grade that it gives.
RAISES = {
    Grade.PHOTO: gettext_lazy("a photo of a signed slip"),
    Grade.SIGNED: gettext_lazy("the chair's initial, drawn on your phone"),
    Grade.CODE: gettext_lazy("the meeting's code, while it lasts"),
}
# To the resident: kind, and blaming nobody.
ASKED = {
    DoubtKind.TWO_PLACES: gettext_lazy("There is another meeting at the same time."),
    DoubtKind.BEFORE_MOVE_IN: gettext_lazy("It is before the day you moved in."),
    DoubtKind.AFTER_DISCHARGE: gettext_lazy("It is after the day you moved out."),
    DoubtKind.NIGHT_ROLL: gettext_lazy("The night roll has you at home then."),
    DoubtKind.HOUSE_ROLL: gettext_lazy("The roll of a house meeting has you there at that time."),
    DoubtKind.NOT_ON_ROLL: gettext_lazy("The roll of this house meeting does not have you."),
    DoubtKind.SIGNED_IN: gettext_lazy("You were signed in to the house at that time."),
}


def struck(row: Attendance) -> bool:
    return row.step == Step.STRUCK


def tone_of(row: Attendance) -> str:
    return "missed" if struck(row) else TONES[Grade(row.grade)]


def grade_words(row: Attendance) -> str:
    """The grade, and whether it counts."""
    return str(row.get_step_display()) if struck(row) else str(row.get_grade_display())


def when_words(row: Attendance) -> str:
    """“Fri, Nov 20, 6 p.m.”, by the clock of the house."""
    return moment(row.starts_at, row.house)


def row_words(row: Attendance, *, when: bool = True) -> str:
    """When, of what kind, and whether online."""
    said = [when_words(row)] if when else []
    said.append(str(row.get_kind_display()))
    if row.online:
        said.append(_("online"))
    return " · ".join(said)


def doubt_words(doubt: Doubt, house: House) -> str:
    """What does not fit, to staff."""
    said = str(doubt.kind.label)
    if doubt.detail and doubt.at:
        return _("%(what)s: %(detail)s, %(when)s") % {
            "what": said,
            "detail": doubt.detail,
            "when": moment(doubt.at, house),
        }
    if doubt.at and doubt.kind in (DoubtKind.NIGHT_ROLL, DoubtKind.SIGNED_IN):
        return _("%(what)s, since %(when)s") % {"what": said, "when": moment(doubt.at, house)}
    return said


def doubts_in_words(doubts: Iterable[Doubt], house: House) -> str:
    return " · ".join(doubt_words(each, house) for each in doubts)


def asked_words(doubts: Iterable[Doubt]) -> str:
    """The same to the resident."""
    return " ".join(str(ASKED[each.kind]) for each in doubts)


def settled_words(row: DoubtSettled) -> str:
    """What did not fit when somebody let it stand."""
    return kinds_in_words(row.doubts)


def kinds_in_words(kinds: str) -> str:
    return ", ".join(str(DoubtKind(each).label) for each in kinds.split() if each in DoubtKind.values)


def counts_in_words(counts: Mapping[int, int]) -> str:
    """“2 own word · 1 the meeting's code”, the best evidence first."""
    return " · ".join(f"{counts[grade]} {grade.label}" for grade in reversed(Grade) if counts.get(grade))


def better_than(grade: int) -> list[str]:
    """What a resident can add that proves more."""
    return [str(words) for better, words in RAISES.items() if better > grade]
