"""Today: one house's cards, the most pressing first, and all one's houses at a glance."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.log.services import incidents
from residents.models import House
from residents.stays import services
from soberhouse.cards import Card, Order
from soberhouse.history import acting_as
from tests.cast import bed_of, grant, make_house, make_user
from tests.residents.log import given as log
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives, overstays, written


@pytest.fixture
def by_alice(cast):
    with acting_as(cast.alice, source="web"):
        yield


def cards_of(client: Any, house: House) -> dict[str, Card]:
    response = client.get(reverse("house_today", args=[house.uuid]))
    assert response.status_code == 200
    return {str(card.title): card for card in response.context["cards"]}


def rows_of(card: Card) -> list[tuple[str, str, str]]:
    """What a person reads of each row: the fact, the reason, the word of its state."""
    return [(str(row.fact), str(row.reason), str(row.word)) for row in card.rows]


def in_short(day: date) -> str:
    return f"{day:%b} {day.day}"


# --- the way in ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_whoever_has_one_house_lands_in_it(who, cast, signed_in):
    response = signed_in(getattr(cast, who)).get("/")

    assert response["Location"] == reverse("house_today", args=[cast.house_a.uuid])


def test_whoever_has_more_sees_them_with_their_numbers(cast, signed_in):
    response = signed_in(cast.olive).get("/")

    assert [(house.name, numbers.occupied, numbers.capacity) for house, numbers in response.context["rows"]] == [
        ("Alder House", 2, 6),
        ("Birch House", 1, 4),
    ]


def test_each_house_is_counted_in_its_own_night(cast, signed_in):
    """The two houses are 25 hours apart: it is never the same day in both."""
    with acting_as(cast.olive, source="web"):
        for name, zone in (("Early House", "Pacific/Kiritimati"), ("Late House", "Pacific/Niue")):
            house = make_house(cast.other_organization, name, time_zone=zone, rooms=1)
            lives(bed_of(house, "1A"), "Nia Okafor", since=house.today())
            gone = lives(bed_of(house, "1B"), "Gus Gone", since=house.today() - days(9))
            services.discharge(stay=gone, left_on=house.today(), today=house.today(), **ORDINARY)

    rows = signed_in(cast.oscar).get("/").context["rows"]

    assert [(house.name, numbers.occupied) for house, numbers in rows] == [
        ("Cedar House", 1),
        ("Early House", 1),
        ("Late House", 1),
    ]


@pytest.mark.parametrize("who", ["dana", "frank", "erin"])
def test_resident_lands_on_their_week(who, cast, signed_in):
    assert signed_in(getattr(cast, who)).get("/")["Location"] == reverse("my_week")


def test_resident_who_left_lands_on_their_week_still(cast, signed_in):
    with acting_as(cast.charlie, source="web"):
        services.discharge(stay=cast.stay_of_erin, left_on=cast.house_b.today(), today=cast.house_b.today(), **ORDINARY)

    assert signed_in(cast.erin).get("/")["Location"] == reverse("my_week")


def test_resident_who_manages_a_house_lands_in_it(cast, signed_in):
    with acting_as(None, source="command"):
        grant(cast.erin.user, RoleKind.MANAGER, cast.organization, cast.house_b)

    assert signed_in(cast.erin).get("/")["Location"] == reverse("house_today", args=[cast.house_b.uuid])


def test_whoever_has_none_is_told_whom_to_ask(cast, signed_in):
    with acting_as(None, source="command"):
        cast.charlie.roles.update(ends_at=timezone.now())

    response = signed_in(cast.charlie).get("/")

    assert response.status_code == 200
    assert "You have no role in a house at the moment." in response.content.decode()
    assert "Birch House" not in response.content.decode()


def test_stranger_is_sent_to_sign_in(cast, client):
    for address in ("/", reverse("house_today", args=[cast.house_a.uuid])):
        assert client.get(address)["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("audra", 200), ("dana", 200), ("charlie", 404), ("erin", 404), ("oscar", 404)],
)
def test_house_is_there_for_those_who_run_it_or_live_in_it(who, status, cast, signed_in):
    assert signed_in(getattr(cast, who)).get(reverse("house_today", args=[cast.house_a.uuid])).status_code == status


def test_opening_today_writes_nothing(cast, signed_in):
    before = written()

    signed_in(cast.alice).get(reverse("house_today", args=[cast.house_a.uuid]))

    assert written() == before


# --- the cards ----------------------------------------------------------------------------------------------------


def test_quiet_house_has_its_numbers_and_nothing_loud(cast, signed_in):
    client = signed_in(cast.alice)

    cards = cards_of(client, cast.house_a)

    assert list(cards) == [
        "Not in",
        "Not back from a pass",
        "Should have moved out",
        "Orientation is overdue",
        "Removals nobody has looked at",
        "Beds tonight",
        "Write it down",
        "Start an incident",
        "Due this week",
        "Record a violation",
        "Shift",
        "Safety of the house",
        "Night roll",
        "Out now",
        "House meeting",
        "Meetings by week",
        "Applications waiting",
        "Moves of the last 7 days",
    ]
    assert [card.title for card in cards.values() if card.rows and card.order <= Order.NOW] == []
    text = client.get(reverse("house_today", args=[cast.house_a.uuid])).content.decode()
    assert "Should have moved out" not in text
    assert "Nobody is expected to move, no hold lapses." in text
    numbers = cards["Beds tonight"].context["numbers"]
    assert (numbers.occupied, numbers.capacity, numbers.open) == (2, 6, 4)


def test_whoever_should_have_moved_out_comes_first_and_loud(cast, signed_in, by_alice):
    stay = overstays(cast.bed_a("2A"), "Olu Late", today=cast.today, by=3)
    overstays(cast.bed_a("2B"), "Ida Late", today=cast.today, by=1)

    card = next(card for card in cards_of(signed_in(cast.alice), cast.house_a).values() if card.rows)

    assert (card.title, card.order) == ("Should have moved out", Order.NOW)
    assert rows_of(card) == [
        ("Olu L.", f"expected to leave {in_short(cast.today - days(3))}, still in the bed", "3 days over"),
        ("Ida L.", f"expected to leave {in_short(cast.today - days(1))}, still in the bed", "1 day over"),
    ]
    assert card.rows[0].url == reverse("stay", args=[stay.uuid])


def test_what_is_due_says_when_and_the_discharge_of_today_is_one_tap_away(cast, signed_in, by_alice):
    today = cast.today
    leaves = overstays(cast.bed_a("2A"), "Tom Today", today=today, by=0)
    lives(cast.bed_a("2B"), "Sue Soon", since=today, expected_on=today + days(7))
    lives(cast.bed_a("3B"), "Lou Later", since=today, expected_on=today + days(8))
    held = hold(applicant(cast, "Hal Held"), cast.bed_a("3A"), today=today, nights=2)

    card = cards_of(signed_in(cast.alice), cast.house_a)["Due this week"]

    assert rows_of(card) == [
        ("Tom T. moves out", "today", "today"),
        ("Sue S. moves out", f"on {in_short(today + days(7))}", "in 7 days"),
        ("Bed Room 3 3A held for Hal H.", f"lapses {in_short(today + days(2))}", "in 2 days"),
    ]
    assert [row.button_url for row in card.rows] == [reverse("stay_discharge", args=[leaves.uuid]), "", ""]
    assert [row.state for row in card.rows] == ["late", "plain", "late"]
    assert card.rows[2].url == reverse("application", args=[held.application.uuid])


def test_auditor_is_offered_nothing_to_press(cast, signed_in, by_alice):
    overstays(cast.bed_a("2A"), "Tom Today", today=cast.today, by=0)

    text = signed_in(cast.audra).get(reverse("house_today", args=[cast.house_a.uuid])).content.decode()

    assert "Tom T. moves out" in text
    assert "/discharge/" not in text
    assert "/move-in/" not in text


def test_open_beds_lead_to_moving_somebody_in(cast, signed_in, by_alice):
    services.bed_take_out(bed=cast.bed_a("2A"), starts_on=cast.today, ends_on=None, note="paint", today=cast.today)
    hold(applicant(cast), cast.bed_a("2B"), today=cast.today)

    text = signed_in(cast.alice).get(reverse("house_today", args=[cast.house_a.uuid])).content.decode()

    move_in = reverse("move_in", args=[cast.house_a.uuid])
    offered = [label for label in ("2A", "2B", "3A", "3B") if f"{move_in}?bed={cast.bed_a(label).uuid}" in text]
    assert offered == ["3A", "3B"]


def test_applications_wait_in_the_order_of_the_list(cast, signed_in, by_alice):
    applicant(cast, "Rae Received")
    for name in ("Ada", "Ben"):
        services.application_wait(application=applicant(cast, f"{name} Waits"))
    applicant(cast, "Vic Elsewhere", house=cast.house_b)

    card = cards_of(signed_in(cast.alice), cast.house_a)["Applications waiting"]

    assert [(fact, word) for fact, _reason, word in rows_of(card)] == [
        ("Ada W.", "place 1"),
        ("Ben W.", "place 2"),
        ("Rae R.", "received"),
    ]


def test_long_waitlist_is_cut_and_leads_on(cast, signed_in, by_alice):
    for number in range(10):
        services.application_wait(application=applicant(cast, f"Wat{number} Waits"))

    card = cards_of(signed_in(cast.alice), cast.house_a)["Applications waiting"]

    assert len(card.rows) == 8
    assert card.more_url == reverse("applications", args=[cast.house_a.uuid])


def test_moves_of_the_week_are_told_the_newest_first(cast, signed_in, by_alice):
    today = cast.today
    services.discharge(stay=cast.stay_of_frank, left_on=today - days(1), today=today, **ORDINARY)
    services.transfer(stay=cast.stay_of_erin, bed=cast.bed_a("2A"), on=today - days(2), reason="a job", today=today)
    lives(cast.bed_a("2B"), "Nia Okafor", since=today)
    lives(cast.bed_a("3A"), "Old News", since=today - days(7))
    mistake = lives(cast.bed_a("3B"), "Never There", since=today)
    services.stay_void(stay=mistake, reason="wrong house")

    card = cards_of(signed_in(cast.alice), cast.house_a)["Moves of the last 7 days"]

    assert rows_of(card) == [
        ("Nia O.", f"moved in {in_short(today)}", "in"),
        ("Frank O.", f"moved out {in_short(today - days(1))}", "out"),
        ("Erin C.", f"came from another house {in_short(today - days(2))}", "in"),
    ]


def test_resident_sees_nothing_about_housemates(cast, signed_in, by_alice):
    overstays(cast.bed_a("2A"), "Olu Late", today=cast.today)
    applicant(cast, "Nia Okafor")

    response = signed_in(cast.dana).get(reverse("house_today", args=[cast.house_a.uuid]))

    text = response.content.decode()
    assert [name for name in ("Olu", "Nia", "Frank") if name in text] == []
    assert "Alder House" in text


def test_house_of_one_manager_tells_nothing_of_another(cast, signed_in, by_alice):
    overstays(cast.bed_b("2A"), "Olu Late", today=cast.today)
    hold(applicant(cast, "Hal Held", house=cast.house_b), cast.bed_b("2B"), today=cast.today)

    text = signed_in(cast.alice).get(reverse("house_today", args=[cast.house_a.uuid])).content.decode()

    assert [name for name in ("Olu", "Hal", "Erin", "Birch") if name in text] == []


# --- cost ---------------------------------------------------------------------------------------------------------


def in_the_log(house: House, who: Any, stay: Any) -> None:
    """One of each kind that Today tells of, open, written down by somebody else."""
    other = make_user(f"writer{stay.pk}")
    grant(other, RoleKind.OPERATOR, house.organization)
    incident = log.incident_of(house, other, about=[stay])
    log.follow_up_of(incident.entry, other, due_in_days=0)
    log.deadline_of(incident.entry, due_in_hours=-1)
    log.complaint_of(house, other, about=[stay])
    log.visit_of(house, other, about=[stay])
    log.hand_over_of(house, other)
    log.check_of(log.safety_item_of(house, kind="smoke"), other, in_order=False)
    with acting_as(other, source="web"):
        incidents.draft_begin(house=house, type="fire", now=timezone.now())


@pytest.mark.parametrize("item_count", [1, 3])
def test_today_costs_the_same_however_much_there_is(item_count, cast, signed_in, by_alice, django_assert_num_queries):
    today = cast.today
    house = make_house(cast.other_organization, "Large House", time_zone="America/New_York", rooms=8)
    for number in range(1, item_count + 1):
        overstays(bed_of(house, f"{number}A"), f"Olu{number} Late", today=today)
        lives(bed_of(house, f"{number}B"), f"Sue{number} Soon", since=today, expected_on=today + days(3))
        gone = lives(bed_of(house, f"{number + 4}A"), f"Gus{number} Gone", since=today - days(9))
        services.discharge(stay=gone, left_on=today - days(1), today=today, **ORDINARY)
        asks = services.newcomer_applies(
            house=house, person={"legal_first_name": f"Hal{number}"}, received_on=today, today=today
        )
        hold(asks, bed_of(house, f"{number + 4}B"), today=today)
        in_the_log(house, cast.oscar, gone)
    client, url = signed_in(cast.oscar), reverse("house_today", args=[house.uuid])
    client.get(url)  # which remembers the house at hand

    with django_assert_num_queries(63):
        response = client.get(url)

    rows = {str(card.title): len(card.rows) for card in response.context["cards"] if card.rows}
    assert rows == {
        "Not safe": 3,  # never more at once
        "Shift": item_count + 1,
        **dict.fromkeys(["Due this week", "Moves of the last 7 days"], 2 * item_count),
        **dict.fromkeys(
            [
                *("Should have moved out", "Overdue", "Incidents to finish", "Incidents to close"),
                *("To be done after what happened", "Complaints", "Applications waiting"),
            ],
            item_count,
        ),
    }


@pytest.mark.parametrize("house_count", [2, 4])
def test_houses_cost_the_same_however_many(house_count, cast, signed_in, django_assert_num_queries):
    with acting_as(None, source="command"):
        for number in range(house_count - 1):
            make_house(cast.other_organization, f"House {number}", time_zone="America/Chicago", rooms=2)
    client = signed_in(cast.oscar)

    with django_assert_num_queries(9):
        response = client.get("/")

    assert len(response.context["rows"]) == house_count
