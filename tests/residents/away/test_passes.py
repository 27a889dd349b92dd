"""Passes: asking, deciding, going, coming back; who may, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from residents.away import pass_cards
from residents.away.forms.passes import DecideForm, PassForm
from residents.away.models import Movement, Pass, PassDecision, PassEvent, PassRule
from residents.away.queries import passes as queries
from residents.away.services import movements
from residents.away.services import passes as services
from residents.houses.standing import Standing
from residents.people import services as people
from residents.people.models import Look
from residents.stays import services as stays
from soberhouse.cards import Card
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import Cast
from tests.residents.away.evening import away
from tests.residents.rules.given import pass_of
from tests.residents.stays.stories import ORDINARY, refused, written

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def now() -> datetime:
    """This hour, so that times typed to the minute are those that are kept."""
    return timezone.now().replace(minute=0, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def by_alice(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def cards_of_today(cast: Cast, user: Any) -> list[Card]:
    passes = queries.passes_at_hand(cast.house_a, cast.today)
    return list(pass_cards.today(cast.house_a, passes, Standing(user), cast.today))


def ask(cast: Cast, now: datetime, *, by: Any = None, starts: timedelta = DAY, ends: timedelta = 2 * DAY) -> Pass:
    """Dana asks for a night at her sister's (or `by` writes it down for her)."""
    with acting_as(by or cast.dana.user, source="web"):
        return services.pass_ask(
            stay=cast.stay_of_dana,
            kind="overnight",
            starts_at=now + starts,
            ends_at=now + ends,
            where="My sister's, 4 Mill Lane",
            contact="Rosa, 555 010 2233",
            now=now,
        )


def given(cast: Cast, now: datetime, *, starts: timedelta = DAY, ends: timedelta = 2 * DAY, **facts: Any) -> Pass:
    """Asked for by Dana long enough before, and approved by Alice."""
    before = min(now, now + starts) - HOUR
    asked = ask(cast, before, starts=now + starts - before, ends=now + ends - before)
    services.pass_decide(asked=asked, outcome="approved", now=before, **facts)
    return Pass.objects.get(pk=asked.pk)


def fresh(row: Any) -> Any:
    return type(row).objects.get(pk=row.pk)


def shown(row: Pass) -> Pass:
    return queries.shown(Pass.objects.filter(pk=row.pk)).get()


def told(username: str) -> list[str]:
    return list(Notice.objects.filter(user__username=username).order_by("id").values_list("kind", flat=True))


# --- asking ---------------------------------------------------------------------------------------------------------


def test_resident_asks_for_themselves(cast, now):
    asked = ask(cast, now)

    asked.refresh_from_db()
    assert (asked.status, asked.over, asked.recorded_by) == ("asked", False, cast.dana.user)
    zone = cast.house_a.zone
    assert (asked.starts_on, asked.ends_on) == (
        (now + DAY).astimezone(zone).date(),
        (now + 2 * DAY).astimezone(zone).date(),
    )
    assert (told("alice"), told("dana")) == (["pass-asked"], [])
    assert "Dana" not in Notice.objects.get(user=cast.alice).text


def test_staff_writes_a_request_down_and_the_resident_is_told(cast, now):
    asked = ask(cast, now, by=cast.alice)

    assert asked.recorded_by == cast.alice
    assert (told("alice"), told("bob"), told("dana")) == ([], ["pass-asked"], ["pass-written-down"])


def test_seconds_are_not_kept(cast, now):
    asked = ask(cast, now, starts=DAY + timedelta(seconds=31), ends=2 * DAY + timedelta(seconds=59))

    assert (asked.starts_at, asked.ends_at) == (now + DAY, now + 2 * DAY)


@pytest.mark.parametrize(
    ("starts", "ends", "sentence", "about"),
    [
        (2 * DAY, DAY, "A pass ends after it starts.", "ends_at"),
        (DAY, DAY, "A pass ends after it starts.", "ends_at"),
        (-2 * DAY, -DAY, "This is past. A pass is asked for before it is over.", "ends_at"),
        (
            -HOUR,
            DAY,
            "This has begun already. Ask for a later time, or let your manager write it down.",
            "starts_at",
        ),
        (400 * DAY, 401 * DAY, "This is more than a year ahead. Ask for a time within a year.", "starts_at"),
        (DAY, 200 * DAY, "This is longer than half a year: that is a move-out, not a pass.", "ends_at"),
    ],
)
def test_time_that_cannot_be_asked_for_is_refused(starts, ends, sentence, about, cast, now):
    with refused(sentence, about=about):
        ask(cast, now, starts=starts, ends=ends)


def test_staff_may_write_down_one_that_has_begun(cast, now):
    """Somebody called from the emergency room."""
    asked = ask(cast, now, by=cast.alice, starts=-5 * HOUR, ends=5 * HOUR)

    assert asked.starts_at == now - 5 * HOUR


def test_pass_before_the_stay_is_refused(cast, now):
    with pytest.raises(ValidationError, match="Their stay began on"):
        ask(cast, now, by=cast.alice, starts=-42 * DAY, ends=DAY)

    assert not Pass.objects.exists()


def test_pass_of_a_stay_that_is_over_is_refused(cast, now):
    stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    with pytest.raises(ValidationError, match=r"Dana Renner left on"):
        ask(cast, now, by=cast.alice)


@pytest.mark.parametrize(("starts", "ends", "meets"), [(36, 60, True), (12, 30, True), (48, 60, False), (1, 24, False)])
def test_pass_meets_another_of_theirs_or_not(starts, ends, meets, cast, now):
    ask(cast, now)

    if meets:
        with pytest.raises(ValidationError, match="There is a pass for this time already"):
            ask(cast, now, starts=starts * HOUR, ends=ends * HOUR)
    else:
        ask(cast, now, starts=starts * HOUR, ends=ends * HOUR)
    assert Pass.objects.count() == (1 if meets else 2)


def test_time_of_a_cancelled_pass_is_free(cast, now):
    services.pass_cancel(pass_=ask(cast, now), reason="The bus does not run.", now=now)

    assert ask(cast, now).status == "asked"


# --- clocks ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-03-08T02:30", datetime(2026, 3, 8, 7, 0, tzinfo=UTC)),  # skipped: the moment of the jump
        ("2026-03-08T03:30", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
        ("2026-11-01T01:30", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),  # comes twice: its first
        ("2026-11-01T02:30", datetime(2026, 11, 1, 7, 30, tzinfo=UTC)),
        ("2026-07-01T18:00", datetime(2026, 7, 1, 22, 0, tzinfo=UTC)),
    ],
)
def test_times_are_typed_by_the_clock_of_the_house(typed, meant, cast):
    data = {"kind": "overnight", "starts_at": typed, "ends_at": "2026-12-24T12:00", "where": "home"}
    form = PassForm(data, zone=cast.house_a.zone)

    assert form.is_valid(), form.errors
    assert form.facts()["starts_at"] == meant


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-02-30T10:00", "0001-01-01T00:00", "9999-12-31T23:59", "\x00"])
def test_time_that_is_none_is_refused(typed, cast):
    form = PassForm({"kind": "court", "starts_at": typed, "where": "x"}, zone=cast.house_a.zone)

    assert "starts_at" in form.errors


def test_second_of_two_same_hours_stays_what_it_is_when_left_as_shown(cast):
    """1:30 came twice that night; the pass begins at the second."""
    second = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    end = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
    data = {"outcome": "approved", "starts_at": "2026-11-01T01:30", "ends_at": "2026-11-02T01:30"}
    form = DecideForm(data, zone=cast.house_a.zone, initial={"starts_at": second, "ends_at": end})

    assert form.is_valid(), form.errors
    assert (form.facts()["starts_at"], form.facts()["ends_at"]) == (None, None)


# --- deciding -------------------------------------------------------------------------------------------------------


def test_pass_is_approved_as_asked(cast, now):
    asked = ask(cast, now)

    decision = services.pass_decide(asked=asked, outcome="approved", test_on_return=True, now=now)

    asked = fresh(asked)
    assert (asked.status, asked.over, asked.test_on_return) == ("approved", False, True)
    assert (decision.starts_at, decision.ends_at, decision.recorded_by) == (now + DAY, now + 2 * DAY, cast.alice)
    assert told("dana") == ["pass-decided"]


def test_pass_is_given_for_another_time(cast, now):
    asked = ask(cast, now)

    services.pass_decide(
        asked=asked, outcome="changed", ends_at=now + 2 * DAY - 3 * HOUR, reason="House meeting.", now=now
    )

    asked = fresh(asked)
    assert (asked.status, asked.starts_at, asked.ends_at) == ("approved", now + DAY, now + 2 * DAY - 3 * HOUR)
    assert asked.decision.outcome == "changed"


def test_pass_is_given_on_conditions(cast, now):
    asked = ask(cast, now)

    services.pass_decide(asked=asked, outcome="changed", conditions="Call at nine.", reason="First one.", now=now)

    assert fresh(asked).decision.conditions == "Call at nine."


def test_pass_is_refused_and_its_time_free(cast, now):
    asked = ask(cast, now)

    services.pass_decide(asked=asked, outcome="refused", test_on_return=True, reason="Court that day.", now=now)

    asked = fresh(asked)
    assert (asked.status, asked.over, asked.test_on_return) == ("refused", True, False)
    assert ask(cast, now).pk != asked.pk


@pytest.mark.parametrize(
    ("outcome", "facts", "sentence", "about"),
    [
        ("refused", {}, "Say why it is refused.", "reason"),
        ("changed", {"conditions": "Call."}, "Say why it is changed.", "reason"),
        (
            "changed",
            {"reason": "So."},
            "Nothing is changed. Change the time, write conditions, or approve it.",
            "outcome",
        ),
        (
            "approved",
            {"conditions": "Call."},
            "Another time, or conditions, are a change: choose “approved with changes” and say why.",
            "outcome",
        ),
    ],
)
def test_decision_that_does_not_say_enough_is_refused(outcome, facts, sentence, about, cast, now):
    asked = ask(cast, now)

    with refused(sentence, about=about):
        services.pass_decide(asked=asked, outcome=outcome, now=now, **facts)
    assert fresh(asked).status == "asked"


def test_unmet_rules_need_a_reason_and_are_kept(cast, now):
    services.pass_rule_save(house=cast.house_a, kind="overnight", min_days=90, notice_hours=168)
    asked = ask(cast, now)

    with refused("Not all that the rules ask for is met. Say why it is given all the same.", about="reason"):
        services.pass_decide(asked=asked, outcome="approved", now=now)
    decision = services.pass_decide(asked=asked, outcome="approved", reason="Her father's birthday.", now=now)

    assert len(decision.unmet.splitlines()) == 2
    assert "90 days in the house" in decision.unmet


def test_second_decision_is_refused(cast, now):
    asked = ask(cast, now)
    services.pass_decide(asked=asked, outcome="approved", now=now)

    with refused("Nothing is asked for any more: this pass is approved."):
        services.pass_decide(asked=asked, outcome="refused", reason="Changed my mind.", now=now)


def test_whoever_wrote_it_down_does_not_decide(cast, now):
    asked = ask(cast, now, by=cast.alice)
    before = written()

    with pytest.raises(PermissionDenied, match="You wrote this request down"):
        services.pass_decide(asked=asked, outcome="approved", now=now)
    assert written() == before
    with acting_as(cast.bob, source="web"):
        services.pass_decide(asked=asked, outcome="approved", now=now)
    assert fresh(asked).status == "approved"


def test_nobody_decides_about_themselves_and_no_program_does(cast, now):
    asked = ask(cast, now, by=cast.alice)

    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied, match="about themselves"):
        services.pass_decide(asked=asked, outcome="approved", now=now)
    with acting_as(None, source="command"), pytest.raises(PermissionDenied, match="A person decides"):
        services.pass_decide(asked=asked, outcome="approved", now=now)
    assert fresh(asked).status == "asked"


def test_who_may_decide_is_named(cast, now):
    asked = ask(cast, now, by=cast.alice)

    assert queries.who_may_decide(asked) == [cast.bob, cast.olive]


def test_pass_that_waited_too_long_is_given_for_no_time_that_is_past(cast, now):
    asked = pass_of(cast.stay_of_dana, by=cast.dana.user, starts_in_hours=-30, hours=24)

    with refused("This is past. A pass is asked for before it is over.", about="ends_at"):
        services.pass_decide(asked=asked, outcome="approved", now=now)
    services.pass_decide(asked=asked, outcome="refused", reason="Nobody looked in time. Sorry.", now=now)


def test_officers_permission_is_written_down_afterwards(cast, now):
    people.contact_add(resident=cast.dana, kind="officer", name="Lyle Harmon")
    services.pass_rule_save(house=cast.house_a, kind="overnight", officer_agrees=True)
    asked = ask(cast, now)
    assert queries.unmet(asked) == ["The officer's permission is not written down."]

    with acting_as(cast.dana.user, source="web"):
        services.pass_officer_agreed(pass_=asked, officer_agreed="Harmon, by phone on Monday", now=now)

    assert queries.unmet(fresh(asked)) == []


def test_resident_writes_over_no_permission(cast, now):
    asked = ask(cast, now)
    services.pass_officer_agreed(pass_=asked, officer_agreed="Harmon says no", now=now)

    with (
        acting_as(cast.dana.user, source="web"),
        refused("It is written down already. If it is wrong, tell your manager."),
    ):
        services.pass_officer_agreed(pass_=asked, officer_agreed="Harmon says yes", now=now)
    assert fresh(asked).officer_agreed == "Harmon says no"


def test_resident_writes_no_permission_down_after_the_decision(cast, now):
    row = given(cast, now)

    with (
        acting_as(cast.dana.user, source="web"),
        refused("This pass is decided. Tell your manager, who writes it down."),
    ):
        services.pass_officer_agreed(pass_=row, officer_agreed="Harmon, by phone", now=now)
    assert services.pass_officer_agreed(pass_=row, officer_agreed="Harmon, by phone", now=now).officer_agreed


def test_staff_says_why_they_replace_what_is_written_of_the_officer(cast, now, signed_in):
    asked = ask(cast, now)
    services.pass_officer_agreed(pass_=asked, officer_agreed="Harmon says no", now=now)
    client, url = signed_in(cast.alice), reverse("pass_officer", args=[asked.uuid])

    response = client.post(url, {"officer_agreed": "Harmon says yes"})
    assert response.context["form"].errors == {"reason": ["Something else is written down. Say why it is replaced."]}
    assert client.post(url, {"officer_agreed": "Harmon says yes", "reason": "He called."}).status_code == 302

    newest = Pass.history.filter(uuid=asked.uuid).order_by("history_id").last()
    assert (newest.officer_agreed, newest.history_change_reason) == ("Harmon says yes", "He called.")
    assert (
        "reason" not in signed_in(cast.dana).get(reverse("my_pass_officer", args=[asked.uuid])).context["form"].fields
    )


def test_permission_after_the_stay_is_refused(cast, now):
    asked = ask(cast, now)
    stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    with pytest.raises(ValidationError, match="Dana Renner left on"):
        services.pass_officer_agreed(pass_=asked, officer_agreed="Harmon", now=now)


# --- what becomes of it ---------------------------------------------------------------------------------------------


def test_resident_cancels_their_own(cast, now):
    row = given(cast, now)

    with acting_as(cast.dana.user, source="web"):
        event = services.pass_cancel(pass_=row, reason="My sister is ill.", now=now)

    assert (fresh(row).status, fresh(row).over, event.note) == ("cancelled", True, "My sister is ill.")
    assert told("alice")[-1] == "pass-cancelled"


def test_cancelling_needs_a_reason_and_happens_once(cast, now):
    row = given(cast, now)

    with refused("Say why.", about="reason"):
        services.pass_cancel(pass_=row, reason=" ", now=now)
    services.pass_cancel(pass_=row, reason="Snow.", now=now)
    with refused("This pass is over already: cancelled."):
        services.pass_cancel(pass_=row, reason="Snow.", now=now)


def test_pass_on_which_they_are_out_is_not_cancelled(cast, now):
    row = given(cast, now, starts=-2 * HOUR, ends=5 * HOUR)
    movements.sign_out(stay=cast.stay_of_dana, purpose="pass", at=now - HOUR, of_pass=row, now=now)

    with refused("They are out on this pass. Write down when they come back instead."):
        services.pass_cancel(pass_=row, reason="Snow.", now=now)


def test_resident_does_not_cancel_what_they_should_be_back_from(cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=-HOUR)

    with (
        acting_as(cast.dana.user, source="web"),
        refused("The time of this pass is over. Tell your manager when you came back."),
    ):
        services.pass_cancel(pass_=row, reason="I never went.", now=now)


def test_more_time_is_asked_for_and_given(cast, now):
    row = given(cast, now, starts=-2 * HOUR, ends=5 * HOUR)
    with acting_as(cast.dana.user, source="web"):
        event = services.pass_ask_more_time(pass_=row, until=now + 7 * HOUR, note="The bus was full.", now=now)
    assert (event.kind, fresh(row).ends_at) == ("more_time", now + 5 * HOUR)
    assert told("alice")[-1] == "pass-more-time"

    services.pass_extend(pass_=row, until=now + 7 * HOUR, reason="She called.", now=now)

    assert fresh(row).ends_at == now + 7 * HOUR
    assert told("dana")[-1] == "pass-extended"


def late_and_extended(cast: Cast, now: datetime) -> Pass:
    """Dana was to be back two hours ago; an hour ago she was given three hours more."""
    row = given(cast, now, starts=-8 * HOUR, ends=-2 * HOUR)
    services.pass_extend(pass_=row, until=now + 2 * HOUR, reason="She called.", now=now - HOUR)
    return fresh(row)


def test_more_time_after_the_end_is_kept_and_makes_nobody_be_in_time(cast, now, signed_in):
    row = late_and_extended(cast, now)

    assert row.ends_at == now + 2 * HOUR
    assert told("dana")[-1] == "pass-extended"
    assert queries.state_of(shown(row), now) == ("late", "late, with more time")
    assert queries.state_of(shown(row), now + 3 * HOUR) == ("missed", "5 hours late")
    assert "stays on record" in signed_in(cast.dana).get(reverse("pass", args=[row.uuid])).content.decode()
    page = signed_in(cast.alice).get(reverse("pass_return", args=[row.uuid])).content.decode()
    assert "hours late" in page
    services.pass_extend(pass_=row, until=now + 4 * HOUR, reason="The bus.", now=now + HOUR)  # and once more, in time
    event = services.pass_return(pass_=row, at=now + HOUR, now=now + 2 * HOUR)

    assert event.minutes_late == 180
    assert queries.state_of(shown(row), now) == ("late", "came back late")


@pytest.mark.parametrize(
    ("hours", "excused"),
    [(-3, True), (-2, False), (-1.5, False), (-1, True), (1, True), (2, False)],
)
def test_more_time_after_the_end_excuses_from_then_on(hours, excused, cast, now):
    row = shown(late_and_extended(cast, now))

    assert queries.excuses(row, now + hours * HOUR) is excused


def test_return_before_more_time_was_given_is_judged_by_the_first_end(cast, now):
    row = late_and_extended(cast, now)

    assert services.pass_return(pass_=row, at=now - 3 * HOUR, now=now).minutes_late == 0


def test_more_time_in_time_moves_the_end(cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=-2 * HOUR)
    services.pass_extend(pass_=row, until=now - HOUR, reason="The bus.", now=now - 2 * HOUR)

    assert services.pass_return(pass_=fresh(row), at=now, now=now).minutes_late == 60


def test_more_time_that_is_past_or_of_somebody_who_is_back_is_refused(cast, now, signed_in):
    row = given(cast, now, starts=-5 * HOUR, ends=-2 * HOUR)
    for act, words in ((services.pass_extend, "reason"), (services.pass_ask_more_time, "note")):
        with refused("This is past: it would change nothing. Choose a later time.", about="until"):
            act(pass_=row, until=now - HOUR, now=now, **{words: "The bus."})
    page = signed_in(cast.alice).get(reverse("pass_extend", args=[row.uuid]))
    assert page.context["form"].initial["until"] > now
    assert "are late: that stays on record" in page.content.decode()

    with acting_as(cast.dana.user, source="web"):
        services.pass_back(pass_=row, now=now)
        with pytest.raises(ValidationError, match="You are signed in since"):
            services.pass_ask_more_time(pass_=row, until=now + HOUR, note="The bus.", now=now)
    with pytest.raises(ValidationError, match="write the return down instead"):
        services.pass_extend(pass_=row, until=now + HOUR, reason="The bus.", now=now)
    url = reverse("pass_extend", args=[row.uuid])
    assert url not in signed_in(cast.alice).get(reverse("pass", args=[row.uuid])).content.decode()


def test_extension_into_another_pass_or_backwards_is_refused(cast, now):
    row = given(cast, now, starts=-2 * HOUR, ends=5 * HOUR)
    ask(cast, now, starts=10 * HOUR, ends=20 * HOUR)

    with pytest.raises(ValidationError, match="There is a pass for this time already"):
        services.pass_extend(pass_=row, until=now + 12 * HOUR, reason="x", now=now)
    with pytest.raises(ValidationError, match="It lasts until"):
        services.pass_extend(pass_=row, until=now + 5 * HOUR, reason="x", now=now)
    with refused("Say why.", about="reason"):
        services.pass_extend(pass_=row, until=now + 6 * HOUR, reason="", now=now)


def test_longer_time_keeps_what_it_does_not_meet(cast, now, signed_in):
    row = given(cast, now, starts=-2 * HOUR, ends=5 * HOUR)
    services.pass_rule_save(house=cast.house_a, kind="overnight", max_nights=2)

    services.pass_extend(pass_=row, until=now + 10 * HOUR, reason="The bus.", now=now)
    event = services.pass_extend(pass_=row, until=now + 4 * DAY, reason="Her mother is ill.", now=now)

    [first, last] = PassEvent.objects.filter(of_pass=row)
    assert (first.unmet, last) == ("", event)
    assert event.unmet == "At most 2 nights in a row; this is 4 nights."
    assert event.unmet in signed_in(cast.alice).get(reverse("pass", args=[row.uuid])).content.decode()
    sections = {section.name: section for section in pass_cards.own(cast.dana, cast.today)}
    assert any(event.unmet in record.cells for record in sections["pass_events"].records)


def test_longer_time_is_shown_with_what_it_does_not_meet(cast, now, signed_in):
    row = given(cast, now, starts=-2 * HOUR, ends=5 * HOUR)
    services.pass_rule_save(house=cast.house_a, kind="overnight", max_nights=2)
    with acting_as(cast.dana.user, source="web"):
        services.pass_ask_more_time(pass_=row, until=now + 4 * DAY, note="My mother is ill.", now=now)

    page = signed_in(cast.bob).get(reverse("pass_extend", args=[row.uuid])).content.decode()

    assert "At most 2 nights in a row; this is 4 nights." in page


def test_whoever_wrote_it_down_does_not_extend_it(cast, now, signed_in):
    row = pass_of(cast.stay_of_dana, by=cast.alice, starts_in_hours=-2, hours=7, decided_by=cast.bob)
    longer = {"until": local(row.ends_at + HOUR, cast), "reason": "She called."}
    client, url = signed_in(cast.alice), reverse("pass_extend", args=[row.uuid])

    with pytest.raises(PermissionDenied, match="You wrote this request down"):
        services.pass_extend(pass_=row, until=row.ends_at + HOUR, reason="She called.", now=now)
    assert url not in client.get(reverse("pass", args=[row.uuid])).content.decode()
    assert [client.get(url).status_code, client.post(url, longer).status_code] == [403, 403]
    assert not PassEvent.objects.exists()
    with acting_as(None, source="command"), pytest.raises(PermissionDenied, match="A person decides"):
        services.pass_extend(pass_=row, until=row.ends_at + HOUR, reason="She called.", now=now)
    assert signed_in(cast.bob).post(url, longer).status_code == 302


def test_nobody_extends_their_own_pass_or_writes_their_own_return(cast, now):
    row = given(cast, now, starts=-2 * HOUR, ends=5 * HOUR)

    with acting_as(cast.dana.user, source="web"):
        with pytest.raises(PermissionDenied):
            services.pass_extend(pass_=row, until=now + 9 * HOUR, reason="x", now=now)
        with pytest.raises(PermissionDenied):
            services.pass_return(pass_=row, at=now, now=now)
    assert not PassEvent.objects.exists()


@pytest.mark.parametrize(("after", "late"), [(-30, 0), (0, 0), (1, 1), (95, 95)])
def test_return_says_how_late(after, late, cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=-2 * HOUR)

    event = services.pass_return(pass_=row, at=now - 2 * HOUR + timedelta(minutes=after), now=now)

    assert (event.minutes_late, fresh(row).status, fresh(row).over) == (late, "returned", True)
    assert told("dana")[-1] == "pass-returned"


def test_return_signs_them_in_where_they_signed_out(cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=2 * HOUR)
    movements.sign_out(stay=cast.stay_of_dana, purpose="pass", at=now - 5 * HOUR, of_pass=row, now=now)

    services.pass_return(pass_=row, at=now - HOUR, now=now)

    newest = Movement.objects.filter(stay=cast.stay_of_dana).order_by("-at", "-id").first()
    assert newest is not None
    assert (newest.way, newest.at, newest.of_pass) == ("in", now - HOUR, row)


def test_return_is_true_though_they_went_out_again(cast, now):
    row = given(cast, now, starts=-8 * HOUR, ends=2 * HOUR)
    movements.sign_out(stay=cast.stay_of_dana, purpose="pass", at=now - 8 * HOUR, of_pass=row, now=now)
    movements.sign_in(stay=cast.stay_of_dana, at=now - 5 * HOUR, now=now)
    movements.sign_out(stay=cast.stay_of_dana, purpose="work", at=now - 3 * HOUR, now=now)

    event = services.pass_return(pass_=row, at=now - 5 * HOUR, now=now)

    assert (event.at, fresh(row).status) == (now - 5 * HOUR, "returned")
    assert Movement.objects.filter(stay=cast.stay_of_dana).count() == 3


def test_return_after_the_stay_is_written_down_and_signs_nobody_in(cast, now):
    row = given(cast, now, starts=-8 * HOUR, ends=-2 * HOUR)
    movements.sign_out(stay=cast.stay_of_dana, purpose="pass", at=now - 8 * HOUR, of_pass=row, now=now)
    stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    event = services.pass_return(pass_=row, at=now - HOUR, note="Fetched her things.", now=now)

    assert (event.minutes_late, fresh(row).status) == (60, "returned")
    assert Movement.objects.filter(stay=cast.stay_of_dana).count() == 1


def test_return_of_somebody_who_signed_nothing_moves_nothing(cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=2 * HOUR)

    services.pass_return(pass_=row, at=now, now=now)

    assert not Movement.objects.exists()


def test_test_on_return_is_asked_for_or_it_is_said_why_not(cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=2 * HOUR, test_on_return=True)

    with refused("A test on return is a condition of this pass. Say why none was asked for.", about="note"):
        services.pass_return(pass_=row, at=now, now=now)
    event = services.pass_return(pass_=row, at=now, test_asked=True, now=now)
    assert event.test_asked


@pytest.mark.parametrize(("at", "about"), [(HOUR, "This is in the future."), (-6 * HOUR, "The pass began")])
def test_return_that_cannot_be_is_refused(at, about, cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=2 * HOUR)

    with pytest.raises(ValidationError, match=about):
        services.pass_return(pass_=row, at=now + at, now=now)
    assert fresh(row).status == "approved"


def test_second_return_and_one_from_what_was_never_given_are_refused(cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=2 * HOUR)
    services.pass_return(pass_=row, at=now, now=now)

    with refused("This pass is over already: came back."):
        services.pass_return(pass_=row, at=now, now=now)
    asked = ask(cast, now)
    with refused("This pass is not decided yet."):
        services.pass_return(pass_=asked, at=now, now=now)


@pytest.mark.parametrize("signed_out", [True, False])
def test_resident_says_that_they_are_back_and_staff_writes_it_down(signed_out, cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=2 * HOUR)
    if signed_out:
        movements.sign_out(stay=cast.stay_of_dana, purpose="pass", at=now - 5 * HOUR, of_pass=row, now=now)

    with acting_as(cast.dana.user, source="web"):
        services.pass_back(pass_=row, now=now)
        with refused("You are signed in already. Your manager writes the return down."):
            services.pass_back(pass_=row, now=now)

    assert fresh(row).status == "approved"
    assert queries.said_back(shown(row))
    assert queries.state_of(shown(row), now) == ("late", "signed in")
    services.pass_return(pass_=row, at=now, now=now)
    assert fresh(row).status == "returned"


def went(cast: Cast, now: datetime, *steps: tuple[str, int], of_pass: Pass | None = None) -> None:
    """Dana went out to work, out on a pass ("off"), or in, so many hours from now."""
    for way, hours in steps:
        at = now + hours * HOUR
        if way == "in":
            movements.sign_in(stay=cast.stay_of_dana, at=at, now=now)
        else:
            facts = {"purpose": "pass", "of_pass": of_pass} if way == "off" else {"purpose": "work"}
            movements.sign_out(stay=cast.stay_of_dana, at=at, now=now, **facts)


@pytest.mark.parametrize(
    ("steps", "back"),
    [
        ([], None),
        ([("out", -9), ("in", -7)], None),  # from work, and then on the pass
        ([("off", -9), ("in", -4)], -4),
        ([("out", -7), ("in", -4)], -4),
        ([("off", -8), ("in", -6), ("off", -5)], None),
        ([("off", -8), ("in", -6), ("off", -5), ("in", -4)], -4),
        ([("off", -8), ("in", -6), ("out", -5)], -6),
        ([("off", -8), ("in", -6), ("out", -5), ("in", -4)], -6),
    ],
)
def test_who_signed_in_is_back_only_from_the_pass(steps, back, cast, now):
    """From eight hours ago until two hours ago."""
    row = given(cast, now, starts=-8 * HOUR, ends=-2 * HOUR)
    went(cast, now, *steps, of_pass=row)

    row = shown(row)

    assert row.signed_in_at == (None if back is None else now + back * HOUR)
    assert queries.said_back(row) is (back is not None)
    assert queries.is_late(row, now) is (back is None)
    assert ("Not back from a pass" in page_of_today(cast, now)) is (back is None)
    assert excused_until(row) == now + (-2 if back is None else back) * HOUR


def page_of_today(cast: Cast, now: datetime) -> list[str]:
    """The cards that have something on them."""
    return [card.title for card in cards_of_today(cast, cast.alice) if card.rows]


def excused_until(row: Pass) -> datetime:
    """The first full hour at which it excuses no longer."""
    return next(at for n in range(24) if not queries.excuses(row, at := row.starts_at + n * HOUR))


def test_coming_back_counts_though_they_went_out_for_something_else_before(cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=-HOUR)
    movements.sign_out(stay=cast.stay_of_dana, purpose="work", at=now - 6 * HOUR, now=now)

    with acting_as(cast.dana.user, source="web"):
        services.pass_back(pass_=row, now=now)

    assert queries.said_back(shown(row))


@pytest.mark.parametrize(("back", "until"), [(None, 2), (-3, -3), (3, 2)])
def test_pass_excuses_until_the_return_that_is_written_down(back, until, cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=2 * HOUR)
    if back is not None:
        services.pass_return(pass_=row, at=now + back * HOUR, now=now + 4 * HOUR)

    assert excused_until(shown(row)) == now + until * HOUR


# --- a move to another house ----------------------------------------------------------------------------------------


def test_no_pass_goes_along_to_another_house(cast, now):
    waiting = ask(cast, now, starts=5 * DAY, ends=6 * DAY)
    coming = given(cast, now, starts=2 * DAY, ends=3 * DAY)
    under_way = given(cast, now, starts=-5 * HOUR, ends=-HOUR)
    over = ask(cast, now, starts=9 * DAY, ends=10 * DAY)
    services.pass_cancel(pass_=over, reason="Snow.", now=now)
    movements.sign_out(stay=cast.stay_of_dana, purpose="pass", at=now - 5 * HOUR, of_pass=under_way, now=now)

    events = services.close_for_transfer(stay=cast.stay_of_dana, now=now)

    assert [(event.of_pass, event.kind, event.note) for event in events] == [
        (each, "cancelled", "Moved to another house: ask again there.") for each in (under_way, coming, waiting)
    ]
    assert {fresh(each).status for each in (waiting, coming, under_way)} == {"cancelled"}
    assert page_of_today(cast, now) == []
    assert told("dana")[-3:] == ["pass-cancelled"] * 3
    assert "Ask again there." in Notice.objects.filter(user=cast.dana.user).latest("id").text
    assert services.close_for_transfer(stay=cast.stay_of_dana, now=now) == []


# --- lists ----------------------------------------------------------------------------------------------------------


def test_each_pass_is_in_one_list(cast, now):
    rows = {
        "asked": ask(cast, now, starts=9 * DAY, ends=10 * DAY),
        "away": given(cast, now, starts=-HOUR, ends=HOUR),
        "coming": given(cast, now, starts=5 * DAY, ends=6 * DAY),
        "past": ask(cast, now, starts=3 * DAY, ends=4 * DAY),
    }
    services.pass_cancel(pass_=rows["past"], reason="x", now=now)

    for name, which in queries.lists(cast.house_a, now).items():
        assert list(Pass.objects.filter(which)) == [rows[name]]
    assert queries.counts(Pass.objects.all(), cast.house_a, now) == dict.fromkeys(rows, 1)
    assert list(queries.away_now(cast.house_a, now)) == [rows["away"]]


def test_who_left_the_house_asks_for_nothing_any_more(cast, now):
    asked = ask(cast, now)
    stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    assert list(Pass.objects.filter(queries.lists(cast.house_a, now)["asked"])) == []
    assert list(Pass.objects.filter(queries.lists(cast.house_a, now)["past"])) == [asked]
    assert queries.state_of(shown(asked), now) == ("plain", "the stay ended")


def test_passes_of_a_night_are_those_that_touch_it(cast):
    zone, night = cast.house_a.zone, cast.today - DAY
    evening = datetime.combine(night, time(18), zone)
    away(cast.stay_of_dana, evening, evening + 20 * HOUR, by=cast.alice)

    nights = [night + number * DAY for number in range(-2, 4)]
    assert [each for each in nights if queries.passes_on(cast.house_a, each)] == [night, night + DAY]


def test_states_of_a_pass(cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=-90 * timedelta(minutes=1))

    assert queries.state_of(shown(row), now - 6 * HOUR) == ("held", "approved")
    assert queries.state_of(shown(row), now - 3 * HOUR) == ("held", "away now")
    assert queries.state_of(shown(row), now) == ("missed", "90 minutes late")
    assert queries.state_of(shown(row), now + 9 * HOUR) == ("missed", "10 hours late")
    assert queries.state_of(shown(row), now + 9 * DAY) == ("missed", "9 days late")
    services.pass_return(pass_=row, at=now, now=now)
    assert queries.state_of(shown(row), now) == ("late", "came back late")


# --- cards ----------------------------------------------------------------------------------------------------------


def cards_today(cast: Cast, user: Any) -> dict[str, Any]:
    return {card.title: card for card in cards_of_today(cast, user)}


def test_late_return_is_loud_on_today(cast):
    now = timezone.now()
    given(cast, now, starts=-5 * HOUR, ends=-2 * HOUR - timedelta(minutes=5))

    [row] = cards_today(cast, cast.alice)["Not back from a pass"].rows

    assert (row.fact, row.state, row.word, row.button) == ("Dana R.", "missed", "2 hours late", "Came back")
    assert "Rosa, 555 010 2233" in row.reason
    assert cards_today(cast, cast.audra)["Not back from a pass"].rows[0].button == ""
    assert cards_today(cast, cast.dana.user) == {}


def test_request_waits_on_today_and_says_to_whom_it_is_not(cast):
    now = timezone.now()
    ask(cast, now, by=cast.alice, starts=5 * DAY, ends=6 * DAY)

    [of_alice] = cards_today(cast, cast.alice)["Passes to decide"].rows
    [of_bob] = cards_today(cast, cast.bob)["Passes to decide"].rows

    assert of_alice.reason.endswith("you wrote it down: another decides")
    assert (of_alice.button, of_bob.button) == ("", "Decide")


def test_resident_sees_what_became_of_theirs(cast, now):
    now = timezone.now()
    row = given(cast, now, starts=-5 * HOUR, ends=2 * HOUR)
    services.pass_decide(
        asked=ask(cast, now, starts=5 * DAY, ends=6 * DAY), outcome="refused", reason="Court that day.", now=now
    )

    [card] = pass_cards.week(pass_cards.passes_of_late(cast.dana))

    assert [(each.word, each.button) for each in card.rows] == [("away now", "I am back"), ("refused", "")]
    assert card.rows[0].url == reverse("pass", args=[row.uuid])
    assert card.rows[1].reason.endswith("Court that day.")
    assert card.more_url == reverse("my_pass_ask")


@pytest.mark.parametrize("item_count", [1, 3])
def test_cards_cost_the_same_however_many(item_count, cast, django_assert_num_queries):
    now = timezone.now()
    for number in range(item_count):
        ask(cast, now, starts=(5 + number) * DAY, ends=(5 + number) * DAY + HOUR)
    given(cast, now, starts=-5 * HOUR, ends=-2 * HOUR)
    standing = Standing(cast.alice)

    with django_assert_num_queries(1):
        at_hand = queries.passes_at_hand(cast.house_a, cast.today)
        list(pass_cards.today(cast.house_a, at_hand, standing, cast.today))
    with django_assert_num_queries(1):
        list(pass_cards.week(pass_cards.passes_of_late(cast.dana)))
    with django_assert_num_queries(2):
        list(pass_cards.about(cast.stay_of_dana, pass_cards.passes_of(cast.dana, standing), standing))


def test_facts_beside_a_decision_come_from_every_subject(cast, now):
    people.contact_add(resident=cast.dana, kind="officer", name="Lyle Harmon", phone="555 010 9000")
    kind = stays.phase_kind_save(house=cast.house_a, number=1, name="Settling in")
    stays.phase_set(stay=cast.stay_of_dana, kind=kind, starts_on=cast.today - 3 * DAY, today=cast.today)

    facts = [row.fact for row in queries.facts_beside(ask(cast, now), now)]

    assert {
        "40 days in the house",
        "Settling in",
        "Curfew, the last 30 nights",
        "Officer's permission needed",
    } <= set(facts)


def test_planned_move_out_before_the_return_stands_beside_the_decision(cast, now):
    stays.expect(stay=cast.stay_of_dana, expected_on=cast.today + DAY, today=cast.today)
    asked = ask(cast, now, starts=12 * HOUR, ends=5 * DAY)

    assert [row.word for row in queries.facts_beside(fresh(asked), now) if row.word == "moves out"] == ["moves out"]


# --- pages ----------------------------------------------------------------------------------------------------------


def local(instant: datetime, cast: Cast) -> str:
    return instant.astimezone(cast.house_a.zone).strftime("%Y-%m-%dT%H:%M")


def request_of(cast: Cast, now: datetime, **more: str) -> dict[str, str]:
    return {
        "kind": "overnight",
        "starts_at": local(now + DAY, cast),
        "ends_at": local(now + 2 * DAY, cast),
        "where": "My sister's",
    } | more


def decision_on(row: Pass, cast: Cast, **more: str) -> dict[str, str]:
    times = {"starts_at": local(row.starts_at, cast), "ends_at": local(row.ends_at, cast)}
    return {"outcome": "approved"} | times | more


def test_resident_asks_on_their_phone(cast, now, signed_in):
    response = signed_in(cast.dana).post(reverse("my_pass_ask"), request_of(cast, now))

    row = Pass.objects.get()
    assert response.url == reverse("pass", args=[row.uuid])
    assert (row.stay, row.recorded_by, row.starts_at) == (cast.stay_of_dana, cast.dana.user, now + DAY)


def test_what_is_not_met_is_said_once_and_may_be_asked_for_all_the_same(cast, now, signed_in):
    services.pass_rule_save(house=cast.house_a, kind="overnight", notice_hours=168)
    client, url = signed_in(cast.dana), reverse("my_pass_ask")

    first = client.post(url, request_of(cast, now))
    assert first.status_code == 200
    assert not Pass.objects.exists()
    assert "To be asked for 7 days before." in first.content.decode()
    assert "Ask all the same" in first.content.decode()
    knowing = first.context["form"].data["knowing"]

    second = client.post(url, request_of(cast, now, knowing=knowing))
    assert second.status_code == 302
    assert Pass.objects.count() == 1


@pytest.mark.parametrize(
    ("starts", "ends", "about"),
    [
        (-300 * DAY, -299 * DAY, "ends_at"),  # 154 days before they moved in
        (-300 * DAY, 2 * DAY, "ends_at"),
        (DAY, 1098 * DAY, "ends_at"),
        (500 * DAY, 501 * DAY, "starts_at"),
        (3 * DAY, 2 * DAY, "ends_at"),
        (-2 * DAY, DAY, "starts_at"),
    ],
)
def test_what_cannot_be_is_said_first_and_alone(starts, ends, about, cast, now, signed_in):
    services.pass_rule_save(
        house=cast.house_a, kind="overnight", min_days=100, max_nights=1, max_in_30_days=2, notice_hours=168
    )
    times = {"starts_at": local(now + starts, cast), "ends_at": local(now + ends, cast)}

    response = signed_in(cast.dana).post(reverse("my_pass_ask"), request_of(cast, now, **times))

    assert list(response.context["form"].errors) == [about]
    page = response.content.decode()
    assert "Ask all the same" not in page
    assert "nights" not in page.partition("What a pass asks for")[0]
    for typed in (*times.values(), "My sister"):
        assert typed in page
    assert not Pass.objects.exists()


def test_a_day_that_is_none_is_named_on_its_field(cast, now, signed_in):
    response = signed_in(cast.dana).post(
        reverse("my_pass_ask"), request_of(cast, now, starts_at="0202-11-20T10:00", where="The lake")
    )

    assert response.context["form"].errors == {"starts_at": ["Choose a day and an hour."]}
    assert "0202-11-20T10:00" in response.content.decode()


def test_more_time_for_three_years_is_refused_without_counting_its_nights(cast, now, signed_in):
    services.pass_rule_save(house=cast.house_a, kind="overnight", max_nights=1, max_in_30_days=2)
    row = given(cast, now, starts=-2 * HOUR, ends=5 * HOUR)
    typed = {"until": local(now + 1098 * DAY, cast), "reason": "Long."}

    page = signed_in(cast.alice).post(reverse("pass_extend", args=[row.uuid]), typed)

    assert list(page.context["form"].errors) == ["until"]
    assert "nights" not in page.content.decode()


def test_bad_request_keeps_what_was_typed(cast, now, signed_in):
    data = request_of(cast, now, ends_at=local(now, cast), where="The lake")

    response = signed_in(cast.dana).post(reverse("my_pass_ask"), data)

    assert response.status_code == 200
    assert response.context["form"].errors == {"ends_at": ["A pass ends after it starts."]}
    assert 'value="The lake"' in response.content.decode()
    assert not Pass.objects.exists()


def test_who_lives_nowhere_asks_for_nothing(cast, now, signed_in):
    stays.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)

    response = signed_in(cast.dana).post(reverse("my_pass_ask"), request_of(cast, now))

    assert response.status_code == 403
    assert not Pass.objects.exists()


def test_manager_decides_on_the_page(cast, now, signed_in):
    row = ask(cast, now)

    response = signed_in(cast.alice).post(reverse("pass_decide", args=[row.uuid]), decision_on(row, cast))

    assert response.url == reverse("pass", args=[row.uuid])
    assert PassDecision.objects.get().outcome == "approved"


def test_test_on_return_is_chosen_where_the_rules_ask_for_it(cast, now, signed_in):
    services.pass_rule_save(house=cast.house_a, kind="overnight", test_on_return=True)
    row = ask(cast, now)

    form = signed_in(cast.alice).get(reverse("pass_decide", args=[row.uuid])).context["form"]

    assert form.initial["test_on_return"] is True


def test_refusal_without_a_reason_keeps_what_was_typed(cast, now, signed_in):
    row = ask(cast, now)
    url = reverse("pass_decide", args=[row.uuid])

    response = signed_in(cast.alice).post(url, decision_on(row, cast, outcome="refused", conditions="Call."))

    assert response.context["form"].errors == {"reason": ["Say why it is refused."]}
    assert "Call.</textarea>" in response.content.decode()
    assert fresh(row).status == "asked"


def test_who_wrote_it_down_is_told_who_can_decide(cast, now, signed_in):
    row = ask(cast, now, by=cast.alice)
    client = signed_in(cast.alice)

    page = client.get(reverse("pass", args=[row.uuid])).content.decode()

    assert "You wrote this request down" in page
    assert "Bob Example" in page
    assert reverse("pass_decide", args=[row.uuid]) not in page
    assert client.post(reverse("pass_decide", args=[row.uuid]), decision_on(row, cast)).status_code == 403
    assert fresh(row).status == "asked"


def test_return_page_shows_the_condition_and_writes_it(cast, now, signed_in):
    row = given(cast, now, starts=-5 * HOUR, ends=-2 * HOUR, test_on_return=True)
    client, url = signed_in(cast.alice), reverse("pass_return", args=[row.uuid])

    form = client.get(url).context["form"]
    assert form.initial["test_asked"] is True
    client.post(url, {"at": local(now - HOUR, cast), "test_asked": "on"})

    event = PassEvent.objects.get(kind="returned")
    assert (event.minutes_late, event.test_asked) == (60, True)
    assert "60 minutes late" in client.get(reverse("pass", args=[row.uuid])).content.decode()


CHANGES = [
    ("pass_decide", "asked", lambda row, cast: decision_on(row, cast)),
    ("pass_officer", "asked", lambda row, cast: {"officer_agreed": "Harmon"}),
    ("pass_cancel", "asked", lambda row, cast: {"reason": "Snow."}),
    ("pass_extend", "given", lambda row, cast: {"until": local(row.ends_at + HOUR, cast), "reason": "Snow."}),
    ("pass_return", "given", lambda row, cast: {"at": local(row.starts_at + HOUR, cast)}),
    ("my_pass_officer", "asked", lambda row, cast: {"officer_agreed": "Harmon"}),
    ("my_pass_cancel", "asked", lambda row, cast: {"reason": "Snow."}),
    ("my_pass_more_time", "given", lambda row, cast: {"until": local(row.ends_at + HOUR, cast), "note": "Snow."}),
    ("my_pass_back", "given", lambda row, cast: {}),
]


@pytest.mark.parametrize(("name", "state", "data"), CHANGES, ids=[name for name, *_ in CHANGES])
def test_each_act_is_for_whom_it_is_for(name, state, data, cast, now, signed_in):
    row = ask(cast, now) if state == "asked" else given(cast, now, starts=-5 * HOUR, ends=2 * HOUR)
    url, mine = reverse(name, args=[row.uuid]), name.startswith("my_")
    good, other = (cast.dana, cast.alice) if mine else (cast.alice, cast.dana)
    before = written()

    for stranger in (cast.erin, cast.charlie, cast.oscar, cast.frank):
        assert signed_in(stranger).get(url).status_code == 404
        assert signed_in(stranger).post(url, data(row, cast)).status_code == 404
    for refused_to in (other, cast.audra):
        assert signed_in(refused_to).get(url).status_code == 403
        assert signed_in(refused_to).post(url, data(row, cast)).status_code == 403
    assert written() == before

    assert signed_in(good).get(url).status_code == 200
    response = signed_in(good).post(url, data(row, cast))
    assert response.status_code == 302, response.context["form"].errors
    assert written() != before


def test_a_pass_is_seen_by_staff_and_oneself_and_every_look_is_kept(cast, now, signed_in):
    row = given(cast, now)
    url = reverse("pass", args=[row.uuid])

    for seen_by in (cast.alice, cast.olive, cast.audra, cast.dana):
        assert signed_in(seen_by).get(url).status_code == 200
    for stranger in (cast.charlie, cast.frank, cast.erin, cast.oscar):
        assert signed_in(stranger).get(url).status_code == 404
    looks = Look.objects.filter(resident=cast.dana, detail="a pass").values_list("actor_label", flat=True)
    assert sorted(looks) == sorted(str(user) for user in (cast.alice, cast.olive, cast.audra))


@pytest.mark.parametrize("item_count", [1, 3])
@pytest.mark.parametrize(("show", "queries_of_it"), [("asked", 10), ("away", 10), ("coming", 10), ("past", 10)])
def test_list_costs_the_same_however_long(show, queries_of_it, item_count, cast, signed_in, django_assert_num_queries):
    now = timezone.now()
    for number in range(item_count):
        later = (5 + 2 * number) * DAY
        if show == "asked":
            ask(cast, now, starts=later, ends=later + HOUR)
        elif show == "away":
            minutes = timedelta(minutes=10 * number)
            given(cast, now, starts=-HOUR + minutes, ends=-HOUR + minutes + timedelta(minutes=5))
        else:
            row = given(cast, now, starts=later, ends=later + HOUR)
            if show == "past":
                services.pass_cancel(pass_=row, reason="x", now=now)
    client, url = signed_in(cast.alice), reverse("passes", args=[cast.house_a.uuid]) + f"?show={show}"
    client.get(url)

    with django_assert_num_queries(queries_of_it):
        response = client.get(url)

    assert len(response.context["lines"]) == item_count


@pytest.mark.parametrize("item_count", [1, 3])
def test_page_of_a_pass_costs_the_same_however_much_happened(
    item_count, cast, now, signed_in, django_assert_num_queries
):
    row = given(cast, now, starts=-5 * HOUR, ends=2 * HOUR)
    for number in range(item_count):
        services.pass_extend(pass_=row, until=now + (3 + number) * HOUR, reason="x", now=now)
    client, url = signed_in(cast.alice), reverse("pass", args=[row.uuid])
    client.get(url)

    with django_assert_num_queries(13):
        assert len(client.get(url).context["events"]) == item_count


def test_list_can_be_taken_along(cast, now, signed_in):
    ask(cast, now)

    response = signed_in(cast.alice).get(reverse("passes", args=[cast.house_a.uuid]) + "?export=csv")

    assert response.headers["Content-Disposition"] == 'attachment; filename="passes.csv"'
    assert "Dana Renner" in response.content.decode("utf-8-sig")


def test_other_houses_list_is_not_there(cast, now, signed_in):
    ask(cast, now)

    assert signed_in(cast.charlie).get(reverse("passes", args=[cast.house_a.uuid])).status_code == 404
    assert signed_in(cast.dana).get(reverse("passes", args=[cast.house_a.uuid])).status_code == 403
    page = signed_in(cast.charlie).get(reverse("passes", args=[cast.house_b.uuid])).content.decode()
    assert "Renner" not in page


def test_staff_writes_down_from_a_page(cast, now, signed_in):
    url = reverse("pass_new", args=[cast.stay_of_dana.uuid])

    assert signed_in(cast.dana).post(url, request_of(cast, now)).status_code == 403
    assert signed_in(cast.charlie).post(url, request_of(cast, now)).status_code == 404
    assert not Pass.objects.exists()
    signed_in(cast.alice).post(url, request_of(cast, now))
    assert Pass.objects.get().recorded_by == cast.alice


def test_all_of_a_pass_is_on_ones_own_record(cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=2 * HOUR)
    services.pass_return(pass_=row, at=now, note="Cheerful.", now=now)

    sections = {section.name: section for section in pass_cards.own(cast.dana, cast.today)}

    assert {name: len(section.records) for name, section in sections.items()} == {
        "passes": 1,
        "pass_decisions": 1,
        "pass_events": 1,
    }
    assert "Cheerful." in sections["pass_events"].records[0].cells


def test_timeline_tells_of_decisions_and_returns(cast, now):
    row = given(cast, now, starts=-5 * HOUR, ends=-2 * HOUR)
    services.pass_return(pass_=row, at=now - HOUR, now=now)

    standing = Standing(cast.alice)
    [_card, *entries] = pass_cards.about(cast.stay_of_dana, pass_cards.passes_of(cast.dana, standing), standing)
    facts = [entry.fact for entry in entries]

    assert facts == ["Pass, overnight: approved as asked", "Pass, overnight: came back, 60 minutes late"]


def test_rules_are_told_to_whom_they_are_for(cast):
    services.pass_rules_start(house=cast.house_a)

    [card] = pass_cards.home(cast.stay_of_dana, cast.today)

    assert card.rows[0].fact == "Overnight"
    assert "after 30 days in the house" in card.rows[0].reason
    assert list(pass_cards.settings(cast.house_a, Standing(cast.dana.user))) == []
    assert len(list(pass_cards.settings(cast.house_a, Standing(cast.alice)))) == 1
    assert PassRule.objects.count() == 6
