"""The facts of the paper that tells the log of a house, read from the database as they are now. The same number of
queries however many entries there are."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.log.entry_words import Told, audience_word, told
from residents.log.models import Audience, Entry, EntryTelling
from residents.log.queries.entries import Line, having, lines, tellings
from residents.log.reckoning import day_begins
from residents.log.reports.log import Before, LogEntry, LogPaper

LONGEST = 92  # days
MOST = 2000  # entries


def log_facts(house: House, first: date, last: date, *, with_few: bool, now: datetime) -> LogPaper:
    """What happened from `first` to `last`, both included, as the staff of the house reads it; `with_few`, as its
    managers do. What is kept from whom it is about, and what the operators alone read, is on no such paper: whoever may
    open it later need not be somebody who may read that. Refuses days to come, and more than fits on a paper."""
    if last < first:
        raise ValidationError({"last_day": _("The last day is before the first.")})
    if first > house.today(now):
        raise ValidationError({"first_day": _("These days have not come yet.")})
    if (last - first).days >= LONGEST:
        raise ValidationError({"first_day": _("At most %(count)s days fit on a paper.") % {"count": LONGEST}})
    days = {"since": day_begins(first, house.zone), "until": day_begins(last + timedelta(days=1), house.zone)}
    of_house = Entry.objects.filter(house=house)
    audiences = [Audience.STAFF, Audience.FEW] if with_few else [Audience.STAFF]
    rows = having(tellings(of_house.filter(audience__in=audiences)), **days)
    found = told(lines(rows.order_by("happened_at", "entry_id")[: MOST + 1]), None)
    if len(found) > MOST:
        raise ValidationError({"first_day": _("At most %(count)s entries fit on a paper.") % {"count": MOST}})
    before = _before([each.entry for each in found if each.line.amended])
    left_out = None
    if not with_few:
        left_out = having(tellings(of_house.filter(audience=Audience.FEW)), **days).count()
    return LogPaper(
        house=house.name,
        first=first,
        last=last,
        entries=tuple(_entry(each, before.get(each.entry.pk, []), house) for each in found),
        left_out=left_out,
    )


def _before(entries: list[Entry]) -> dict[int, list[Line]]:
    """Every telling of these entries, the newest first. No query where none was put right."""
    found: dict[int, list[Line]] = {}
    if entries:
        rows = EntryTelling.objects.filter(entry__in=entries).order_by("-recorded_at", "-pk")
        for line in lines(rows):
            found.setdefault(line.entry.pk, []).append(line)
    return found


def _entry(each: Told, tellings: list[Line], house: House) -> LogEntry:
    return LogEntry(
        happened_at=_local(each.at, house),
        kind=each.kind,
        text=each.text,
        about=tuple(stay.name for stay in each.line.about),
        readers=audience_word(each.entry.audience),
        by=each.by,
        written_at=_local(each.entry.recorded_at, house),
        photos=tuple(photo.caption for photo in each.line.photos),
        before=tuple(
            Before(
                text=old.telling.text,
                happened_at=_local(old.telling.happened_at, house),
                about=tuple(stay.name for stay in old.about),
                by=each.by if old.telling.corrects_id is None else old.telling.recorded_as,
                written_at=_local(old.telling.recorded_at, house),
                reason=new.telling.correction_reason,
                put_right_by=new.telling.recorded_as,
                put_right_at=_local(new.telling.recorded_at, house),
            )
            for new, old in zip(tellings, tellings[1:], strict=False)
        ),
    )


def _local(instant: datetime, house: House) -> datetime:
    return timezone.localtime(instant, house.zone)
