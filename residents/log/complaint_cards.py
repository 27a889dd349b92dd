"""What complaints and visitors offer to the pages that gather: what waits for an answer, who visits the house, what
became of one's own complaints; and all that is on record of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.clock_words import instant
from residents.log.models import (
    Complainant,
    Complaint,
    ComplaintAnswer,
    ComplaintOutcome,
    EntryAbout,
    Search,
    Visit,
    VisitEnd,
)
from residents.log.queries.complaints import Matter, matters, open_only
from residents.log.queries.entries import unnamed
from residents.log.queries.visits import here_now, visited
from residents.people.models import Resident
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Order, Row, Section, hanging, section

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
    """My complaints that are open or have news. Five queries, one where there is none."""
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
            rows=[my_row(matter) for matter in told],
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


def filed_by(user: User) -> Any:
    """What this resident filed for themselves."""
    return Complaint.objects.visible_to(user).filter(by=Complaint.By.RESIDENT, recorded_by=user)


def my_row(matter: Matter) -> Row:
    """One of my own in a line."""
    complaint = matter.complaint
    about = str(complaint.against) if complaint.against else _("the house, or something else")
    parts = [_day(complaint.recorded_at, complaint.house)]
    if matter.due is not None:
        facts = {"what": matter.due.clock.name, "when": instant(matter.due.due_at, complaint.house)}
        parts.append(_("%(what)s by %(when)s") % facts)
    return Row(
        fact=capfirst(_("about %(whom)s") % {"whom": about}),
        reason=" · ".join(parts),
        url=reverse("entry", args=[complaint.entry.uuid]),
        state=matter.state,
        word=matter.word,
    )


def _day(instant: datetime, house: House) -> str:
    return date_format(timezone.localtime(instant, house.zone), "MONTH_DAY_FORMAT")


# --- one's own record -----------------------------------------------------------------------------------------------


def own(resident: Resident, today: date) -> Iterator[Section]:
    """All that is on record of complaints, searches and visits that I filed, or that are about me and open to me."""
    theirs = EntryAbout.objects.filter(stay__resident=resident).values("telling__entry")
    user = resident.user
    seen = Complaint.objects.visible_to(user)
    mine = seen.filter(entry__in=theirs) | filed_by(user)
    complaints = list(
        mine.select_related("house", "against", "entry", "outcome__complaint", "outcome__house").order_by("pk")
    )
    withheld = unnamed([complaint.entry for complaint in complaints], user)
    for complaint in complaints:
        if complaint.entry_id in withheld:
            complaint.recorded_as = _("name withheld")
    keys = [complaint.pk for complaint in complaints]
    yield _section(
        Complaint,
        ("complaints", _("Complaints")),
        complaints,
        ["house", "entry", "by", "name_withheld", "against", "wish"],
        empty=_("There is none."),
    )
    yield _section(
        Complainant,
        ("complainants", _("Who complained")),
        Complainant.objects.visible_to(user).filter(complaint__in=keys).select_related("complaint").order_by("pk"),
        ["complaint", "name", "contact"],
    )
    yield _section(
        ComplaintAnswer,
        ("complaint_answers", _("Answers to complaints")),
        ComplaintAnswer.objects.visible_to(user).filter(complaint__in=keys).select_related("complaint").order_by("pk"),
        ["complaint", "text"],
    )
    yield _section(
        ComplaintOutcome,
        ("complaint_outcomes", _("What came of complaints")),
        hanging(complaints, "outcome"),
        ["complaint", "outcome", "text", "told"],
    )
    searches = Search.objects.visible_to(user).filter(entry__in=theirs)
    yield _section(
        Search,
        ("searches", _("Searches")),
        searches.select_related("house", "entry", "policy", "corrected_by", "corrects").order_by("pk"),
        [
            *("house", "entry", "place", "why", "by", "witness", "resident_present", "found", "became", "policy"),
            *("corrects", "correction_reason"),
        ],
        labels={"corrects": _("Puts right")},
        struck=lambda row: _("put right since") if hasattr(row, "corrected_by") else "",
        empty=_("Nothing of mine was searched."),
    )
    visits = list(
        Visit.objects.visible_to(user)
        .filter(entry__in=theirs)
        .select_related("house", "entry", "end__visit")
        .order_by("pk")
    )
    yield _section(
        Visit, ("visits", _("Who visited me")), visits, ["house", "entry", "name", "came_at"], empty=_("Nobody.")
    )
    yield _section(
        VisitEnd, ("visit_ends", _("When visitors left")), hanging(visits, "end"), ["visit", "came_at", "left_at"]
    )


def _section(
    model: Any,
    named: tuple[str, str],
    rows: Iterable[Any],
    fields: list[str],
    *,
    labels: dict[str, str] | None = None,
    empty: str = "",
    **more: Any,
) -> Section:
    name, title = named
    return section(
        name,
        title,
        rows,
        [*fields, "recorded_as", "recorded_at"],
        model=model,
        labels={
            "recorded_as": _("By"),
            "recorded_at": _("Written down"),
            "house": _("House"),
            "entry": _("Entry"),
            "complaint": _("Complaint"),
            "against": _("About"),
            "visit": _("Visitor"),
            "came_at": _("Came"),
        }
        | (labels or {}),
        history=False,
        empty=empty or _("Nothing."),
        **more,
    )
