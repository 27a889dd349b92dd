"""The night roll: what is foreseen, what is written down, what is refused; on ordinary nights and on those in which
clocks change."""

from __future__ import annotations

import csv
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from residents.away import hours
from residents.away.models import CurfewCheck, CurfewException, CurfewHour, Movement, PassEvent
from residents.away.night_cards import beside_pass
from residents.away.night_words import excuse, row_words
from residents.away.queries.nights import LATER, curfews, due_at, missing_now, night_roll
from residents.away.queries.whereabouts import not_come_in, whereabouts
from residents.away.services.movements import sign_in, sign_out
from residents.away.services.nights import RollEntry, RollRefused, came_in, check_correct, roll_take
from residents.away.services.passes import pass_extend
from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.models import Contact, Phase, PhaseKind
from residents.stays.queries import stays_of_late
from residents.stays.services import discharge
from soberhouse.cards import Order
from soberhouse.history import acting_as, recorded
from soberhouse.notices.models import Notice
from soberhouse.pages.gather import gather
from tests.cast import grant, make_house
from tests.residents.away.evening import away, by_the_clock, checked, curfew_at, sleepers, works
from tests.residents.stays.stories import ORDINARY

IN, LATE, EXCUSED, ABSENT = "in", "late", "excused", "absent"
MINUTES = timedelta(minutes=1)


@pytest.fixture
def house(cast):
    return curfew_at(cast.house_a, 22, 22)


@pytest.fixture
def night(house) -> date:
    return house.today()


@pytest.fixture
def half_past_ten(house) -> datetime:
    return by_the_clock(house, 22, 30)


@contextmanager
def refused(sentence: str, *, about: str = NON_FIELD_ERRORS) -> Iterator[None]:
    """Refused with exactly this sentence, and nothing is written."""
    before = (CurfewCheck.objects.count(), Movement.objects.count(), Notice.objects.count())
    with pytest.raises(ValidationError) as caught:
        yield
    said = (
        caught.value.message_dict if hasattr(caught.value, "error_dict") else {NON_FIELD_ERRORS: caught.value.messages}
    )
    assert said == {about: [sentence]}
    assert (CurfewCheck.objects.count(), Movement.objects.count(), Notice.objects.count()) == before


@pytest.fixture
def alice_acts(cast):
    with acting_as(cast.alice, source="web"):
        yield


def row_of(stay, now, night=None):
    roll = night_roll(stay.house, night or stay.house.today(), now)
    return next(row for row in roll.rows if row.stay.pk == stay.pk)


def clock_at(monkeypatch, instant):
    monkeypatch.setattr(timezone, "now", lambda: instant)


def leaves(stay):
    with acting_as(None, source="command"):
        discharge(stay=stay, left_on=stay.house.today(), today=stay.house.today(), **ORDINARY)


def take(house, now, *entries, night=None):
    return roll_take(house=house, night=night or house.today(), entries=entries, now=now)


# --- by when somebody is in ---------------------------------------------------------------------------------------


def given(row):
    with transaction.atomic(), acting_as(None, reason="given", source="command"):
        row.save()
    return row


def test_hours_of_phase_weekday_and_person_come_together(cast, house, night):
    kind = given(PhaseKind(house=house, number=1, name="Phase 1"))
    stay = cast.stay_of_dana
    assert due_at(stay, night) == by_the_clock(house, 22)

    given(CurfewHour(house=house, weekday=night.weekday(), hour=time(23)))
    assert due_at(stay, night) == by_the_clock(house, 23)

    given(Phase(house=house, stay=stay, kind=kind, starts_on=night - timedelta(days=3)))
    given(CurfewHour(house=house, phase=kind, hour=time(21)))
    assert due_at(stay, night) == by_the_clock(house, 21)

    own = {"house": house, "stay": stay, "starts_on": night, "reason": "asked for"}
    given(CurfewException(source="house", hour=time(0, 30), **own))
    assert due_at(stay, night) == by_the_clock(house, 0, 30)

    given(CurfewException(source="officer", hour=time(20), **own))
    assert due_at(stay, night) == by_the_clock(house, 20)
    assert due_at(stay, night - timedelta(days=1)) == by_the_clock(house, 21, night=night - timedelta(days=1))


def test_hours_taken_out_voided_phases_and_other_houses_do_not_count(cast, house, night):
    kind = given(PhaseKind(house=house, number=1, name="Phase 1"))
    stay = cast.stay_of_dana
    given(Phase(house=house, stay=stay, kind=kind, starts_on=night - timedelta(days=3), voided=True))
    given(CurfewHour(house=house, phase=kind, hour=time(21)))
    given(CurfewHour(house=house, weekday=night.weekday(), hour=time(20), in_use=False))
    given(CurfewHour(house=cast.house_b, weekday=night.weekday(), hour=time(19)))

    assert due_at(stay, night) == by_the_clock(house, 22)


def test_a_shift_over_the_hour_moves_it(cast, house, night):
    works(cast.stay_of_dana, 15, 1)

    assert due_at(cast.stay_of_dana, night) == by_the_clock(house, 1)


# --- what is foreseen ---------------------------------------------------------------------------------------------


def test_everybody_is_taken_to_be_in(cast, house, half_past_ten):
    roll = night_roll(house, house.today(), half_past_ten)

    assert [(row.stay.short_name, row.foreseen.status) for row in roll.rows] == [("Dana R.", IN), ("Frank O.", IN)]
    assert all(row.choices == (IN, LATE, EXCUSED, ABSENT) for row in roll.rows)
    assert (len(roll.open), len(roll.due), roll.first_due_at) == (2, 2, by_the_clock(house, 22))


def test_before_the_hour_nobody_is_late(cast, house):
    row = row_of(cast.stay_of_dana, by_the_clock(house, 21, 59))

    assert row.choices == (IN, EXCUSED, LATER)
    assert night_roll(house, house.today(), by_the_clock(house, 21, 59)).due == []


def test_minutes_of_grace_put_off_being_late(cast, house):
    curfew_at(house, 22, curfew_grace=10)

    assert not row_of(cast.stay_of_dana, by_the_clock(house, 22, 10)).has_come
    assert row_of(cast.stay_of_dana, by_the_clock(house, 22, 11)).has_come


def test_whoever_has_a_pass_for_the_hour_is_excused(cast, house, half_past_ten):
    given_pass = away(cast.stay_of_dana, by_the_clock(house, 18), by_the_clock(house, 11), by=cast.alice)

    found = row_of(cast.stay_of_dana, half_past_ten).foreseen

    assert (found.status, found.of_pass) == (EXCUSED, given_pass)


@pytest.mark.parametrize(
    ("starts", "ends", "status"),
    [((12, 0), (21, 0), "approved"), ((18, 0), (11, 0), "asked"), ((18, 0), (11, 0), "refused")],
)
def test_a_pass_that_is_over_or_not_given_excuses_nobody(cast, house, half_past_ten, starts, ends, status):
    away(cast.stay_of_dana, by_the_clock(house, *starts), by_the_clock(house, *ends), by=cast.alice, status=status)

    assert row_of(cast.stay_of_dana, half_past_ten).foreseen.status == IN


def test_more_time_given_after_the_hour_excuses_nobody_for_it(cast, house, alice_acts):
    row = away(cast.stay_of_dana, by_the_clock(house, 18), by_the_clock(house, 21), by=cast.bob)
    left = by_the_clock(house, 18)
    sign_out(stay=cast.stay_of_dana, purpose="pass", of_pass=row, at=left, now=left)
    later = {"until": by_the_clock(house, 11), "reason": "She called."}
    assert row_of(cast.stay_of_dana, by_the_clock(house, 22, 30)).foreseen.status == ABSENT  # her pass is over

    pass_extend(pass_=row, now=by_the_clock(house, 23), **later)

    known = row_of(cast.stay_of_dana, by_the_clock(house, 23, 30))
    assert (known.foreseen.status, known.known.on_pass) == (ABSENT, None)
    assert "more time given only" in row_words(known, house)


def test_more_time_given_before_the_hour_excuses_also_after_the_end(cast, house, alice_acts):
    row = away(cast.stay_of_dana, by_the_clock(house, 15), by_the_clock(house, 18), by=cast.bob)
    pass_extend(pass_=row, until=by_the_clock(house, 11), reason="She called.", now=by_the_clock(house, 19))

    assert row_of(cast.stay_of_dana, by_the_clock(house, 22, 30)).foreseen.of_pass == row


def test_whoever_does_not_come_from_a_shift_that_is_over_is_not_in(cast, house, alice_acts):
    works(cast.stay_of_dana, 18, 21)
    left = by_the_clock(house, 17, 45)
    sign_out(stay=cast.stay_of_dana, purpose="work", at=left, now=left)

    assert row_of(cast.stay_of_dana, by_the_clock(house, 22, 30)).foreseen.status == ABSENT


def test_whoever_came_back_from_their_pass_before_the_hour_is_not_excused_by_it(cast, house, half_past_ten):
    row = away(cast.stay_of_dana, by_the_clock(house, 18), by_the_clock(house, 11), by=cast.alice, status="returned")
    with transaction.atomic(), acting_as(cast.alice, source="web"):
        facts = {"house": house, "of_pass": row, "kind": "returned", "minutes_late": 0}
        PassEvent.objects.create(at=by_the_clock(house, 21), **facts, **recorded())

    assert row_of(cast.stay_of_dana, half_past_ten).foreseen.status == IN


def test_whoever_is_at_work_is_excused_until_the_shift_ends(cast, house, half_past_ten):
    works(cast.stay_of_dana, 15, 1)

    row = row_of(cast.stay_of_dana, half_past_ten)
    assert (row.foreseen.status, row.foreseen.shift is not None) == (EXCUSED, True)
    assert row.choices == (IN, EXCUSED, LATER)
    assert row_of(cast.stay_of_dana, by_the_clock(house, 1, 30)).foreseen.status == IN


def test_who_is_signed_out_over_the_hour_is_not_in_and_who_signed_in_since_was_late(cast, house, alice_acts):
    sign_out(stay=cast.stay_of_dana, purpose="work", at=by_the_clock(house, 18), now=by_the_clock(house, 18))

    assert row_of(cast.stay_of_dana, by_the_clock(house, 21, 30)).foreseen.status == LATER
    assert row_of(cast.stay_of_dana, by_the_clock(house, 22, 30)).foreseen.status == ABSENT

    sign_in(stay=cast.stay_of_dana, at=by_the_clock(house, 22, 20), now=by_the_clock(house, 22, 20))
    found = row_of(cast.stay_of_dana, by_the_clock(house, 22, 30)).foreseen
    assert (found.status, found.in_at) == (LATE, by_the_clock(house, 22, 20))


def test_who_goes_out_again_in_the_night_is_not_in_and_who_leaves_in_the_morning_was(cast, house, alice_acts):
    sign_out(stay=cast.stay_of_dana, purpose="errand", at=by_the_clock(house, 23), now=by_the_clock(house, 23))
    sign_out(stay=cast.stay_of_frank, purpose="work", at=by_the_clock(house, 6), now=by_the_clock(house, 6))

    assert row_of(cast.stay_of_dana, by_the_clock(house, 23, 30)).foreseen.status == ABSENT
    assert row_of(cast.stay_of_frank, by_the_clock(house, 8)).foreseen.status == IN
    assert row_of(cast.stay_of_dana, by_the_clock(house, 8)).foreseen.status == IN  # was in at the hour


def test_whoever_goes_to_a_shift_or_on_a_pass_that_begins_after_the_hour_is_excused(cast, house, alice_acts):
    works(cast.stay_of_dana, 23, 7)
    given_pass = away(cast.stay_of_frank, by_the_clock(house, 23), by_the_clock(house, 11), by=cast.alice)
    (early,) = sleepers(house, 1)
    works(early, 22, 23)
    for stay, hour, minute in ((early, 18, 0), (cast.stay_of_dana, 22, 30), (cast.stay_of_frank, 21, 45)):
        left = by_the_clock(house, hour, minute)
        sign_out(stay=stay, purpose="work", at=left, now=left)

    now = by_the_clock(house, 23, 30)
    dana, frank = (row_of(stay, now) for stay in (cast.stay_of_dana, cast.stay_of_frank))
    assert (dana.foreseen.status, excuse(dana.foreseen, dana.known.curfew, house)) == (EXCUSED, "work until 7 a.m.")
    assert (frank.foreseen.status, frank.foreseen.of_pass) == (EXCUSED, given_pass)
    assert row_of(early, now).foreseen.status == ABSENT  # went out long before the shift, which is over


def test_whoever_signed_in_from_their_pass_is_not_excused_by_it(cast, house, half_past_ten, alice_acts):
    given_pass = away(cast.stay_of_dana, by_the_clock(house, 14), by_the_clock(house, 11), by=cast.bob)
    left, back = by_the_clock(house, 15), by_the_clock(house, 20)
    sign_out(stay=cast.stay_of_dana, purpose="pass", of_pass=given_pass, at=left, now=left)
    sign_in(stay=cast.stay_of_dana, at=back, now=back)

    assert row_of(cast.stay_of_dana, half_past_ten).foreseen.status == IN


def test_where_there_is_no_curfew_nobody_is_due(cast, house):
    curfew_at(house, None)

    roll = night_roll(house, house.today(), by_the_clock(house, 23))

    assert (roll.due, roll.first_due_at) == ([], None)
    assert {row.choices for row in roll.rows} == {(IN, EXCUSED, LATER)}


def test_the_roll_is_of_those_who_have_a_bed_that_night(cast, house, half_past_ten):
    leaves(cast.stay_of_dana)
    coming = sleepers(house, 1, since=house.today() + timedelta(days=1))[0]

    roll = night_roll(house, house.today(), half_past_ten)

    assert [row.stay.short_name for row in roll.rows] == ["Frank O."]
    last_night = night_roll(house, house.today() - timedelta(days=1), half_past_ten)
    assert [row.stay.short_name for row in last_night.rows] == ["Dana R.", "Frank O."]
    assert coming.pk not in {row.stay.pk for row in last_night.rows}


@pytest.mark.parametrize("more", [0, 2])
def test_the_roll_costs_the_same_for_one_and_for_three(cast, house, half_past_ten, django_assert_num_queries, more):
    leaves(cast.stay_of_frank)
    for stay in [cast.stay_of_dana, *sleepers(house, more)]:
        works(stay, 15, 16)
        away(stay, by_the_clock(house, 18), by_the_clock(house, 11), by=cast.alice)
        with acting_as(cast.alice, source="web"):
            sign_out(stay=stay, purpose="work", at=by_the_clock(house, 18), now=by_the_clock(house, 18))

    with django_assert_num_queries(8):
        assert len(night_roll(house, house.today(), half_past_ten).rows) == more + 1


# --- taking it ----------------------------------------------------------------------------------------------------


def test_a_whole_house_is_counted_at_once(cast, house, night, half_past_ten, alice_acts):
    rows = take(
        house,
        half_past_ten,
        RollEntry(cast.stay_of_dana, IN),
        RollEntry(cast.stay_of_frank, LATE, in_at=by_the_clock(house, 22, 20)),
    )

    kept = [(row.stay, row.night, row.due_at, row.status, row.in_at) for row in CurfewCheck.objects.order_by("pk")]
    ten = by_the_clock(house, 22)
    assert kept == [
        (cast.stay_of_dana, night, ten, IN, None),
        (cast.stay_of_frank, night, ten, LATE, by_the_clock(house, 22, 20)),
    ]
    assert {(row.recorded_by_id, row.recorded_as) for row in rows} == {(cast.alice.pk, cast.alice.actor_label)}
    assert CurfewCheck.history.count() == 2


def test_whoever_was_late_or_not_in_is_told_and_nobody_else(cast, house, half_past_ten, alice_acts):
    take(
        house,
        half_past_ten,
        RollEntry(cast.stay_of_dana, ABSENT),
        RollEntry(cast.stay_of_frank, LATE, in_at=by_the_clock(house, 22, 20)),
    )

    told = {notice.user.username: notice.text for notice in Notice.objects.filter(kind="curfew-counted")}
    assert set(told) == {"dana", "frank"}
    day = date_format(house.today())
    assert told["dana"] == f"You were not in, your hour was 10 p.m.: so it is on record for the night of {day}."
    assert told["frank"] == (
        f"You came in at 10:20 p.m., your hour was 10 p.m.: so it is on record for the night of {day}."
    )
    others = {notice.user.username for notice in Notice.objects.filter(kind="curfew-missing")}
    assert others == {"bob"}  # who runs the house too; alice counted


def test_a_roll_sent_twice_counts_once(cast, house, half_past_ten, alice_acts):
    entries = [RollEntry(cast.stay_of_dana, IN), RollEntry(cast.stay_of_frank, EXCUSED, why="at the clinic")]

    take(house, half_past_ten, *entries)
    again = take(house, half_past_ten, *entries)

    assert again == []
    assert CurfewCheck.objects.count() == 2


def test_what_somebody_else_counted_meanwhile_is_not_counted_over(cast, house, half_past_ten):
    with acting_as(cast.bob, source="web"):
        take(house, half_past_ten, RollEntry(cast.stay_of_dana, ABSENT))

    with acting_as(cast.alice, source="web"), refused("Dana R.: counted by Bob Example meanwhile: not in."):
        take(house, half_past_ten, RollEntry(cast.stay_of_dana, IN), RollEntry(cast.stay_of_frank, IN))


def test_whoever_is_counted_as_in_and_was_signed_out_is_signed_in(cast, house, half_past_ten, alice_acts):
    for stay in (cast.stay_of_dana, cast.stay_of_frank):
        sign_out(stay=stay, purpose="work", at=by_the_clock(house, 18), now=by_the_clock(house, 18))

    take(
        house,
        half_past_ten,
        RollEntry(cast.stay_of_dana, IN),
        RollEntry(cast.stay_of_frank, LATE, in_at=by_the_clock(house, 22, 20)),
    )

    came = dict(Movement.objects.filter(way="in").values_list("stay", "at"))
    assert came == {cast.stay_of_dana.pk: half_past_ten, cast.stay_of_frank.pk: by_the_clock(house, 22, 20)}


def test_a_roll_in_the_morning_signs_nobody_in_who_has_left_since(cast, house, alice_acts):
    sign_out(stay=cast.stay_of_dana, purpose="work", at=by_the_clock(house, 6), now=by_the_clock(house, 6))

    take(house, by_the_clock(house, 8), RollEntry(cast.stay_of_dana, IN))

    assert not Movement.objects.filter(way="in").exists()


def test_without_a_curfew_a_roll_in_the_morning_signs_in_whoever_was_out_before_dawn_alone(cast, house, alice_acts):
    curfew_at(house, None)
    for stay, hour in ((cast.stay_of_dana, 6), (cast.stay_of_frank, 23)):
        sign_out(stay=stay, purpose="work", at=by_the_clock(house, hour), now=by_the_clock(house, hour))

    take(house, by_the_clock(house, 8), RollEntry(cast.stay_of_dana, IN), RollEntry(cast.stay_of_frank, IN))

    assert [row.stay for row in Movement.objects.filter(way="in")] == [cast.stay_of_frank]


def test_the_grace_that_held_stays_with_the_check(cast, house, alice_acts):
    curfew_at(house, 22, curfew_grace=10)
    now = by_the_clock(house, 22, 30)
    (first,) = take(house, now, RollEntry(cast.stay_of_dana, ABSENT))
    curfew_at(house, 22, curfew_grace=0)

    in_time = check_correct(check=first, status=IN, in_at=by_the_clock(house, 22, 8), reason="At the door.", now=now)

    assert (first.grace, in_time.grace) == (10, 10)


def test_nights_are_counted_within_a_week(cast, house, half_past_ten, alice_acts):
    week, longer = (house.today() - timedelta(days=days) for days in (7, 8))

    take(house, half_past_ten, RollEntry(cast.stay_of_dana, IN), night=week)
    with refused(f"The night of {date_format(longer)} is too long ago: nights are counted within 7 days."):
        take(house, half_past_ten, RollEntry(cast.stay_of_dana, IN), night=longer)


NOT_OVER = "Dana R.: Their hour is not over: until 10 p.m. nobody is late or missing."


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ({"status": LATE, "at": (22, 20), "now": (21, 30)}, NOT_OVER),
        ({"status": ABSENT, "now": (22, 0)}, NOT_OVER),
        ({"status": LATE}, "Dana R.: Say when they came in."),
        ({"status": LATE, "at": (22, 0)}, "Dana R.: Until 10 p.m. nobody is late: that is in."),
        ({"status": LATE, "at": (22, 40)}, "Dana R.: This time has not come yet."),
        ({"status": LATE, "at": (11, 0)}, "Dana R.: This time has not come yet."),
        ({"status": IN, "at": (22, 20)}, "Dana R.: After 10 p.m. is late."),
        ({"status": EXCUSED}, "Dana R.: Say what excuses it."),
        ({"status": EXCUSED, "why": "  "}, "Dana R.: Say what excuses it."),
        ({"status": "there"}, None),
        ({"status": EXCUSED, "why": "x" * 201}, None),
    ],
)  # fmt: skip
def test_what_cannot_be_so_is_refused_and_nobody_is_counted(cast, house, alice_acts, entry, sentence):
    now = by_the_clock(house, *entry.pop("now", (22, 30)))
    moment = entry.pop("at", None)
    given_entry = RollEntry(cast.stay_of_dana, in_at=moment and by_the_clock(house, *moment), **entry)

    with pytest.raises(RollRefused) as caught:
        take(house, now, RollEntry(cast.stay_of_frank, IN), given_entry)

    assert CurfewCheck.objects.count() == 0
    assert caught.value.by_stay[0][0] == cast.stay_of_dana
    if sentence:
        assert caught.value.messages == [sentence]


def test_a_night_to_come_and_an_empty_roll_are_refused(cast, house, alice_acts):
    tomorrow = house.today() + timedelta(days=1)
    with pytest.raises(ValidationError, match="has not begun"):
        take(house, by_the_clock(house, 23), RollEntry(cast.stay_of_dana, IN), night=tomorrow)
    with refused("Nobody is left to count."):
        take(house, by_the_clock(house, 23))


def test_whoever_did_not_live_there_is_refused(cast, house, half_past_ten, alice_acts):
    with refused("Erin C. did not live here that night. Open the page anew."):
        take(house, half_past_ten, RollEntry(cast.stay_of_dana, IN), RollEntry(cast.stay_of_erin, IN))


def test_a_pass_of_somebody_else_excuses_nobody(cast, house, half_past_ten, alice_acts):
    other = away(cast.stay_of_frank, by_the_clock(house, 18), by_the_clock(house, 11), by=cast.alice)

    with pytest.raises(RollRefused, match="somebody else"):
        take(house, half_past_ten, RollEntry(cast.stay_of_dana, EXCUSED, why="a pass", of_pass=other))


def test_nobody_counts_themselves(cast, house, half_past_ten):
    with acting_as(cast.frank.user, source="web"), pytest.raises(PermissionDenied):
        take(house, half_past_ten, RollEntry(cast.stay_of_frank, IN))

    assert CurfewCheck.objects.count() == 0


def test_a_night_that_is_past_can_be_counted_late(cast, house, alice_acts):
    last = house.today() - timedelta(days=1)

    take(house, by_the_clock(house, 20), RollEntry(cast.stay_of_dana, IN), night=last)

    assert CurfewCheck.objects.get().due_at == by_the_clock(house, 22, night=last)


# --- clocks that change -------------------------------------------------------------------------------------------

FORWARD, BACK = date(2026, 3, 7), date(2026, 10, 31)


@pytest.mark.parametrize("zone", ["America/New_York", "America/Los_Angeles"])
@pytest.mark.parametrize(
    ("night", "hour", "due"),
    [
        # From two to three is skipped: whoever is to be in by half past two is by three, which is the same moment.
        (FORWARD, time(2, 30), "2026-03-08 03:00"),
        (FORWARD, time(1, 30), "2026-03-08 01:30"),
        (FORWARD, time(23), "2026-03-07 23:00"),
        # From one to two comes twice: the first is meant.
        (BACK, time(1, 30), "2026-11-01 01:30"),
        (BACK, time(0, 30), "2026-11-01 00:30"),
        (BACK, time(2, 30), "2026-11-01 02:30"),
    ],
)
def test_the_roll_is_right_in_the_nights_in_which_clocks_change(cast, zone, night, hour, due):
    with transaction.atomic(), acting_as(None, source="command"):
        house = make_house(cast.organization, "Dawn House", time_zone=zone, rooms=1)
        house.curfew_weekends = hour
        house.save()
    late, absent, fine = sleepers(house, 3, since=date(2026, 1, 1))
    expected = datetime.fromisoformat(due).replace(tzinfo=house.zone).astimezone(UTC)
    now = expected + 20 * MINUTES

    before = night_roll(house, night, expected)
    assert {row.due_at for row in before.rows} == {expected}
    assert before.due == []  # on the very minute nobody is late
    assert {row.has_come for row in night_roll(house, night, expected + MINUTES).rows} == {True}
    assert hours.night_of(now, house.zone) == night

    with acting_as(cast.olive, source="web"):
        with pytest.raises(RollRefused, match="not over"):
            take(house, expected, RollEntry(absent, ABSENT), night=night)
        take(
            house,
            now,
            RollEntry(late, LATE, in_at=expected + 10 * MINUTES),
            RollEntry(absent, ABSENT),
            RollEntry(fine, IN),
            night=night,
        )

    rows = {row.stay_id: row for row in CurfewCheck.objects.filter(house=house)}
    assert {row.due_at for row in rows.values()} == {expected}
    assert rows[late.pk].in_at - rows[late.pk].due_at == 10 * MINUTES


def test_a_shift_in_the_longer_night_ends_an_hour_later_than_it_seems(cast):
    with transaction.atomic(), acting_as(None, source="command"):
        house = make_house(cast.organization, "Dawn House", time_zone="America/New_York", rooms=1)
        house.curfew_weekends = time(23)
        house.save()
    (stay,) = sleepers(house, 1, since=date(2026, 1, 1))
    works(stay, 22, 6, night=BACK)

    due = curfews(house, BACK, [stay])[stay.pk].due_at

    assert due == datetime(2026, 11, 1, 11, tzinfo=UTC)
    assert due - by_the_clock(house, 22, night=BACK) == timedelta(hours=9)


# --- coming in later, corrections ---------------------------------------------------------------------------------


@pytest.fixture
def missing(cast, house, half_past_ten) -> CurfewCheck:
    with acting_as(cast.alice, source="web"):
        (row,) = take(house, half_past_ten, RollEntry(cast.stay_of_dana, ABSENT))
    return row


def test_whoever_comes_in_later_was_late_and_the_first_row_stays(cast, house, missing, alice_acts):
    now = by_the_clock(house, 23, 15)

    row = came_in(check=missing, in_at=now, now=now)

    assert (row.status, row.in_at, row.corrects, row.due_at) == (LATE, now, missing, missing.due_at)
    assert CurfewCheck.objects.count() == 2
    assert row_of(cast.stay_of_dana, now).check == row


def test_whoever_came_in_time_after_all_was_in(cast, house, missing, alice_acts):
    row = came_in(check=missing, in_at=by_the_clock(house, 21, 50), now=by_the_clock(house, 23))

    assert row.status == IN


def test_whoever_was_signed_out_is_signed_in_with_it(cast, house, half_past_ten, alice_acts):
    sign_out(stay=cast.stay_of_dana, purpose="work", at=by_the_clock(house, 18), now=by_the_clock(house, 18))
    (row,) = take(house, half_past_ten, RollEntry(cast.stay_of_dana, ABSENT))

    came_in(check=row, in_at=by_the_clock(house, 23), now=by_the_clock(house, 23))

    assert Movement.objects.get(way="in").at == by_the_clock(house, 23)


def test_nobody_comes_in_twice_nor_after_the_night(cast, house, missing, alice_acts):
    late = by_the_clock(house, 12) + timedelta(days=1)
    with refused("That night is over, and they were not in. Sign them in where you see who is in."):
        came_in(check=missing, in_at=late, now=late)
    now = by_the_clock(house, 23)
    row = came_in(check=missing, in_at=now, now=now)
    with refused("This has been corrected already. Look at the newest one."):
        came_in(check=missing, in_at=now, now=now)
    with refused("Dana R. was not counted as missing."):
        came_in(check=row, in_at=now, now=now)


def test_a_miscount_is_put_right_with_a_reason(cast, house, missing, alice_acts):
    now = by_the_clock(house, 23)

    row = check_correct(check=missing, status=EXCUSED, why="at the hospital", reason="She had called.", now=now)

    assert (row.status, row.why, row.corrects, row.correction_reason) == (
        EXCUSED,
        "at the hospital",
        missing,
        "She had called.",
    )
    assert Notice.objects.filter(user=cast.dana.user, kind="record-corrected").count() == 1
    with refused("This has been corrected already. Look at the newest one."):
        check_correct(check=missing, status=IN, reason="again", now=now)


def test_a_correction_needs_a_reason_other_hands_and_sense(cast, house, missing):
    now = by_the_clock(house, 23)
    with acting_as(cast.alice, source="web"):
        with refused("A correction needs a reason: say what was wrong.", about="reason"):
            check_correct(check=missing, status=IN, reason=" ", now=now)
        with refused("Say when they came in.", about="in_at"):
            check_correct(check=missing, status=LATE, reason="x", now=now)
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        check_correct(check=missing, status=IN, reason="x", now=now)


# --- two at once --------------------------------------------------------------------------------------------------


def test_two_who_take_the_roll_at_once_count_everybody_once(committed_db, cast):
    house = curfew_at(cast.house_a, 22)
    now = by_the_clock(house, 22, 30)
    outcomes = []
    start = threading.Barrier(2)

    def count(user, status):
        try:
            with acting_as(user, source="web"):
                start.wait()
                take(house, now, RollEntry(cast.stay_of_dana, status), RollEntry(cast.stay_of_frank, IN))
            outcomes.append("counted")
        except ValidationError as refusal:
            outcomes.append(refusal.messages[0].partition(" meanwhile")[0])
        finally:
            connection.close()

    threads = [threading.Thread(target=count, args=pair) for pair in ((cast.alice, IN), (cast.bob, ABSENT))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes)[1] == "counted"
    assert sorted(outcomes)[0].startswith("Dana R.: counted by")
    assert CurfewCheck.objects.count() == 2


# --- the page -----------------------------------------------------------------------------------------------------


@pytest.fixture
def at_half_past_ten(monkeypatch, half_past_ten):
    monkeypatch.setattr(timezone, "now", lambda: half_past_ten)
    return half_past_ten


def page_of(house):
    return reverse("night_roll", args=[house.uuid])


def as_shown(response, **said):
    """What the browser sends of the form as it is shown, with these answers changed."""
    form = response.context["form"]
    night = response.context["night"].isoformat()
    data = {"night": night} | {
        name: value.strftime("%H:%M") if hasattr(value, "strftime") else value or ""
        for name in form.fields
        for value in [form[name].value()]
    }
    return data | said


def key(field, stay):
    return f"{field}_{stay.uuid.hex}"


def test_the_page_saves_everybody_with_one_request(cast, house, signed_in, at_half_past_ten):
    client = signed_in(cast.alice)
    response = client.get(page_of(house))

    saved = client.post(page_of(house), as_shown(response, **{key("status", cast.stay_of_frank): LATE}), follow=True)

    kept = {row.stay_id: (row.status, row.in_at) for row in CurfewCheck.objects.all()}
    assert kept == {cast.stay_of_dana.pk: (IN, None), cast.stay_of_frank.pk: (LATE, at_half_past_ten)}
    assert "Saved: 1 in, 1 late." in saved.content.decode()
    assert not saved.context["form"].rows


def test_excused_is_filled_in_from_passes_and_shifts(cast, house, signed_in, at_half_past_ten):
    given_pass = away(cast.stay_of_dana, by_the_clock(house, 18), by_the_clock(house, 11), by=cast.bob)
    works(cast.stay_of_frank, 15, 1)
    client = signed_in(cast.alice)

    client.post(page_of(house), as_shown(client.get(page_of(house))))

    kept = {row.stay_id: (row.status, row.why, row.of_pass) for row in CurfewCheck.objects.all()}
    assert kept[cast.stay_of_dana.pk][0] == EXCUSED
    assert kept[cast.stay_of_dana.pk][1].startswith("overnight pass until")
    assert kept[cast.stay_of_dana.pk][2] == given_pass
    assert kept[cast.stay_of_frank.pk] == (EXCUSED, "work until 1 a.m.", None)


def test_what_was_entered_stays_where_something_is_wrong(cast, house, signed_in, at_half_past_ten):
    client = signed_in(cast.alice)
    response = client.get(page_of(house))
    data = as_shown(
        response,
        **{
            key("status", cast.stay_of_dana): EXCUSED,
            key("why", cast.stay_of_dana): "at her sister's",
            key("status", cast.stay_of_frank): LATE,
            key("in_at", cast.stay_of_frank): "21:30",
        },
    )

    again = client.post(page_of(house), data)

    assert CurfewCheck.objects.count() == 0
    form = again.context["form"]
    assert form[key("why", cast.stay_of_dana)].value() == "at her sister's"
    assert form[key("in_at", cast.stay_of_frank)].value() == "21:30"
    assert form.errors == {key("in_at", cast.stay_of_frank): ["Until 10 p.m. nobody is late: that is in."]}


def signs_in(stay, at):
    """At the door, after an errand of an hour."""
    left = at - 60 * MINUTES
    sign_out(stay=stay, purpose="errand", at=left, now=left)
    return sign_in(stay=stay, at=at, now=at)


def test_the_next_morning_no_hour_is_proposed_but_the_one_they_signed_in(cast, house, signed_in, monkeypatch):
    (third,) = sleepers(house, 1)
    with acting_as(cast.alice, source="web"):
        signs_in(cast.stay_of_dana, by_the_clock(house, 22, 20))
        signs_in(third, by_the_clock(house, 23, 50))
    shown = {}
    for name, at in (("night", by_the_clock(house, 0, 10)), ("morning", by_the_clock(house, 8, 10))):
        clock_at(monkeypatch, at)
        form = signed_in(cast.alice).get(page_of(house)).context["form"]
        shown[name] = [form[key("in_at", stay)].value() for stay in (cast.stay_of_dana, third, cast.stay_of_frank)]
    assert shown == {
        "night": [time(22, 20), time(23, 50), time(0, 10)],
        "morning": [time(22, 20), time(23, 50), None],
    }

    client = signed_in(cast.alice)
    for typed, sentence in (
        ("", "Say when they came in."),
        ("09:15", "This time has not come yet."),
        ("15:00", "Until 10 p.m. nobody is late: that is in."),
    ):
        said = {key("status", cast.stay_of_frank): LATE, key("in_at", cast.stay_of_frank): typed}
        again = client.post(page_of(house), as_shown(client.get(page_of(house)), **said))
        assert again.context["form"].errors == {key("in_at", cast.stay_of_frank): [sentence]}
    assert not CurfewCheck.objects.exists()


def test_whoever_signed_in_is_not_in_only_with_a_word_on_it(cast, house, signed_in, at_half_past_ten):
    with acting_as(cast.bob, source="web"):
        signs_in(cast.stay_of_dana, by_the_clock(house, 21))
    client = signed_in(cast.alice)
    page = client.get(page_of(house))
    assert "signed in 9 p.m." in page.content.decode()
    assert key("doubt", cast.stay_of_frank) not in page.context["form"].fields
    data = as_shown(page, **{key("status", cast.stay_of_dana): ABSENT, key("status", cast.stay_of_frank): ABSENT})

    again = client.post(page_of(house), data)

    sentence = "Signed in 9 p.m., by Bob Example: say why they are not in all the same."
    assert again.context["form"].errors == {key("doubt", cast.stay_of_dana): [sentence]}
    assert sentence in again.content.decode()
    assert not CurfewCheck.objects.exists()

    for _twice in range(2):
        client.post(page_of(house), data | {key("doubt", cast.stay_of_dana): "The bed is empty."})
    kept = {row.stay_id: (row.status, row.why) for row in CurfewCheck.objects.all()}
    assert kept == {cast.stay_of_dana.pk: (ABSENT, "The bed is empty."), cast.stay_of_frank.pk: (ABSENT, "")}
    assert "The bed is empty." in client.get(page_of(house)).content.decode()


@pytest.mark.parametrize(("went", "seen"), [((), True), ((22, 10), False), ((6, 0), True)])
def test_a_sign_in_speaks_until_they_go_out_again_in_the_night(cast, house, alice_acts, went, seen):
    signs_in(cast.stay_of_dana, by_the_clock(house, 21))
    if went:
        sign_out(stay=cast.stay_of_dana, purpose="work", at=by_the_clock(house, *went), now=by_the_clock(house, *went))
    now = by_the_clock(house, 8)

    assert (row_of(cast.stay_of_dana, now).seen_in is not None) is seen
    if seen:
        with pytest.raises(RollRefused):
            take(house, now, RollEntry(cast.stay_of_dana, ABSENT))
    else:
        take(house, now, RollEntry(cast.stay_of_dana, ABSENT))


def test_whoever_was_counted_while_the_page_lay_open_is_named(cast, house, signed_in, at_half_past_ten):
    client = signed_in(cast.alice)
    data = as_shown(client.get(page_of(house)))
    with acting_as(cast.bob, source="web"):
        take(house, at_half_past_ten, RollEntry(cast.stay_of_dana, ABSENT))

    again = client.post(page_of(house), data)

    assert "Dana R.: counted by Bob Example meanwhile: not in." in again.content.decode()
    assert CurfewCheck.objects.count() == 1
    assert [line.row.stay for line in again.context["form"].lines()] == [cast.stay_of_frank]


def test_later_leaves_somebody_uncounted(cast, house, signed_in, monkeypatch):
    clock_at(monkeypatch, by_the_clock(house, 21))
    client = signed_in(cast.alice)

    client.post(page_of(house), as_shown(client.get(page_of(house)), **{key("status", cast.stay_of_dana): LATER}))

    assert [row.stay for row in CurfewCheck.objects.all()] == [cast.stay_of_frank]


def test_a_time_that_stands_as_shown_is_that_instant_in_the_hour_that_comes_twice(cast, house, signed_in, monkeypatch):
    (stay,) = sleepers(house, 1, since=date(2026, 1, 1))
    curfew_at(house, 1, 1)
    second = datetime(2026, 11, 1, 6, 20, tzinfo=UTC)  # 1:20 the second time
    clock_at(monkeypatch, second)
    with transaction.atomic(), acting_as(None, source="command"):
        cast.alice.roles.update(starts_at=datetime(2026, 1, 1, tzinfo=UTC))
    client = signed_in(cast.alice)

    client.post(page_of(house), as_shown(client.get(page_of(house)), **{key("status", stay): LATE}))
    row = CurfewCheck.objects.get(stay=stay)
    assert (row.night, row.due_at, row.in_at) == (BACK, datetime(2026, 11, 1, 5, tzinfo=UTC), second)

    later = second + 30 * MINUTES
    clock_at(monkeypatch, later)
    (other,) = sleepers(house, 1, since=date(2026, 1, 1))
    typed = {key("status", other): LATE, key("in_at", other): "01:10"}
    client.post(page_of(house), as_shown(client.get(page_of(house)), **typed))
    assert CurfewCheck.objects.get(stay=other).in_at == datetime(2026, 11, 1, 5, 10, tzinfo=UTC)


def test_nonsense_in_the_form_changes_nothing(cast, house, signed_in, at_half_past_ten):
    client = signed_in(cast.alice)
    data = as_shown(client.get(page_of(house)), **{key("status", cast.stay_of_dana): "there", "opened": "9999-99"})

    again = client.post(page_of(house), data | {"night": "nonsense"})

    assert again.status_code == 200
    assert key("status", cast.stay_of_dana) in again.context["form"].errors
    assert CurfewCheck.objects.count() == 0


@pytest.mark.parametrize("asked", ["nonsense", "tomorrow", "1999-01-01"])
def test_a_roll_of_no_night_counts_nobody(cast, house, signed_in, at_half_past_ten, asked):
    client = signed_in(cast.alice)
    data = as_shown(client.get(page_of(house)))
    night = (house.today() + timedelta(days=1)).isoformat() if asked == "tomorrow" else asked

    again = client.post(page_of(house), data | {"night": night, key("status", cast.stay_of_dana): LATE})

    assert "This was not a night that can be counted" in again.content.decode()
    assert again.context["form"][key("status", cast.stay_of_dana)].value() == LATE
    assert CurfewCheck.objects.count() == 0


def test_a_night_too_long_ago_is_shown_and_not_counted(cast, house, signed_in, at_half_past_ten):
    url = f"{page_of(house)}?night={house.today() - timedelta(days=8)}"

    response = signed_in(cast.alice).get(url)

    assert response.context["lines"] == []
    assert "too long ago" in response.content.decode()


@pytest.mark.parametrize("who", ["charlie", "audra", "dana", "oscar"])
def test_who_may_not_take_the_roll(cast, house, signed_in, at_half_past_ten, who):
    expected = {"charlie": 404, "audra": 403, "dana": 403, "oscar": 404}[who]
    client = signed_in(getattr(cast, who))

    assert client.get(page_of(house)).status_code == expected
    data = {key("status", cast.stay_of_frank): IN}
    assert client.post(page_of(house), data).status_code == expected
    assert client.post(reverse("roll_came_in", args=[house.uuid]), {"check": "x"}).status_code == expected
    assert CurfewCheck.objects.count() == 0


# --- a house officer ----------------------------------------------------------------------------------------------


def test_an_officer_takes_the_roll_without_learning_why(cast, house, signed_in, at_half_past_ten):
    away(cast.stay_of_dana, by_the_clock(house, 18), by_the_clock(house, 11), by=cast.bob)
    (stay,) = sleepers(house, 1)
    with acting_as(cast.alice, source="web"):
        sign_out(stay=stay, purpose="court", at=by_the_clock(house, 18), now=by_the_clock(house, 18))
    client = signed_in(cast.frank)

    response = client.get(page_of(house))
    page = response.content.decode()

    for secret in ("overnight", "sister", "court", "Renner", "pass until"):
        assert secret not in page, secret
    assert key("status", cast.stay_of_frank) not in response.context["form"].fields
    assert "You are counted by somebody else." in page
    client.post(page_of(house), as_shown(response))
    kept = {row.stay_id: row for row in CurfewCheck.objects.all()}
    assert {row.recorded_by for row in kept.values()} == {cast.frank.user}
    assert set(kept) == {cast.stay_of_dana.pk, stay.pk}
    assert (kept[cast.stay_of_dana.pk].status, kept[stay.pk].status) == (EXCUSED, ABSENT)
    assert kept[cast.stay_of_dana.pk].why.startswith("overnight pass")
    after = client.get(page_of(house)).content.decode()
    assert "overnight" not in after
    assert "Correct" not in after


def test_an_officer_counts_the_night_it_is_alone(cast, house, signed_in, at_half_past_ten):
    last = house.today() - timedelta(days=1)
    checked(cast.stay_of_dana, by=cast.alice, night=last, status=EXCUSED, why="at the hospital")
    client = signed_in(cast.frank)

    assert client.get(f"{page_of(house)}?night={last}").status_code == 403
    data = {"night": last.isoformat(), key("status", cast.stay_of_dana): IN}
    assert client.post(page_of(house), data).status_code == 403
    assert client.get(f"{page_of(house)}?night={house.today()}").status_code == 200
    assert CurfewCheck.objects.count() == 1


def test_an_officer_lets_somebody_in_and_nobody_counts_their_own(cast, house, signed_in, at_half_past_ten, missing):
    url = reverse("roll_came_in", args=[house.uuid])

    signed_in(cast.frank).post(url, {"check": missing.uuid})

    assert row_of(cast.stay_of_dana, at_half_past_ten).check.status == LATE
    with acting_as(cast.alice, source="web"):
        (own,) = take(house, at_half_past_ten, RollEntry(cast.stay_of_frank, ABSENT))
    assert signed_in(cast.frank).post(url, {"check": own.uuid}).status_code == 403
    assert signed_in(cast.frank).post(url, {"check": "nonsense"}).status_code == 302
    assert row_of(cast.stay_of_frank, at_half_past_ten).check == own


def test_a_manager_who_lives_there_is_counted_by_somebody_else(cast, house, signed_in, at_half_past_ten):
    with transaction.atomic(), acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, house)
    client = signed_in(cast.dana)

    response = client.get(page_of(house))

    assert key("status", cast.stay_of_dana) not in response.context["form"].fields
    client.post(page_of(house), as_shown(response) | {key("status", cast.stay_of_dana): IN})
    assert [row.stay for row in CurfewCheck.objects.all()] == [cast.stay_of_frank]


# --- Today --------------------------------------------------------------------------------------------------------


def cards(house, user, now):
    today = house.today(now)
    told = gather("today", house, stays_of_late(house, today), Standing(user, now=now), today)
    return {card.title: card for card in told}


def test_somebody_missing_for_longer_than_the_house_waits_is_first_and_loud(cast, house, missing, monkeypatch):
    clock_at(monkeypatch, by_the_clock(house, 22, 59))
    assert not cards(house, cast.alice, timezone.now())["Not in"].rows

    clock_at(monkeypatch, by_the_clock(house, 23))
    found = gather("today", house, stays_of_late(house, house.today()), Standing(cast.alice), house.today())
    assert (found[0].title, found[0].order) == ("Not in", Order.FIRST)
    assert [(row.fact, row.word) for row in found[0].rows] == [("Dana R.", "1 h")]


def test_it_is_loud_until_they_come_in_or_it_is_explained(cast, house, missing, monkeypatch):
    next_day = by_the_clock(house, 23, 30) + timedelta(hours=20)
    clock_at(monkeypatch, next_day)
    assert [row.fact for row in cards(house, cast.alice, next_day)["Not in"].rows] == ["Dana R."]

    with acting_as(cast.alice, source="web"):
        check_correct(check=missing, status=EXCUSED, why="at the hospital", reason="They called.", now=next_day)

    assert not cards(house, cast.alice, next_day)["Not in"].rows


def test_whoever_signs_in_themselves_says_so_until_somebody_else_has_seen_them(
    cast, house, missing, signed_in, monkeypatch
):
    (other,) = sleepers(house, 1)
    with acting_as(cast.alice, source="web"):
        take(house, by_the_clock(house, 22, 30), RollEntry(other, ABSENT))
    said = by_the_clock(house, 23, 30)
    clock_at(monkeypatch, said)
    with acting_as(cast.dana.user, source="web"):
        sign_in(stay=cast.stay_of_dana, now=said)
        with pytest.raises(ValidationError, match="signed in already"):
            sign_in(stay=cast.stay_of_dana, now=said)

    later = by_the_clock(house, 23, 50)
    clock_at(monkeypatch, later)
    found = gather("today", house, stays_of_late(house, house.today()), Standing(cast.alice), house.today())[0]
    assert (found.title, found.order) == ("Not in", Order.FIRST)
    assert [(row.fact, row.state, row.word) for row in found.rows] == [
        ("Ana M.", "missed", "1 h"),
        ("Dana R.", "late", "not seen"),
    ]
    assert "says they are back since 11:30 p.m., not seen" in found.rows[1].reason
    assert row_of(cast.stay_of_dana, later).check == missing  # their word is no count
    assert "You are in" in signed_in(cast.dana).get(reverse("my_week")).content.decode()

    client = signed_in(cast.alice)
    page = client.get(reverse("whereabouts", args=[house.uuid])).content.decode()
    assert "They are back" in page
    assert "says they are back, not seen" in page
    client.post(reverse("sign_in", args=[cast.stay_of_dana.uuid]))

    assert [row.fact for row in cards(house, cast.alice, later)["Not in"].rows] == ["Ana M."]
    check = row_of(cast.stay_of_dana, later).check
    assert (check.status, check.in_at, check.corrects) == (LATE, said, missing)


def test_whoever_was_missing_uncounted_and_says_they_are_back_is_not_seen_either(cast, house, monkeypatch):
    with acting_as(cast.alice, source="web"):
        sign_out(stay=cast.stay_of_dana, purpose="work", at=by_the_clock(house, 18), now=by_the_clock(house, 18))
    late = by_the_clock(house, 23, 30)
    with acting_as(cast.dana.user, source="web"):
        sign_in(stay=cast.stay_of_dana, now=late)
    clock_at(monkeypatch, late)

    assert [row.word for row in cards(house, cast.alice, late)["Not in"].rows] == ["not seen"]
    with acting_as(cast.bob, source="web"):
        take(house, late, RollEntry(cast.stay_of_dana, LATE, in_at=late))
    assert not cards(house, cast.alice, late)["Not in"].rows


def test_missing_is_who_was_seen_by_nobody_since_the_hour_whenever_it_was_written_down(cast, house, monkeypatch):
    with acting_as(cast.alice, source="web"):
        (earlier,) = take(house, by_the_clock(house, 23), RollEntry(cast.stay_of_frank, ABSENT))
        (seen,) = take(house, by_the_clock(house, 23), RollEntry(cast.stay_of_dana, ABSENT))
        for stay, hour in ((cast.stay_of_frank, 21), (cast.stay_of_dana, 22)):
            at = by_the_clock(house, hour, 10)
            Movement.objects.create(house=house, stay=stay, way="in", at=at, **recorded())

    missing = not_come_in(CurfewCheck.objects.filter(house=house))
    assert [row.pk for row in missing] == [earlier.pk]
    assert seen.pk not in {row.pk for row in missing}


def test_an_excuse_without_a_pass_holds_until_the_hour_that_it_moves(cast, house, monkeypatch):
    works(cast.stay_of_dana, 15, 1)
    half_past_ten = by_the_clock(house, 22, 30)
    with acting_as(cast.alice, source="web"):
        for stay in (cast.stay_of_dana, cast.stay_of_frank):
            sign_out(stay=stay, purpose="work", at=by_the_clock(house, 18), now=by_the_clock(house, 18))
        take(
            house,
            half_past_ten,
            RollEntry(cast.stay_of_dana, EXCUSED, why="work until 1 a.m."),
            RollEntry(cast.stay_of_frank, EXCUSED, why="called"),
        )

    def missing(instant):
        clock_at(monkeypatch, instant)
        return [row.fact for row in cards(house, cast.alice, instant)["Not in"].rows]

    assert missing(by_the_clock(house, 1, 59)) == ["Frank O."]
    assert missing(by_the_clock(house, 2)) == ["Dana R.", "Frank O."]


def test_whoever_is_out_uncounted_is_missing_after_noon_too(cast, house, monkeypatch):
    last = house.today() - timedelta(days=1)
    evening = by_the_clock(house, 18, night=last)
    with acting_as(cast.alice, source="web"):
        sign_out(stay=cast.stay_of_dana, purpose="work", at=evening, now=evening)
        morning = by_the_clock(house, 6, night=last)
        sign_out(stay=cast.stay_of_frank, purpose="work", at=morning, now=morning)
    noon = by_the_clock(house, 12, 30)
    clock_at(monkeypatch, noon)

    rows = cards(house, cast.alice, noon)["Not in"].rows
    assert [(row.fact, row.word, row.button) for row in rows] == [("Dana R.", "14 h", "In and out")]


@pytest.mark.parametrize("more", [1, 3])
def test_who_is_missing_costs_the_same(cast, house, django_assert_num_queries, more):
    for stay in sleepers(house, more):
        with acting_as(cast.alice, source="web"):
            sign_out(stay=stay, purpose="work", at=by_the_clock(house, 18), now=by_the_clock(house, 18))
    now = by_the_clock(house, 23, 30)
    roll, there = night_roll(house, house.today(), now), whereabouts(house, now)

    with django_assert_num_queries(1):
        assert len(missing_now(house, there, roll, now)) == more


def test_whoever_is_out_over_their_hour_is_missing_before_anybody_counts(cast, house, monkeypatch):
    with acting_as(cast.alice, source="web"):
        sign_out(stay=cast.stay_of_dana, purpose="work", at=by_the_clock(house, 18), now=by_the_clock(house, 18))
    clock_at(monkeypatch, by_the_clock(house, 22, 59))
    assert not cards(house, cast.alice, timezone.now())["Not in"].rows

    clock_at(monkeypatch, by_the_clock(house, 23))

    assert [row.fact for row in cards(house, cast.alice, timezone.now())["Not in"].rows] == ["Dana R."]


def test_the_roll_is_on_today_from_the_hour_until_it_is_taken(cast, house, monkeypatch):
    def rows(hour, minute):
        clock_at(monkeypatch, by_the_clock(house, hour, minute))
        return [(row.fact, row.button) for row in cards(house, cast.alice, timezone.now())["Night roll"].rows]

    assert rows(20, 0) == [("At 10 p.m.", "")]
    assert rows(22, 1) == [("Not taken yet", "Take the roll")]
    with acting_as(cast.alice, source="web"):
        take(house, by_the_clock(house, 22, 30), RollEntry(cast.stay_of_dana, IN))
    assert rows(22, 31) == [("Not complete yet", "Take the roll")]
    with acting_as(cast.alice, source="web"):
        take(house, by_the_clock(house, 22, 32), RollEntry(cast.stay_of_frank, IN))
    assert rows(22, 33) == []


def test_a_house_without_curfew_has_no_roll_on_today(cast, monkeypatch):
    clock_at(monkeypatch, by_the_clock(cast.house_a, 23))

    assert not cards(cast.house_a, cast.alice, timezone.now())["Night roll"].rows


# --- the log, one resident's record -------------------------------------------------------------------------------


def test_the_log_tells_nights_and_people(cast, house, signed_in, at_half_past_ten):
    ten = by_the_clock(house, 22)
    checked(cast.stay_of_dana, by=cast.alice, status=LATE, due_at=ten, in_at=by_the_clock(house, 22, 25))
    checked(cast.stay_of_frank, by=cast.alice, due_at=ten)
    checked(cast.stay_of_erin, by=cast.charlie, status=EXCUSED, why="a secret of house B")
    client = signed_in(cast.audra)

    by_night = client.get(reverse("curfew_log", args=[house.uuid]))
    by_person = client.get(reverse("curfew_log", args=[house.uuid]) + "?by=person")

    ((one, exceptions),) = by_night.context["nights"]
    assert (one.tally.in_time, one.tally.late, [row.stay for row, *_rest in exceptions]) == (1, 1, [cast.stay_of_dana])
    assert "in by 10 p.m. · came in 10:25 p.m." in by_night.content.decode()
    assert [(row.stay, row.tally.late) for row in by_person.context["people"]] == [
        (cast.stay_of_dana, 1),
        (cast.stay_of_frank, 0),
    ]
    assert "secret" not in by_night.content.decode()


def test_the_log_as_a_file_tells_what_counts(cast, house, signed_in, at_half_past_ten):
    first = checked(cast.stay_of_dana, by=cast.alice, status=ABSENT, due_at=by_the_clock(house, 22))
    with acting_as(cast.bob, source="web"):
        check_correct(check=first, status=EXCUSED, why="=HYPERLINK()", reason="They called.", now=at_half_past_ten)

    response = signed_in(cast.alice).get(reverse("curfew_log", args=[house.uuid]) + "?export=csv")

    header, *rows = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
    assert len(rows) == 1
    told = dict(zip(header, rows[0], strict=True))
    assert (told["resident"], told["state"], told["why"]) == ("Dana Renner", "excused", "'=HYPERLINK()")
    assert (told["counted by"], told["corrected because"]) == ("Bob Example", "They called.")


@pytest.mark.parametrize("by", ["", "?by=person"])
@pytest.mark.parametrize("more", [1, 3])
def test_the_log_costs_the_same(cast, house, signed_in, at_half_past_ten, django_assert_num_queries, by, more):
    for stay in [cast.stay_of_dana, *sleepers(house, more)]:
        for back in range(more):
            night = house.today() - timedelta(days=back)
            checked(stay, by=cast.alice, night=night, status=EXCUSED, why="a pass")
    client = signed_in(cast.alice)
    client.get(reverse("curfew_log", args=[house.uuid]) + by)

    with django_assert_num_queries(10):
        client.get(reverse("curfew_log", args=[house.uuid]) + by)


@pytest.mark.parametrize(
    ("who", "expected"),
    [("alice", 200), ("audra", 200), ("dana", 403), ("frank", 403), ("charlie", 404), ("oscar", 404)],
)
def test_who_reads_the_log(cast, house, signed_in, who, expected):
    assert signed_in(getattr(cast, who)).get(reverse("curfew_log", args=[house.uuid])).status_code == expected


@pytest.mark.parametrize(
    ("who", "expected"), [("alice", 200), ("audra", 200), ("dana", 200), ("frank", 404), ("charlie", 404)]
)
def test_who_reads_the_nights_of_one_resident(cast, house, signed_in, at_half_past_ten, who, expected):
    checked(cast.stay_of_dana, by=cast.alice, status=EXCUSED, why="on the night train")

    response = signed_in(getattr(cast, who)).get(reverse("curfew_of_stay", args=[cast.stay_of_dana.uuid]))

    assert response.status_code == expected
    assert ("on the night train" in response.content.decode()) == (expected == 200)
    assert cast.dana.looks.count() == (expected == 200 and who != "dana")


def test_the_correction_page(cast, house, signed_in, at_half_past_ten, missing):
    url = reverse("curfew_check_correct", args=[missing.uuid])
    data = {"status": LATE, "in_at": "", "reason": "Came by the back door."}
    client = signed_in(cast.alice)
    again = client.post(url, data)
    assert again.context["form"].errors == {"in_at": ["Say when they came in."]}
    assert again.context["form"]["reason"].value() == "Came by the back door."

    moment = by_the_clock(house, 22, 15).astimezone(house.zone).strftime("%Y-%m-%dT%H:%M")
    assert client.post(url, data | {"in_at": moment}).status_code == 302
    row = CurfewCheck.objects.get(corrects=missing)
    assert (row.status, row.in_at, row.correction_reason) == (LATE, by_the_clock(house, 22, 15), data["reason"])

    for who, expected in (("charlie", 404), ("audra", 403), ("dana", 403), ("frank", 404)):
        assert signed_in(getattr(cast, who)).post(url, data).status_code == expected


def test_the_facts_beside_a_pass_tell_of_curfew_and_officer(cast, house, night):
    now = by_the_clock(house, 20)
    assert [row.word for row in beside_pass(cast.stay_of_dana, now, now, now)] == ["not known"]
    due = {"due_at": now - timedelta(days=40)}
    checked(cast.stay_of_dana, by=cast.alice, status=ABSENT, night=night - timedelta(days=3), **due)
    checked(cast.stay_of_dana, by=cast.alice, night=night - timedelta(days=4))
    checked(cast.stay_of_dana, by=cast.alice, status=ABSENT, night=night - timedelta(days=31), **due)
    given(Contact(resident=cast.dana, kind="officer", name="Lyle Harmon"))

    rows = list(beside_pass(cast.stay_of_dana, now, now, now))

    assert [(row.fact, row.reason, row.word) for row in rows] == [
        ("Curfew, the last 30 nights", "1 in · 0 late · 0 excused · 1 not in", "1 missed"),
        ("Officer's permission needed", "a probation or parole officer is among their contacts", "officer"),
    ]
