"""What required meetings offer to the pages that gather: who is behind, how a resident stands, what is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing as Asking
from residents.meetings import attendance_cards
from residents.meetings.models import Requirement, WeekExcused
from residents.meetings.queries.standings import InPeriod, Known, living_in, standings
from residents.meetings.standing import DAY, WEEK, Standing, State, monday
from residents.meetings.standing_words import (
    arithmetic,
    asked_words,
    count_words,
    state_pill,
    still_words,
    strip,
    terms_words,
    week_words,
)
from residents.people.models import Resident
from residents.stays.models import Stay
from soberhouse.cards import Card, Entry, Order, Pending, Row

ON_TODAY = 6


def today(house: House, stays: Iterable[Stay], asking: Asking, today: date) -> Iterator[Card]:
    """Who is behind this week, and, until Wednesday, who missed the last one."""
    if not asking.may(Action.SEE_RESIDENTS, house):
        return
    rows = list(_behind(house, _living(stays, today), today))
    page = reverse("meeting_weeks", args=[house.uuid])
    yield Card(
        title=_("Meetings by week"),
        order=Order.DUE,
        rows=rows[:ON_TODAY],
        more_url=page,
        more_label=_("All %(count)s") % {"count": len(rows)} if len(rows) > ON_TODAY else _("The whole house"),
        empty=_("Nobody is behind."),
    )


def _living(stays: Iterable[Stay], today: date) -> list[Stay]:
    return [each for each in stays if each.ends_on is None and not each.voided and each.starts_on <= today]


def _behind(house: House, stays: Sequence[Stay], today: date) -> Iterator[Row]:
    this_week = monday(today)
    weeks = [this_week, this_week - WEEK] if today < this_week + 3 * DAY else [this_week]
    found = standings(house, stays, weeks, today)
    for week in weeks:
        for stay in stays:
            if (standing := found[stay.pk, week]).needs_somebody:
                yield _row(standing, stay.short_name, week_words(week, today), _page(stay))


def _row(standing: Standing, fact: str, when: str, url: str) -> Row:
    tone, word = state_pill(standing)
    said = [when, count_words(standing)]
    if standing.needs_somebody or standing.state == State.ON_TRACK:
        said.append(still_words(standing))
    return Row(fact=fact, reason=" · ".join(filter(None, said)), url=url, state=tone, word=word)


def about(resident: Resident, stays: Iterable[Stay], asking: Asking, today: date) -> Iterator[Card | Entry]:
    """How they stand this week and in periods; what was asked of them alone, and which weeks were excused."""
    stay = next(iter(_living(stays, today)), None)
    if stay is not None:
        yield _card_of(stay, today)
    asked = Requirement.objects.visible_to(asking.user).filter(stay__resident=resident)
    for row in asked.select_related("stay").prefetch_related("parts"):
        yield Entry(
            row.starts_on,
            _("Meetings asked of them alone: %(what)s") % {"what": asked_words(row)},
            terms_words(row, today),
            row.recorded_as,
            _page(row.stay),
        )
    excused = WeekExcused.objects.visible_to(asking.user).filter(stay__resident=resident)
    for row in excused.select_related("house", "stay", "followed_by"):
        yield _excused_entry(row)


def _card_of(stay: Stay, today: date) -> Card:
    week = monday(today)
    known = Known(stay.house, [stay], week - WEEK, week + WEEK)
    page = _page(stay)
    rows = [_row(known.week(stay, each, today), week_words(each, today), "", page) for each in (week, week - WEEK)]
    rows += [_row(each.standing, asked_words(each.requirement), "", page) for each in _running(known, stay, today)]
    return Card(title=_("Meetings asked"), order=Order.DUE, rows=rows, more_url=page, more_label=_("Week by week"))


def _running(known: Known, stay: Stay, today: date) -> list[InPeriod]:
    return [each for each in known.periods(stay, today) if today < each.standing.until + WEEK]


def _excused_entry(row: WeekExcused) -> Entry:
    week = {"day": date_format(row.week)}
    fact = _("Excused from meetings, week from %(day)s") if row.excused else _("No longer excused, week from %(day)s")
    detail = row.note if not row.excused or not row.note else f"{row.get_cause_display()}: {row.note}"
    return Entry(
        row.week if row.excused else row.house.today(row.recorded_at),
        fact % week,
        detail or row.get_cause_display(),
        row.recorded_as,
        _page(row.stay),
        struck=hasattr(row, "followed_by") and row.excused,
    )


def week(resident: Resident, stays: Iterable[Stay], asking: Asking, today: date) -> Iterator[Card]:
    """My meetings of this week as a strip, what is still needed, and the ways to write one down: those of today where
    I go regularly by one press."""
    stay = next(iter(_living(stays, today)), None)
    if stay is None:
        return
    this_week = monday(today)
    known = Known(stay.house, [stay], this_week, this_week + WEEK)
    standing = known.week(stay, this_week, today)
    tone, word = state_pill(standing)
    yield Card(
        title=_("Meetings this week"),
        order=Order.NUMBERS,
        template="residents/meetings/my_week.html",
        context={
            "this_week": {
                "strip": strip(standing, today),
                "tone": tone,
                "word": word,
                "count": count_words(standing),
                "still": still_words(standing),
                "arithmetic": arithmetic(standing, own=True),
            },
            "periods": [_period(each) for each in _running(known, stay, today)],
            **attendance_cards.of_my_week(stay, today),
        },
        more_url=reverse("my_meetings"),
        more_label=_("All my meetings"),
    )


def _period(each: InPeriod) -> dict[str, str]:
    row = _row(each.standing, asked_words(each.requirement), "", "")
    return {"title": row.fact, "reason": row.reason, "tone": row.state, "word": row.word}


def settings(house: House, asking: Asking) -> Iterator[Row]:
    """Where what is asked is kept."""
    if asking.may(Action.SEE_HOUSE, house):
        yield Row(
            fact=_("Meetings that are asked"),
            reason=_("so many a week or in a period, by phase"),
            url=reverse("requirements", args=[house.uuid]),
        )


def beside_pass(stay: Stay, now: datetime) -> Iterator[Row]:
    """How they stand with their meetings, this week and last."""
    today = stay.house.today(now)
    week = monday(today)
    weeks = [week, week - WEEK]
    found = standings(stay.house, [stay], weeks, today)
    for each in weeks:
        standing = found[stay.pk, each]
        if standing.lived:
            facts = {"week": week_words(each, today)}
            yield _row(standing, _("Meetings, %(week)s") % facts, "", _page(stay))


def hand_over(house: House, asking: Asking, now: datetime) -> Iterator[Pending]:
    """Who is behind with their meetings this week, or missed the last one."""
    today = house.today(now)
    stays = list(living_in(house, monday(today)).filter(ends_on=None))
    yield Pending("meetings", _("Behind with meetings"), list(_behind(house, _living(stays, today), today)))


def _page(stay: Stay) -> str:
    return reverse("meeting_weeks_of_stay", args=[stay.uuid])
