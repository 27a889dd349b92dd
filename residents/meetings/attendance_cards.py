"""What attendance offers to the pages that gather: what does not fit and waits for somebody, the newest slips; of one
resident what counts; and to the card of one's own week the meetings of today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.away.queries.passes import clock
from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.meetings import attendance_paper_cards
from residents.meetings.attendance_rows import Choice, Shown, shown
from residents.meetings.attendance_words import counts_in_words, settled_words
from residents.meetings.models import Attendance, DoubtSettled, Grade
from residents.meetings.models.words import Venue
from residents.meetings.queries import attendance as queries
from residents.meetings.queries.occurrences import Occurrence
from residents.meetings.standing import WEEK, monday
from residents.people.models import Resident
from residents.stays.models import Stay
from residents.stays.queries import living
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Load, Order, Row, Work
from soberhouse.documents.kinds import Offer
from soberhouse.documents.models import IssuedDocument

# How far back Today asks what does not fit: residents write two weeks back. The page of open questions asks a year.
ON_TODAY = timedelta(days=21)
DOUBTS_ON_TODAY, SLIPS_ON_TODAY = 6, 4
LATELY = timedelta(days=2)
WEEKS_OF_ONE = 4


def today(house: House, standing: Standing, today: date) -> Iterator[Card]:
    """What does not fit and waits for somebody, and the newest slips and signatures. As many queries for one as for
    many; where nothing is written down, one."""
    if not standing.may(Action.SEE_RESIDENTS, house):
        return
    rows = queries.counting(Attendance.objects.visible_to(standing.user).filter(house=house))
    found = shown(queries.spanned(rows, today - ON_TODAY, None).order_by("-recorded_at", "-pk"))
    open_ = [each for each in found if each.is_open]
    if open_:
        yield Card(
            title=_("Meetings that do not fit"),
            order=Order.WAITING,
            rows=[_open_row(each, standing) for each in open_[:DOUBTS_ON_TODAY]],
            more_url=reverse("attendance_doubts", args=[house.uuid]),
            more_label=_("All %(count)s") % {"count": len(open_)},
        )
    since = timezone.now() - LATELY
    slips = [each for each in found if each.row.grade in (Grade.PHOTO, Grade.SIGNED) and each.row.recorded_at >= since]
    if slips:
        yield Card(
            title=_("New slips"),
            order=Order.LATER,
            rows=[_row(each, name=True) for each in slips[:SLIPS_ON_TODAY]],
            more_url=reverse("attendance_of_house", args=[house.uuid]),
            more_label=_("Attendance"),
        )


def _open_row(each: Shown, standing: Standing) -> Row:
    row = each.row
    may = standing.may(Action.CORRECT, row)
    return Row(
        fact=f"{row.stay.short_name} · {row.called}",
        reason=f"{each.when} · {each.doubts}",
        url=reverse("attendance", args=[row.uuid]),
        state="late",
        word=_("open question"),
        button=_("Let it stand") if may else "",
        button_url=reverse("attendance_settle", args=[row.uuid]) if may else "",
    )


def _row(each: Shown, *, name: bool = False) -> Row:
    row = each.row
    return Row(
        fact=f"{row.stay.short_name} · {row.called}" if name else row.called,
        reason=f"{each.when} · {each.said}",
        url=reverse("attendance", args=[row.uuid]),
        state="late" if each.is_open else each.tone,
        word=_("open question") if each.is_open else each.word,
    )


def about(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card | Entry]:
    """What counts of the last four weeks, and what was struck or asked. Eight queries, however many there are."""
    stays = list(stays)
    stay = living(stays) or next(iter(stays), None)
    rows = Attendance.objects.visible_to(standing.user).filter(stay__resident=resident)
    if stay is not None:
        since = monday(today) - (WEEKS_OF_ONE - 1) * WEEK
        newest = queries.counting(queries.spanned(rows, since, None))
        found = shown(newest)
        counts: dict[int, int] = {}
        for each in found:
            counts[each.row.grade] = counts.get(each.row.grade, 0) + 1
        open_ = [each for each in found if each.is_open]
        page = reverse("attendance_of_stay", args=[stay.uuid])
        may = standing.may(Action.RECORD, stay) and stay.ends_on is None
        yield Card(
            title=_("Meetings"),
            order=Order.DUE,
            rows=[
                *(_row(each) for each in open_[:DOUBTS_ON_TODAY]),
                Row(
                    fact=_("The last %(count)s weeks") % {"count": WEEKS_OF_ONE},
                    reason=counts_in_words(counts) or _("no meeting is written down"),
                    url=page,
                    button=_("Was at a meeting") if may else "",
                    button_url=reverse("attendance_choose", args=[stay.uuid]) if may else "",
                ),
            ],
            more_url=page,
            more_label=_("Attendance"),
        )
    corrected = rows.filter(step__in=[Attendance.Step.STRUCK, Attendance.Step.RESTORED])
    for row in corrected.select_related("house"):
        yield Entry(
            timezone.localtime(row.recorded_at, row.house.zone).date(),
            _("A meeting of %(day)s: %(what)s") % {"day": date_format(row.on), "what": row.get_step_display()},
            row.reason,
            row.recorded_as,
            reverse("attendance", args=[row.uuid]),
        )
    settled = DoubtSettled.objects.visible_to(standing.user).filter(attendance__stay__resident=resident)
    for one in settled.select_related("house", "attendance"):
        yield Entry(
            timezone.localtime(one.recorded_at, one.house.zone).date(),
            _("A meeting of %(day)s stands") % {"day": date_format(one.attendance.on)},
            f"{settled_words(one)} · {one.reason}",
            one.recorded_as,
            reverse("attendance", args=[one.attendance.uuid]),
        )


def of_my_week(stay: Stay, today: date) -> dict[str, Any]:
    """For the card of one's own week: the meetings of today that one goes to regularly, each with one press to write it
    down, and how many of this week are asked about. Eight queries."""
    this_week = monday(today)
    mine = shown(queries.newest([stay], since=this_week, until=this_week + WEEK))
    done = {(each.row.meeting_id, each.row.starts_at): each for each in mine}
    plans = queries.plans_of(stay, today)
    held = queries.held_on([plan.meeting for plan in plans], today, stay.house)
    now = timezone.now()
    return {
        "planned": [_planned(each, done.get((each.meeting.pk, each.starts_at)), stay.house, now) for each in held],
        "open": sum(each.is_open for each in mine),
    }


def _planned(held: Occurrence, there: Shown | None, house: House, now: datetime) -> Choice:
    meeting = held.meeting
    reason = f"{clock(held.starts_at, house)} · {meeting.get_kind_display()}"
    if held.called_off:
        return Choice(meeting.name, reason, state="missed", word=_("called off"))
    if there is not None:
        url = reverse("my_attendance", args=[there.row.uuid])
        return Choice(meeting.name, reason, url, there.tone, _("written down"))
    if held.starts_at > now + queries.CODE_BEFORE:
        return Choice(meeting.name, reason)
    url = f"{reverse('my_attendance_new', args=[meeting.uuid])}?on={held.on.isoformat()}"
    # Before it begins a code alone counts; of one that is held online too, the page asks which it was.
    at_once = held.starts_at <= now and meeting.venue != Venue.HYBRID
    return Choice(meeting.name, reason, url, at_once=at_once)


def papers(place: House | Organization, standing: Standing, today: date) -> Iterator[Offer]:
    yield from attendance_paper_cards.papers(place, standing, today)


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    yield from attendance_paper_cards.issued_anew(document, standing)


def work(user: User) -> Iterator[Work]:
    """What somebody wrote down, proved, struck or restored of others, and the questions they settled."""
    by_another = Q(stay__resident__user=None) | ~Q(recorded_by=F("stay__resident__user"))
    yield Work(Load.RECORD, Attendance.objects.visible_to(user).filter(by_another))
    yield Work(Load.RECORD, DoubtSettled.objects.visible_to(user))
