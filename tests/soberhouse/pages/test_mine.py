"""The resident's phone: my week, me, who looked, the house; each for the one whose it is, and nobody beside."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from residents.houses.permissions import RoleKind
from residents.models import Contact, House, Look, Officer, Organization, Resident, SobrietyDate, Stay
from residents.people import services as people
from residents.stays import services as stays
from soberhouse.history import acting_as
from soberhouse.notices.kinds import declared
from soberhouse.notices.services import notices_read, notify
from soberhouse.pages.views_mine import greeting
from tests.cast import grant, make_user, move_in
from tests.residents.stays.stories import ORDINARY, applicant, days, lives, written
from tests.soberhouse.pages.recorded import leave, record_everything

MINE = ["my_week", "my_record", "my_looks", "my_house", "my_contact_add"]
WEEK, RECORD, HOUSE, LOOKS = (reverse(f"my_{name}") for name in ("week", "record", "house", "looks"))


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def sober_for(cast, resident, number):
    with acting_as(cast.olive, source="web"):
        people.sobriety_record(resident=resident, since=cast.today - timedelta(days=number), today=cast.today)


def rows_of(card):
    return [(str(row.fact), str(row.reason), str(row.word)) for row in card.rows]


def cards_of(client):
    return {card.title: card for card in client.get(WEEK).context["cards"]}


# Whose they are


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        *[(who, 200) for who in ("dana", "frank", "erin")],
        *[(who, 404) for who in ("alice", "bob", "charlie", "olive", "audra", "oscar")],
    ],
)
def test_pages_are_there_for_residents_alone(who, status, name, cast, signed_in):
    before = written()

    assert signed_in(getattr(cast, who)).get(reverse(name)).status_code == status
    assert signed_in(getattr(cast, who)).post(reverse(name)).status_code == status

    assert written() == before
    assert not Look.objects.exists()


@pytest.mark.parametrize("name", MINE)
def test_stranger_is_sent_to_sign_in(name, cast, client):
    assert client.get(reverse(name))["Location"].startswith(reverse("account_login"))


def test_nothing_of_another_house_stands_on_any_page(cast, signed_in):
    with acting_as(cast.olive, source="web"), transaction.atomic():
        House.objects.filter(pk=cast.house_b.pk).update(phone="555 010 9911", street="9 Hidden Lane", city="Yonkers")
        cast.erin.contacts.create(kind="family", name="Uncle Dmitri")
    sober_for(cast, cast.erin, 12)
    record_everything(cast)
    client = signed_in(cast.frank)

    for name in MINE:
        text = text_of(client.get(reverse(name)))
        for secret in ("Birch", "Erin", "Castellanos", "Hidden Lane", "9911", "Dmitri", "Charlie", "Aunt Petra"):
            assert secret not in text, (name, secret)
    for address in (
        reverse("house_today", args=[cast.house_b.uuid]),
        reverse("my_contact_change", args=[cast.erin.contacts.get().uuid]),
        reverse("history", args=["contact", cast.erin.contacts.get().uuid]),
    ):
        assert client.get(address).status_code == 404


# My week


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (4, "Hello,"),
        (5, "Good morning,"),
        (11, "Good morning,"),
        (12, "Good afternoon,"),
        (17, "Good evening,"),
        (22, "Good evening,"),
        (23, "Hello,"),
    ],
)
def test_greeting_follows_the_clock_of_the_house(hour, words):
    with timezone.override("America/Los_Angeles"):
        assert greeting(datetime(2026, 1, 5, (hour + 8) % 24, 30, tzinfo=UTC)) == words


def test_resident_is_greeted_by_the_name_they_want_to_hear(cast, signed_in):
    with acting_as(cast.olive, source="web"):
        people.resident_change(resident=cast.dana, changes={"preferred_name": "Day"}, reason="", today=cast.today)

    text = text_of(signed_in(cast.dana).get(WEEK))

    assert "</span> Day</h1>" in text
    assert "Renner" not in text.split("<main")[1]


def test_days_sober_and_in_the_house_and_the_way_to_the_next_milestone(cast, signed_in):
    sober_for(cast, cast.dana, 80)

    response = signed_in(cast.dana).get(WEEK)

    assert response.context["sober"].days == 80
    assert response.context["now"].days == 40
    text = text_of(response)
    assert 'stroke-dasharray="88 100"' in text
    for said in ("days sober", "90 days", "days to go", "40 days in Alder House", "60 days"):
        assert said in text, said


@pytest.mark.parametrize(("number", "name"), [(1, "24 hours"), (30, "30 days"), (60, "60 days"), (90, "90 days")])
def test_the_day_itself_is_celebrated_quietly(number, name, cast, signed_in):
    sober_for(cast, cast.dana, number)

    text = text_of(signed_in(cast.dana).get(WEEK))

    assert f"{name} today." in text
    assert 'stroke-dasharray="100 100"' in text
    assert "days-full" in text


def test_first_day_is_day_one(cast, signed_in):
    sober_for(cast, cast.dana, 0)

    text = text_of(signed_in(cast.dana).get(WEEK))

    assert "Day one" in text
    assert "Tomorrow: <strong>24 hours</strong>" in text
    assert "stroke-dasharray" not in text


def test_whoever_counts_from_no_day_is_shown_the_days_in_the_house(cast, signed_in):
    text = text_of(signed_in(cast.dana).get(WEEK))

    assert '<span class="days-count">40</span>' in text
    assert "days in the house" in text
    assert "If you want your sober days counted here" in text
    assert 'class="ring"' not in text


def test_whoever_moved_in_today_is_welcome(cast, signed_in):
    with acting_as(None, source="command"), transaction.atomic():
        stay = move_in(cast.house_a, "2A", "Nia", "Okafor", days_ago=0, user=make_user("nia"))

    text = text_of(signed_in(stay.resident).get(WEEK))

    assert "Welcome" in text
    assert "Today is your first day in Alder House." in text


def test_days_go_on_along_the_chain_of_houses(cast, signed_in):
    with acting_as(cast.olive, source="web"):
        stays.transfer(
            stay=cast.stay_of_dana, bed=cast.bed_b("1B"), on=cast.today, reason="nearer to work", today=cast.today
        )

    response = signed_in(cast.dana).get(WEEK)

    assert response.context["now"].days in (39, 40)  # Los Angeles may still have yesterday
    assert "days in our houses" in text_of(response)
    sober_for(cast, cast.dana, 80)
    text = text_of(signed_in(cast.dana).get(WEEK))
    assert "days in our houses" in text
    assert "in Birch House" not in text.partition("days-house")[2].partition("</p>")[0]


def test_week_says_where_i_sleep_my_phase_and_the_plan(cast, signed_in):
    record_everything(cast)
    with acting_as(cast.alice, source="web"):
        stays.expect(stay=cast.stay_of_dana, expected_on=cast.today + days(9), today=cast.today)

    rows = rows_of(cards_of(signed_in(cast.dana))["Where I sleep"])

    assert [fact for fact, _reason, _word in rows][:2] == ["Bed Room 1 1A", "Phase 1"]
    assert rows[2][0].startswith("Move-out planned for")
    assert rows[2][2] == "in 9 days"


def test_overdue_move_out_shames_nobody(cast, signed_in):
    with acting_as(cast.olive, source="web"), transaction.atomic():
        Stay.objects.filter(pk=cast.stay_of_dana.pk).update(expected_on=cast.today - days(2))

    rows = rows_of(cards_of(signed_in(cast.dana))["Where I sleep"])

    assert rows[-1][1:] == ("That day is past: talk with your manager about the plan.", "")


def test_week_shows_hours_duties_and_who_looked(cast, signed_in):
    record_everything(cast)

    cards = cards_of(signed_in(cast.dana))

    assert rows_of(cards["My duties in the house"])[0][0] == "Secretary"
    week = cards["My hours this week"].context
    assert [len(one.hours) for one in week["days"]] == [1, 0, 0, 0, 0, 0, 0]
    assert [one.is_today for one in week["days"]].count(True) == 1
    assert [(line.fact, line.reason) for line in week["lines"]] == [
        ("Work · Harbor Bakery", "5 a.m. to 1 p.m. · Monday")
    ]
    assert rows_of(cards["Who looked this week"]) == [("Alice Example", "your page", "once")]
    ((_title, said, word),) = rows_of(cards["Papers about me"])
    assert said.endswith("by Olive Example · for Judge Whitcomb 0")
    assert word == "withdrawn"


def test_new_notices_are_told(cast, signed_in):
    client = signed_in(cast.dana)
    assert "new notice" not in text_of(client.get(WEEK))
    with acting_as(cast.olive, source="web"):
        notify(users=[cast.dana.user], kind=next(iter(declared.values())), text="Something is new")

    assert "1 new notice" in text_of(client.get(WEEK))
    with acting_as(cast.dana.user, source="web"):
        notices_read(user=cast.dana.user, until=timezone.now(), now=timezone.now())
    assert "new notice" not in text_of(client.get(WEEK))


def test_whoever_only_applied_sees_what_became_of_it(cast, signed_in):
    with acting_as(cast.alice, source="web"):
        asks = applicant(cast, "Nia Okafor")
        people.account_give(resident=asks.resident, username="nia")
        stays.application_wait(application=asks)
    client = signed_in(Resident.objects.get(pk=asks.resident_id))

    response = client.get(WEEK)

    assert response.context["now"] is None
    cards = {card.title: card for card in response.context["cards"]}
    assert [row[0::2] for row in rows_of(cards["What I asked for"])] == [("A bed in Alder House", "place 1")]
    assert "You live in none of our houses now" in text_of(response)
    assert 'class="days' not in text_of(response)
    assert "Alder House" not in text_of(client.get(HOUSE))
    assert "Frank" not in text_of(client.get(HOUSE))


def test_whoever_left_keeps_their_days_and_their_record(cast, signed_in):
    sober_for(cast, cast.dana, 200)
    leave(cast)
    client = signed_in(cast.dana)

    response = client.get(WEEK)

    assert response.context["sober"].days == 200
    assert rows_of({card.title: card for card in response.context["cards"]}["Where I lived last"])[0][0] == (
        "Alder House"
    )
    assert "her sister in Troy" in text_of(client.get(RECORD))
    house = text_of(client.get(HOUSE))
    for gone in ("Frank", "Alice", "Who lives here"):
        assert gone not in house
    assert "988" in house


# Me


def test_record_shows_all_of_it_with_corrections_and_ways_to_its_history(cast, signed_in):
    record_everything(cast)
    client = signed_in(cast.dana)

    response = client.get(RECORD)

    text = text_of(response)
    for said in ("Renner-Voss", "Aunt Petra 0", "bee stings 0", "Harbor Bakery", "wrong month 0", "Judge Whitcomb 0"):
        assert said in text, said
    struck = [(each.name, one.struck) for each in response.context["sections"] for one in each.records if one.struck]
    assert struck == [
        ("sobriety_dates", "corrected"),
        ("beds", "entered by mistake"),
        ("acknowledgements", "taken back"),
        ("orientation", "entered by mistake"),
        ("violations", "taken back"),
        ("log_tellings", "amended since"),
        ("incident_steps", "amended since"),
        ("searches", "amended since"),
        ("curfew_checks", "corrected"),
        ("movements", "corrected"),
        ("attendances", "does not count"),
        ("attendances", "followed by a newer one"),
        ("attendances", "followed by a newer one"),
        ("weeks_excused", "taken back"),
        ("house_meeting_rolls", "put right since"),
        ("minutes_of_agenda_items", "put right since"),
        ("calendar_links", "revoked"),
        ("papers", "withdrawn"),
    ]
    addresses = {one.history_url for each in response.context["sections"] for one in each.records if one.history_url}
    assert len(addresses) > 12
    for address in addresses:
        assert client.get(address).status_code == 200, address
        assert address in text
    assert reverse("paper", args=[cast.dana.issued_documents.get().uuid]) in text


def test_history_of_ones_own_leads_back_to_ones_record_and_is_no_look(cast, signed_in):
    record_everything(cast)
    looks = Look.objects.count()

    text = text_of(signed_in(cast.dana).get(reverse("history", args=["contact", cast.dana.contacts.get().uuid])))

    assert f'href="{RECORD}"' in text.split("<main")[1]
    assert reverse("resident", args=[cast.dana.uuid]) not in text
    assert Look.objects.count() == looks


def test_contact_of_ones_own_is_added_and_seen_by_staff_at_once(cast, signed_in):
    facts = {"kind": "sponsor", "name": "Ruth E.", "phone": "555 010 7788"}

    response = signed_in(cast.dana).post(reverse("my_contact_add"), facts)

    assert response["Location"] == RECORD
    contact = Contact.objects.get()
    assert (contact.resident, contact.kind, contact.name) == (cast.dana, "sponsor", "Ruth E.")
    assert contact.history.get().history_actor_label == "Dana Example"
    assert "Ruth E." in text_of(signed_in(cast.alice).get(reverse("resident", args=[cast.dana.uuid])))


def test_contact_of_ones_own_is_changed_and_ended_and_stays_on_record(cast, signed_in):
    with acting_as(cast.alice, source="web"):
        contact = people.contact_add(resident=cast.dana, kind="sponsor", name="Ruth E.", phone="555 010 7788")
    client = signed_in(cast.dana)
    address = reverse("my_contact_change", args=[contact.uuid])
    page = client.get(address).context["form"]

    sent = {page.add_prefix(name): page[name].value() or "" for name in page.fields} | {"phone": "555 010 1111"}
    assert client.post(address, sent)["Location"] == RECORD
    del sent["is_current"]
    assert client.post(address, sent)["Location"] == RECORD

    contact.refresh_from_db()
    assert (contact.phone, contact.is_current) == ("555 010 1111", False)
    assert list(contact.history.order_by("history_id").values_list("history_actor_label", flat=True)) == [
        "Alice Example",
        "Dana Example",
        "Dana Example",
    ]
    assert "1 former contact" in text_of(client.get(RECORD))


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"kind": "officer", "name": "Officer Kline"}, "kind"),
        ({"kind": "family", "name": " "}, "name"),
        ({"kind": "family", "name": "x" * 121}, "name"),
        ({"kind": "family", "name": "Petra", "email": "nowhere"}, "email"),
        ({"kind": "family", "name": "Petra", "phone": "5" * 41}, "phone"),
    ],
)
def test_contact_that_cannot_be_is_not_written(facts, field, cast, signed_in):
    before = written()

    response = signed_in(cast.dana).post(reverse("my_contact_add"), facts)

    assert list(response.context["form"].errors) == [field]
    assert written() == before


def test_same_contact_twice_is_refused(cast, signed_in):
    client = signed_in(cast.dana)
    client.post(reverse("my_contact_add"), {"kind": "family", "name": "Petra"})
    before = written()

    response = client.post(reverse("my_contact_add"), {"kind": "family", "name": " Petra "})

    assert response.context["form"].errors == {
        "name": ["This contact is on record already. Change what is new about them."]
    }
    assert written() == before


def test_probation_officer_is_kept_by_staff(cast, signed_in):
    with acting_as(cast.alice, source="web"):
        officer = people.contact_add(resident=cast.dana, kind="officer", name="Officer Kline")
    before = written()
    client = signed_in(cast.dana)
    address = reverse("my_contact_change", args=[officer.uuid])

    assert client.get(address).status_code == 403
    assert client.post(address, {"kind": "family", "name": "Nobody"}).status_code == 403
    assert written() == before
    text = text_of(client.get(RECORD))
    assert "kept by staff" in text
    assert address not in text


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 403), ("olive", 403), ("audra", 403), ("charlie", 404), ("frank", 404), ("erin", 404), ("oscar", 404)],
)
def test_nobody_else_keeps_somebodys_own_contacts(who, status, cast, signed_in):
    with acting_as(cast.olive, source="web"):
        contact = people.contact_add(resident=cast.dana, kind="family", name="Aunt Petra")
    before = written()
    client = signed_in(getattr(cast, who))
    address = reverse("my_contact_change", args=[contact.uuid])

    assert client.get(address).status_code == status
    assert client.post(address, {"kind": "family", "name": "Somebody else"}).status_code == status
    assert written() == before


# Who looked


def look(resident, user, *, ago, what=Look.What.PAGE, **facts):
    Look.objects.create(
        resident=resident,
        what=what,
        actor_kind=facts.get("kind", "user"),
        actor_id=user.pk,
        actor_label=facts.get("label", str(user)),
        looked_at=timezone.now() - ago,
    )


def test_looks_are_grouped_by_day_the_latest_first(cast, signed_in):
    noon = timezone.now().astimezone(cast.house_a.zone).replace(hour=12, minute=0)
    since_noon = timezone.now() - noon
    look(cast.dana, cast.alice, ago=since_noon + days(1))
    look(
        cast.dana,
        cast.olive,
        ago=since_noon
        + days(
            1,
        )
        - timedelta(hours=2),
        what=Look.What.PAPER,
    )
    look(cast.dana, cast.bob, ago=since_noon + days(3), kind="partner", label="County Court", what=Look.What.API)
    look(cast.frank, cast.charlie, ago=since_noon)

    response = signed_in(cast.dana).get(LOOKS)

    told = [(day, [(one.actor_label, what) for _at, one, what in looks]) for day, looks in response.context["days"]]
    assert told == [
        (noon.date() - days(1), [("Olive Example", "a paper about you"), ("Alice Example", "your page")]),
        (noon.date() - days(3), [("County Court", "your record, through a program")]),
    ]
    text = text_of(response)
    assert "a partner" in text
    assert "Charlie" not in text


def test_each_page_of_staff_about_a_resident_is_a_look(cast, signed_in):
    with acting_as(cast.alice, source="web"):
        asks = applicant(cast, "Nia Okafor")
        contact = people.contact_add(resident=cast.dana, kind="family", name="Aunt Petra")
    client = signed_in(cast.alice)
    pages = [
        reverse("resident", args=[cast.dana.uuid]),
        reverse("stay", args=[cast.stay_of_dana.uuid]),
        reverse("application", args=[asks.uuid]),
        reverse("history", args=["resident", cast.dana.uuid]),
        reverse("history", args=["contact", contact.uuid]),
        reverse("history", args=["beduse", cast.stay_of_dana.uses.get().uuid]),
        reverse("history", args=["bed", cast.bed_a("1A").uuid]),
    ]

    for address in pages + pages:
        assert client.get(address).status_code == 200

    told = list(Look.objects.order_by("id").values_list("resident__legal_first_name", "what", "detail", "actor_label"))
    assert told == [
        ("Dana", "page", "", "Alice Example"),
        ("Dana", "page", "a stay", "Alice Example"),
        ("Nia", "page", "an application", "Alice Example"),
        ("Dana", "history", "resident", "Alice Example"),
        ("Dana", "history", "contact", "Alice Example"),
        ("Dana", "history", "bed use", "Alice Example"),
    ]


@pytest.mark.parametrize("name", ["resident", "stay"])
def test_page_that_is_refused_is_no_look(name, cast, signed_in):
    row = {"resident": cast.dana, "stay": cast.stay_of_dana}[name]

    for person in (cast.charlie, cast.frank, cast.oscar, cast.dana):
        assert signed_in(person).get(reverse(name, args=[row.uuid])).status_code in (403, 404)

    assert not Look.objects.exists()


def test_manager_who_lives_there_looks_at_everybody_but_themselves(cast, signed_in):
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    client = signed_in(cast.frank)

    for person in (cast.frank, cast.dana):
        assert client.get(reverse("resident", args=[person.uuid])).status_code == 200

    assert [one.resident for one in Look.objects.all()] == [cast.dana]


# The house


def test_house_says_whom_to_call_and_when_to_be_in(cast, signed_in):
    with acting_as(cast.olive, source="web"), transaction.atomic():
        facts = {
            "street": "12 Alder Street",
            "city": "Rochester",
            "curfew_weeknights": time(22),
            "phone": "555 010 0101",
        }
        House.objects.filter(pk=cast.house_a.pk).update(**facts)
        Organization.objects.filter(pk=cast.organization.pk).update(phone="+1 (555) 010-0100")

    text = text_of(signed_in(cast.dana).get(HOUSE))

    for said in ("12 Alder Street", "Rochester", "10 p.m.", 'href="tel:5550100101"', 'href="tel:+15550100100"'):
        assert said in text, said
    for said in ('href="tel:988"', 'href="sms:988"', 'href="tel:911"', "Alice Example", "Bob Example"):
        assert said in text, said
    assert "The address is confidential" in text


def test_managers_are_those_whose_role_counts_now_and_nobody_is_said_to_be_on_duty(cast, signed_in):
    with acting_as(None, source="command"), transaction.atomic():
        cast.bob.roles.update(ends_at=timezone.now())

    response = signed_in(cast.dana).get(HOUSE)

    assert response.context["managers"] == [cast.alice]
    assert "Managers: <strong>Alice Example</strong>" in text_of(response)
    assert "duty now" not in text_of(response)


def test_housemates_are_first_names_and_initials(cast, signed_in):
    with acting_as(cast.alice, source="web"):
        lives(cast.bed_a("2A"), "Zoe Quintanilla", since=cast.today)
        gone = lives(cast.bed_a("2B"), "Gus Vanderpool", since=cast.today - days(9))
        stays.discharge(stay=gone, left_on=cast.today, today=cast.today, **ORDINARY)
        old = Officer.objects.create(
            house=cast.house_a,
            resident=cast.frank,
            duty="treasurer",
            starts_on=cast.today - days(90),
            ends_on=cast.today,
        )
    assert old.pk

    response = signed_in(cast.dana).get(HOUSE)

    assert [(mate.name, mate.duties, mate.is_oneself) for mate in response.context["mates"]] == [
        ("Dana R.", "", True),
        ("Frank O.", "president", False),
        ("Zoe Q.", "", False),
    ]
    text = text_of(response)
    for name in ("Osei", "Quintanilla", "Gus", "Vanderpool", "Castellanos"):
        assert name not in text


# The way through


def nav_of(client, address=WEEK):
    return [(item.label, item.count) for item in client.get(address).context["nav"]]


def test_resident_has_four_doors(cast, signed_in):
    with acting_as(cast.olive, source="web"):
        for text in ("One", "Two"):
            notify(users=[cast.dana.user], kind=next(iter(declared.values())), text=text)

    response = signed_in(cast.dana).get(WEEK)

    assert [(item.label, item.count) for item in response.context["nav"]] == [
        ("My week", 0),
        ("House", 0),
        ("Notices", 2),
        ("Me", 0),
    ]
    assert response.context["unread_notices"] is None


@pytest.mark.parametrize(
    ("address", "label"),
    [
        (WEEK, "My week"),
        (HOUSE, "House"),
        (RECORD, "Me"),
        (LOOKS, "Me"),
        (reverse("my_contact_add"), "Me"),
        (reverse("notices"), "Notices"),
    ],
)
def test_door_of_the_page_is_the_current_one(address, label, cast, signed_in):
    nav = signed_in(cast.dana).get(address).context["nav"]

    assert [item.label for item in nav if item.current] == [label]


def test_staff_who_live_there_have_both_ways(cast, signed_in):
    with acting_as(None, source="command"):
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_a)

    client = signed_in(cast.frank)
    doors = [label for label, _count in nav_of(client)]

    assert doors[:4] == ["Today", "Beds", "Residents", "My week"]
    assert {"Applications", "Papers", "My house", "Me"} <= set(doors)
    assert client.get(WEEK).context["unread_notices"] == 0


def test_staff_who_lived_there_once_keep_the_way_to_their_record(cast, signed_in):
    leave(cast)
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)

    doors = [label for label, _count in nav_of(signed_in(cast.dana))]

    assert doors[:4] == ["Today", "Beds", "Residents", "In and out"]
    assert doors[-2:] == ["My house", "Me"]


def test_staff_who_never_lived_there_have_a_bell_and_no_door_of_their_own(cast, signed_in):
    response = signed_in(cast.alice).get(reverse("house_today", args=[cast.house_a.uuid]))

    labels = [item.label for item in response.context["nav"]]
    assert "Papers" in labels
    assert not {"My week", "Me", "My house"} & set(labels)
    assert 'class="bell"' in response.content.decode()


# What it costs


def more(cast, number):
    record_everything(cast, number)
    with acting_as(cast.alice, source="web"):
        for n in range(number - 1):
            lives(cast.bed_a(["2A", "2B"][n]), f"Nia N{n}", since=cast.today)


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("week", 61), ("record", 71), ("looks", 10), ("house", 20)])
def test_pages_cost_the_same_however_much_there_is(name, queries, number, cast, signed_in, django_assert_num_queries):
    more(cast, number)
    client = signed_in(cast.dana)
    client.get(WEEK)  # the house at hand goes into the session

    with django_assert_num_queries(queries):
        client.get(reverse(f"my_{name}"))


def test_many_looks_stand_on_several_pages(cast, signed_in):
    for n in range(60):
        look(cast.dana, cast.alice, ago=timedelta(minutes=n))
    client = signed_in(cast.dana)

    first, second = client.get(LOOKS), client.get(LOOKS, {"page": 2})

    assert [sum(len(looks) for _day, looks in page.context["days"]) for page in (first, second)] == [50, 10]
    assert text_of(client.get(LOOKS, {"page": "x"})).count("Alice Example") == 50


def test_newest_sobriety_date_counts(cast, signed_in):
    sober_for(cast, cast.dana, 90)
    with acting_as(cast.olive, source="web"):
        people.sobriety_record(resident=cast.dana, since=cast.today - days(2), today=cast.today)

    assert signed_in(cast.dana).get(WEEK).context["sober"].days == 2
    assert SobrietyDate.objects.count() == 2
