"""Handing over a shift: what stands open, who reads it, what of the log is new, and that it ends with the role."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse

from residents.away.hours import night_of
from residents.away.services.movements import sign_out
from residents.houses.permissions import RoleKind
from residents.houses.standing import Standing
from residents.log.models import Audience, Complaint, HandOver, HandOverRead, IncidentDraft, LogSeen
from residents.log.queries.shifts import handed, pending, to_be_read, unread
from residents.log.services.entries import entry_write
from residents.log.services.shifts import hand_over, hand_over_read, log_seen
from residents.log.shift_cards import today as cards_today
from residents.models import OrientationItem, Role, Stay
from soberhouse.history import acting_as
from tests.cast import Cast, grant, move_in
from tests.residents.away import evening
from tests.residents.log import given
from tests.residents.rules import given as of_rules

pytestmark = pytest.mark.django_db

NAMES = [
    *("missing", "incidents", "deadlines", "drafts", "moves", "violations", "orientations", "complaints"),
    *("follow_ups", "roll", "passes", "meetings", "house_meetings", "away"),
]


def now() -> datetime:
    return datetime.now(UTC)


def hands_over(cast: Cast, who: str = "alice", text: str = "The boiler man comes at nine.") -> HandOver:
    with acting_as(getattr(cast, who), source="web"):
        return hand_over(house=cast.house_a, text=text, now=now())


def finds(cast: Cast, who: str = "bob") -> dict[str, Any]:
    return {part.name: part for part in pending(cast.house_a, Standing(getattr(cast, who)), now())}


@transaction.atomic
def begins(cast: Cast, *about: Stay) -> IncidentDraft:
    with acting_as(cast.alice, source="web"):
        data = {"about": [str(stay.uuid) for stay in about]}
        return IncidentDraft.objects.create(house=cast.house_a, begun_by=cast.alice, type="medical", data=data)


@transaction.atomic
def role_ends(cast: Cast, who: str) -> None:
    with acting_as(cast.olive, source="web"):
        for role in Role.objects.filter(user=getattr(cast, who)):
            role.ends_at = now() - timedelta(minutes=1)
            role.save()


# What the next one finds


def test_every_part_is_told_also_where_nothing_is_in_it(cast):
    parts = pending(cast.house_a, Standing(cast.alice), now())

    assert [part.name for part in parts] == NAMES
    assert all(part.title for part in parts)
    assert {part.name: part.count for part in parts if part.count} == {}


def test_what_stands_open_is_found_and_what_is_closed_or_elsewhere_is_not(cast):
    incident = given.incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    given.incident_of(cast.house_b, cast.charlie)
    given.complaint_of(cast.house_a, cast.alice)
    given.follow_up_of(incident.entry, cast.alice, due_in_days=0)
    given.follow_up_of(incident.entry, cast.alice, due_in_days=3)
    given.deadline_of(incident.entry, due_in_hours=-2)
    given.deadline_of(incident.entry, clock=given.clock_of(cast.organization, name="Later"), due_in_hours=90)
    begins(cast)

    found = finds(cast)

    assert {name: part.count for name, part in found.items() if part.count} == {
        "incidents": 1,
        "complaints": 1,
        "follow_ups": 1,
        "deadlines": 1,
    }
    assert [row.fact for row in found["incidents"].rows] == ["Overdose · Dana R."]
    assert [row.word for row in found["deadlines"].rows] == ["overdue"]
    assert [row.fact for row in found["drafts"].apart] == ["Medical emergency"]
    assert found["incidents"].rows[0].url == reverse("entry", args=[incident.entry.uuid])


def test_of_what_an_entry_tells_nothing_stands_there(cast):
    given.incident_of(cast.house_a, cast.alice, text="Breathing slowly, blue lips.")

    assert "blue lips" not in str(finds(cast))


def test_what_is_kept_from_one_of_them_is_neither_counted_nor_shown_to_them(cast):
    given.complaint_of(cast.house_a, cast.dana.user, by_whom=Complaint.By.RESIDENT, against=cast.alice)
    given.incident_of(cast.house_a, cast.bob, audience=Audience.CONFIDENTIAL)

    of_alice, of_olive = finds(cast, "alice"), finds(cast, "olive")

    assert (len(of_alice["complaints"].apart), len(of_olive["complaints"].apart)) == (0, 1)
    assert (len(of_alice["incidents"].apart), len(of_olive["incidents"].apart)) == (1, 1)
    for who in ("alice", "olive"):
        counts = hands_over(cast, who).counts
        assert (counts["complaints"], counts["incidents"]) == (0, 0)


def test_a_draft_about_oneself_is_not_shown(cast):
    grant_to_dana = acting_as(None, reason="given", source="command")
    with transaction.atomic(), grant_to_dana:
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    begins(cast, cast.stay_of_dana)

    parts = {part.name: part for part in pending(cast.house_a, Standing(cast.dana.user), now())}

    assert parts["drafts"].apart == []
    assert len(finds(cast)["drafts"].apart) == 1


def test_violations_that_wait_are_found_without_a_word_to_their_reader(cast):
    book = of_rules.published_book(cast.house_a)
    of_rules.signed(book, cast.dana)
    of_rules.violation_of(cast.stay_of_dana, book.rules.first(), by=cast.alice)

    for who in ("alice", "bob"):
        [row] = finds(cast, who)["violations"].rows
        assert row.fact.startswith("Dana R. · ")
        assert "waits for a decision" in row.reason
        assert "you" not in row.reason.split()


def test_whoever_moves_out_tomorrow_is_found(cast):
    with transaction.atomic(), acting_as(cast.alice, source="web"):
        Stay.objects.filter(pk=cast.stay_of_dana.pk).update(expected_on=cast.today + timedelta(days=1))
        Stay.objects.filter(pk=cast.stay_of_frank.pk).update(expected_on=cast.today + timedelta(days=5))

    assert [(row.fact, row.word) for row in finds(cast)["moves"].rows] == [("Dana R.", "tomorrow")]


def test_who_is_away_and_who_comes_back_is_found(cast):
    hour = timedelta(hours=1)
    late = evening.away(cast.stay_of_dana, now() - 30 * hour, now() - 2 * hour, by=cast.bob)
    evening.away(cast.stay_of_frank, now() - hour, now() + 20 * hour, by=cast.bob)
    evening.away(cast.stay_of_erin, now() - hour, now() + 20 * hour, by=cast.charlie)
    with acting_as(cast.alice, source="web"):
        sign_out(stay=cast.stay_of_dana, purpose="pass", of_pass=late, at=now() - 29 * hour, now=now())

    found = finds(cast)

    assert [row.fact for row in found["passes"].rows] == ["Dana R.", "Frank O."]
    assert [row.word for row in found["passes"].rows][1:] == ["comes back"]
    assert "Dana R." in [row.fact for row in (*found["away"].rows, *found["missing"].rows)]


def test_who_is_still_to_be_counted_is_a_number(cast):
    evening.curfew_at(cast.house_a, 22)

    assert (finds(cast)["roll"].count, hands_over(cast).counts["roll"]) == (2, 2)
    night = night_of(now(), cast.house_a.zone)
    evening.checked(cast.stay_of_dana, by=cast.alice, night=night)
    assert finds(cast)["roll"].count == 1


def test_who_must_still_be_shown_the_house_is_found(cast):
    with transaction.atomic(), acting_as(cast.alice, source="web"):
        OrientationItem.objects.create(house=cast.house_a, text="The fire exits")
        move_in(cast.house_a, "2A", "Nia", "Okoro", days_ago=0)

    assert "Nia O." in [row.fact for row in finds(cast)["orientations"].rows]


# Handing over and reading


def test_numbers_are_kept_and_no_name(cast):
    given.incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])

    row = hands_over(cast)

    assert row.counts["incidents"] == 1
    assert sorted(row.counts) == sorted(NAMES)
    assert all(isinstance(count, int) for count in row.counts.values())
    assert "Dana" not in str(row.counts)
    assert (row.text, row.recorded_by, row.recorded_as) == (
        "The boiler man comes at nine.",
        cast.alice,
        str(cast.alice),
    )


def test_a_program_hands_nothing_over_and_reads_nothing(cast):
    row = hands_over(cast)

    with acting_as(None, source="command"):
        with pytest.raises(PermissionDenied):
            hand_over(house=cast.house_a, text="x", now=now())
        with pytest.raises(PermissionDenied):
            hand_over_read(hand_over=row, now=now())
    assert (HandOver.objects.count(), HandOverRead.objects.count()) == (1, 0)


def test_the_next_one_signs_once_and_nobody_their_own(cast):
    row = hands_over(cast)

    with acting_as(cast.alice, source="web"), pytest.raises(PermissionDenied):
        hand_over_read(hand_over=row, now=now())
    with acting_as(cast.bob, source="web"):
        read = hand_over_read(hand_over=row, now=now())
        with pytest.raises(ValidationError, match="already"):
            hand_over_read(hand_over=row, now=now())
    with acting_as(cast.olive, source="web"):
        hand_over_read(hand_over=row, now=now())

    [one] = handed([row])
    assert (read.recorded_by, read.house) == (cast.bob, cast.house_a)
    assert [each.recorded_by for each in one.reads] == [cast.bob, cast.olive]
    assert not one.waits


def test_it_waits_until_somebody_else_has_read_it(cast):
    row = hands_over(cast)

    assert list(to_be_read(cast.house_a, cast.alice)) == []
    assert list(to_be_read(cast.house_a, cast.bob)) == [row]
    given.read(row, cast.olive)
    assert list(to_be_read(cast.house_a, cast.bob)) == []


# What is new in the log


def test_unread_is_what_others_wrote_since_the_log_was_opened(cast):
    old = given.entry_of(cast.house_a, cast.bob, days_ago=3)
    given.entry_of(cast.house_a, cast.alice)
    given.entry_of(cast.house_b, cast.charlie)
    given.entry_of(cast.house_a, cast.bob, days_ago=30)

    assert [row.entry for row in unread(cast.house_a, cast.alice, now=now())] == [old]
    log_seen(house=cast.house_a, user=cast.alice, until=now())
    assert list(unread(cast.house_a, cast.alice, now=now())) == []
    new = given.entry_of(cast.house_a, cast.bob, recorded_at=now())
    again = given.amended(old, cast.bob)
    assert [row.entry for row in unread(cast.house_a, cast.alice, now=now())] == [old, new]
    assert unread(cast.house_a, cast.alice, now=now())[0] == again


def test_what_is_withheld_is_never_new(cast):
    given.complaint_of(cast.house_a, cast.dana.user, by_whom=Complaint.By.RESIDENT, against=cast.alice)

    assert unread(cast.house_a, cast.alice, now=now()).count() == 0
    assert unread(cast.house_a, cast.olive, now=now()).count() == 1


def test_the_log_as_seen_never_moves_back(cast):
    first = now()
    log_seen(house=cast.house_a, user=cast.alice, until=first)
    log_seen(house=cast.house_a, user=cast.alice, until=first - timedelta(hours=1))
    log_seen(house=cast.house_a, user=cast.bob, until=first - timedelta(hours=2))

    assert set(LogSeen.objects.values_list("user", "seen_at")) == {
        (cast.alice.pk, first),
        (cast.bob.pk, first - timedelta(hours=2)),
    }
    log_seen(house=cast.house_a, user=cast.alice, until=first + timedelta(hours=1))
    assert LogSeen.objects.get(user=cast.alice).seen_at == first + timedelta(hours=1)


def test_opening_the_log_is_what_counts_as_seen(cast, signed_in):
    given.entry_of(cast.house_a, cast.bob)

    signed_in(cast.alice).get(reverse("log", args=[cast.house_a.uuid]))

    assert unread(cast.house_a, cast.alice, now=now()).count() == 0


def test_nothing_is_read_that_was_not_shown(cast, signed_in):
    """What somebody was still writing while the log was open."""
    given.entry_of(cast.house_a, cast.bob, days_ago=1)
    begun_at = now()
    signed_in(cast.alice).get(reverse("log", args=[cast.house_a.uuid]))
    assert unread(cast.house_a, cast.alice, now=now()).count() == 0

    with acting_as(cast.bob, source="web"):
        entry = entry_write(house=cast.house_a, text="The fire door is blocked.", now=begun_at)

    assert [row.entry for row in unread(cast.house_a, cast.alice, now=now())] == [entry]


# Today


def test_today_says_what_waits_and_where_to_hand_over(cast):
    row = hands_over(cast)
    given.entry_of(cast.house_a, cast.alice)

    [card] = cards_today(cast.house_a, Standing(cast.bob))
    [mine] = cards_today(cast.house_a, Standing(cast.alice))

    assert [each.url for each in card.rows] == [
        reverse("hand_over", args=[row.uuid]),
        reverse("log", args=[cast.house_a.uuid]),
    ]
    assert card.rows[1].fact == "1 entry of the log"
    assert card.more_url == reverse("hand_over_new", args=[cast.house_a.uuid])
    assert mine.rows == []
    assert list(cards_today(cast.house_a, Standing(cast.audra))) == []
    assert list(cards_today(cast.house_a, Standing(cast.dana.user))) == []


@pytest.mark.parametrize("count", [1, 3])
def test_today_asks_the_same_however_much_waits(cast, count, django_assert_num_queries):
    for _ in range(count):
        hands_over(cast)
        given.entry_of(cast.house_a, cast.alice)
    standing = Standing(cast.bob)

    with django_assert_num_queries(2):
        list(cards_today(cast.house_a, standing))


# Pages


def page(name: str, row: Any) -> str:
    return reverse(name, args=[row.uuid])


def test_a_shift_is_handed_over_on_one_screen(cast, signed_in):
    given.incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    given.entry_of(cast.house_a, cast.bob, text="Somebody knocked at three.")
    client = signed_in(cast.alice)

    shown = client.get(page("hand_over_new", cast.house_a)).content.decode()
    for said in ("Overdose · Dana R.", "Somebody knocked at three.", "Complaints not closed", "Hand over the shift"):
        assert said in shown
    answer = client.post(page("hand_over_new", cast.house_a), {"text": "Dana is at the hospital."})

    row = HandOver.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, page("hand_over", row))
    assert (row.text, row.counts["incidents"], row.recorded_by) == ("Dana is at the hospital.", 1, cast.alice)


def test_no_word_is_needed_and_too_many_are_kept(cast, signed_in):
    client = signed_in(cast.alice)

    kept = client.post(page("hand_over_new", cast.house_a), {"text": "much " * 900})
    assert (kept.status_code, "much much" in kept.content.decode(), HandOver.objects.count()) == (200, True, 0)
    client.post(page("hand_over_new", cast.house_a), {"text": "  "})
    assert HandOver.objects.get().text == ""


def test_the_next_one_reads_and_signs_by_one_tap(cast, signed_in):
    given.incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
    row = hands_over(cast)
    client = signed_in(cast.bob)

    shown = client.get(page("hand_over", row)).content.decode()
    assert "The boiler man comes at nine." in shown
    assert "Overdose · Dana R." in shown
    assert "1 then" in shown
    assert 'Incidents not closed</span> <span class="count">1</span>' in shown
    assert "I have read it" in shown
    answer = client.post(page("hand_over_read", row))
    assert answer["Location"] == page("hand_over", row)
    read = HandOverRead.objects.get()
    assert (read.hand_over, read.recorded_by) == (row, cast.bob)
    assert "I have read it" not in client.get(page("hand_over", row)).content.decode()
    again = client.post(page("hand_over_read", row), follow=True).content.decode()
    assert ("signed it already" in again, HandOverRead.objects.count()) == (True, 1)


def test_nobody_signs_their_own(cast, signed_in):
    row = hands_over(cast)
    client = signed_in(cast.alice)

    assert "I have read it" not in client.get(page("hand_over", row)).content.decode()
    assert client.post(page("hand_over_read", row)).status_code == 403
    assert HandOverRead.objects.count() == 0


def test_reading_takes_a_post(cast, signed_in):
    assert signed_in(cast.bob).get(page("hand_over_read", hands_over(cast))).status_code == 405


def test_the_list_tells_who_read_what(cast, signed_in):
    read, waits = hands_over(cast), hands_over(cast, "olive", "Keys are in the safe.")
    given.read(read, cast.bob)

    shown = signed_in(cast.bob).get(page("hand_overs", cast.house_a))

    assert [(row.url, row.word) for row in shown.context["rows"]] == [
        (page("hand_over", waits), "to be read"),
        (page("hand_over", read), "read"),
    ]
    assert shown.context["load_url"] == ""
    olives = signed_in(cast.olive).get(page("hand_overs", cast.house_a))
    assert olives.context["load_url"] == reverse("load", args=[cast.organization.uuid])


@pytest.mark.parametrize("name", ["hand_over_new", "hand_overs"])
@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("oscar", 404), ("audra", 403), ("dana", 403)])
def test_who_does_not_run_the_house_reaches_no_shift(cast, signed_in, name, who, status):
    client = signed_in(getattr(cast, who))

    assert client.get(page(name, cast.house_a)).status_code == status
    assert client.post(page(name, cast.house_a), {"text": "x"}).status_code in (status, 405)
    assert HandOver.objects.count() == 0


@pytest.mark.parametrize("who", ["charlie", "oscar", "audra", "dana"])
def test_who_does_not_run_the_house_reads_no_hand_over(cast, signed_in, who):
    row, client = hands_over(cast), signed_in(getattr(cast, who))

    assert client.get(page("hand_over", row)).status_code == 404
    assert client.post(page("hand_over_read", row)).status_code == 404
    assert client.post(page("hand_over_issue", row)).status_code == 404
    assert HandOverRead.objects.count() == 0


def test_what_a_relief_manager_sees_ends_with_the_role(cast, signed_in):
    row = hands_over(cast)
    entry = given.entry_of(cast.house_a, cast.alice)
    client = signed_in(cast.bob)
    seen = [
        *(page(name, cast.house_a) for name in ("hand_over_new", "hand_overs", "log", "house_today")),
        *(page("hand_over", row), page("entry", entry)),
    ]
    assert [client.get(url).status_code for url in seen] == [200] * len(seen)

    role_ends(cast, "bob")

    assert [client.get(url).status_code for url in seen] == [404] * len(seen)
    assert client.post(page("hand_over_read", row)).status_code == 404
    assert client.post(page("hand_over_new", cast.house_a), {"text": "x"}).status_code == 404
    assert (HandOver.objects.count(), HandOverRead.objects.count()) == (1, 0)


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_the_same_however_much_there_is(cast, signed_in, count, django_assert_num_queries):
    for _ in range(count):
        incident = given.incident_of(cast.house_a, cast.alice, about=[cast.stay_of_dana])
        given.complaint_of(cast.house_a, cast.alice)
        given.follow_up_of(incident.entry, cast.alice, due_in_days=0)
        given.deadline_of(incident.entry, due_in_hours=-2)
        begins(cast)
        given.read(hands_over(cast), cast.olive)
        given.entry_of(cast.house_a, cast.bob)
    client = signed_in(cast.bob)
    oldest = HandOver.objects.order_by("pk").first()
    client.get(page("hand_overs", cast.house_a))

    with django_assert_num_queries(10):
        client.get(page("hand_overs", cast.house_a))
    with django_assert_num_queries(40):
        client.get(page("hand_over_new", cast.house_a))
    with django_assert_num_queries(42):
        client.get(page("hand_over", oldest))
