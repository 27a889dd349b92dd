"""The forms about one person: each works, is out of reach from another house, and refuses what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from residents.houses.permissions import RoleKind
from residents.people import services
from residents.people.models import Alert, Contact, Officer, Resident, SobrietyDate, WeeklyHours
from soberhouse.history import acting_as
from tests.cast import grant


@pytest.fixture
def facts(cast):
    """One of everything about Dana, recorded by Alice."""
    today = cast.today
    with acting_as(cast.alice, source="web"):
        hours = services.hours_add(
            resident=cast.dana,
            kind="work",
            where="Harbor Bakery",
            weekdays=[0],
            starts=time(5),
            ends=time(13),
            starts_on=today,
        )
        return {
            "resident": cast.dana,
            "sobriety": services.sobriety_record(
                resident=cast.dana, since=today - timedelta(days=90), reason="her own word", today=today
            ),
            "alert": services.alert_add(resident=cast.dana, kind="allergy", text="penicillin"),
            "contact": services.contact_add(
                resident=cast.dana, kind="sponsor", name="Ruth Ekström", phone="+1 555 010 7788"
            ),
            "hours": hours[0],
            "duty": services.officer_appoint(
                resident=cast.dana, house=cast.house_a, duty="secretary", starts_on=today, today=today
            ),
        }


@dataclass(frozen=True)
class Page:
    """One form: what it is about, a good answer as far as it differs from nothing, and what must be true then."""

    name: str
    about: str
    good: Callable[[date], dict[str, Any]]
    then: Callable[[dict[str, Any]], bool]
    bad: dict[str, Any] = field(default_factory=dict)
    auditor: int = 403


def resident_now(facts):
    return Resident.objects.get(pk=facts["resident"].pk)


def row_now(facts, name):
    return type(facts[name]).objects.get(pk=facts[name].pk)


PAGES = [
    Page(
        "resident_change",
        "resident",
        lambda today: (
            {"legal_first_name": "Dana", "legal_last_name": "Renner", "preferred_name": "Day", "reason": ""}
            | {"birth_date": "1990-05-17", "gender": "woman", "pronouns": "she", "phone": "+1 555 010 2299"}
        ),
        lambda facts: resident_now(facts).name == "Day Renner" and resident_now(facts).phone == "+1 555 010 2299",
        bad={"preferred_name": "D" * 5000},
    ),
    Page(
        "sobriety_record",
        "resident",
        lambda today: {"since": today - timedelta(days=3), "reason": "a new start"},
        lambda facts: SobrietyDate.objects.filter(resident=facts["resident"]).first().reason == "a new start",
        bad={"since": "2999-01-01"},
    ),
    Page(
        "sobriety_correct",
        "sobriety",
        lambda today: {"since": today - timedelta(days=100), "reason": "misheard"},
        lambda facts: SobrietyDate.objects.get(corrects=facts["sobriety"]).reason == "misheard",
        bad={"reason": ""},
    ),
    Page(
        "alert_add",
        "resident",
        lambda today: {"kind": "medical", "text": "diabetes"},
        lambda facts: Alert.objects.filter(resident=facts["resident"], text="diabetes").exists(),
        bad={"text": "x\0y"},
    ),
    Page(
        "alert_change",
        "alert",
        lambda today: {"kind": "allergy", "text": "penicillin", "reason": "tested: she is not"},
        lambda facts: row_now(facts, "alert").is_current is False,
        bad={"reason": ""},
        auditor=404,  # auditors do not see alerts
    ),
    Page(
        "contact_add",
        "resident",
        lambda today: {"kind": "family", "name": "Ada Renner", "phone": "+1 555 010 1111"},
        lambda facts: Contact.objects.filter(resident=facts["resident"], name="Ada Renner").exists(),
        bad={"name": "A" * 5000},
    ),
    Page(
        "contact_change",
        "contact",
        lambda today: {"kind": "sponsor", "name": "Ruth Ekström", "phone": "+1 555 010 9999", "is_current": "on"},
        lambda facts: row_now(facts, "contact").phone == "+1 555 010 9999" and row_now(facts, "contact").is_current,
        bad={"email": "not an address"},
    ),
    Page(
        "hours_add",
        "resident",
        lambda today: {"kind": "school", "weekdays": [1, 3], "starts": "18:00", "ends": "21:00", "starts_on": today},
        lambda facts: WeeklyHours.objects.filter(resident=facts["resident"], kind="school").count() == 2,
        bad={"weekdays": [9]},
    ),
    Page(
        "hours_change",
        "hours",
        lambda today: (
            {"kind": "work", "where": "Harbor Bakery", "weekday": 0, "starts": "06:00", "ends": "13:00"}
            | {"starts_on": today, "reason": "begins at six"}
        ),
        lambda facts: row_now(facts, "hours").starts == time(6),
        bad={"ends": "06:00"},
    ),
    Page(
        "hours_end",
        "hours",
        lambda today: {"ends_on": today},
        lambda facts: row_now(facts, "hours").ends_on is not None,
        bad={"ends_on": "1999-01-01"},
    ),
    Page(
        "officer_appoint",
        "resident",
        lambda today: {"duty": "treasurer", "starts_on": today},
        lambda facts: Officer.objects.filter(resident=facts["resident"], duty="treasurer").exists(),
        bad={"starts_on": "1999-01-01"},
    ),
    Page(
        "officer_end",
        "duty",
        lambda today: {"ends_on": today, "reason": "she asked"},
        lambda facts: row_now(facts, "duty").ends_on is not None,
        bad={"reason": " "},
    ),
]
EVERY = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def address(page: Page, facts: dict[str, Any]) -> str:
    return reverse(page.name, kwargs={"uuid": facts[page.about].uuid})


def rows() -> int:
    models = (Resident, SobrietyDate, Alert, Contact, WeeklyHours, Officer)
    return sum(model.history.count() for model in models)


@EVERY
def test_form_is_shown_to_the_manager(page, cast, facts, signed_in):
    response = signed_in(cast.alice).get(address(page, facts))

    assert response.status_code == 200
    assert reverse("resident", kwargs={"uuid": cast.dana.uuid}) in response.content.decode()


@EVERY
def test_good_answer_is_written_down_by_the_manager(page, cast, facts, signed_in):
    assert not page.then(facts) if page.name != "sobriety_correct" else True

    response = signed_in(cast.alice).post(address(page, facts), page.good(cast.today))

    assert response.status_code == 302, response.context["form"].errors
    assert response["Location"] == reverse("resident", kwargs={"uuid": cast.dana.uuid})
    assert page.then(facts)


@EVERY
def test_bad_answer_is_explained_kept_and_not_written(page, cast, facts, signed_in):
    before = rows()

    response = signed_in(cast.alice).post(address(page, facts), page.good(cast.today) | page.bad)

    assert response.status_code == 200
    assert response.context["form"].errors
    assert rows() == before


@EVERY
@pytest.mark.parametrize("who", ["charlie", "oscar", "erin"])
def test_out_of_scope_is_not_there_and_nothing_changes(page, who, cast, facts, signed_in):
    client, before = signed_in(getattr(cast, who)), rows()

    assert client.get(address(page, facts)).status_code == 404
    assert client.post(address(page, facts), page.good(cast.today)).status_code == 404
    assert rows() == before


@EVERY
def test_auditor_may_not(page, cast, facts, signed_in):
    client, before = signed_in(cast.audra), rows()

    assert client.get(address(page, facts)).status_code == page.auditor
    assert client.post(address(page, facts), page.good(cast.today)).status_code == page.auditor
    assert rows() == before


@EVERY
def test_nobody_writes_about_themselves_even_as_a_manager(page, cast, facts, signed_in):
    with acting_as(None, source="command"):
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)
    client, before = signed_in(cast.dana), rows()

    assert client.get(address(page, facts)).status_code == 403
    assert client.post(address(page, facts), page.good(cast.today)).status_code == 403
    assert rows() == before


@EVERY
def test_unknown_id_is_not_there(page, cast, facts, signed_in):
    assert signed_in(cast.alice).get(reverse(page.name, kwargs={"uuid": uuid4()})).status_code == 404


@EVERY
def test_stranger_is_sent_to_sign_in(page, cast, facts, client):
    response = client.post(address(page, facts), page.good(cast.today))

    assert response.status_code == 302
    assert "/account/login/" in response["Location"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"birth_date": "1899-12-31"}, "birth_date"),
        ({"legal_first_name": ""}, "legal_first_name"),
        ({"legal_last_name": "R" * 101}, "legal_last_name"),
        ({"preferred_name": "a\0b"}, "preferred_name"),
        ({"legal_first_name": "Diana"}, "reason"),
        ({"birth_date": "1991-05-17"}, "reason"),
    ],
)
def test_what_is_wrong_about_a_person_is_said_beside_the_field(changes, named, cast, signed_in):
    url = reverse("resident_change", kwargs={"uuid": cast.dana.uuid})
    answer = {"legal_first_name": "Dana", "legal_last_name": "Renner", "birth_date": "1990-05-17"}

    response = signed_in(cast.alice).post(url, answer | changes)

    assert list(response.context["form"].errors) == [named]
    assert Resident.history.filter(id=cast.dana.pk).count() == 1


def test_two_people_editing_different_fields_keep_both_changes(cast, signed_in):
    url = reverse("resident_change", kwargs={"uuid": cast.dana.uuid})
    as_shown = {"legal_first_name": "Dana", "legal_last_name": "Renner", "birth_date": "1990-05-17"}
    with acting_as(cast.alice, source="web"):
        services.resident_change(resident=cast.dana, changes={"phone": "555"}, reason="", today=cast.today)
    row = Resident.objects.get(pk=cast.dana.pk)

    with acting_as(cast.bob, source="web"):
        services.resident_change(resident=cast.dana, changes={"pronouns": "she"}, reason="", today=cast.today)
    signed_in(cast.alice).post(url, as_shown | {"phone": row.phone, "pronouns": "she", "gender": "woman"})

    row.refresh_from_db()
    assert (row.phone, row.pronouns, row.gender) == ("555", "she", "woman")


def test_reason_of_a_correction_is_in_the_history(cast, facts, signed_in):
    url = reverse("alert_change", kwargs={"uuid": facts["alert"].uuid})

    signed_in(cast.alice).post(url, {"kind": "allergy", "text": "penicillin", "reason": "tested: she is not"})

    newest = facts["alert"].history.first()
    assert (newest.history_change_reason, newest.history_actor_label) == ("tested: she is not", str(cast.alice))
    assert Alert.objects.filter(pk=facts["alert"].pk).exists()
