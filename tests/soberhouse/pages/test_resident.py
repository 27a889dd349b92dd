"""One resident's page: everything of them for whom it is, nothing for whom it is not, at a constant cost."""

from __future__ import annotations

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from residents.houses.permissions import RoleKind
from residents.models import Application, Stay
from residents.people import services
from residents.people.queries import age
from soberhouse import subjects
from soberhouse.cards import Card, Entry, Order
from soberhouse.history import acting_as
from soberhouse.pages import gather
from tests.cast import grant

SECRET = "carries an injector for bee stings"


def page_of(resident):
    return reverse("resident", kwargs={"uuid": resident.uuid})


def fill(cast, resident, number=1):
    """So many of everything, recorded by the operator."""
    today = cast.today
    with acting_as(cast.olive, source="web"):
        services.resident_change(
            resident=resident,
            changes={"preferred_name": "Day", "pronouns": "she/her", "phone": "+1 (555) 010-2299"},
            reason="",
            today=today,
        )
        written = services.sobriety_record(
            resident=resident, since=today - timedelta(days=50), reason="her word", today=today
        )
        for n in range(number):
            services.alert_add(resident=resident, kind="allergy", text=f"{SECRET} {n}")
            services.contact_add(resident=resident, kind="sponsor", name=f"Ruth E. {n}", phone="555 010 7788")
            services.hours_add(
                resident=resident, kind="work", weekdays=[n], starts=time(22), ends=time(6), starts_on=today
            )
            written = services.sobriety_correct(
                date=written, since=today - timedelta(days=60 + n), reason=f"wrong month {n}", today=today
            )
            services.officer_appoint(
                resident=resident,
                house=cast.house_a,
                duty=["secretary", "treasurer", "senior"][n],
                starts_on=today,
                today=today,
            )


@pytest.fixture
def filled(cast):
    fill(cast, cast.dana)
    return cast.dana


def test_manager_sees_the_person(cast, filled, signed_in):
    response = signed_in(cast.alice).get(page_of(filled))
    page = response.content.decode()

    assert response.context["now"].days == 40
    assert response.context["now"].bed == "Room 1 1A"
    assert response.context["sober"] == 60
    assert 'href="tel:+15550102299"' in page
    for said in ("Day Renner", "she/her", "Alder House", f"{SECRET} 0", "Ruth E. 0", "10 p.m. to 6 a.m.", "Secretary"):
        assert said.lower() in page.lower(), said


def test_corrected_sobriety_date_stays_visible_and_struck(cast, filled, signed_in):
    response = signed_in(cast.alice).get(page_of(filled))

    entries = [entry for entry in response.context["entries"] if entry.fact.startswith("Sober since")]
    assert sorted((entry.struck, entry.detail) for entry in entries) == [
        (False, "Corrected: wrong month 0"),
        (True, "her word"),
    ]
    assert "<s>" in response.content.decode()


def test_timeline_is_newest_first(cast, filled, signed_in):
    entries = signed_in(cast.alice).get(page_of(filled)).context["entries"]

    days = [entry.day for entry in entries]
    assert len(days) >= 3
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(("who", "doors"), [("alice", True), ("olive", True), ("audra", False)])
def test_doors_to_forms_are_for_those_who_may_record(who, doors, cast, filled, signed_in):
    page = signed_in(getattr(cast, who)).get(page_of(filled)).content.decode()

    for name in ("resident_change", "sobriety_record", "contact_add", "hours_add", "officer_appoint"):
        assert (reverse(name, kwargs={"uuid": filled.uuid}) in page) is doors, name


@pytest.mark.parametrize(("who", "seen"), [("alice", True), ("bob", True), ("olive", True), ("audra", False)])
def test_alert_is_seen_by_few(who, seen, cast, filled, signed_in):
    response = signed_in(getattr(cast, who)).get(page_of(filled))

    assert response.status_code == 200
    assert "Ruth E. 0" in response.content.decode()
    assert (SECRET in response.content.decode()) is seen


def test_manager_of_another_house_finds_no_name_anywhere(cast, filled, signed_in):
    client = signed_in(cast.charlie)
    pages = [client.get(page_of(filled)), client.get("/residents/"), client.post("/residents/", {"q": "renner"})]

    assert [response.status_code for response in pages] == [404, 200, 200]
    for response in pages:
        text = response.content.decode().replace('value="renner"', "")
        for secret in ("Renner", "Day ", SECRET, "Ruth E."):
            assert secret not in text


@pytest.mark.parametrize("who", ["charlie", "oscar", "erin", "frank"])
def test_out_of_scope_is_not_there(who, cast, filled, signed_in):
    assert signed_in(getattr(cast, who)).get(page_of(filled)).status_code == 404


def test_resident_has_not_this_page_of_themselves(cast, filled, signed_in):
    assert signed_in(filled).get(page_of(filled)).status_code == 403


def test_manager_reads_their_own_page_and_has_no_door_to_change_it(cast, filled, signed_in):
    with acting_as(None, source="command"):
        grant(filled.user, RoleKind.MANAGER, cast.organization, cast.house_a)

    response = signed_in(filled).get(page_of(filled))

    assert SECRET in response.content.decode()
    assert response.context["may_record"] is False
    assert reverse("contact_add", kwargs={"uuid": filled.uuid}) not in response.content.decode()


def test_application_alone_opens_nobody_who_lives_elsewhere(cast, filled, signed_in):
    with acting_as(None, source="command"):
        Application.objects.create(house=cast.house_b, resident=filled, received_on=cast.today)

    assert signed_in(cast.charlie).get(page_of(filled)).status_code == 404


def test_past_resident_is_there_for_the_operator_and_not_for_the_house(cast, filled, signed_in):
    with acting_as(None, source="command"):
        cast.stay_of_dana.uses.update(ends_on=cast.today)
        Stay.objects.filter(pk=cast.stay_of_dana.pk).update(ends_on=cast.today)

    response = signed_in(cast.olive).get(page_of(filled))

    assert response.context["now"] is None
    assert response.context["may_record"] is True
    assert signed_in(cast.alice).get(page_of(filled)).status_code == 404


def test_unknown_id_is_not_there(cast, signed_in):
    assert signed_in(cast.alice).get(reverse("resident", kwargs={"uuid": uuid4()})).status_code == 404


def test_page_of_somebody_with_nothing_written_down_is_calm(cast, signed_in):
    response = signed_in(cast.alice).get(page_of(cast.dana))

    assert response.status_code == 200
    assert "Nobody to call is written down." in response.content.decode()
    assert "tel:" not in response.content.decode()


def test_page_costs_the_same_queries_however_much_is_known(cast, signed_in, django_assert_num_queries):
    fill(cast, cast.dana, number=1)
    fill(cast, cast.frank, number=3)
    client = signed_in(cast.alice)
    for resident in (cast.dana, cast.frank):  # the house at hand goes into the session, and a look is written down
        client.get(page_of(resident))

    for resident in (cast.dana, cast.frank):
        with django_assert_num_queries(55):
            client.get(page_of(resident))


# Gathering


def test_cards_come_in_the_order_of_what_presses(cast, filled, signed_in):
    cards = signed_in(cast.alice).get(page_of(filled)).context["cards"]

    orders = [card.order for card in cards]
    assert orders == sorted(orders)
    assert {"Contacts", "Weekly hours", "Sobriety date"} <= {card.title for card in cards}


def test_gathering_asks_every_subject_and_no_page_knows_them(settings, monkeypatch):
    subjects.offers.cache_clear()
    settings.SUBJECTS = ["tests.soberhouse.pages.one", "residents.nowhere", "tests.soberhouse.pages.two"]
    found = {
        "tests.soberhouse.pages.one.cards": [Card(title="later", order=Order.LATER)],
        "tests.soberhouse.pages.two.cards": [Card(title="now", order=Order.NOW)],
    }

    class Subject:
        def __init__(self, cards):
            entries = [Entry(day=date(2026, 1, len(card.title)), fact=card.title) for card in cards]
            self.about = lambda resident, stays, standing, today: [*cards, *entries]

    monkeypatch.setattr(subjects, "find_spec", lambda name: found.get(name))
    monkeypatch.setattr(subjects, "import_module", lambda name: Subject(found[name]))
    try:
        cards, entries = gather.about(None, None, None, None)
        assert [card.title for card in cards] == ["now", "later"]
        assert [entry.fact for entry in entries] == ["later", "now"]
        assert gather.gather("today", None, None, None, None) == []
    finally:
        subjects.offers.cache_clear()


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        (date(1990, 5, 17), date(2026, 5, 16), 35),
        (date(1990, 5, 17), date(2026, 5, 17), 36),
        (date(2000, 2, 29), date(2026, 2, 28), 25),
        (date(2000, 2, 29), date(2026, 3, 1), 26),
        (None, date(2026, 3, 1), None),
    ],
)
def test_age_is_whole_years(born, today, years):
    assert age(born, today=today) == years
