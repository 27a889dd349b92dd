"""Every write about what is to be done after an entry: added, done, or no longer needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.log.models import Entry, FollowUp, FollowUpDone
from residents.log.queries.incidents import about_now
from residents.people.services import not_about_oneself
from residents.stays.steps import lock, save
from soberhouse.history import recorded
from soberhouse.words import is_blank, tidy


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something to be done, by whom and by which day."""

    what: str
    due_on: date
    who: str = ""


@transaction.atomic
def follow_up_add(*, entry: Entry, due: Due, now: datetime) -> FollowUp:
    """Say what is to be done after an entry, and by when. Refuses no words, a day that is over, and whoever the entry
    is about."""
    lock(entry)
    _not_about_oneself(entry)
    return write_follow_up(entry=entry, due=due, now=now)


def write_follow_up(*, entry: Entry, due: Due, now: datetime) -> FollowUp:
    """The same, inside its caller's transaction and on its lock."""
    if is_blank(due.what):
        raise ValidationError({"what": _("Say what is to be done.")})
    if due.due_on < entry.house.today(now):
        raise ValidationError({"due_on": _("This day is over.")})
    return save(
        FollowUp(
            house=entry.house,
            entry=entry,
            what=tidy(due.what),
            who=tidy(due.who),
            due_on=due.due_on,
            recorded_at=now,
            **recorded(),
        )
    )


@transaction.atomic
def follow_up_done(
    *, follow_up: FollowUp, outcome: str = FollowUpDone.Outcome.DONE, note: str = "", now: datetime
) -> FollowUpDone:
    """Say what became of it: done, or no longer needed and why. Refuses a second time, no longer needed without a
    reason, and whoever the entry is about."""
    lock(follow_up.entry)
    _not_about_oneself(follow_up.entry)
    if FollowUpDone.objects.filter(follow_up=follow_up).exists():
        raise ValidationError(_("Somebody has said already what became of it."))
    if outcome == FollowUpDone.Outcome.DROPPED and is_blank(note):
        raise ValidationError({"note": _("Say why it is no longer needed.")})
    return save(
        FollowUpDone(
            house=follow_up.house,
            follow_up=follow_up,
            outcome=outcome,
            note=note.strip(),
            recorded_at=now,
            **recorded(),
        )
    )


def _not_about_oneself(entry: Entry) -> None:
    for stay in about_now(entry):
        not_about_oneself(stay.resident)
