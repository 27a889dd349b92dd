"""Where violations stand, what stands beside a decision, and what the gathering pages are told of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.models import Resident, Stay
from residents.rules import case_cards
from residents.rules.models import Appeal, AppealDecision, Category, Contract, Severity, Violation, ViolationWithdrawal
from residents.rules.queries.cases import (
    Witnesses,
    advised,
    case_of,
    cases,
    decided_only,
    deciders,
    open_only,
    open_violations,
    precedents,
    story,
    time_words,
    upheld_only,
    who_may_decide,
    who_may_decide_appeal,
    why_it_waits,
    witnesses,
)
from residents.rules.queries.consistency import consistency
from residents.rules.services import violations as services
from residents.rules.services.contracts import contract_make
from residents.stays.queries import stays_of_late
from soberhouse.history import acting_as, recorded
from tests.cast import grant, make_user, move_in
from tests.residents.rules.given import ago, decided, published_book, published_ladder, signed, violation_of

CURFEW, CHORES, RESPECT = 2, 3, 4
KINDS = (
    (Category.SUBSTANCES, Severity.CRITICAL),
    (Category.CURFEW, Severity.MINOR),
    (Category.CHORES, Severity.MINOR),
    (Category.RESPECT, Severity.SERIOUS),
)


@pytest.fixture
def book(cast):
    book = published_book(cast.house_a, rules=KINDS)
    signed(book, cast.dana, days_ago=39)
    signed(book, cast.frank, days_ago=39)
    return book


def broken(cast, book, number=CURFEW, *, stay=None, days_ago=2, by=None) -> Violation:
    rule = book.rules.get(number=number)
    return violation_of(stay or cast.stay_of_dana, rule, by=by or cast.alice, days_ago=days_ago)


def appealed(cast, decision) -> Appeal:
    with acting_as(cast.dana.user, source="web"):
        return Appeal.objects.create(house=decision.house, decision=decision, text="Not so.", **recorded())


def overturned(cast, decision) -> AppealDecision:
    row = appealed(cast, decision)
    with acting_as(cast.olive, source="web"):
        return AppealDecision.objects.create(
            house=decision.house, appeal=row, outcome="overturned", reason="It was not.", **recorded()
        )


def taken_back(cast, violation) -> None:
    with acting_as(cast.alice, source="web"):
        ViolationWithdrawal.objects.create(house=violation.house, violation=violation, reason="x", **recorded())


def agreed(cast, violation) -> Contract:
    """A contract that follows it."""
    today = cast.today
    with acting_as(cast.alice, source="web"):
        return contract_make(
            stay=violation.stay,
            violation=violation,
            terms="In by ten.",
            starts_on=today,
            ends_on=today + timedelta(days=30),
            review_on=today + timedelta(days=14),
            now=timezone.now(),
        )


def entered_by_mistake(stay) -> None:
    with acting_as(None, source="command"), transaction.atomic():
        stay.uses.update(voided=True)
        Stay.objects.filter(pk=stay.pk).update(voided=True)


def also_manages(cast, resident) -> None:
    """The resident helps to run the house they live in."""
    with acting_as(None, source="command"):
        grant(resident.user, RoleKind.MANAGER, cast.organization, cast.house_a)


def leaves(user) -> None:
    with acting_as(None, source="command"), transaction.atomic():
        user.roles.update(ends_at=timezone.now())


# --- where one stands -----------------------------------------------------------------------------------------------


def test_case_says_where_it_stands_and_nothing_of_guilt_before_it_is_decided(cast, book):
    violation, told = broken(cast, book), []

    def note() -> None:
        case = case_of(violation)
        told.append((case.state, case.word, case.waits_for, case.consequence, case.may_answer, case.is_open))

    note()
    with acting_as(cast.dana.user, source="web"):
        services.violation_answer(violation=violation, stance="accept", now=timezone.now())
    note()
    decision = decided(violation, by=cast.bob)
    note()
    row = appealed(cast, decision)
    note()
    with acting_as(cast.olive, source="web"):
        services.appeal_decide(
            appeal=row, outcome="changed", consequence="chore", terms="The yard", reason="So.", now=timezone.now()
        )
    note()
    taken_back(cast, violation)
    note()

    assert told == [
        ("recorded", "recorded", "decision", "", True, True),
        ("answered", "answered", "decision", "", True, True),
        ("decided", "upheld", "appeal", "verbal", False, False),
        ("appealed", "appealed", "appeal_decision", "", False, True),
        ("closed", "upheld", "", "chore", False, False),
        ("withdrawn", "taken back", "", "", False, False),
    ]


def test_case_closes_when_its_time_to_appeal_is_over(cast, book):
    violation = broken(cast, book)
    decision = decided(violation, by=cast.bob)

    in_time = case_of(violation, now=decision.appeal_until)
    late = case_of(violation, now=decision.appeal_until + timedelta(seconds=1))

    assert (in_time.state, in_time.waits_for) == ("decided", "appeal")
    assert (late.state, late.waits_for) == ("closed", "")


def test_dismissed_and_overturned_count_for_nothing(cast, book):
    dismissed, appealed_one = broken(cast, book), broken(cast, book)
    decided(dismissed, by=cast.bob, outcome="dismissed")
    overturned(cast, decided(appealed_one, by=cast.bob))

    found = [case_of(each) for each in (dismissed, appealed_one)]

    assert [(case.word, case.outcome, case.consequence, case.is_upheld) for case in found] == [
        ("dismissed", "dismissed", "", False),
        ("overturned", "overturned", "", False),
    ]


def test_what_is_appealed_holds_only_once_the_appeal_is_decided(cast, book):
    """Neither here nor for a contract does a decision count while somebody else may yet decide otherwise."""
    published_ladder(cast.house_a)
    violation, later = broken(cast, book, days_ago=5), broken(cast, book, days_ago=2)
    row = appealed(cast, decided(violation, by=cast.bob, consequence="contract", terms="By ten"))

    case, advice = case_of(violation), advised(later)
    with pytest.raises(ValidationError, match="not being appealed"):
        agreed(cast, violation)

    assert (case.outcome, case.consequence, case.consequence_word, case.terms, case.is_upheld) == (
        "",
        "",
        "",
        "",
        False,
    )
    assert case.appealed_word == "behavioral contract"
    assert (advice.time, list(advice.counted), advice.undecided) == (1, [], 1)
    assert not Contract.objects.exists()
    with acting_as(cast.olive, source="web"):
        services.appeal_decide(appeal=row, outcome="stands", reason="So.", now=timezone.now())
    case, advice = case_of(violation), advised(later)
    assert (case.outcome, case.consequence, case.terms, case.appealed_word) == ("upheld", "contract", "By ten", "")
    assert (advice.time, list(advice.counted), advice.undecided) == (2, [violation], 0)
    assert agreed(cast, violation).violation == violation


def test_what_is_of_a_stay_entered_by_mistake_counts_nowhere(cast, book):
    published_ladder(cast.house_a)
    waiting, done, again = (broken(cast, book, days_ago=days) for days in (9, 8, 7))
    decided(done, by=cast.bob)
    appealed(cast, decided(again, by=cast.bob))
    others = broken(cast, book, stay=cast.stay_of_frank)
    assert (open_violations(cast.stay_of_dana), len(precedents(others))) == (2, 1)

    entered_by_mistake(cast.stay_of_dana)

    rows = Violation.objects.filter(stay=cast.stay_of_dana)
    assert [list(only(rows)) for only in (open_only, decided_only, upheld_only)] == [[], [], []]
    assert (open_violations(cast.stay_of_dana), precedents(others)) == (0, [])
    assert consistency([cast.house_a]).compared == 0
    assert consistency([cast.house_a]).waiting == 0
    assert (advised(waiting).time, advised(waiting).undecided) == (1, 0)
    for violation in (waiting, done, again):
        case = case_of(violation)
        assert (case.state, case.word, case.outcome, case.may_answer, case.is_open) == (
            "withdrawn",
            "entered by mistake",
            "",
            False,
            False,
        )


def test_cases_of_rows_and_of_a_query_say_the_same(cast, book):
    rows = [broken(cast, book), broken(cast, book)]
    overturned(cast, decided(rows[0], by=cast.bob))

    by_rows = cases(rows)
    by_query = cases(Violation.objects.order_by("pk"))

    assert [case.state for case in by_rows] == [case.state for case in by_query] == ["closed", "recorded"]


@pytest.mark.parametrize("item_count", [1, 3])
def test_cases_cost_the_same_however_many(cast, book, item_count, django_assert_num_queries):
    for _n in range(item_count):
        overturned(cast, decided(broken(cast, book), by=cast.bob))

    with django_assert_num_queries(2):
        found = cases(Violation.objects.all())
        assert [case.outcome for case in found] == ["overturned"] * item_count
        assert [len(story(case, seen_by=Witnesses())) for case in found] == [4] * item_count


def test_open_ones_wait_for_a_decision_or_for_one_on_their_appeal(cast, book):
    waiting, done, again, back = (broken(cast, book) for _n in range(4))
    decided(done, by=cast.bob)
    appealed(cast, decided(again, by=cast.bob))
    taken_back(cast, back)

    assert open_violations(cast.stay_of_dana) == 2
    assert waiting.pk
    assert open_violations(cast.stay_of_frank) == 0


# --- the ladder's advice --------------------------------------------------------------------------------------------


def advice_of(violation) -> tuple[int | None, str]:
    advice = advised(violation)
    return advice.time, advice.consequence


def test_ladder_counts_what_was_upheld_within_the_days_it_looks_back(cast, book):
    published_ladder(cast.house_a, look_back_days=20)
    too_long_ago = broken(cast, book, days_ago=23)
    first, dismissed, on_appeal, back, undecided = (broken(cast, book, days_ago=10) for _n in range(5))
    for each in (too_long_ago, first, back):
        decided(each, by=cast.bob)
    decided(dismissed, by=cast.bob, outcome="dismissed")
    overturned(cast, decided(on_appeal, by=cast.bob))
    taken_back(cast, back)
    other_kind = broken(cast, book, number=RESPECT, days_ago=5)
    somebody_else = broken(cast, book, stay=cast.stay_of_frank, days_ago=5)
    for each in (other_kind, somebody_else):
        decided(each, by=cast.bob)

    advice = advised(broken(cast, book, days_ago=2))

    assert (advice.time, advice.consequence) == (2, "written")
    assert list(advice.counted) == [first]
    assert advice.undecided == 1
    assert undecided.pk


def test_first_day_that_the_ladder_looks_back_to_counts(cast, book):
    published_ladder(cast.house_a, look_back_days=20)
    decided(broken(cast, book, days_ago=22), by=cast.bob)

    assert advice_of(broken(cast, book, days_ago=2))[0] == 2
    assert advice_of(broken(cast, book, days_ago=1))[0] == 1


def test_last_day_that_the_ladder_looks_ahead_to_counts(cast, book):
    published_ladder(cast.house_a, look_back_days=20)
    decided(broken(cast, book, days_ago=2), by=cast.bob)

    assert advice_of(broken(cast, book, days_ago=22))[0] == 2
    assert advice_of(broken(cast, book, days_ago=23))[0] == 1


def test_second_one_decided_is_the_second_time_whichever_happened_first(cast, book):
    published_ladder(cast.house_a)
    before, after, same_day = (broken(cast, book, days_ago=days) for days in (9, 3, 9))
    told = []

    for each in (after, same_day, before):
        told.append(advice_of(each))
        decided(each, by=cast.bob)

    assert told == [(1, "verbal"), (2, "written"), (3, "restriction")]
    assert [advice_of(Violation.objects.get(pk=each.pk)) for each in (after, same_day, before)] == told


def test_earlier_one_of_the_kind_that_waits_is_told_beside_the_advice(cast, book, signed_in):
    published_ladder(cast.house_a)
    earlier, later = broken(cast, book, days_ago=9), broken(cast, book, days_ago=3)

    page = signed_in(cast.bob).get(reverse("violation_decide", args=[later.uuid]))
    other = signed_in(cast.bob).get(reverse("violation_decide", args=[earlier.uuid]))

    assert "One more of the same kind waits for a decision" in page.content.decode()
    assert "the second one decided is the second time" in page.content.decode()
    assert "One more of the same kind" not in other.content.decode()


def test_last_step_repeats_and_a_category_has_its_own_line(cast, book):
    published_ladder(
        cast.house_a,
        steps=[
            ("", "minor", ("verbal", "written")),
            (Category.CHORES, "minor", ("chore",)),
            ("", "serious", ("contract",)),
        ],
    )
    for days in (9, 8, 7):
        decided(broken(cast, book, days_ago=days), by=cast.bob)

    assert advice_of(broken(cast, book)) == (4, "written")
    assert advice_of(broken(cast, book, number=CHORES)) == (1, "chore")
    assert advice_of(broken(cast, book, number=RESPECT)) == (1, "contract")
    assert advice_of(broken(cast, book, number=1)) == (1, "")


def test_ladder_in_force_that_day_counts(cast, book):
    published_ladder(cast.house_a, steps=[("", "minor", ("written",))], days_ago=30)
    published_ladder(cast.house_a, steps=[("", "minor", ("chore",))], days_ago=10)

    told = [advised(broken(cast, book, days_ago=days)) for days in (35, 11, 10, 0)]

    assert [(each.ladder and each.ladder.number, each.consequence) for each in told] == [
        (None, ""),
        (1, "written"),
        (2, "chore"),
        (2, "chore"),
    ]


def test_earlier_stay_in_the_house_counts_and_one_elsewhere_does_not(cast, book):
    """The ladder looks at a person, not at a stay; and at its own house alone."""
    published_ladder(cast.house_a, look_back_days=60)
    theirs = published_book(cast.house_b, rules=KINDS)
    with acting_as(None, source="command"), transaction.atomic():
        nia = Resident.objects.create(organization=cast.organization, legal_first_name="Nia")
        elsewhere, here, again = (
            Stay.objects.create(
                house=house, resident=nia, starts_on=ago(house, began), ends_on=ago(house, ended) if ended else None
            )
            for house, began, ended in ((cast.house_b, 40, 20), (cast.house_a, 18, 10), (cast.house_a, 9, 0))
        )
    signed(theirs, nia, days_ago=39)
    signed(book, nia, days_ago=18)
    decided(violation_of(elsewhere, theirs.rules.get(number=CURFEW), by=cast.charlie, days_ago=30), by=cast.olive)
    decided(broken(cast, book, stay=here, days_ago=15), by=cast.bob)

    assert advice_of(broken(cast, book, stay=again, days_ago=1)) == (2, "written")


def test_every_time_has_words():
    assert [time_words(time) for time in (1, 2, 9, 10)] == [
        "first time",
        "second time",
        "ninth time",
        "time number 10",
    ]


# --- precedents -----------------------------------------------------------------------------------------------------


def test_precedents_are_of_others_under_the_same_number_and_name_nobody(cast, book):
    newer = published_book(cast.house_a, rules=KINDS, days_ago=10)
    signed(newer, cast.frank, days_ago=8)
    published_ladder(cast.house_a)
    old = broken(cast, book, stay=cast.stay_of_frank, days_ago=20)
    new = violation_of(cast.stay_of_frank, newer.rules.get(number=CURFEW), by=cast.alice, days_ago=3)
    with acting_as(cast.bob, source="web"):
        services.violation_decide(
            violation=old, outcome="upheld", consequence="verbal", reason="Frank said so.", now=timezone.now()
        )
        services.violation_decide(
            violation=new,
            outcome="upheld",
            consequence="chore",
            terms="The yard",
            reason="Frank said so.",
            deviation="Frank asked for it.",
            now=timezone.now(),
        )
    decided(broken(cast, newer, stay=cast.stay_of_frank, number=RESPECT), by=cast.bob)
    decided(broken(cast, book), by=cast.bob)
    broken(cast, newer, stay=cast.stay_of_frank)

    found = precedents(broken(cast, book))

    assert [(each.consequence, each.advised, each.time, each.deviates) for each in found] == [
        ("chore", "written", 2, True),
        ("verbal", "verbal", 1, False),
    ]
    assert {each.month.day for each in found} == {1}
    assert "Frank" not in repr(found)


# --- who may decide -------------------------------------------------------------------------------------------------


def test_deciders_are_live_managers_and_operators_with_no_hand_in_it(cast, book):
    violation = broken(cast, book)
    row = appealed(cast, decided(violation, by=cast.bob))
    also_manages(cast, cast.dana)

    assert who_may_decide(violation) == [cast.bob, cast.olive]
    assert who_may_decide_appeal(row) == [cast.olive]


def test_nobody_left_to_decide_is_said_with_who_is_needed(cast, book):
    violation = broken(cast, book)
    leaves(cast.bob)
    with acting_as(None, source="command"):
        type(cast.olive).objects.filter(pk=cast.olive.pk).update(is_active=False)

    assert who_may_decide(violation) == []
    assert "Another manager or an operator is needed." in why_it_waits(case_of(violation), deciders(cast.house_a))


# --- cards ----------------------------------------------------------------------------------------------------------


def today_cards(cast, user) -> dict[str, object]:
    stays = stays_of_late(cast.house_a, cast.today)
    return {card.title: card for card in case_cards.today(cast.house_a, stays, Standing(user), cast.today)}


def test_today_shows_what_waits_and_why(cast, book):
    broken(cast, book)
    appealed(cast, decided(broken(cast, book, number=RESPECT), by=cast.bob))

    alice = today_cards(cast, cast.alice)["Waits for a decision"].rows
    bob = today_cards(cast, cast.bob)["Waits for a decision"].rows

    assert [(row.reason.split(" · ")[1], row.button) for row in alice] == [
        ("waits for Bob Example or Olive Example", ""),
        ("waits for Olive Example", ""),
    ]
    assert [(row.reason.split(" · ")[1], row.button) for row in bob] == [
        ("they have not answered yet", "Decide"),
        ("waits for Olive Example", ""),
    ]


def test_today_says_that_it_waits_because_nobody_else_may(cast, book):
    broken(cast, book)
    for user in (cast.bob, cast.olive):
        leaves(user)

    [row] = today_cards(cast, cast.alice)["Waits for a decision"].rows

    assert row.reason.endswith(" · waits for another manager or an operator")


def test_chips_are_of_those_who_live_here_but_oneself(cast):
    also_manages(cast, cast.dana)

    def names(user) -> list[str]:
        return [stay.short_name for stay in today_cards(cast, user)["Record a violation"].context["stays"]]

    assert names(cast.alice) == ["Dana R.", "Frank O."]
    assert names(cast.dana.user) == ["Frank O."]


@pytest.mark.parametrize("who", ["dana", "frank"])
def test_residents_are_shown_nothing_of_it_on_today(cast, book, who):
    broken(cast, book)

    assert today_cards(cast, getattr(cast, who).user) == {}


def test_auditor_sees_what_waits_and_records_nothing(cast, book):
    broken(cast, book)

    cards = today_cards(cast, cast.audra)

    assert list(cards) == ["Waits for a decision"]
    assert [row.button for row in cards["Waits for a decision"].rows] == [""]


@pytest.mark.parametrize("item_count", [1, 3])
def test_today_costs_the_same_however_much_waits(cast, book, item_count, django_assert_num_queries):
    for n in range(item_count):
        appealed(cast, decided(broken(cast, book), by=cast.bob))
        with acting_as(None, source="command"):
            move_in(cast.house_a, ["2A", "2B", "3A"][n], "Nia", f"Abara{n}", days_ago=1)
    standing = Standing(cast.alice)

    with django_assert_num_queries(4):
        cards = list(case_cards.today(cast.house_a, stays_of_late(cast.house_a, cast.today), standing, cast.today))

    assert len(cards[0].rows) == item_count


def test_week_shows_what_can_be_answered_or_appealed_and_what_is_new(cast, book):
    recorded_one, upheld, old = broken(cast, book), broken(cast, book, number=RESPECT), broken(cast, book, number=1)
    decided(upheld, by=cast.bob)
    decided(old, by=cast.bob, appeal_days=-1, recorded_at=timezone.now() - timedelta(days=20))

    [card] = case_cards.week(cast.dana, cast.today)

    assert {row.fact: (row.word, row.button) for row in card.rows} == {
        str(recorded_one.rule): ("recorded", "My side"),
        str(upheld.rule): ("upheld", "Appeal"),
    }
    assert list(case_cards.week(cast.frank, cast.today)) == []


@pytest.mark.parametrize("item_count", [1, 3])
def test_week_page_and_own_record_cost_the_same_however_much(cast, book, item_count, django_assert_num_queries):
    for _n in range(item_count):
        overturned(cast, decided(broken(cast, book), by=cast.bob))
    resident = Resident.objects.select_related("user").get(pk=cast.dana.pk)
    standing = Standing(cast.alice)

    with django_assert_num_queries(2):
        list(case_cards.week(resident, cast.today))
    with django_assert_num_queries(5):
        sections = list(case_cards.own(resident, cast.today))
    with django_assert_num_queries(2):
        list(case_cards.about(resident, cast.stay_of_dana, standing, cast.today))

    assert {len(each.records) for each in sections if each.name in ("violations", "decisions", "appeals")} == {
        item_count
    }


def test_own_record_tells_every_step_and_withholds_a_name(cast, book):
    with acting_as(cast.alice, source="web"):
        violation = services.violation_record(
            stay=cast.stay_of_dana,
            rule=book.rules.get(number=CURFEW),
            happened_on=cast.today,
            what="Came in at one.",
            reporters=[("Frank O.", False), ("Wanda Quillfeather", True)],
            now=timezone.now(),
        )
    told = {each.name: each for each in case_cards.own(cast.dana, cast.today)}

    names = [record.cells[1] for record in told["violation_reporters"].records]
    assert names == ["Frank O.", "a name is withheld"]
    assert told["violation_reporters"].records[1].data["name"] is None
    assert told["violation_reporters"].records[1].key == 0
    assert told["violations"].records[0].data["what"] == "Came in at one."
    assert str(violation.uuid) == told["violations"].records[0].data["uuid"]


def test_resident_page_leads_to_recording_for_those_who_may(cast, book):
    broken(cast, book)
    way = reverse("violation_new", args=[cast.stay_of_dana.uuid])

    def card(user):
        [found, *_entries] = case_cards.about(cast.dana, cast.stay_of_dana, Standing(user), cast.today)
        return found.more_url, len(found.rows)

    assert card(cast.alice) == (way, 1)
    assert card(cast.audra) == ("", 1)


def test_timeline_strikes_out_what_does_not_count(cast, book):
    decided(broken(cast, book), by=cast.bob)
    decided(broken(cast, book, days_ago=3), by=cast.bob, outcome="dismissed")
    taken_back(cast, broken(cast, book, days_ago=4))

    [_card, *entries] = case_cards.about(cast.dana, cast.stay_of_dana, Standing(cast.alice), cast.today)
    entries.sort(key=lambda entry: entry.day)

    assert [(entry.detail, entry.struck) for entry in entries] == [
        ("taken back", True),
        ("dismissed", True),
        ("upheld · verbal warning", False),
    ]


def test_beside_a_pass_stand_open_violations_and_contracts(cast, book):
    now = timezone.now()

    def rows() -> list[tuple[str, str]]:
        return [(row.fact, row.word) for row in case_cards.beside_pass(cast.stay_of_dana, now, now, now)]

    assert rows() == [("No open violation", "none")]
    broken(cast, book)
    with acting_as(cast.alice, source="web"):
        Contract.objects.create(
            house=cast.house_a,
            stay=cast.stay_of_dana,
            terms="Home by nine.",
            starts_on=ago(cast.house_a, 1),
            ends_on=ago(cast.house_a, -20),
            review_on=ago(cast.house_a, -7),
            **recorded(),
        )

    assert rows() == [("1 violation waits", "open"), ("Under a behavioral contract", "contract")]


def test_house_page_leads_a_resident_to_the_ladder(cast):
    assert list(case_cards.home(cast.house_a, cast.today)) == []
    published_ladder(cast.house_a)

    [card] = case_cards.home(cast.house_a, cast.today)

    assert card.rows[0].url == reverse("ladder", args=[cast.house_a.uuid])


def test_settings_lead_to_the_ladder(cast):
    published_ladder(cast.house_a)

    [row] = case_cards.settings(cast.house_a, Standing(cast.alice))

    assert (row.reason, row.url) == ("Consequence ladder, version 1", reverse("ladder", args=[cast.house_a.uuid]))


def test_somebody_without_an_account_is_told_nothing_and_nothing_breaks(cast, book):
    with acting_as(None, source="command"):
        stay = move_in(cast.house_a, "2A", "Nia", "Abara", days_ago=10)
    signed(book, stay.resident, days_ago=9)
    with acting_as(make_manager(cast), source="web"):
        violation = services.violation_record(
            stay=stay,
            rule=book.rules.get(number=CURFEW),
            happened_on=cast.today,
            what="Came in at one.",
            now=timezone.now(),
        )
    with acting_as(cast.alice, source="web"):
        services.violation_answer(violation=violation, stance="explain", text="The bus.", now=timezone.now())

    moments = story(case_of(violation), seen_by=witnesses(violation, reader=None))

    assert moments[1].by == "Nia Abara, written down by Alice Example"


def make_manager(cast):
    with acting_as(None, source="command"):
        user = make_user("pia")
        grant(user, RoleKind.MANAGER, cast.organization, cast.house_a)
    return user
