"""What house meetings offer to the pages that gather: the one of tonight, rolls not taken, minutes not published; for
whoever lives there the next one; and of the meetings of all a section of the minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.meetings import reports
from residents.meetings.house_meeting_words import agenda_words, when_words
from residents.meetings.models import AgendaItem, HouseMeeting, MinutesLine, Motion
from residents.meetings.queries.house_meetings import (
    EARLY,
    NO_ROLL,
    Coming,
    coming,
    of_house,
    waiting,
)
from residents.meetings.queries.standings import standings
from residents.meetings.standing import State, monday
from residents.meetings.standing_words import WORDS
from residents.people.models import Resident
from residents.stays.models import Stay
from residents.stays.paper_cards import Here, papers_here
from residents.stays.queries import FEW, living, there_on
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Load, MinutesSection, Order, Pending, Row, Work
from soberhouse.documents.kinds import Offer
from soberhouse.documents.models import IssuedDocument

# --- for those who run the house ------------------------------------------------------------------------------------


def today(house: House, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    """Tonight's house meeting, rolls not taken and minutes not published. Five queries, six with an agenda."""
    if not standing.may(Action.SEE_RESIDENTS, house):
        return
    now = timezone.now()
    rows = list(_waiting(house, standing, now))
    soon = [
        each
        for each in coming(house, now)
        if house.today(each.starts_at) == today and (each.starts_at > now or each.row is None)
    ]
    items = _counts(each.row for each in soon)
    rows += [_tonight(each, house, items, standing, now) for each in soon]
    yield Card(
        title=_("House meeting"),
        order=Order.DUE,
        rows=rows,
        more_url=reverse("house_meetings", args=[house.uuid]),
        more_label=_("All house meetings"),
        empty=_("None today."),
    )


def _waiting(house: House, standing: Standing, now: datetime) -> Iterator[Row]:
    """What nobody has finished, of those held lately. Two queries."""
    takes, publishes = standing.may(Action.TAKE_ROLL, house), standing.may(Action.PUBLISH, house)
    for row, how in waiting(house, now):
        page = reverse("house_meeting", args=[row.uuid])
        no_roll = how == NO_ROLL
        yield Row(
            fact=_("Roll not taken") if no_roll else _("Minutes not published"),
            reason=f"{row.meeting.name} · {when_words(row.starts_at, house, house.today(now))}",
            url=page,
            state="late" if no_roll else "held",
            word=_("due") if no_roll else _("open"),
            button=(_("Take the roll") if takes else "") if no_roll else (_("Minutes") if publishes else ""),
            button_url=(reverse("house_meeting_roll", args=[row.uuid]) if takes else "")
            if no_roll
            else (page if publishes else ""),
        )


def _counts(rows: Iterable[HouseMeeting | None]) -> Counter[int]:
    """How much is on the agenda of each of these, by key. One query, or none."""
    keys = [row.pk for row in rows if row is not None]
    if not keys:
        return Counter()
    found = AgendaItem.objects.filter(house_meeting__in=keys, taken_off=False)
    return Counter(found.values_list("house_meeting", flat=True))


def _tonight(each: Coming, house: House, items: Counter[int], standing: Standing, now: datetime) -> Row:
    when = when_words(each.starts_at, house, house.today(now))
    if each.called_off:
        return Row(
            fact=each.meeting.name,
            reason=" · ".join(filter(None, [when, each.why])),
            state="plain",
            word=_("called off"),
        )
    page = reverse("house_meeting", args=[each.row.uuid]) if each.row else ""
    may = standing.may(Action.RECORD, house)
    begun = now >= each.starts_at - EARLY
    roll = each.row is not None and begun and may
    begin = f"{reverse('house_meeting_begin', args=[house.uuid])}?on={each.on.isoformat()}"
    return Row(
        fact=each.meeting.name,
        reason=" · ".join([when, agenda_words(items[each.row.pk]) if each.row else _("not prepared yet")]),
        url=page,
        state="open",
        word="",
        button=_("Take the roll") if roll else _("Prepare") if each.row is None and may else "",
        button_url=reverse("house_meeting_roll", args=[each.row.uuid])
        if roll
        else begin
        if each.row is None and may
        else "",
    )


def hand_over(house: House, standing: Standing, now: datetime) -> Iterator[Pending]:
    """Rolls not taken and minutes not published. Two queries."""
    yield Pending("house_meetings", _("House meetings to be finished"), list(_waiting(house, standing, now)))


def work(user: User) -> Iterator[Work]:
    """What people write down of house meetings. A roll counts as the meeting it is of."""
    for model in (HouseMeeting, MinutesLine, Motion):
        yield Work(Load.RECORD, model.objects.visible_to(user))


def settings(house: House, standing: Standing) -> Iterator[Row]:
    """Where house meetings and the kinds of motions are kept."""
    yield Row(
        fact=_("House meetings"),
        reason=_("agenda, roll and minutes"),
        url=reverse("house_meetings", args=[house.uuid]),
    )
    yield Row(
        fact=_("Kinds of motions"),
        reason=_("how many votes each needs"),
        url=reverse("motion_kinds", args=[house.uuid]),
    )


# --- for those who live there ---------------------------------------------------------------------------------------


def week(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    """The next house meeting and its agenda; and the roll, for an officer who takes it. Four queries, six for
    officers."""
    stay = living(stays)
    if stay is None or stay.starts_on > today:
        return
    yield _next_card(stay.house, standing, timezone.now())


def home(stays: Iterable[Stay], today: date) -> Iterator[Card]:
    """The last minutes of the house where I live. One query."""
    stay = living(stays)
    if stay is None:
        return
    house = stay.house
    last = of_house(house).filter(published_at__isnull=False).first()
    rows = []
    if last is not None:
        rows.append(
            Row(
                fact=_("The last minutes"),
                reason=date_format(last.on, "DATE_FORMAT"),
                url=reverse("house_meeting", args=[last.uuid]),
            )
        )
    yield Card(
        title=_("House meetings"),
        order=Order.LATER,
        rows=rows,
        more_url=reverse("house_meetings", args=[house.uuid]),
        more_label=_("All house meetings"),
        empty=_("No minutes are published yet."),
    )


def _next_card(house: House, standing: Standing, now: datetime) -> Card:
    rows = []
    found = next((each for each in coming(house, now) if not each.called_off), None)
    if found is not None:
        items = _counts([found.row])
        said = [when_words(found.starts_at, house, house.today(now))]
        if found.row is not None:
            said.append(agenda_words(items[found.row.pk]))
        page = reverse("house_meeting", args=[found.row.uuid]) if found.row else ""
        rows.append(Row(fact=found.meeting.name, reason=" · ".join(said), url=page))
    if standing.may(Action.TAKE_ROLL, house):
        rows += [row for row in _waiting(house, standing, now) if row.button]
    return Card(
        title=_("House meeting"),
        order=Order.DUE,
        rows=rows,
        more_url=reverse("house_meetings", args=[house.uuid]),
        more_label=_("All house meetings"),
        empty=_("None in the next two weeks."),
    )


# --- papers ---------------------------------------------------------------------------------------------------------


def papers_of(row: HouseMeeting, standing: Standing) -> Here:
    """For the page of one house meeting whose minutes are published. One query."""
    url = reverse("minutes_issue", args=[row.uuid])
    return papers_here(row, [Offer(kind=reports.MINUTES, url=url)], standing)


def papers(place: House | Organization, standing: Standing, today: date) -> Iterator[Offer]:
    """The minutes published last. One query."""
    if not isinstance(place, House) or not standing.may(Action.ISSUE_PAPERS, place):
        return
    last = of_house(place).filter(published_at__isnull=False).first()
    if last is not None:
        yield Offer(kind=reports.MINUTES, url=reverse("minutes_issue", args=[last.uuid]))


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    """Where the same minutes are issued again."""
    if document.kind != reports.MINUTES.slug:
        return
    rows = HouseMeeting.objects.visible_to(standing.user).filter(published_at__isnull=False)
    if rows.filter(house=document.house_id, uuid=document.subject).exists():
        yield f"{reverse('minutes_issue', args=[document.subject])}?replaces={document.uuid}"


# --- a section of the minutes ---------------------------------------------------------------------------------------


def minutes(house: House, house_meeting_at: datetime, since: datetime | None) -> Iterator[MinutesSection]:
    """How many stand how with the meetings of that week: counts alone, and none where so few live that a count is a
    name. Six queries at most."""
    on = house.today(house_meeting_at)
    stays = there_on(house.stays.real().select_related("house"), on)
    if len(stays) < FEW:
        return
    week = monday(on)
    counts = Counter(each.state for each in standings(house, stays, [week], on).values())
    rows = [(capfirst(str(WORDS[state])), str(counts[state])) for state in State if counts[state]]
    if set(counts) <= {State.NOTHING}:
        return
    yield MinutesSection("meetings", _("Meetings this week"), (_("How they stand"), _("Residents")), tuple(rows))
