"""What complaints and visitors offer to the pages that gather: what waits for an answer, who visits the house, what
became of one's own complaints; and all that is on record of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.clock_words import instant
from residents.log.entry_words import short
from residents.log.models import Complaint, EntryTelling
from residents.log.queries.complaints import Matter, filed_by, matters, open_only
from residents.log.queries.visits import here_now, visited
from residents.people.models import Resident
from soberhouse.cards import Card, Order, Row

MOST_ROWS = 8  # of what waits, on Today
NEWS_LASTS = timedelta(days=14)
NEAR = timedelta(days=1)


# --- a house --------------------------------------------------------------------------------------------------------


def today(house: House, standing: Standing, now: datetime | None = None) -> Iterator[Card]:
    """Complaints that wait for an answer or an outcome, and who visits the house now."""
    if not standing.may(Action.SEE_RECORD, house):
        return
    now = now or timezone.now()
    yield from _open(house, standing, now)
    yield from _visitors(house, standing)


def _open(house: House, standing: Standing, now: datetime) -> Iterator[Card]:
    """Five queries, one where there is none."""
    rows = open_only(Complaint.objects.visible_to(standing.user).filter(house=house))
    waiting = matters(rows[: MOST_ROWS + 1], standing.user)
    if not waiting:
        return
    yield Card(
        title=_("Complaints"),
        order=Order.DUE,
        rows=[_open_row(matter, now) for matter in waiting[:MOST_ROWS]],
        more_url=f"{reverse('log', args=[house.uuid])}?kind=complaint",
        more_label=_("All") if len(waiting) <= MOST_ROWS else _("More"),
    )


def _open_row(matter: Matter, now: datetime) -> Row:
    """Who complains, since when, and what is due by when. What of is not for a screen in the kitchen."""
    complaint, due = matter.complaint, matter.due
    parts = [_day(complaint.recorded_at, complaint.house)]
    state, word = matter.state, matter.word
    if due is not None:
        facts = {"what": due.clock.name, "when": instant(due.due_at, complaint.house)}
        parts.append(_("%(what)s by %(when)s") % facts)
        if due.due_at <= now:
            state, word = "missed", _("overdue")
        elif due.due_at <= now + NEAR:
            state, word = "late", _("due soon")
    return Row(
        fact=_("Complaint: %(who)s") % {"who": complaint.get_by_display()},
        reason=" · ".join(parts),
        url=reverse("entry", args=[complaint.entry.uuid]),
        state=state,
        word=word,
    )


def _visitors(house: House, standing: Standing) -> Iterator[Card]:
    """Three queries, one where nobody visits."""
    visits = list(here_now(house, standing.user))
    if not visits:
        return
    may = standing.may(Action.RECORD, house)
    told = []
    for visit in visits:
        stays = visited(visit)
        came = time_format(timezone.localtime(visit.came_at, house.zone))
        if timezone.localtime(visit.came_at, house.zone).date() != house.today():
            came = _day(visit.came_at, house)
        whom = ", ".join(stay.short_name for stay in stays)
        since = _("since %(when)s") % {"when": came}
        told.append(
            {
                "visit": visit,
                "reason": " · ".join(filter(None, [_("visits %(whom)s") % {"whom": whom} if whom else "", since])),
                "may_end": may and all(stay.resident.user_id != standing.user.pk for stay in stays),
            }
        )
    yield Card(
        title=_("Visitors in the house"),
        order=Order.DUE,
        template="residents/log/visitors.html",
        context={"house": house, "visitors": told, "may_record": may},
    )


# --- a resident -----------------------------------------------------------------------------------------------------


def week(resident: Resident, now: datetime | None = None) -> Iterator[Card]:
    """My complaints that are open or have news. Six queries, one where there is none."""
    now = now or timezone.now()
    told = [
        matter
        for matter in matters(filed_by(resident.user).order_by("-recorded_at", "-pk")[:20], resident.user)
        if matter.is_open or matter.last_at > now - NEWS_LASTS
    ]
    if told:
        yield Card(
            title=_("My complaints"),
            order=Order.DUE,
            rows=my_rows(told),
            more_url=reverse("my_complaints"),
            more_label=_("All"),
        )


def home(resident: Resident) -> Iterator[Card]:
    """Where a resident says what is wrong."""
    yield Card(
        title=_("Something is wrong?"),
        order=Order.LATER,
        rows=[
            Row(
                fact=_("Say what is wrong"),
                reason=_("about the house, somebody of the staff, or anything else: you read who sees it"),
                url=reverse("my_complaint_new"),
            ),
            Row(fact=_("My complaints"), reason=_("what was answered, and what came of them"), url=_mine()),
        ],
    )


def _mine() -> str:
    return reverse("my_complaints")


def my_rows(told: Sequence[Matter]) -> list[Row]:
    """My own, each in a line: in my words. One query."""
    tellings = EntryTelling.objects.filter(entry__in=[each.complaint.entry_id for each in told], corrected_by=None)
    said = dict(tellings.values_list("entry", "text"))
    return [_my_row(matter, short(said[matter.complaint.entry_id])) for matter in told]


def _my_row(matter: Matter, said: str) -> Row:
    complaint = matter.complaint
    about = str(complaint.against) if complaint.against else _("the house, or something else")
    parts = [capfirst(_("about %(whom)s") % {"whom": about}), _day(complaint.recorded_at, complaint.house)]
    if matter.due is not None:
        facts = {"what": matter.due.clock.name, "when": instant(matter.due.due_at, complaint.house)}
        parts.append(_("%(what)s by %(when)s") % facts)
    return Row(
        fact=said,
        reason=" · ".join(parts),
        url=reverse("entry", args=[complaint.entry.uuid]),
        state=matter.state,
        word=matter.word,
    )


def _day(instant: datetime, house: House) -> str:
    return date_format(timezone.localtime(instant, house.zone), "MONTH_DAY_FORMAT")
