"""The house shown to whoever moves in: the list, the ticking, what is due."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from residents.models import OrientationItem, OrientationShown, Stay
from residents.rules import starter
from residents.rules.services import signing as services
from soberhouse.history import acting_as
from tests.cast import Cast, move_in


def page(name: str, row: Any, query: str = "") -> str:
    return reverse(name, args=[row.uuid]) + query


def items(cast: Cast, *texts: str) -> list[OrientationItem]:
    with acting_as(cast.alice, source="web"):
        return [services.orientation_item_save(house=cast.house_a, text=text) for text in texts or ("Keys", "Fire")]


def show(cast: Cast, *shown: OrientationItem, stay: Stay | None = None) -> list[OrientationShown]:
    with acting_as(cast.alice, source="web"):
        return services.items_shown(items=shown, stay=stay or cast.stay_of_dana, now=timezone.now())


def newcomer(cast: Cast, label: str = "2A") -> Stay:
    """Somebody who moved in today."""
    with acting_as(None, source="command"), transaction.atomic():
        return move_in(cast.house_a, label, "Nadia", "Newly", days_ago=0)


def refusal(act: Any, *args: Any, **facts: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        act(*args, **facts)
    return refused.value.messages


# --- services


def test_list_begins_with_ours_once(cast):
    with acting_as(cast.alice, source="web"):
        services.starter_orientation(house=cast.house_a)
        assert refusal(services.starter_orientation, house=cast.house_a) == ["This house has a list already."]

    kept = OrientationItem.objects.filter(house=cast.house_a)
    assert [item.text for item in kept] == [str(text) for text in starter.ORIENTATION]
    for item in kept:
        item.full_clean()


def test_items_are_added_at_the_end_changed_and_taken_off(cast):
    keys, fire = items(cast)
    assert (keys.position, fire.position) == (1, 2)

    with acting_as(cast.alice, source="web"):
        services.orientation_item_save(house=cast.house_a, item=keys, text="The keys", position=3, in_use=False)
        assert refusal(services.orientation_item_save, house=cast.house_a, text="fire") == [
            "This is on the list already."
        ]
        assert refusal(services.orientation_item_save, house=cast.house_b, item=keys, text="x") == [
            "This is on another house's list."
        ]
    assert [item.text for item in OrientationItem.objects.all()] == ["Fire", "The keys"]


def test_shown_says_by_whom_and_when(cast):
    [keys, _fire] = items(cast)
    now = timezone.now()

    with acting_as(cast.alice, source="web"):
        [row] = services.items_shown(items=[keys], stay=cast.stay_of_dana, now=now)

    assert (row.recorded_by, row.recorded_at) == (cast.alice, now)


def test_what_was_shown_or_is_not_on_the_list_is_refused_and_nothing_saved(cast):
    keys, fire, pets = items(cast, "Keys", "Fire", "Pets")
    with acting_as(cast.alice, source="web"):
        services.orientation_item_save(house=cast.house_a, item=pets, text="Pets", in_use=False)
    pets.refresh_from_db()
    show(cast, keys)

    assert refusal(show, cast, fire, keys) == ["“Keys” was shown already."]
    assert refusal(show, cast, fire, pets) == ["“Pets” is not on the list any more."]
    assert refusal(show, cast, fire, stay=cast.stay_of_erin) == ["This is on another house's list."]
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        services.items_shown(items=[fire], stay=cast.stay_of_dana, now=timezone.now())
    assert OrientationShown.objects.count() == 1


def test_a_mistaken_tick_is_marked_and_can_be_ticked_again(cast):
    [keys, _fire] = items(cast)
    [row] = show(cast, keys)

    with acting_as(cast.alice, source="web"):
        assert refusal(services.shown_undo, shown=row, reason=" ") == ["Say why."]
        services.shown_undo(shown=row, reason="That was Frank")
        assert refusal(services.shown_undo, shown=row, reason="x") == ["This has been marked as a mistake already."]
    assert show(cast, keys) != [row]
    assert OrientationShown.objects.filter(voided=True).get() == row


# --- pages


def test_manager_ticks_several_in_one_save(cast, signed_in):
    keys, fire, _pets = items(cast, "Keys", "Fire", "Pets")
    alice = signed_in(cast.alice)

    answer = alice.post(page("orientation", cast.stay_of_dana), {"items": [keys.uuid, fire.uuid]})

    assert answer["Location"] == page("orientation", cast.stay_of_dana)
    rows = OrientationShown.objects.all()
    assert {(row.item, row.recorded_by) for row in rows} == {(keys, cast.alice), (fire, cast.alice)}
    text = alice.get(page("orientation", cast.stay_of_dana)).content.decode()
    assert "Saved 2 items." in text
    assert "by Alice Example" in text


def test_nothing_ticked_and_ticked_twice_are_refused(cast, signed_in):
    keys, _fire = items(cast)
    alice = signed_in(cast.alice)

    assert "Tick what was shown." in alice.post(page("orientation", cast.stay_of_dana), {}).content.decode()
    show(cast, keys)
    answer = alice.post(page("orientation", cast.stay_of_dana), {"items": [keys.uuid]})
    assert answer.status_code == 200
    assert OrientationShown.objects.count() == 1


def test_resident_reads_their_own_and_ticks_nothing(cast, signed_in):
    keys, fire = items(cast)
    show(cast, keys)
    dana = signed_in(cast.dana)

    text = dana.get(page("orientation", cast.stay_of_dana)).content.decode()
    assert "Not shown yet" in text
    assert dana.post(page("orientation", cast.stay_of_dana), {"items": [fire.uuid]}).status_code == 403
    assert OrientationShown.objects.count() == 1


@pytest.mark.parametrize(("name", "status"), [("charlie", 404), ("frank", 404), ("erin", 404), ("audra", 403)])
def test_others_tick_and_settle_nothing(cast, signed_in, name, status):
    keys, fire = items(cast)
    [row] = show(cast, keys)
    client = signed_in(getattr(cast, name))
    of_house = 403 if name in ("frank", "audra") else 404

    assert client.post(page("orientation", cast.stay_of_dana), {"items": [fire.uuid]}).status_code == status
    assert client.post(page("orientation_undo", row), {"reason": "x"}).status_code == status
    assert client.get(page("orientation_list", cast.house_a)).status_code == of_house
    assert client.post(page("orientation_item_add", cast.house_a), {"text": "x"}).status_code == of_house
    assert client.post(page("orientation_item_change", keys), {"text": "x"}).status_code == of_house
    assert client.post(page("orientation_start", cast.house_a)).status_code == of_house
    assert OrientationItem.objects.count() == 2
    assert OrientationShown.objects.filter(voided=False).count() == 1


def test_manager_keeps_the_list(cast, signed_in):
    alice = signed_in(cast.alice)

    assert "Begin with our list" in alice.get(page("orientation_list", cast.house_a)).content.decode()
    alice.post(page("orientation_start", cast.house_a))
    first = OrientationItem.objects.first()
    alice.post(page("orientation_item_add", cast.house_a), {"text": "The cat"})
    alice.post(page("orientation_item_change", first), {"text": "Bed and keys", "position": 1, "in_use": ""})

    first.refresh_from_db()
    assert (first.text, first.in_use) == ("Bed and keys", False)
    assert OrientationItem.objects.last().text == "The cat"
    text = alice.post(page("orientation_item_add", cast.house_a), {"text": "The cat"}).content.decode()
    assert "This is on the list already." in text


def test_mistaken_tick_is_marked_on_the_page(cast, signed_in):
    [keys, _fire] = items(cast)
    [row] = show(cast, keys)
    alice = signed_in(cast.alice)

    assert alice.post(page("orientation_undo", row), {"reason": "Not yet"})["Location"] == page(
        "orientation", cast.stay_of_dana
    )
    row.refresh_from_db()
    assert row.voided
    assert "1 ticked by mistake" in alice.get(page("orientation", cast.stay_of_dana)).content.decode()


def test_today_is_loud_when_it_is_overdue_and_quiet_about_long_ago(cast, signed_in):
    items(cast)
    newcomer(cast)
    with acting_as(None, source="command"), transaction.atomic():
        move_in(cast.house_a, "2B", "Lars", "Lately", days_ago=5)

    text = signed_in(cast.alice).get(page("house_today", cast.house_a)).content.decode()

    loud = text[text.index("Orientation is overdue") :]
    loud = loud[: loud.index("</section>")]
    assert "Lars L." in loud
    assert "Nadia N." not in loud
    assert "Dana R." not in loud
    assert "Nadia N." in text
    assert "2 residents have no whole orientation on record" in text


def test_who_was_not_shown_everything_is_listed(cast, signed_in):
    keys, fire = items(cast)
    show(cast, keys, fire, stay=cast.stay_of_frank)

    text = signed_in(cast.alice).get(page("orientations", cast.house_a)).content.decode()

    assert "Dana R." in text
    assert "Frank O." not in text


@pytest.mark.parametrize("count", [1, 3])
def test_pages_cost_the_same_however_much_was_shown(cast, signed_in, django_assert_num_queries, count):
    show(cast, *items(cast, *[f"Item {number}" for number in range(count)]))
    items(cast, *[f"More {number}" for number in range(count)])
    for label in ("2A", "2B", "3A")[:count]:
        newcomer(cast, label)
    alice = signed_in(cast.alice)
    alice.get(page("orientation", cast.stay_of_dana))

    with django_assert_num_queries(12):
        alice.get(page("orientation", cast.stay_of_dana))
    with django_assert_num_queries(11):
        alice.get(page("orientations", cast.house_a))
    with django_assert_num_queries(8):
        alice.get(page("orientation_list", cast.house_a))


def test_due_time_follows_the_house_s_hours(cast, signed_in):
    items(cast)
    stay = newcomer(cast)
    with acting_as(cast.olive, source="web"), transaction.atomic():
        cast.house_a.orientation_hours = 2
        cast.house_a.save()

    text = signed_in(cast.alice).get(page("orientation", stay)).content.decode()

    due = timezone.localtime(stay.entered_at + timedelta(hours=2), cast.house_a.zone)
    assert f"{due:%M}" in text
