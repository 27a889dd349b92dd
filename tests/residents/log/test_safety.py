"""What keeps a house safe: how it stands, what is missing, who looked at it, and where residents find it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from residents.houses.standing import Standing
from residents.log import safety_cards
from residents.log.models import SafetyCheck, SafetyItem
from residents.log.queries.safety import NEEDED, checks_of, kept, safety
from residents.log.services import safety as services
from residents.stays.queries import living
from soberhouse.cards import Order
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.log.given import check_of, safety_item_of
from tests.residents.stays.stories import days, refused, shown, written


@pytest.fixture(autouse=True)
def _alice_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.alice, source="web"):
        yield


def state(cast: Cast, item: SafetyItem) -> str:
    (found,) = kept(SafetyItem.objects.filter(pk=item.pk), today=cast.today)
    return found.state


def all_there(cast: Cast, **facts: Any) -> dict[str, SafetyItem]:
    """One of each kind that a house must have, looked at yesterday."""
    items = {kind: safety_item_of(cast.house_a, kind=kind, place=f"Hall {kind}") for kind in NEEDED}
    for item in items.values():
        check_of(item, cast.alice, **facts)
    return items


# --- how it stands --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("looked", "stands"),
    [
        (None, "never"),
        ({"days_ago": 0}, "fine"),
        ({"days_ago": 30}, "fine"),  # today is the last day
        ({"days_ago": 31}, "overdue"),
        ({"days_ago": 1, "in_order": False}, "broken"),
        ({"days_ago": 1, "good_for": -1}, "expired"),
        ({"days_ago": 1, "good_for": 0}, "expiring"),
        ({"days_ago": 1, "good_for": 30}, "expiring"),
        ({"days_ago": 1, "good_for": 31}, "fine"),
        ({"days_ago": 31, "good_for": 5}, "overdue"),
    ],
)
def test_state_follows_from_the_newest_look(cast, looked, stands):
    item = safety_item_of(cast.house_a, every_days=30)
    check_of(item, cast.bob, days_ago=90, in_order=False)
    if looked is None:
        item = safety_item_of(cast.house_a, place="Hall")
    else:
        facts = dict(looked)
        if "good_for" in facts:
            facts["expires_on"] = cast.today + days(facts.pop("good_for"))
        check_of(item, cast.alice, **facts)

    assert state(cast, item) == stands


def test_kind_that_every_house_must_have_is_missing_where_there_is_none(cast):
    safety_item_of(cast.house_a, kind="naloxone", retired_on=cast.today)
    safety_item_of(cast.house_a, kind="smoke", retired_on=cast.today + days(1))
    safety_item_of(cast.house_b, kind="co")

    assert safety(cast.house_a, today=cast.today).missing == ["naloxone", "extinguisher", "co", "first_aid"]


def test_worst_comes_first(cast):
    items = all_there(cast)
    check_of(items["smoke"], cast.alice, days_ago=0, in_order=False)
    check_of(items["naloxone"], cast.alice, days_ago=0, expires_on=cast.today + days(3))

    found = safety(cast.house_a, today=cast.today)

    assert [each.item.kind for each in found.items] == ["smoke", "naloxone", "co", "extinguisher", "first_aid"]
    assert ([each.item.kind for each in found.red], [each.item.kind for each in found.late]) == (
        ["smoke"],
        ["naloxone"],
    )


def test_what_was_known_then(cast):
    item = safety_item_of(cast.house_a)
    safety_item_of(cast.house_a, kind="smoke")
    first = check_of(item, cast.alice, recorded_at=timezone.now() - timedelta(hours=3))
    then = timezone.now() - timedelta(hours=2)
    services.check_correct(
        check=first, in_order=False, checked_on=first.checked_on, note="Gone.", reason="Misread.", now=timezone.now()
    )

    found = safety(cast.house_a, today=cast.today, known_at=then)

    assert [(each.item, each.state) for each in found.items] == [(item, "fine")]
    assert state(cast, item) == "broken"
    rows = SafetyCheck.objects.filter(item=item)
    assert [counts for _row, counts in checks_of(rows)] == [True, False]
    assert checks_of(rows, then) == [(first, True)]


# --- services -------------------------------------------------------------------------------------------------------


def test_one_tap_says_in_order_and_keeps_the_day_it_is_good_until(cast):
    item = safety_item_of(cast.house_a)
    check_of(item, cast.bob, days_ago=40, expires_on=cast.today + days(200))

    check = services.item_tick(item=item, now=timezone.now())

    assert (check.in_order, check.checked_on, check.expires_on) == (True, cast.today, cast.today + days(200))
    assert (check.recorded_by, state(cast, item)) == (cast.alice, "fine")


def test_one_tap_does_not_make_good_what_has_expired(cast):
    item = safety_item_of(cast.house_a)
    gone = cast.today - days(1)
    check_of(item, cast.bob, days_ago=2, expires_on=gone)

    says = f"It expired on {shown(gone)}: it is not in order, or it is a new one with a new date."
    with refused(says, about="expires_on"):
        services.item_tick(item=item, now=timezone.now())


@pytest.mark.parametrize(
    ("facts", "about", "sentence"),
    [
        ({"in_order": False, "note": "\u2800"}, "note", "Say what is not in order."),
        ({"checked_on": 1}, "checked_on", "This day has not come yet."),
        ({"checked_on": -1200}, "checked_on", "This is more than three years ago."),
    ],
)
def test_look_that_cannot_be_is_refused(cast, facts, about, sentence):
    item = safety_item_of(cast.house_a)
    facts = dict(facts)
    if "checked_on" in facts:
        facts["checked_on"] = cast.today + days(facts["checked_on"])

    with refused(sentence, about=about):
        services.check_record(item=item, now=timezone.now(), **facts)


def test_what_is_there_no_more_is_not_looked_at(cast):
    item = safety_item_of(cast.house_a, retired_on=cast.today - days(1))

    with refused(f"It is not there any more since {shown(item.retired_on)}.", about="checked_on"):
        services.item_tick(item=item, now=timezone.now())


def test_look_is_put_right_once_with_a_reason(cast):
    check = check_of(safety_item_of(cast.house_a), cast.bob, days_ago=2)
    facts = {"in_order": True, "checked_on": cast.today - days(3), "now": timezone.now()}

    with refused("A correction needs a reason: say what was wrong.", about="reason"):
        services.check_correct(check=check, reason=" ", **facts)
    with refused("Nothing is changed: there is nothing to put right."):
        services.check_correct(check=check, reason="x", **facts | {"checked_on": check.checked_on})
    row = services.check_correct(check=check, reason="It was Monday.", **facts)
    with refused("This was put right already. Look at the newest one."):
        services.check_correct(check=check, reason="It was Tuesday.", **facts)

    assert (row.corrects, row.correction_reason, row.recorded_by) == (check, "It was Monday.", cast.alice)


def test_thing_is_changed_and_taken_off(cast):
    item = safety_item_of(cast.house_a)
    check_of(item, cast.alice, days_ago=5)

    changed = services.item_change(item=item, changes={"place": " Front  hall ", "every_days": 7}, today=cast.today)

    assert (changed.place, changed.every_days) == ("Front hall", 7)
    with refused("Say where it is.", about="place"):
        services.item_change(item=item, changes={"place": "\u200b"}, today=cast.today)
    with refused("This day has not come yet.", about="retired_on"):
        services.item_change(item=item, changes={"retired_on": cast.today + days(1)}, today=cast.today)
    looked = shown(cast.today - days(5))
    with refused(f"Somebody looked at it after that, on {looked}.", about="retired_on"):
        services.item_change(item=item, changes={"retired_on": cast.today - days(6)}, today=cast.today)


def test_house_begins_with_the_usual_list_once(cast):
    items = services.items_start(house=cast.house_a)

    assert set(NEEDED) <= {item.kind for item in items}
    found = safety(cast.house_a, today=cast.today)
    assert (found.missing, {each.state for each in found.items}) == ([], {"never"})
    with refused("There is something on the list already."):
        services.items_start(house=cast.house_a)


# --- pages ----------------------------------------------------------------------------------------------------------


def url(name: str, row: Any) -> str:
    return reverse(name, args=[row.uuid])


def test_all_of_it_on_one_screen(cast, signed_in):
    items = all_there(cast)
    check_of(items["co"], cast.bob, days_ago=0, expires_on=cast.today - days(1))
    page = signed_in(cast.alice).get(url("safety", cast.house_a)).content.decode()

    assert page.count('name="tick"') == 4  # what has expired is not ticked off
    assert "Carbon monoxide alarm · Hall co" in page
    assert ">expired<" in page


def test_one_tap_on_the_page(cast, signed_in):
    item = safety_item_of(cast.house_a)

    answer = signed_in(cast.alice).post(url("safety_check_new", item), {"tick": "1"}, follow=True)

    assert "In order today: Naloxone · Kitchen cupboard" in answer.content.decode()
    assert SafetyCheck.objects.get().in_order


def test_one_tap_that_is_refused_leads_to_the_form(cast, signed_in):
    item = safety_item_of(cast.house_a)
    check_of(item, cast.bob, days_ago=2, expires_on=cast.today - days(1))

    answer = signed_in(cast.alice).post(url("safety_check_new", item), {"tick": "1"}, follow=True)

    assert answer.redirect_chain == [(url("safety_check_new", item), 302)]
    assert "It expired on" in answer.content.decode()


def test_what_is_not_in_order_is_written_down(cast, signed_in):
    item, client = safety_item_of(cast.house_a), signed_in(cast.alice)
    typed = {"in_order": "no", "checked_on": str(cast.today), "expires_on": "2027-05-31", "note": ""}

    kept_page = client.post(url("safety_check_new", item), typed).content.decode()
    assert "Say what is not in order." in kept_page
    assert 'value="2027-05-31"' in kept_page
    client.post(url("safety_check_new", item), typed | {"note": "The pin is out."})

    check = SafetyCheck.objects.get()
    assert (check.in_order, check.note, check.expires_on) == (False, "The pin is out.", date(2027, 5, 31))


def test_new_thing_leads_to_its_first_look(cast, signed_in):
    typed = {"kind": "extinguisher", "place": "Basement stairs", "every_days": "30"}

    answer = signed_in(cast.alice).post(f"{url('safety_item_new', cast.house_a)}?kind=extinguisher", typed)

    item = SafetyItem.objects.get()
    assert (item.place, answer.url) == ("Basement stairs", url("safety_check_new", item))


def test_page_of_one_thing_tells_every_look_and_puts_right(cast, signed_in):
    item, client = safety_item_of(cast.house_a), signed_in(cast.alice)
    check = check_of(item, cast.bob, days_ago=2)
    typed = {"in_order": "yes", "checked_on": str(cast.today - days(3)), "expires_on": "", "note": ""}

    client.post(url("safety_check_correct", check), typed | {"reason": "It was the day before."})
    page = client.get(url("safety_item_change", item)).content.decode()

    assert "put right since" in page
    assert "It was the day before." in page
    client.post(url("safety_item_change", item), {"place": "Hall", "every_days": "7", "retired_on": ""})
    item.refresh_from_db()
    assert (item.place, item.every_days) == ("Hall", 7)


def test_list_is_begun_by_one_press(cast, signed_in):
    client = signed_in(cast.alice)

    client.post(url("safety_start", cast.house_a))
    again = client.post(url("safety_start", cast.house_a), follow=True)

    assert SafetyItem.objects.filter(house=cast.house_a).count() == 6
    assert "There is something on the list already." in again.content.decode()


PAGES = ("safety_check_new", "safety_item_change")


@pytest.mark.parametrize(("who", "status"), [("charlie", 404), ("oscar", 404), ("audra", 403), ("dana", 403)])
def test_writing_is_for_those_who_run_the_house(cast, signed_in, who, status):
    item = safety_item_of(cast.house_a)
    check = check_of(item, cast.bob)
    user = getattr(cast, who)
    client = signed_in(getattr(user, "user", user))
    before = written()

    answers = [
        client.post(url("safety_item_new", cast.house_a), {"kind": "smoke", "place": "x", "every_days": "3"}),
        client.post(url("safety_start", cast.house_a)),
        client.post(url("safety_item_change", item), {"place": "x", "every_days": "3"}),
        client.post(url("safety_check_new", item), {"tick": "1"}),
        client.post(url("safety_check_correct", check), {"reason": "x"}),
        client.post(url("safety_issue", cast.house_a), {}),
    ]

    assert {answer.status_code for answer in answers} == {status}
    assert written() == before


def test_auditor_reads_all_of_it_and_residents_their_own_card(cast, signed_in):
    item = safety_item_of(cast.house_a)
    check_of(item, cast.alice)

    assert 'name="tick"' not in signed_in(cast.audra).get(url("safety", cast.house_a)).content.decode()
    assert signed_in(cast.audra).get(url("safety_item_change", item)).status_code == 200
    assert signed_in(cast.dana.user).get(url("safety", cast.house_a)).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_screen_costs_the_same_however_much_there_is(cast, signed_in, count, django_assert_num_queries):
    for number in range(count):
        item = safety_item_of(cast.house_a, place=f"Hall {number}")
        check_of(item, cast.alice)
        safety_item_of(cast.house_a, place=f"Gone {number}", retired_on=cast.today)
    client = signed_in(cast.alice)

    with django_assert_num_queries(13):
        client.get(url("safety", cast.house_a))


@pytest.mark.parametrize("count", [1, 3])
def test_page_of_one_thing_costs_the_same_however_often_it_was_looked_at(
    cast, signed_in, count, django_assert_num_queries
):
    item = safety_item_of(cast.house_a)
    for number in range(count):
        check_of(item, cast.alice, days_ago=number)
    client = signed_in(cast.alice)

    with django_assert_num_queries(11):
        client.get(url("safety_item_change", item))


# --- cards ----------------------------------------------------------------------------------------------------------


def cards(cast: Cast, user: Any) -> list[Any]:
    return list(safety_cards.today(cast.house_a, Standing(user), cast.today))


def test_today_is_loud_about_what_is_missing_and_quiet_where_all_is_well(cast):
    (begin,) = cards(cast, cast.alice)
    assert (begin.order, [row.fact for row in begin.rows]) == (Order.DUE, ["Nothing is on the list yet"])

    items = all_there(cast)
    assert cards(cast, cast.alice) == []

    check_of(items["naloxone"], cast.alice, days_ago=0, expires_on=cast.today + days(9))
    check_of(items["smoke"], cast.alice, days_ago=0, in_order=False, note="No battery.")
    SafetyItem.objects.filter(kind="co").update(retired_on=cast.today)
    red, late = cards(cast, cast.alice)
    assert (red.order, [(row.fact, row.word) for row in red.rows]) == (
        Order.NOW,
        [("Carbon monoxide alarm", "missing"), ("Smoke alarm · Hall smoke", "not in order")],
    )
    assert (late.order, [row.word for row in late.rows]) == (Order.DUE, ["expires in 9 days"])
    assert [row.button for row in cards(cast, cast.audra)[0].rows] == ["", ""]
    assert cards(cast, cast.dana.user) == []


def test_residents_read_where_it_is(cast):
    safety_item_of(cast.house_a, place="Office")
    safety_item_of(cast.house_a, place="Hall closet")
    safety_item_of(cast.house_a, kind="extinguisher", place="Kitchen")
    safety_item_of(cast.house_a, kind="smoke", place="Landing")
    safety_item_of(cast.house_a, kind="first_aid", place="Gone", retired_on=cast.today)

    (card,) = safety_cards.home(living([cast.stay_of_dana]), cast.today)

    assert [(row.fact, row.reason) for row in card.rows] == [
        ("Naloxone", "Hall closet · Office"),
        ("Fire extinguisher", "Kitchen"),
    ]
    assert list(safety_cards.home(living([cast.stay_of_erin]), cast.today)) == []
    assert list(safety_cards.home(None, cast.today)) == []


def test_residents_are_not_sent_to_what_is_not_in_order(cast, django_assert_num_queries):
    def of(kind: str, place: str, **facts: Any) -> None:
        check_of(safety_item_of(cast.house_a, kind=kind, place=place), cast.alice, **facts)

    of("naloxone", "Office", in_order=False)
    of("naloxone", "Attic", expires_on=cast.today - days(1))
    of("naloxone", "Hall closet", expires_on=cast.today)
    of("extinguisher", "Kitchen", in_order=False)
    of("first_aid", "Bathroom", expires_on=cast.today - days(1))

    with django_assert_num_queries(2):
        (card,) = safety_cards.home(cast.stay_of_dana, cast.today)

    assert [(row.fact, row.reason, row.state) for row in card.rows] == [
        ("Naloxone", "Hall closet · Attic (expired)", ""),
        ("Fire extinguisher", "none is in order", "missed"),
        ("First aid kit", "none is in order; Bathroom (expired)", "missed"),
    ]


def test_house_page_of_a_resident_shows_it(cast, signed_in):
    safety_item_of(cast.house_a, place="Hall closet")

    assert "Hall closet" in signed_in(cast.dana.user).get(reverse("my_house")).content.decode()
