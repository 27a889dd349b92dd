"""What both engines refuse about passes, nights and who is in, asked in plain SQL: no form, no service, no Python in
between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from residents.models import (
    CurfewCheck,
    CurfewException,
    CurfewHour,
    Movement,
    Pass,
    PassDecision,
    PassEvent,
    PassRule,
    PhaseKind,
    Stay,
)
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from tests import factories
from tests.cast import Cast
from tests.sql import delete, insert, refused, update

DAY_0 = datetime(2026, 5, 1, 16, tzinfo=UTC)  # noon in New York
KEPT = "append-only|nothing is deleted"


@pytest.fixture(autouse=True)
def somebody_acts(cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def by(user: User | None) -> dict[str, Any]:
    """Whose hand a row is."""
    return {"recorded_by": user, "recorded_as": user.name if user else "a command"}


def hour(number: float) -> datetime:
    return DAY_0 + timedelta(hours=number)


def local(number: float) -> date:
    return (hour(number) - timedelta(hours=4)).date()


@pytest.fixture
def stay(cast) -> Stay:
    """Of somebody who signs in, since long before."""
    resident = factories.new_resident(cast)
    resident.user = factories.new_user()
    resident.save()
    return Stay.objects.create(house=cast.house_a, resident=resident, starts_on=DAY_0.date() - timedelta(days=90))


def new_pass(stay: Stay, who: User | None, starts: float, ends: float, **facts: Any) -> Pass:
    return Pass(
        **{
            "house": stay.house,
            "stay": stay,
            "kind": "overnight",
            "starts_at": hour(starts),
            "ends_at": hour(ends),
            "starts_on": local(starts),
            "ends_on": local(ends),
            "where": "4 Mill Lane",
            **by(who),
        }
        | facts
    )


def elsewhere(row: Any, cast: Cast) -> Any:
    row.house = cast.house_b
    return row


OVERLAPS = [(0, 30), (12, 15), (10, 20), (5, 10.01), (19.99, 30)]
CLEAR = [(5, 10), (20, 30)]


@pytest.mark.parametrize("asked", OVERLAPS)
def test_two_passes_of_one_stay_never_overlap(stay, asked):
    insert(new_pass(stay, stay.resident.user, 10, 20))
    elsewhen = insert(new_pass(stay, stay.resident.user, 50, 60))

    with refused("pass_overlap"):
        insert(new_pass(stay, stay.resident.user, *asked))
    with refused("pass_overlap"):
        update(Pass, elsewhen, starts_at=hour(asked[0]), ends_at=hour(asked[1]), starts_on=local(0), ends_on=local(30))

    assert Pass.objects.filter(stay=stay).count() == 2


@pytest.mark.parametrize("asked", CLEAR)
def test_passes_that_only_touch_follow_each_other(stay, asked):
    insert(new_pass(stay, None, 10, 20))

    insert(new_pass(stay, None, *asked))

    assert Pass.objects.filter(stay=stay).count() == 2


def test_a_pass_that_is_over_is_not_in_the_way_and_may_not_come_back(cast, stay):
    over = insert(new_pass(stay, None, 10, 20, status="cancelled", over=True))
    insert(new_pass(stay, None, 10, 20))

    with refused("pass_overlap"):
        update(Pass, over, status="asked", over=False)


def test_a_pass_says_no_more_than_its_decision(cast, stay):
    for status in ("approved", "refused", "returned"):
        with refused("pass_as_decided"):
            insert(new_pass(stay, None, 10, 20, status=status, over=status != "approved"))
    given = Pass.objects.get(pk=insert(new_pass(stay, None, 10, 20)))
    insert(decision(given, cast.alice))
    with refused("pass_as_decided"):
        update(Pass, given.pk, status="refused", over=True)
    update(Pass, given.pk, status="approved")
    with refused("pass_as_decided"):
        update(Pass, given.pk, status="asked")
    update(Pass, given.pk, status="returned", over=True)


def test_two_people_may_be_away_at_once(cast, stay):
    insert(new_pass(stay, None, 10, 20))

    insert(new_pass(factories.new_stay(cast), None, 10, 20))


@pytest.mark.parametrize(("starts", "ends"), [(10, 10), (10, 9), (10, -20)])
def test_a_pass_ends_after_it_starts(stay, starts, ends):
    with refused("pass_range"):
        insert(new_pass(stay, None, starts, ends))


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "asked", "over": True},
        {"status": "returned", "over": False},
        {"status": "lost"},
    ],
)
def test_a_passs_state_says_whether_it_is_over(stay, wrong):
    with refused("pass_status"):
        insert(new_pass(stay, None, 10, 20, **wrong))


def test_a_pass_lies_within_the_stay(stay):
    before = new_pass(stay, None, -24 * 95, -24 * 94)
    with refused("pass_within_stay"):
        insert(before)

    update(Stay, stay.pk, ends_on=local(48))
    with refused("pass_within_stay"):
        insert(new_pass(stay, None, 24, 73))
    insert(new_pass(stay, None, 24, 48))


def test_a_pass_stands_where_somebody_leaves_in_the_middle_of_it(stay):
    """It is told and asked when it is written; that they left is a fact."""
    key = insert(new_pass(stay, None, 24, 96))

    update(Stay, stay.pk, ends_on=local(48))
    update(Pass, key, status="cancelled", over=True)


def test_no_pass_is_given_in_a_stay_entered_by_mistake(stay):
    update(Stay, stay.pk, voided=True)

    with refused("pass_within_stay"):
        insert(new_pass(stay, None, 10, 20))


def test_a_pass_is_of_the_house_of_its_stay_and_stays_who_it_was_for(cast, stay):
    with refused("pass_stay_house"):
        insert(new_pass(stay, None, 10, 20, house=cast.house_b))
    key = insert(new_pass(stay, None, 10, 20))
    other = factories.new_stay(cast)

    for change in ({"stay": other}, {"kind": "court"}, {"recorded_by": cast.bob}, {"recorded_at": DAY_0}):
        with refused("pass_frozen"):
            update(Pass, key, **change)


@pytest.mark.sqlite
@pytest.mark.parametrize("at", ["2026-5-01 16:00:00", "2026-05-01", "soon"])
def test_an_instant_that_would_not_sort_is_refused(stay, at):
    key = insert(new_pass(stay, None, 10, 20))

    with refused("pass_overlap|pass_range"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute('UPDATE "residents_pass" SET "ends_at" = %s WHERE id = %s', [at, key])


# Decisions


@pytest.fixture
def asked(stay) -> Pass:
    """Asked for by the resident themself."""
    return Pass.objects.get(pk=insert(new_pass(stay, stay.resident.user, 10, 20)))


def decision(of: Pass, who: User | None, **facts: Any) -> PassDecision:
    given = {"outcome": "approved", "starts_at": of.starts_at, "ends_at": of.ends_at}
    given |= {"asked_from": of.starts_at, "asked_until": of.ends_at}
    return PassDecision(house=of.house, of_pass=of, **(given | facts), **by(who))


def test_nobody_decides_their_own_pass_nor_one_they_wrote_down(cast, stay, asked):
    written = Pass.objects.get(pk=insert(new_pass(stay, cast.alice, 40, 50)))

    for one, hand in [(asked, stay.resident.user), (asked, None), (written, cast.alice), (written, stay.resident.user)]:
        with refused("pass_decision_by_another"):
            insert(decision(one, hand))
    insert(decision(asked, cast.alice))
    insert(decision(written, cast.bob))


def test_a_pass_is_decided_once(cast, asked):
    insert(decision(asked, cast.alice))

    with refused("UNIQUE|unique"):
        insert(decision(asked, cast.bob, outcome="refused", reason="x"))


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"outcome": "refused"}, "pass_decision_reason"),
        ({"outcome": "changed"}, "pass_decision_reason"),
        ({"unmet": "30 days in the house"}, "pass_decision_reason"),
        ({"outcome": "perhaps"}, "pass_decision_outcome|pass_decision_reason"),
        ({"ends_at": hour(10)}, "pass_decision_range"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_decision_on_a_pass_says_why(cast, asked, wrong, name):
    with refused(name):
        insert(decision(asked, cast.alice, **wrong))


def test_what_was_not_met_is_given_all_the_same_with_a_reason(cast, asked):
    insert(decision(asked, cast.alice, unmet="30 days in the house", reason="Her mother is ill."))


def event(of: Pass, who: User | None, kind: str, **facts: Any) -> PassEvent:
    return PassEvent(house=of.house, of_pass=of, kind=kind, at=hour(15), **facts, **by(who))


def test_what_happens_to_a_pass_is_whole(cast, asked):
    for kind, facts, name in [
        ("extended", {"note": "a train"}, "pass_event_until"),
        ("more_time", {}, "pass_event_until"),
        ("cancelled", {"note": "ill", "until": hour(30)}, "pass_event_until"),
        ("cancelled", {}, "pass_event_reason"),
        ("extended", {"until": hour(30)}, "pass_event_reason"),
        ("returned", {}, "pass_event_late"),
        ("cancelled", {"note": "ill", "minutes_late": 3}, "pass_event_late"),
    ]:
        with refused(name):
            insert(event(asked, cast.alice, kind, **facts))


def test_nobody_extends_their_own_pass_nor_writes_down_their_own_return(cast, asked):
    own = asked.stay.resident.user
    for kind, facts in [("extended", {"until": hour(30), "note": "a train"}), ("returned", {"minutes_late": 0})]:
        with refused("pass_event_by_another|pass_event_extended_by_another"):
            insert(event(asked, own, kind, **facts))
        insert(event(asked, cast.alice, kind, **facts))

    insert(event(asked, own, "more_time", until=hour(40)))
    insert(event(asked, own, "cancelled", note="My sister is ill."))


def test_what_hangs_on_a_pass_is_of_its_house(cast, asked):
    with refused("pass_decision_house"):
        insert(elsewhere(decision(asked, cast.alice), cast))
    with refused("pass_event_house"):
        insert(elsewhere(event(asked, cast.alice, "returned", minutes_late=0), cast))


# Nights


def check(stay: Stay, who: User | None, *, night: date | None = None, status: str = "in", **facts: Any) -> CurfewCheck:
    usual = {"night": night or local(0), "due_at": hour(10), "status": status}
    return CurfewCheck(house=stay.house, stay=stay, **(usual | facts), **by(who))


def test_a_night_is_counted_once_and_corrected_in_the_open(cast, stay):
    first = CurfewCheck.objects.get(pk=insert(check(stay, cast.alice)))

    with refused("curfew_check_once|UNIQUE"):
        insert(check(stay, cast.bob, status="absent"))
    with refused("curfew_check_correction_reason"):
        insert(check(stay, cast.bob, status="absent", corrects=first))
    with refused("curfew_check_corrects_night"):
        insert(check(stay, cast.bob, night=local(24), status="absent", corrects=first, correction_reason="miscounted"))
    with refused("curfew_check_corrects_stay"):
        other = factories.new_stay(cast)
        insert(check(other, cast.bob, status="absent", corrects=first, correction_reason="miscounted"))
    insert(check(stay, cast.bob, status="absent", corrects=first, correction_reason="miscounted"))
    with refused("UNIQUE|unique"):
        insert(check(stay, cast.alice, corrects=first, correction_reason="miscounted"))
    insert(check(stay, cast.bob, night=local(24)))


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"status": "absent", "in_at": hour(12)}, "curfew_check_absent"),
        ({"status": "late"}, "curfew_check_late|curfew_check_after"),
        ({"status": "late", "in_at": hour(9)}, "curfew_check_after"),
        ({"status": "absent", "due_at": None}, "curfew_check_due"),
        ({"status": "excused"}, "curfew_check_excused"),
        ({"status": "asleep"}, "curfew_check_status"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_check_says_what_it_must(cast, stay, wrong, name):
    with refused(name):
        insert(check(stay, cast.alice, **wrong))


def test_nobody_counts_themselves(cast, stay):
    with refused("curfew_check_by_another"):
        insert(check(stay, stay.resident.user))
    insert(check(stay, cast.frank.user))


def test_a_night_is_counted_in_the_house_of_the_stay(cast, stay):
    other_pass = factories.saved(Pass, cast)

    with refused("curfew_check_stay_house"):
        insert(elsewhere(check(stay, cast.alice), cast))
    with refused("curfew_check_pass_stay"):
        insert(check(stay, cast.alice, status="excused", why="on a pass", of_pass=other_pass))


def movement(stay: Stay, who: User | None, **facts: Any) -> Movement:
    return Movement(
        house=stay.house, stay=stay, **({"way": "out", "purpose": "work", "at": hour(1)} | facts), **by(who)
    )


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"purpose": ""}, "movement_purpose"),
        ({"way": "in"}, "movement_purpose"),
        ({"way": "in", "purpose": "", "expected_at": hour(5)}, "movement_purpose"),
        ({"way": "up"}, "movement_purpose"),
        ({"expected_at": hour(1)}, "movement_expected"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_out_says_what_for_and_in_does_not(stay, wrong, name):
    with refused(name):
        insert(movement(stay, stay.resident.user, **wrong))


def test_a_movement_is_corrected_by_another_of_the_same_person(cast, stay):
    first = Movement.objects.get(pk=insert(movement(stay, stay.resident.user)))
    other = factories.new_stay(cast)

    with refused("movement_corrects_stay"):
        insert(movement(other, cast.alice, corrects=first, correction_reason="x"))
    with refused("movement_correction_reason"):
        insert(movement(stay, cast.alice, corrects=first))
    with refused("movement_pass_stay"):
        insert(movement(stay, cast.alice, of_pass=factories.saved(Pass, cast)))
    insert(movement(stay, cast.alice, corrects=first, correction_reason="it was at two"))
    with refused("UNIQUE|unique"):
        insert(movement(stay, cast.alice, corrects=first, correction_reason="no, at three"))


@pytest.mark.parametrize("model", [CurfewCheck, Movement, PassDecision, PassEvent], ids=lambda model: model.__name__)
def test_what_was_counted_and_decided_is_neither_changed_nor_deleted(cast, model):
    row = factories.saved(model, cast)

    with refused("append-only"):
        update(model, row.pk, recorded_as="somebody else")
    with refused(KEPT):
        delete(row)


def test_a_pass_is_not_deleted(cast):
    with refused(KEPT):
        delete(factories.saved(Pass, cast))


# Hours and rules of a house


def test_an_hour_is_said_once(cast):
    phase = factories.new_phase_kind(cast)
    for facts in ({"weekday": 5}, {"phase": phase}, {"phase": phase, "weekday": 5}):
        key = insert(CurfewHour(house=cast.house_a, hour=time(22), **facts))
        with refused("curfew_hour_once|UNIQUE"):
            insert(CurfewHour(house=cast.house_a, hour=time(23), **facts))
        update(CurfewHour, key, in_use=False)
        insert(CurfewHour(house=cast.house_a, hour=time(23), **facts))


def test_an_hour_differs_in_something(cast):
    with refused("curfew_hour_differs"):
        insert(CurfewHour(house=cast.house_a, hour=time(22)))
    with refused("curfew_hour_weekday"):
        insert(CurfewHour(house=cast.house_a, hour=time(22), weekday=7))


def test_another_houses_phase_has_no_hour_and_no_pass_rule_here(cast):
    with transaction.atomic():
        theirs = PhaseKind.objects.create(house=cast.house_b, number=1, name="Phase 1")

    with refused("curfew_hour_phase_house"):
        insert(CurfewHour(house=cast.house_a, hour=time(22), phase=theirs))
    with refused("pass_rule_phase_house"):
        insert(PassRule(house=cast.house_a, kind="work", phase=theirs))


def test_passes_of_one_kind_have_one_rule(cast):
    key = insert(PassRule(house=cast.house_a, kind="work"))

    with refused("pass_rule_once|UNIQUE"):
        insert(PassRule(house=cast.house_a, kind="work", min_days=30))
    insert(PassRule(house=cast.house_a, kind="work", phase=factories.new_phase_kind(cast)))
    update(PassRule, key, in_use=False)
    insert(PassRule(house=cast.house_a, kind="work", min_days=30))


def test_an_exception_has_its_reason_and_its_range_and_keeps_them(cast, stay):
    facts = {"house": cast.house_a, "stay": stay, "source": "officer", "hour": time(21), "starts_on": local(0)}

    for wrong, name in [
        ({"reason": ""}, "curfew_exception_reason"),
        ({"ends_on": local(-24)}, "curfew_exception_range"),
        ({"weekday": 9}, "curfew_exception_weekday"),
        ({"source": "aunt"}, "curfew_exception_source"),
        ({"house": cast.house_b}, "curfew_exception_stay_house"),
    ]:
        with refused(name):
            insert(CurfewException(**(facts | {"reason": "Ordered by the court."} | wrong)))
    key = insert(CurfewException(reason="Ordered by the court.", **facts))
    for change in ({"hour": time(23)}, {"source": "house"}, {"reason": "x"}, {"starts_on": local(48)}):
        with refused("curfew_exception_frozen"):
            update(CurfewException, key, **change)
    update(CurfewException, key, ends_on=local(48))


# Two at once


@pytest.mark.usefixtures("committed_db")
def test_of_two_who_ask_for_the_same_night_at_once_one_gets_it(cast):
    with transaction.atomic():
        stay = factories.new_stay(cast)
    gate, refusals = threading.Barrier(4), []

    def ask(turn: int) -> None:
        try:
            gate.wait(timeout=30)
            with acting_as(cast.alice, source="web"):
                insert(new_pass(stay, None, 10 + turn, 20 + turn))
        except IntegrityError as refusal:
            refusals.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Pass.objects.filter(stay=stay).count() == 1
    assert len(refusals) == 3
    assert all("pass_overlap" in refusal for refusal in refusals)
