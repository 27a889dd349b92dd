"""What is asked of residents and which weeks are excused: every write, and what it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from residents.meetings.models import Requirement, RequirementPart, WeekExcused
from residents.meetings.services.requirements import (
    requirement_add,
    requirement_end,
    week_excuse,
    week_excuse_take_back,
)
from residents.meetings.standing import DAY, WEEK, monday
from residents.models import PhaseKind
from residents.stays.services import discharge
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.residents.meetings import given
from tests.residents.stays.stories import ORDINARY


@pytest.fixture(autouse=True)
def _alice_acts(cast):
    with acting_as(cast.alice, source="web"):
        yield


@pytest.fixture
def phase(cast):
    return PhaseKind.objects.create(house=cast.house_a, number=1, name="Phase 1")


def ask(cast, **facts):
    return requirement_add(**{"house": cast.house_a, "count": 3, "starts_on": cast.today, "today": cast.today} | facts)


def ask_dana(cast, **facts):
    return ask(cast, **{"stay": cast.stay_of_dana, "reason": "A judge asks for it."} | facts)


def kept():
    """All that is asked and excused, as it stands."""
    return [list(model.objects.order_by("pk").values()) for model in (Requirement, RequirementPart, WeekExcused)]


def refused(field, act, *args, **facts):
    """Under this field, and nothing is written."""
    before = kept()
    with pytest.raises(ValidationError) as refusal:
        act(*args, **facts)
    told = refusal.value
    assert field in (told.message_dict if hasattr(told, "error_dict") else {"": told.messages})
    assert kept() == before


def test_what_a_house_asks_is_kept_with_its_kinds_and_who_asked(cast, phase):
    row = ask(cast, phase=phase, count=5, parts={"house": 1, "therapy": 2}, least_grade=2, reason=" Two  reasons ")
    row.refresh_from_db()
    assert (row.count, row.phase, row.per, row.least_grade, row.reason) == (5, phase, "week", 2, "Two reasons")
    assert {part.kind: part.count for part in row.parts.all()} == {"house": 1, "therapy": 2}
    assert row.recorded_by == cast.alice


def test_something_else_comes_in_place_of_what_the_same_were_asked_for(cast, phase):
    of_all, of_phase, in_period = ask(cast), ask(cast, phase=phase), ask(cast, per="period", days=90, count=90)
    besides = ask(cast, besides=True, count=1)
    ask(cast, count=4, starts_on=cast.today + DAY)
    for row in (of_all, of_phase, in_period, besides):
        row.refresh_from_db()
    assert of_all.ends_on == cast.today + DAY
    assert (of_phase.ends_on, in_period.ends_on, besides.ends_on) == (None, None, None)
    assert of_all.history.latest().history_change_reason == "Something else is asked from then on."


def test_what_is_put_right_on_the_same_day_never_held(cast):
    wrong = ask(cast, count=30)
    ask(cast, count=3)
    wrong.refresh_from_db()
    assert wrong.ends_on == wrong.starts_on


def test_several_of_one_resident_hold_together(cast):
    first = ask_dana(cast)
    ask_dana(cast, count=90, per="period", days=90)
    first.refresh_from_db()
    assert first.ends_on is None


def test_nothing_begins_before_something_that_is_to_take_the_same_place(cast):
    ask(cast, starts_on=cast.today + WEEK)
    refused("starts_on", ask, cast)


@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("starts_on", {"starts_on": -1}),
        ("starts_on", {"starts_on": 400}),
        ("ends_on", {"ends_on": 0}),
        ("parts", {"count": 3, "parts": {"house": 2, "aa": 2}}),
        ("count", {"count": 0}),
        ("count", {"count": 31}),
        ("count", {"per": "period", "days": 366, "count": 401}),
        ("days", {"per": "period", "days": 1, "count": 1}),
        ("per", {"per": "month"}),
        ("least_grade", {"least_grade": 6}),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_field(cast, field, facts):
    for name in ("starts_on", "ends_on"):
        if name in facts:
            facts = facts | {name: cast.today + timedelta(days=facts[name])}
    refused(field, ask, cast, **facts)
    assert not Requirement.objects.exists()


def test_a_period_has_days_and_a_week_has_none(cast):
    for facts in ({"per": "period"}, {"per": "week", "days": 90}):
        with pytest.raises(ValidationError, match="A period has days"):
            ask(cast, **facts)


def test_a_kind_there_is_not_is_refused_and_nothing_is_kept(cast):
    with pytest.raises(ValidationError):
        ask(cast, parts={"knitting": 1})
    assert not Requirement.objects.exists()


def test_phases_and_stays_of_other_houses_are_refused(cast):
    other = PhaseKind.objects.create(house=cast.house_b, number=1, name="One")
    refused("phase", ask, cast, phase=other)
    refused("stay", ask_dana, cast, stay=cast.stay_of_erin)


def test_of_one_resident_it_may_begin_a_week_back_and_needs_a_reason(cast, phase):
    assert ask_dana(cast, starts_on=cast.today - WEEK)
    refused("starts_on", ask_dana, cast, starts_on=cast.today - WEEK - DAY)
    refused("reason", ask_dana, cast, reason="  ")
    refused("phase", ask_dana, cast, phase=phase)


def test_of_somebody_who_left_nothing_is_asked(cast):
    discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)
    with pytest.raises(ValidationError, match="does not live here any more"):
        ask_dana(cast)


def test_nobody_asks_excuses_or_ends_about_themselves(cast):
    row, week = ask_dana(cast), monday(cast.today)
    excused = week_excuse(stay=cast.stay_of_dana, week=week, cause="work", today=cast.today)
    with acting_as(cast.dana.user, source="web"):
        for act in (
            lambda: ask_dana(cast),
            lambda: requirement_end(requirement=row, ends_on=cast.today, reason="x", today=cast.today),
            lambda: week_excuse(stay=cast.stay_of_dana, week=week - WEEK, cause="work", today=cast.today),
            lambda: week_excuse_take_back(excused=excused, reason="x"),
        ):
            with pytest.raises(PermissionDenied):
                act()


def test_it_ends_with_a_reason_that_history_keeps(cast):
    row = ask_dana(cast)
    requirement_end(requirement=row, ends_on=cast.today + DAY, reason="The case is closed.", today=cast.today)
    row.refresh_from_db()
    assert row.ends_on == cast.today + DAY
    assert row.history.latest().history_change_reason == "The case is closed."


def test_what_has_not_begun_is_never_asked(cast):
    row = ask(cast, starts_on=cast.today + WEEK)
    requirement_end(requirement=row, ends_on=cast.today, reason="A mistake.", today=cast.today)
    row.refresh_from_db()
    assert row.ends_on == row.starts_on
    refused("", requirement_end, requirement=row, ends_on=cast.today, reason="x", today=cast.today)


def test_no_end_in_the_past_none_that_is_later_and_none_without_a_reason(cast):
    row = ask(cast, ends_on=cast.today + WEEK)
    refused("ends_on", requirement_end, requirement=row, ends_on=cast.today - DAY, reason="x", today=cast.today)
    refused("ends_on", requirement_end, requirement=row, ends_on=cast.today + WEEK + DAY, reason="x", today=cast.today)
    refused("reason", requirement_end, requirement=row, ends_on=cast.today, reason=" ", today=cast.today)


def excuse(cast, week=None, **facts):
    facts = {"stay": cast.stay_of_dana, "cause": "pass", "today": cast.today} | facts
    return week_excuse(week=week or monday(cast.today), **facts)


def test_a_week_is_excused_taken_back_and_excused_again_each_a_row(cast):
    first = excuse(cast)
    back = week_excuse_take_back(excused=first, reason="The pass was cancelled.")
    again = excuse(cast, cause="other", note="A funeral")
    assert [(row.excused, row.follows, row.cause) for row in (first, back, again)] == [
        (True, None, "pass"),
        (False, first, "pass"),
        (True, back, "other"),
    ]
    assert back.note == "The pass was cancelled."
    assert WeekExcused.objects.get(followed_by=None) == again


def test_a_week_is_excused_once_and_taken_back_once(cast):
    row = excuse(cast)
    refused("week", excuse, cast)
    week_excuse_take_back(excused=row, reason="x")
    refused("", week_excuse_take_back, excused=row, reason="x")
    refused("reason", week_excuse_take_back, excused=row, reason=" ")


def test_weeks_in_which_they_do_not_live_there_are_not_excused(cast):
    moved_in = cast.stay_of_dana.starts_on
    assert excuse(cast, monday(moved_in))
    refused("week", excuse, cast, monday(moved_in) - WEEK)
    refused("week", excuse, cast, monday(cast.today) + DAY)
    refused("week", excuse, cast, monday(cast.today) + WEEK * 60)
    discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)
    refused("week", excuse, cast, monday(cast.today) + WEEK)


def test_something_else_needs_a_note_and_a_cause_is_one_of_these(cast):
    refused("note", excuse, cast, cause="other")
    refused("cause", excuse, cast, cause="laziness")


def told(cast, name):
    return list(Notice.objects.filter(user__username=name).order_by("id").values_list("kind", "text"))


def test_those_of_whom_it_is_asked_are_told_and_no_others(cast, phase):
    ask(cast, count=3)
    assert [kind for kind, _text in told(cast, "dana")] == ["meetings-asked"]
    assert [kind for kind, _text in told(cast, "frank")] == ["meetings-asked"]
    ask(cast, phase=phase)  # nobody is in it
    ask_dana(cast, count=90, per="period", days=90)
    kind, text = told(cast, "dana")[-1]
    assert (kind, text.endswith("you are asked for meetings: 90 in 90 days.")) == ("meetings-asked", True)
    excuse(cast)
    assert told(cast, "dana")[-1][0] == "meetings-excused"
    assert (len(told(cast, "dana")), len(told(cast, "frank")), told(cast, "erin")) == (3, 1, [])


def test_a_row_given_directly_is_what_a_service_writes(cast):
    for row in (
        given.requirement_of(cast.house_a, parts={"aa": 1}),
        given.week_excused_of(cast.stay_of_dana, monday(cast.today), cast.alice),
    ):
        row.full_clean()
