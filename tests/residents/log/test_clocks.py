"""Clocks: what is due when, called exactly once each, and met with proof."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connections, transaction
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import given as any_of
from hypothesis import strategies as st

from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.log import clock_cards, starter
from residents.log.clock_words import instant
from residents.log.due import jobs
from residents.log.models import Audience, Clock, Deadline, DeadlineMet, Holiday
from residents.log.queries import clocks as queries
from residents.log.reckoning import day_begins, us_federal_holidays
from residents.log.services import clocks
from residents.log.services.clocks import run_clocks
from residents.models import Stay
from residents.people.models import Look
from residents.stays import services as stays
from soberhouse.cards import Order
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import Cast, grant
from tests.residents.log.given import clock_of, complaint_of, deadline_of, entry_of, incident_of, met
from tests.residents.stays.stories import ORDINARY, days, lives, refused, written

HOUR = timedelta(hours=1)
PAPER = b"%PDF-1.4\nno more than this\n%%EOF\n"
NOON = datetime.now(UTC).replace(microsecond=0)  # of today, more or less: bob's role lasts for two weeks
WEDNESDAY = datetime(2026, 6, 3, 16, tzinfo=UTC)  # at noon in New York


@pytest.fixture(autouse=True)
def _alice_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def due(now: datetime) -> int:
    """What `manage.py due` does at this instant. Gives how much there was to do."""
    with acting_as(None, source="command"):
        return sum(job.run(now) for job in jobs())


def calls(deadline: Deadline) -> list[str]:
    return list(deadline.calls.order_by("pk").values_list("stage", flat=True))


def told(kind: str) -> list[str]:
    return sorted(Notice.objects.filter(kind=kind).values_list("user__username", flat=True))


def report(cast: Cast, **facts: Any) -> Clock:
    """A report within 24 hours of any incident, in force since long before these tests."""
    usual = {"amount": 24, "unit": "hours", "begins_at": NOON - days(30)}
    return clock_of(cast.organization, **usual | facts)


def at_noon(cast: Cast, **facts: Any) -> Any:
    """An incident at noon."""
    return incident_of(cast.house_a, cast.alice, **{"type": "police", "happened_at": NOON} | facts)


# --- what runs ------------------------------------------------------------------------------------------------------


def test_incident_starts_the_clocks_that_hold_for_it(cast):
    every = report(cast)
    of_overdoses = report(cast, name="Call the county", incident_type="overdose")
    report(cast, name="Of fires", incident_type="fire")
    report(cast, name="Of complaints", starts="complaint")
    clock_of(cast.other_organization, begins_at=NOON - days(30))
    incident = at_noon(cast, type="overdose", audience=Audience.STAFF)

    started = run_clocks(entry=incident.entry, now=NOON)

    assert [each.clock for each in started] == [every, of_overdoses]
    assert {(each.started_at, each.due_at) for each in started} == {(NOON, NOON + 24 * HOUR)}
    assert run_clocks(entry=incident.entry, now=NOON + HOUR) == []
    assert Deadline.objects.count() == 2


def test_business_days_leave_out_the_holidays_of_the_organization(cast):
    report(cast, amount=3, unit="business_days", begins_at=WEDNESDAY)
    dropped = clocks.holiday_add(organization=cast.organization, day=date(2026, 6, 5), name="Founders' day")
    clocks.holiday_drop(holiday=dropped)
    clocks.holiday_add(organization=cast.organization, day=date(2026, 6, 4), name="House day")
    with acting_as(cast.oscar, source="web"):
        clocks.holiday_add(organization=cast.other_organization, day=date(2026, 6, 8), name="Elsewhere")

    (deadline,) = run_clocks(entry=at_noon(cast, happened_at=WEDNESDAY).entry, now=NOON)

    # Friday, Monday, Tuesday: until the end of Tuesday.
    assert deadline.due_at == day_begins(date(2026, 6, 10), cast.house_a.zone)


def test_complaint_runs_from_when_it_was_written_down(cast):
    report(cast, starts="complaint")
    complaint = complaint_of(cast.house_a, cast.alice, days_ago=1)

    (deadline,) = run_clocks(entry=complaint.entry, now=timezone.now())

    assert deadline.started_at == complaint.recorded_at


def test_line_of_the_log_starts_nothing(cast):
    report(cast)

    assert run_clocks(entry=entry_of(cast.house_a, cast.alice, happened_at=NOON), now=NOON) == []


@pytest.mark.parametrize(
    ("facts", "runs"),
    [
        ({"begins_at": NOON}, True),
        ({"begins_at": NOON + HOUR}, False),
        ({"ended_at": NOON}, False),
        ({"ended_at": NOON + HOUR}, True),
    ],
)
def test_clock_holds_for_what_is_written_down_while_it_is_in_force(cast, facts, runs):
    report(cast, **facts)
    at_noon(cast)

    due(NOON + days(7))

    assert Deadline.objects.exists() is runs


def test_move_in_and_discharge_start_clocks_and_a_move_to_another_house_is_no_discharge(cast):
    shown = report(cast, name="Orientation", starts="move_in", begins_at=timezone.now() - HOUR)
    kept = report(cast, name="Belongings", starts="discharge", amount=72, begins_at=timezone.now() - HOUR)
    stay = lives(cast.bed_a("2B"), since=cast.today)
    today = cast.today

    due(timezone.now())

    (moved_in,) = Deadline.objects.all()
    assert (moved_in.clock, moved_in.stay, moved_in.due_at) == (shown, stay, stay.entered_at + 24 * HOUR)
    with acting_as(cast.olive, source="web"):
        stays.transfer(stay=stay, bed=cast.bed_b("2B"), on=today, reason="Nearer to work.", today=today)
        there = Stay.objects.get(continues=stay)
    stays.discharge(stay=cast.stay_of_dana, left_on=today, today=today, **ORDINARY)
    due(timezone.now())

    found = set(Deadline.objects.exclude(pk=moved_in.pk).values_list("clock__name", "stay"))
    assert found == {("Orientation", there.pk), ("Belongings", cast.stay_of_dana.pk)}
    assert run_clocks(stay=cast.stay_of_dana, now=timezone.now()) == []
    of_dana = Deadline.objects.get(clock=kept)
    assert of_dana.started_at == cast.stay_of_dana.discharges.get().recorded_at


def test_who_moved_in_before_the_clock_began_is_let_alone(cast):
    report(cast, starts="move_in", begins_at=timezone.now() - HOUR)
    lives(cast.bed_a("2B"), since=cast.today - days(40))  # from an older list, written down only now

    due(timezone.now())

    assert not Deadline.objects.exists()


def test_stay_entered_by_mistake_and_discharge_undone_call_nobody(cast):
    report(cast, starts="move_in", begins_at=timezone.now() - HOUR)
    report(cast, starts="discharge", begins_at=timezone.now() - HOUR)
    stay = lives(cast.bed_a("2B"), since=cast.today)
    discharge = stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)
    due(timezone.now())
    assert told("deadline-over") == []
    stays.discharge_undo(discharge=discharge, reason="Came back at once.", today=cast.today)
    stays.stay_void(stay=stay, reason="Another house.")

    assert due(timezone.now() + days(9)) == 0

    assert told("deadline-over") == []
    assert queries.pressing(cast.house_a, cast.alice, now=timezone.now() + days(9)) == []


def test_the_next_discharge_of_a_stay_starts_its_own_clock(cast):
    kept = report(cast, name="Belongings", starts="discharge", amount=72, begins_at=timezone.now() - HOUR)
    mistaken = stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)
    due(timezone.now())
    first = Deadline.objects.get()
    stays.discharge_undo(discharge=mistaken, reason="Came back.", today=cast.today)
    stay = Stay.objects.get(pk=cast.stay_of_dana.pk)
    wrong = stays.discharge(stay=stay, left_on=cast.today, today=cast.today, **ORDINARY)
    due(timezone.now())
    second = Deadline.objects.latest("pk")
    stays.discharge_correct(discharge=wrong, correction_reason="Went home.", where_to="Home", today=cast.today)
    due(timezone.now())

    assert (first.discharge, second.discharge) == (mistaken, wrong)
    assert list(Deadline.objects.order_by("pk")) == [first, second]
    assert list(queries.counting(kept.deadlines.all())) == [second]


# --- whom it calls --------------------------------------------------------------------------------------------------


RUN, SOON, LATE = "runs", "near", "over"


@pytest.mark.parametrize(
    ("after", "stages"),
    [
        (timedelta(), [RUN]),
        (18 * HOUR - timedelta(seconds=1), [RUN]),
        (18 * HOUR, [RUN, SOON]),  # a quarter of 24 hours is left
        (24 * HOUR - timedelta(seconds=1), [RUN, SOON]),
        (24 * HOUR, [RUN, SOON, LATE]),
        (days(7), [RUN, SOON, LATE]),  # after a week off
    ],
)
def test_people_are_called_once_for_each_stage_however_late(cast, after, stages):
    report(cast)
    at_noon(cast)

    first = due(NOON + after)

    deadline = Deadline.objects.get()
    assert calls(deadline) == stages
    assert first == 1  # the clock that started, which calls people at once
    assert due(NOON + after) == 0
    for stage in (RUN, SOON, LATE):  # what was so meanwhile is so no more
        assert told(f"deadline-{stage}") == (["alice", "bob", "olive"] if stage == stages[-1] else [])


def test_long_time_is_near_a_day_before(cast):
    report(cast, amount=400, unit="days")
    at_noon(cast)
    due(NOON)
    deadline = Deadline.objects.get()

    assert queries.near_at(deadline) == deadline.due_at - days(1)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@any_of(
    runs=st.lists(st.integers(0, 10 * 24 * 60), min_size=1, max_size=6).map(sorted),
    again=st.integers(1, 3),
    unit=st.sampled_from(["hours", "days", "business_days"]),
    amount=st.integers(1, 5),
)
def test_whenever_it_is_run_each_is_raised_exactly_once(cast, runs, again, unit, amount):
    """Minutes after noon, in order, each several times: late, twice, after a week off."""
    with transaction.atomic():
        report(cast, unit=unit, amount=amount)
        at_noon(cast)
        raised: list[str] = []
        for minutes in runs:
            now = NOON + timedelta(minutes=minutes)
            for _time in range(again):
                due(now)
            (deadline,) = Deadline.objects.all()
            wanted = [RUN]
            wanted += [SOON] if now >= queries.near_at(deadline) else []
            wanted += [LATE] if now >= deadline.due_at else []
            assert calls(deadline) == wanted
            raised += [] if wanted[-1] in raised else [wanted[-1]]
            kinds = Notice.objects.filter(kind__startswith="deadline-").order_by("pk").values_list("kind", flat=True)
            assert list(kinds) == [f"deadline-{stage}" for stage in raised for _user in range(3)]
        transaction.set_rollback(True)


def test_run_by_two_at_once_each_is_raised_exactly_once(committed_db, cast):
    report(cast)
    at_noon(cast)

    def run(_number: int) -> None:
        try:
            due(NOON + days(7))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as together:
        list(together.map(run, range(3)))

    assert calls(Deadline.objects.get()) == [RUN, SOON, LATE]
    assert told("deadline-over") == ["alice", "bob", "olive"]


def test_command_runs_the_clocks(cast):
    clock_of(cast.organization, amount=1, unit="hours")
    incident_of(cast.house_a, cast.alice, type="police", days_ago=3)

    call_command("due", stdout=StringIO())
    call_command("due", stdout=StringIO())

    assert calls(Deadline.objects.get()) == [RUN, SOON, LATE]


def test_what_is_done_calls_nobody_any_more(cast):
    report(cast)
    at_noon(cast)
    due(NOON)
    clocks.deadline_meet(deadline=Deadline.objects.get(), done_at=NOON + HOUR, proof="Report 17", now=NOON + 2 * HOUR)

    assert due(NOON + days(7)) == 0
    assert told("deadline-over") == []


def test_ended_clock_lets_what_runs_go_on(cast):
    clock = report(cast)
    at_noon(cast)
    due(NOON)
    clocks.clock_end(clock=clock, now=timezone.now())

    due(NOON + days(2))

    assert told("deadline-over") == ["alice", "bob", "olive"]


def test_grievance_calls_only_those_who_may_see_it(cast):
    report(cast, starts="complaint", begins_at=timezone.now() - days(9))
    complaint_of(cast.house_a, cast.dana.user, against=cast.alice, days_ago=1)

    due(timezone.now() + days(9))

    assert [told(f"deadline-{stage}") for stage in (RUN, SOON, LATE)] == [[], [], ["olive"]]
    assert queries.pressing(cast.house_a, cast.alice, now=timezone.now() + days(9)) == []
    assert len(queries.pressing(cast.house_a, cast.olive, now=timezone.now() + days(9))) == 1


def test_operator_whom_a_grievance_is_about_is_told_nothing(cast):
    report(cast, starts="complaint", begins_at=timezone.now() - days(9))
    complaint_of(cast.house_a, cast.dana.user, against=cast.olive, days_ago=1)

    due(timezone.now() + days(9))

    assert told("deadline-over") == []


def test_whoever_it_is_about_is_not_called_whatever_their_role(cast):
    with acting_as(None, source="command"), transaction.atomic():
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    report(cast)
    at_noon(cast, about=[cast.stay_of_frank])

    due(NOON)

    assert told("deadline-runs") == ["alice", "bob", "olive"]


def test_notice_names_nobody(cast):
    report(cast, name="Report to the state")
    at_noon(cast, about=[cast.stay_of_dana], text="Dana was taken along.")

    due(NOON + days(1))

    says = Notice.objects.get(kind="deadline-over", user=cast.bob)
    when = instant(NOON + days(1), cast.house_a)
    assert says.text == f"At Alder House something is overdue since {when}: Report to the state."
    assert says.url == reverse("entry", args=[Deadline.objects.get().entry.uuid])


# --- done -----------------------------------------------------------------------------------------------------------


def test_done_with_proof(cast):
    deadline = deadline_of(incident_of(cast.house_a, cast.alice, days_ago=2).entry)
    now = timezone.now()

    row = clocks.deadline_meet(deadline=deadline, done_at=now, proof=" Report  2291 ", file=PAPER, now=now)

    assert (row.proof, row.recorded_by, row.file.content_type) == ("Report 2291", cast.alice, "application/pdf")
    with refused("It is on record already that this was done."):
        clocks.deadline_meet(deadline=deadline, done_at=now, proof="again", now=now)


def test_done_in_the_minute_in_which_it_began(cast, signed_in):
    now = timezone.now()
    deadline = deadline_of(incident_of(cast.house_a, cast.alice, happened_at=now).entry, started_at=now)
    page, client = url("deadline_met", deadline), signed_in(cast.bob)

    shown = client.get(page).context["form"]["done_at"].value()

    assert client.post(page, {"done_at": shown, "proof": "Called."}).status_code == 302
    assert DeadlineMet.objects.get().deadline == deadline


@pytest.mark.parametrize(
    ("facts", "about", "sentence"),
    [
        ({"proof": " ⠀ "}, "proof", "Say what proves it."),
        ({"done_at": 1 * HOUR}, "done_at", "This time has not come yet."),
        ({"done_at": -days(9)}, "done_at", None),
        ({"file": b"MZ a program"}, "file", None),
    ],
)
def test_done_without_what_belongs_to_it_is_refused(cast, facts, about, sentence):
    deadline = deadline_of(incident_of(cast.house_a, cast.alice, days_ago=2).entry)
    now = timezone.now()
    facts = {"proof": "Report 1", "done_at": timedelta()} | facts
    facts["done_at"] = now + facts["done_at"]

    with pytest.raises(ValidationError) as caught:
        clocks.deadline_meet(deadline=deadline, now=now, **facts)

    assert list(caught.value.message_dict) == [about]
    assert sentence is None or caught.value.message_dict[about] == [sentence]
    assert not DeadlineMet.objects.exists()


def test_nobody_meets_a_deadline_about_themselves(cast):
    deadline = deadline_of(incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana]).entry)
    of_stay = deadline_of(cast.stay_of_dana, clock=clock_of(cast.organization, starts="move_in"))

    for each in (deadline, of_stay):
        with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
            clocks.deadline_meet(deadline=each, done_at=timezone.now(), proof="x", now=timezone.now())


# --- clocks and holidays --------------------------------------------------------------------------------------------

CLOCK = {"name": "Report", "starts": "incident", "amount": 3, "unit": "business_days", "recipient": "the state"}


@pytest.mark.parametrize(
    ("facts", "about"),
    [
        ({"name": " "}, "name"),
        ({"recipient": "​"}, "recipient"),
        ({"starts": "complaint", "incident_type": "fire"}, "incident_type"),
        ({"amount": 0}, "amount"),
        ({"amount": 401}, "amount"),
        ({"unit": "weeks"}, "unit"),
        ({"starts": "birthday"}, "starts"),
    ],
)
def test_clock_that_says_too_little_is_refused(cast, facts, about):
    with pytest.raises(ValidationError) as caught:
        clocks.clock_start(organization=cast.organization, now=timezone.now(), **CLOCK | facts)

    assert about in caught.value.message_dict
    assert not Clock.objects.exists()


def test_clock_ends_once(cast):
    clock = clocks.clock_start(organization=cast.organization, now=timezone.now(), **CLOCK)
    clocks.clock_end(clock=clock, now=timezone.now())

    with refused("This clock has ended already."):
        clocks.clock_end(clock=clock, now=timezone.now())


def test_federal_holidays_are_added_once(cast):
    first = clocks.holidays_add_federal(organization=cast.organization, year=2027)

    assert [each.day for each in first] == list(us_federal_holidays(2027))
    clocks.holiday_drop(holiday=first[0])
    assert len(clocks.holidays_add_federal(organization=cast.organization, year=2027)) == 1
    with refused("This day is on the list already.", about="day"):
        clocks.holiday_add(organization=cast.organization, day=first[1].day, name="Again")
    assert Holiday.objects.filter(dropped=False).count() == len(us_federal_holidays(2027))


# --- pages ----------------------------------------------------------------------------------------------------------


def url(name: str, row: Any) -> str:
    return reverse(name, args=[row.uuid])


def an_hour_ago(cast: Cast, **facts: Any) -> Deadline:
    """A report that was due an hour ago, of an incident two days ago."""
    incident = incident_of(cast.house_a, cast.alice, type="police", days_ago=2, **facts)
    return deadline_of(incident.entry, due_in_hours=-1)


def test_what_is_due_what_is_overdue_and_what_was_done(cast, signed_in):
    over = an_hour_ago(cast, about=[cast.stay_of_dana])
    of_stay = deadline_of(cast.stay_of_dana, clock=clock_of(cast.organization, name="Orientation", starts="move_in"))
    done = deadline_of(incident_of(cast.house_a, cast.alice, days_ago=1).entry, due_in_hours=3)
    met(done, cast.bob, proof="Report 2291")
    client = signed_in(cast.alice)

    opened = client.get(url("deadlines", cast.house_a)).content.decode()
    closed = client.get(f"{url('deadlines', cast.house_a)}?show=done").content.decode()

    assert opened.index("1 hour over") < opened.index("Orientation")
    assert [url("deadline_met", each) in opened for each in (over, of_stay, done)] == [True, True, False]
    assert "Dana R." in opened
    assert "Report 2291" in closed
    assert url("deadline_met", over) not in closed


def test_deadlines_as_they_were_known(cast, signed_in):
    deadline = an_hour_ago(cast)
    met(deadline, cast.bob, proof="Report 2291")
    then = deadline.recorded_at.isoformat()

    page = signed_in(cast.alice).get(url("deadlines", cast.house_a), {"known": then}).content.decode()

    assert "1 hour over" in page
    assert "Report 2291" not in page
    assert url("deadline_met", deadline) not in page


def test_done_with_proof_and_paper_on_the_page(cast, signed_in):
    deadline, client = an_hour_ago(cast, about=[cast.stay_of_dana]), signed_in(cast.alice)
    at = timezone.now().astimezone(cast.house_a.zone) - HOUR
    typed = {"done_at": at.strftime("%Y-%m-%dT%H:%M"), "proof": ""}

    kept = client.post(url("deadline_met", deadline), typed).content.decode()
    assert typed["done_at"] in kept
    assert not DeadlineMet.objects.exists()
    answer = client.post(
        url("deadline_met", deadline),
        typed | {"proof": "Report 2291", "file": SimpleUploadedFile("x.pdf", PAPER)},
    )

    row = DeadlineMet.objects.get()
    assert (answer.url, row.proof) == (url("entry", deadline.entry), "Report 2291")
    page = client.get(answer.url).content.decode()
    assert "Report 2291" in page
    file = client.get(url("deadline_file", row))
    assert (file["Content-Type"], file["Content-Disposition"]) == (
        "application/pdf",
        'attachment; filename="proof.pdf"',
    )
    looks = set(Look.objects.filter(resident=cast.dana, detail="a deadline").values_list("what", flat=True))
    assert looks == {Look.What.PAGE, Look.What.PAPER}


def test_proof_without_a_file_has_none_to_open(cast, signed_in):
    assert signed_in(cast.alice).get(url("deadline_file", met(an_hour_ago(cast), cast.bob))).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("oscar", 404), ("audra", 403), ("dana", 404)])
def test_only_those_who_run_the_house_say_that_it_was_done(cast, signed_in, who, status):
    deadline = an_hour_ago(cast, about=[cast.stay_of_dana])
    user = getattr(cast, who)
    before = written()

    answer = signed_in(getattr(user, "user", user)).post(
        url("deadline_met", deadline), {"done_at": "2026-06-03T12:00", "proof": "x"}
    )

    assert answer.status_code == status
    assert written() == before


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("audra", 200), ("bob", 200), ("dana", 403)])
def test_who_reads_what_is_due(cast, signed_in, who, status):
    user = getattr(cast, who)

    assert signed_in(getattr(user, "user", user)).get(url("deadlines", cast.house_a)).status_code == status


def test_manager_about_whom_it_is_reads_it_and_meets_nothing(cast, signed_in):
    with acting_as(None, source="command"), transaction.atomic():
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    deadline, client = an_hour_ago(cast, about=[cast.stay_of_frank]), signed_in(cast.frank.user)

    assert url("deadline_met", deadline) not in client.get(url("deadlines", cast.house_a)).content.decode()
    answer = client.post(url("deadline_met", deadline), {"done_at": "2026-06-03T12:00", "proof": "x"})
    assert answer.status_code == 403
    assert not DeadlineMet.objects.exists()


def test_grievance_and_its_deadline_do_not_exist_for_whom_it_is_about(cast, signed_in):
    clock = clock_of(cast.organization, name="Answer a grievance", starts="complaint")
    complaint = complaint_of(cast.house_a, cast.dana.user, against=cast.alice, days_ago=1)
    deadline = deadline_of(complaint.entry, clock=clock, due_in_hours=-1)

    client = signed_in(cast.alice)
    assert "Answer a grievance" not in client.get(url("deadlines", cast.house_a)).content.decode()
    assert client.get(url("deadline_met", deadline)).status_code == 404
    assert client.get(url("deadline_file", met(deadline, cast.olive))).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_page_costs_the_same_however_much_is_due(cast, signed_in, count, django_assert_num_queries):
    for _number in range(count):
        an_hour_ago(cast, about=[cast.stay_of_dana])
        deadline_of(cast.stay_of_dana, clock=clock_of(cast.organization, starts="move_in"))
    client = signed_in(cast.alice)

    with django_assert_num_queries(15):
        client.get(url("deadlines", cast.house_a))


def test_today_is_loud_about_what_is_over_and_tells_what_is_near(cast):
    assert list(clock_cards.today(cast.house_a, Standing(cast.alice))) == []
    over = an_hour_ago(cast)
    deadline_of(incident_of(cast.house_a, cast.alice, type="fire", days_ago=1).entry, due_in_hours=3)
    deadline_of(incident_of(cast.house_a, cast.alice, type="injury", days_ago=1).entry, due_in_hours=300)

    loud, near = clock_cards.today(cast.house_a, Standing(cast.alice))

    assert (loud.order, [(row.word, row.button_url) for row in loud.rows]) == (
        Order.NOW,
        [("1 hour over", url("deadline_met", over))],
    )
    assert (near.order, [row.word for row in near.rows]) == (Order.DUE, ["2 hours left"])
    assert [row.button for row in next(clock_cards.today(cast.house_a, Standing(cast.audra))).rows] == [""]
    assert list(clock_cards.today(cast.house_a, Standing(cast.dana.user))) == []


# An organization's clocks


def test_operator_takes_over_a_usual_clock_and_ends_it(cast, signed_in):
    client = signed_in(cast.olive)
    page = client.get(url("clocks", cast.organization)).content.decode()
    assert "28 Pa. Code 717" in page

    form = client.get(f"{url('clock_new', cast.organization)}?like=state-report").content.decode()
    assert "Report an unusual incident" in form
    client.post(url("clock_new", cast.organization), starter.CLOCKS[0].facts)

    clock = Clock.objects.get()
    assert (clock.amount, clock.unit, clock.source) == (3, "business_days", "Pennsylvania, 28 Pa. Code 717")
    client.post(url("clock_end", clock))
    clock.refresh_from_db()
    assert clock.ended_at is not None


def test_clock_without_a_recipient_keeps_what_was_typed(cast, signed_in):
    typed = starter.CLOCKS[0].facts | {"name": "Tell the county", "recipient": ""}

    answer = signed_in(cast.olive).post(url("clock_new", cast.organization), typed)

    assert "Tell the county" in answer.content.decode()
    assert not Clock.objects.exists()


def test_operator_keeps_the_holidays(cast, signed_in):
    client, year = signed_in(cast.olive), cast.organization.today().year
    client.post(url("holidays_start", cast.organization), {"year": str(year + 1)})
    client.post(url("holiday_new", cast.organization), {"day": f"{year + 1}-12-23", "name": "House closed"})
    day = Holiday.objects.get(name="House closed")

    assert "House closed" in client.get(url("clocks", cast.organization)).content.decode()
    client.post(url("holiday_drop", day))

    assert "House closed" not in client.get(url("clocks", cast.organization)).content.decode()
    assert Holiday.objects.filter(dropped=False).count() == len(us_federal_holidays(year + 1))


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 403), ("charlie", 403), ("audra", 403), ("dana", 403), ("oscar", 404)]
)
def test_clocks_are_the_operators(cast, signed_in, who, status):
    clock = clock_of(cast.organization)
    day = clocks.holiday_add(organization=cast.organization, day=cast.today, name="House day")
    user = getattr(cast, who)
    client = signed_in(getattr(user, "user", user))
    before = written()

    answers = [
        client.get(url("clocks", cast.organization)),
        client.post(url("clock_new", cast.organization), starter.CLOCKS[0].facts),
        client.post(url("holiday_new", cast.organization), {"day": "2027-01-02", "name": "x"}),
        client.post(url("holidays_start", cast.organization), {}),
    ]
    of_rows = [client.post(url("clock_end", clock)), client.post(url("holiday_drop", day))]

    assert {answer.status_code for answer in answers} == {status}
    assert {answer.status_code for answer in of_rows} == {404 if who in ("dana", "oscar") else 403}
    assert written() == before


@pytest.mark.parametrize("count", [1, 3])
def test_clocks_cost_the_same_however_many_there_are(cast, signed_in, count, django_assert_num_queries):
    for number in range(count):
        clock_of(cast.organization, name=f"Clock {number}")
        clocks.holiday_add(organization=cast.organization, day=cast.today + days(number), name="House day")
    client = signed_in(cast.olive)

    with django_assert_num_queries(10):
        client.get(url("clocks", cast.organization))
