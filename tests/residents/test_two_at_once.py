"""Two people change one row from pages they opened at the same time: neither undoes what the other saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from typing import Any

import pytest
from django import forms
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from residents.log.services import safety
from residents.people import services
from soberhouse.forms import ChangeForm
from soberhouse.history import acting_as
from tests.cast import Cast

SignedIn = Callable[[Any], Client]


def kinds() -> list[type[ChangeForm]]:
    found = list(ChangeForm.__subclasses__())
    for kind in found:
        found += kind.__subclasses__()
    return [kind for kind in found if kind._meta.model is not None]


def page_of(client: Client, address: str) -> dict[str, Any]:
    """What a browser sends for the page as it stands: its fields, and what it carries along."""
    return sent_by(client.get(address).context["form"])


def sent_by(form: forms.BaseForm) -> dict[str, Any]:
    sent: dict[str, Any] = {}
    for bound in form:
        widgets = [(bound.html_name, bound.field.widget, bound.value())]
        if bound.field.show_hidden_initial:
            shown = form.data.get(bound.html_initial_name, bound.field.prepare_value(bound.initial))
            widgets.append((bound.html_initial_name, bound.field.hidden_widget(), shown))
        for name, widget, value in widgets:
            if isinstance(widget, forms.CheckboxInput):
                sent |= {name: "on"} if value else {}
                continue
            shown = widget.format_value(value)
            sent[name] = (shown[0] if shown else "") if isinstance(shown, list) else shown or ""
    return sent


@pytest.fixture
def rows(cast: Cast) -> dict[str, Model]:
    with acting_as(cast.alice, source="web"):
        hours = services.hours_add(
            resident=cast.dana, kind="work", weekdays=[0], starts=time(5), ends=time(13), starts_on=cast.today
        )
        return {
            "house": cast.house_a,
            "organization": cast.organization,
            "bed": cast.bed_a("1A"),
            "resident": cast.dana,
            "alert": services.alert_add(resident=cast.dana, kind="allergy", text="penicillin"),
            "contact": services.contact_add(resident=cast.dana, kind="sponsor", name="Ruth Ekström"),
            "hours": hours[0],
            "person": cast.alice,
            "item": safety.item_add(house=cast.house_a, kind="naloxone", place="Hall", every_days=30),
        }


# Each form: the row it changes, what one of two changes there, and what the other does.
FORMS: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "house_change": ("house", {"phone": "+1 555 010 1000", "lgbtq_affirming": "on"}, {"city": "Aberdeen"}),
    "organization_settings": ("organization", {"phone": "+1 555 010 1000"}, {"name": "Still Waters"}),
    "bed_change": ("bed", {"room": ""}, {"name": "9Z"}),
    "resident_change": ("resident", {"phone": "+1 555 010 1000"}, {"pronouns": "they"}),
    "alert_change": ("alert", {"text": "penicillin and latex"}, {"kind": "medical"}),
    "contact_change": ("contact", {"phone": "+1 555 010 1000"}, {"relationship": "sponsor of old"}),
    "hours_change": ("hours", {"where": "Harbor Bakery"}, {"ends": "14:00"}),
    "safety_item_change": ("item", {"every_days": "7"}, {"place": "Kitchen"}),
    "person_change": ("person", {"name": "Alice Renamed"}, {"username": "alice-too"}),
}


def address_of(name: str, row: Any, cast: Cast) -> str:
    if name == "person_change":
        return reverse(name, kwargs={"uuid": cast.organization.uuid, "person": row.uuid})
    return reverse(name, kwargs={"uuid": row.uuid})


@pytest.mark.parametrize("name", FORMS)
def test_what_the_other_saved_meanwhile_stays(name: str, signed_in: SignedIn, cast: Cast, rows: dict[str, Any]) -> None:
    kind, theirs, mine = FORMS[name]
    row, client = rows[kind], signed_in(cast.olive)
    if "room" in theirs:
        theirs = {"room": str(cast.bed_a("2A").room.uuid)}
    address = address_of(name, row, cast)
    first, second = page_of(client, address), page_of(client, address)
    why = {"reason": "misheard"} if "reason" in first else {}

    answers = [client.post(address, second | theirs | why), client.post(address, first | mine | why)]

    assert [answer.status_code for answer in answers] == [302, 302], answers[-1].context["form"].errors
    now = page_of(client, address)
    assert {key: now[key] for key in theirs | mine} == theirs | mine
    untouched = {key for key in first if not key.startswith("initial-")} - set(theirs | mine | why)
    assert {key: now[key] for key in untouched} == {key: first[key] for key in untouched}


@pytest.mark.parametrize(
    ("name", "kind", "field", "theirs", "says"),
    [
        ("house_change", "house", "phone", "+1 555 010 1000", "+1 555 010 1000"),
        ("house_change", "house", "time_zone", "America/Chicago", "America/Chicago"),
        ("resident_change", "resident", "pronouns", "they", "they"),
        ("resident_change", "resident", "birth_date", "1991-02-03", "Feb. 3, 1991"),
    ],
)
def test_a_field_that_both_changed_is_refused_once_with_what_it_says_now(
    name: str, kind: str, field: str, theirs: str, says: str, signed_in: SignedIn, cast: Cast, rows: dict[str, Any]
) -> None:
    mine = {"phone": "+1 555 010 2000", "time_zone": "America/Denver", "pronouns": "xe", "birth_date": "1992-02-03"}
    client, address = signed_in(cast.olive), address_of(name, rows[kind], cast)
    why = {"reason": "misheard"} if name == "resident_change" else {}
    first = page_of(client, address) | {field: mine[field]} | why
    client.post(address, page_of(client, address) | {field: theirs} | why)

    refused = client.post(address, first)

    assert refused.status_code == 200
    (sentence,) = refused.context["form"].errors[field]
    assert f"it now says “{says}”" in sentence
    again = sent_by(refused.context["form"])
    assert again[field] == mine[field], "what was typed is kept"
    assert page_of(client, address)[field] == theirs
    assert client.post(address, again).status_code == 302
    assert page_of(client, address)[field] == mine[field]


def test_no_page_carries_a_secret_along() -> None:
    assert len(kinds()) >= 10
    for kind in kinds():
        carried = [kind.base_fields[name] for name in kind._meta.fields]
        assert not any(isinstance(field.widget, forms.PasswordInput) for field in carried)
        assert not {"password", "pin", "pin_tries", "token_digest"} & set(kind._meta.fields)
