"""What passes ask for: which rule holds for whom, and what is found not to be met."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from residents.away.models import Pass, PassRule
from residents.away.queries import passes as queries
from residents.away.services import passes as services
from residents.people import services as people
from residents.stays import services as stays
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.rules.given import pass_of
from tests.residents.stays.stories import refused, written

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def by_alice(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def noon(cast: Cast, days: int) -> datetime:
    """Noon in house A, so many days from today."""
    day = cast.today + days * DAY
    return datetime(day.year, day.month, day.day, 12, tzinfo=cast.house_a.zone)


def wanted(cast: Cast, days: int, nights: int = 1, **facts: Any) -> list[str]:
    """What is not met if Dana, here for 40 days, asks now to leave so many days from today."""
    usual = {"kind": "overnight", "officer_agreed": "", "asked_at": noon(cast, 0)}
    starts_at, ends_at = noon(cast, days), noon(cast, days + nights)
    return queries.unmet_by(
        queries.Wanted(stay=cast.stay_of_dana, starts_at=starts_at, ends_at=ends_at, **(usual | facts))
    )


def rule(cast: Cast, **facts: Any) -> PassRule:
    return services.pass_rule_save(house=cast.house_a, **({"kind": "overnight"} | facts))


def away(cast: Cast, days: int, nights: int, *, back: int | None = None) -> Pass:
    """Dana was given so many nights, and may have come back earlier."""
    before = noon(cast, days) - 30 * DAY
    with acting_as(cast.dana.user, source="web"):
        row = services.pass_ask(
            stay=cast.stay_of_dana,
            kind="overnight",
            starts_at=noon(cast, days),
            ends_at=noon(cast, days + nights),
            where="home",
            now=before,
        )
    services.pass_decide(asked=row, outcome="approved", reason="yes", now=before)
    if back is not None:
        row = Pass.objects.get(pk=row.pk)
        services.pass_return(pass_=row, at=noon(cast, days + back), now=noon(cast, days + max(back, nights)))
    return row


# --- which rule -----------------------------------------------------------------------------------------------------


def test_rule_of_the_phase_goes_before_the_rule_for_all(cast):
    first = stays.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
    second = stays.phase_kind_save(house=cast.house_a, number=2, name="Phase 2")
    for_all, of_second = rule(cast, min_days=90), rule(cast, phase=second, min_days=10)
    rule(cast, kind="family")
    rules = queries.rules_of(cast.house_a)

    assert queries.rule_for(rules, "overnight", None) == for_all
    assert queries.rule_for(rules, "overnight", first.pk) == for_all
    assert queries.rule_for(rules, "overnight", second.pk) == of_second
    assert queries.rule_for(rules, "court", second.pk) is None


def test_phase_of_the_day_they_leave_counts(cast):
    phase = stays.phase_kind_save(house=cast.house_a, number=1, name="Phase 1")
    rule(cast, min_days=90)
    rule(cast, phase=phase, min_days=0)

    assert len(wanted(cast, 5)) == 1
    stays.phase_set(stay=cast.stay_of_dana, kind=phase, starts_on=cast.today, today=cast.today)
    assert wanted(cast, 5) == []


def test_without_rules_all_is_met(cast):
    assert wanted(cast, 0, 30) == []


# --- what is not met ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("min_days", "sentences"),
    [
        (45, []),
        (46, ["Overnight passes begin after 46 days in the house; on that day it is 45."]),
    ],
)
def test_days_in_the_house_are_counted_on_the_day_they_leave(min_days, sentences, cast):
    rule(cast, min_days=min_days)

    assert wanted(cast, 5) == sentences


def test_days_count_along_a_move_between_houses(cast):
    with acting_as(cast.olive, source="web"):
        following = stays.transfer(
            stay=cast.stay_of_erin, bed=cast.bed_a("2A"), on=cast.today, reason="closer", today=cast.today
        )
    rule(cast, min_days=60)

    starts_at = noon(cast, 1)
    asked = queries.Wanted(
        stay=following,
        kind="overnight",
        starts_at=starts_at,
        ends_at=starts_at + DAY,
        officer_agreed="",
        asked_at=noon(cast, 0),
    )
    assert queries.unmet_by(asked) == []  # 76 days, one of them here


@pytest.mark.parametrize(
    ("nights", "sentences"), [(2, []), (3, ["At most 2 nights in a row; this is 3 nights."]), (0, [])]
)
def test_nights_in_a_row(nights, sentences, cast):
    rule(cast, max_nights=2)
    starts_at = noon(cast, 5)
    asked = queries.Wanted(
        stay=cast.stay_of_dana,
        kind="overnight",
        starts_at=starts_at,
        ends_at=noon(cast, 5 + nights) + HOUR,
        officer_agreed="",
        asked_at=noon(cast, 0),
    )

    assert queries.unmet_by(asked) == sentences


@pytest.mark.parametrize(
    ("days", "nights", "most"),
    [(5, 1, 3), (5, 2, 4), (18, 2, 4), (19, 2, 3), (20, 2, 2), (29, 2, 2)],
)
def test_nights_in_30_days_are_counted_in_every_window(days, nights, most, cast):
    """Two nights away from ten days ago, which leave the window of the 30 days one after the other."""
    away(cast, -10, 2)
    rule(cast, max_in_30_days=1)

    sentences = wanted(cast, days, nights)

    assert sentences == [f"At most 1 night in 30 days; with this one it is {most} nights."]


def test_who_came_back_early_was_not_away_for_the_rest(cast):
    away(cast, -10, 4, back=1)
    rule(cast, max_in_30_days=2)

    assert wanted(cast, 5) == []
    assert wanted(cast, 5, 2) == ["At most 2 nights in 30 days; with this one it is 3 nights."]


def test_who_came_back_late_was_away_longer(cast):
    away(cast, -10, 1, back=3)
    rule(cast, max_in_30_days=2)

    assert wanted(cast, 5) == ["At most 2 nights in 30 days; with this one it is 4 nights."]


def test_late_return_into_the_window_counts(cast):
    away(cast, -36, 2, back=12)
    rule(cast, max_in_30_days=1)

    assert wanted(cast, 0) == ["At most 1 night in 30 days; with this one it is 6 nights."]


@pytest.mark.parametrize(
    ("leaves", "back", "nights"),
    [
        ((0, 8), (0, 23), 0),
        ((0, 20), (1, 2), 0),  # late, but in bed at home
        ((0, 20), (1, 5), 0),
        ((0, 20), (1, 6), 1),
        ((0, 18), (2, 20), 2),
        ((1, 5), (1, 9), 1),
        ((1, 6), (1, 23), 0),
    ],
)
def test_night_counts_where_they_are_away_at_its_dawn(leaves, back, nights, cast):
    day = date(2026, 3, 7)  # the clock is put forward in the night that follows
    starts_at, ends_at = (
        datetime.combine(day + number * DAY, time(hour), cast.house_a.zone) for number, hour in (leaves, back)
    )

    assert len(queries.nights_away(starts_at, ends_at, cast.house_a)) == nights


def test_nights_are_counted_over_stays_of_this_house_that_continue_each_other(cast):
    """Dana was away for two nights, moved to another house, was away there, and came back."""
    away(cast, -10, 2, back=2)
    rule(cast, max_in_30_days=1)
    stay, days = cast.stay_of_dana, (-6, -3)
    with acting_as(cast.olive, source="web"):
        there = stays.transfer(
            stay=stay, bed=cast.bed_b("1B"), on=cast.today + days[0] * DAY, reason="closer", today=cast.today
        )
        pass_of(there, by=cast.dana.user, starts_in_hours=-120, hours=26, decided_by=cast.olive, status="returned")
        here = stays.transfer(
            stay=there, bed=cast.bed_a("2A"), on=cast.today + days[1] * DAY, reason="nearer", today=cast.today
        )
    asked = queries.Wanted(
        stay=here,
        kind="overnight",
        starts_at=noon(cast, 5),
        ends_at=noon(cast, 6),
        officer_agreed="",
        asked_at=noon(cast, 0),
    )

    assert queries.unmet_by(asked) == ["At most 1 night in 30 days; with this one it is 3 nights."]


def test_nights_of_another_kind_do_not_count(cast):
    away(cast, -10, 4)
    rule(cast, kind="family", max_in_30_days=2)

    assert wanted(cast, 5, 2, kind="family") == []


@pytest.mark.parametrize(("days", "sentences"), [(7, []), (6, ["To be asked for 7 days before."])])
def test_notice(days, sentences, cast):
    rule(cast, notice_hours=168)

    assert wanted(cast, days) == sentences


def test_officer_agrees_only_where_there_is_one(cast):
    rule(cast, officer_agrees=True)
    assert wanted(cast, 5) == []

    people.contact_add(resident=cast.dana, kind="officer", name="Lyle Harmon")

    assert wanted(cast, 5) == ["The officer's permission is not written down."]
    assert wanted(cast, 5, officer_agreed="Harmon, Monday") == []


@pytest.mark.parametrize("passes", [1, 3])
def test_what_is_not_met_costs_the_same_however_often_they_were_away(passes, cast, django_assert_num_queries):
    for number in range(passes):
        away(cast, -20 + 3 * number, 1)
    rule(cast, min_days=90, max_in_30_days=1, officer_agrees=True)

    with django_assert_num_queries(5):
        wanted(cast, 5)


def test_rule_in_words(cast):
    row = rule(
        cast, min_days=30, max_nights=1, max_in_30_days=2, notice_hours=36, officer_agrees=True, test_on_return=True
    )

    assert queries.rule_in_words(row) == [
        "after 30 days in the house",
        "at most 1 night in a row",
        "at most 2 nights in 30 days",
        "asked for 36 hours before",
        "with the officer's permission, where there is an officer",
        "test on return",
    ]


# --- keeping them ---------------------------------------------------------------------------------------------------


def test_second_rule_for_the_same_is_refused(cast):
    rule(cast)

    with refused("There is a rule for this already."):
        rule(cast, min_days=9)


def test_dropped_rule_makes_room_and_changes_no_more(cast):
    row = rule(cast)
    services.pass_rule_drop(rule=row)

    assert queries.rules_of(cast.house_a) == []
    with refused("This rule holds no longer. Write a new one."):
        services.pass_rule_save(house=cast.house_a, kind="overnight", rule=row)
    assert rule(cast).pk != row.pk


def test_phase_of_another_house_is_refused(cast):
    with acting_as(cast.charlie, source="web"):
        phase = stays.phase_kind_save(house=cast.house_b, number=1, name="Phase 1")

    with refused("This phase belongs to another house.", about="phase"):
        rule(cast, phase=phase)


def test_house_begins_with_usual_rules_once(cast):
    services.pass_rules_start(house=cast.house_a)

    found = {row.kind: row for row in queries.rules_of(cast.house_a)}
    assert set(found) == {"overnight", "weekend", "medical", "work", "family", "court"}
    assert (found["overnight"].min_days, found["overnight"].notice_hours) == (30, 168)
    assert (found["medical"].min_days, found["court"].notice_hours) == (0, 0)
    with refused("This house has rules for passes already."):
        services.pass_rules_start(house=cast.house_a)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("pass_rule_new", {"kind": "court", "min_days": 1, "notice_hours": 0}),
        ("pass_rules_start", {}),
    ],
)
def test_rules_are_published_by_those_who_may(name, data, cast, signed_in):
    url = reverse(name, args=[cast.house_a.uuid])
    before = written()

    assert signed_in(cast.charlie).post(url, data).status_code == 404
    for wrong in (cast.dana, cast.audra, cast.frank):
        assert signed_in(wrong).post(url, data).status_code == 403
    assert written() == before
    assert signed_in(cast.alice).post(url, data).status_code == 302
    assert PassRule.objects.filter(house=cast.house_a).exists()


@pytest.mark.parametrize(
    ("name", "data", "then"),
    [
        ("pass_rule_change", {"kind": "overnight", "min_days": 12, "notice_hours": 0}, (12, True)),
        ("pass_rule_drop", {}, (0, False)),
    ],
)
def test_rule_is_changed_by_those_who_may(name, data, then, cast, signed_in):
    row = rule(cast)
    url = reverse(name, args=[row.uuid])
    before = written()

    assert signed_in(cast.charlie).post(url, data).status_code == 404
    assert signed_in(cast.dana).post(url, data).status_code == 403
    assert written() == before
    assert signed_in(cast.alice).get(url).status_code == 200
    assert signed_in(cast.alice).post(url, data).status_code == 302
    row.refresh_from_db()
    assert (row.min_days, row.in_use) == then


def test_bad_rule_keeps_what_was_typed(cast, signed_in):
    data = {"kind": "overnight", "min_days": "-3", "notice_hours": "900000"}

    response = signed_in(cast.alice).post(reverse("pass_rule_new", args=[cast.house_a.uuid]), data)

    assert set(response.context["form"].errors) == {"min_days", "notice_hours"}
    assert 'value="-3"' in response.content.decode()
    assert not PassRule.objects.exists()


def test_residents_read_the_rules_of_their_house(cast, signed_in):
    rule(cast, min_days=33)

    page = signed_in(cast.dana).get(reverse("pass_rules", args=[cast.house_a.uuid])).content.decode()

    assert "after 33 days in the house" in page
    assert reverse("pass_rule_new", args=[cast.house_a.uuid]) not in page
    assert signed_in(cast.erin).get(reverse("pass_rules", args=[cast.house_a.uuid])).status_code == 404


def test_a_rule_never_stops_anybody_from_asking(cast):
    rule(cast, min_days=1000, max_nights=0, max_in_30_days=0, notice_hours=2000)
    now = timezone.now()

    with acting_as(cast.dana.user, source="web"):
        row = services.pass_ask(
            stay=cast.stay_of_dana,
            kind="overnight",
            starts_at=now + HOUR,
            ends_at=now + 30 * HOUR,
            where="home",
            now=now,
        )

    assert row.status == "asked"
    assert len(queries.unmet(row)) >= 3


def test_refusal_of_an_unknown_kind(cast):
    with pytest.raises(ValidationError):
        rule(cast, kind="holiday")
