"""Nothing is reachable without a right to it: tables, addresses and forms, walked; and each guard shown to work."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.http import HttpResponse
from django.urls import get_resolver, path, re_path

from residents.houses.access import signed_in as open_to_all
from residents.houses.permissions import Action
from residents.houses.scoped_forms import ScopedForm, ScopedModelForm
from residents.models import Application, Bed, House, PhaseKind, Resident, Stay
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from soberhouse.history.records import audited_models
from tests import factories
from tests.architecture import guards
from tests.residents.log.given import entry_of
from tests.residents.meetings.given import house_meeting_of

URLS = list(guards.every_url(get_resolver().url_patterns))


UNSCOPED = {
    "accounts.AccountEvent": "about a user, whom roles place; shown on the page of that person only",
    "accounts.ApiKey": "a user's or a partner's; whom one sees of those follows from roles",
    "accounts.Invitation": "a user's, whom roles place",
    "accounts.User": "a user belongs to nobody; whom one sees follows from roles (User.objects.visible_to)",
    "documents.StoredFile": "bytes without a meaning; the row that points to them has a scope, and serves them",
    "documents.Withdrawal": "read through its document, which has a scope",
    "notices.Notice": "one user's own",
    "api.KeptAnswer": "an answer kept for a day; it is found by whom it was given to, and told to them alone",
    "residents.FeedReading": "its feed has an organization, and through it a scope",
    "residents.MeetingChange": "its meeting has an organization, and through it a scope",
    "residents.MeetingVersion": "a number beside a meeting, read with it alone",
    "residents.Organization": "it is the scope",
}
WITHOUT_ACTION = {
    "api_docs": "how to ask, for whoever may want to; nothing about anybody",
    "api_schema": "as above, for programs",
    "calendar_feed": "whoever has the secret address reads; no calendar program can sign in",
    "account_change_password": "one's own",
    "account_login": "the door",
    "account_logout": "the door",
    "account_reauthenticate": "one's own",
    "account_reset_password": "the door",
    "account_reset_password_done": "the door",
    "account_reset_password_from_key": "the door",
    "account_reset_password_from_key_done": "the door",
    "components": "made-up examples, and only where the site runs locally",
    "history": "the kind of record is in the address: the record is fetched in scope and asked for SEE_HISTORY",
    "join": "the code of an invitation slip is the key",
    "manifest": "the same for everyone: an app's name and pictures",
    "mfa_activate_totp": "one's own",
    "mfa_add_webauthn": "one's own",
    "mfa_authenticate": "the door",
    "mfa_deactivate_totp": "one's own",
    "mfa_index": "one's own",
    "mfa_login_webauthn": "the door",
    "mfa_reauthenticate": "one's own",
    "mfa_reauthenticate_webauthn": "one's own",
    "mfa_view_recovery_codes": "one's own",
    "notice_open": "one's own",
    "notices": "one's own",
    "notices_read": "one's own",
    "offline": "the same for everyone: it says that there is no connection",
    "own_account": "one's own",
    "own_key_revoke": "one's own",
    "own_pin": "one's own",
    "own_sessions": "one's own",
    "passkey_remove": "one's own",
    "service_worker": "the same for everyone: a script",
    "tablet": "a device that an operator enrolled is the key",
    "tablet_pin": "a device that an operator enrolled is the key",
    "today": "everybody's first page, which shows what each may see",
    "verify": "whoever holds a paper may ask whether it is genuine",
    "verify_code": "whoever holds a paper may ask whether it is genuine",
}
NOT_PUBLIC_IDS = {
    "calendar_feed": "the secret of an address, which says nothing of whose it is",
    "account_reset_password_from_key": "a signed key from an e-mail, good once; it names nobody",
}


# Tables


def test_every_table_belongs_to_a_house_a_resident_or_an_organization():
    assert guards.unscoped_models(guards.our_models(), UNSCOPED) == []


def test_a_table_without_an_owner_is_noticed():
    class Meta:
        app_label = "planted"
        managed = False

    names = {"__module__": "residents.planted", "Meta": Meta}
    ownerless = type("Ownerless", (models.Model,), dict(names))
    house = models.ForeignKey(House, models.PROTECT, null=True, related_name="+")
    maybe = type("Maybe", (models.Model,), {**names, "house": house})
    unasked = type(
        "Unasked", (models.Model,), {**names, "house": models.ForeignKey(House, models.PROTECT, related_name="+")}
    )

    noticed = guards.unscoped_models([ownerless, maybe, unasked, Stay], {"residents.Stay": "needless", "x.Y": ""})

    assert noticed == [
        "planted.Ownerless: without an owner (house, resident or organization)",
        "planted.Maybe: without an owner (house, resident or organization)",
        "planted.Unasked: without objects.visible_to",
        "residents.Stay: no longer an exception",
        "x.Y: no longer an exception",
        "x.Y: without a reason",
    ]


@pytest.mark.parametrize("model", audited_models(), ids=lambda model: model.__name__)
def test_nobody_sees_anything_without_signing_in(cast, model):
    with acting_as(cast.alice, source="web"), transaction.atomic():
        factories.saved(model, cast)

    for nobody in (None, AnonymousUser(), User()):
        assert not model.objects.visible_to(nobody).exists()


@pytest.mark.parametrize("model", audited_models(), ids=lambda model: model.__name__)
def test_somebody_deactivated_sees_no_row_of_a_house(cast, model):
    """Only what one is oneself is left, and nobody deactivated is ever signed in."""
    with acting_as(cast.olive, source="web"), transaction.atomic():
        factories.saved(model, cast)
        cast.alice.is_active = False
        cast.alice.save()

    left = model.objects.visible_to(cast.alice)

    assert set(left) <= {cast.alice, *cast.alice.roles.all(), *cast.alice.api_keys.all()}


# Addresses


def test_every_address_has_a_permission():
    assert len(URLS) > 40
    assert guards.urls_without_permission(URLS) == []


def test_every_address_without_an_action_is_known_by_name():
    assert guards.urls_with_reason_only(URLS, Action, WITHOUT_ACTION) == []


def test_no_address_could_name_a_person():
    assert guards.urls_that_could_name_a_person(URLS, NOT_PUBLIC_IDS) == []


def test_an_address_without_a_permission_is_noticed():
    def view(request: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse()

    planted = list(
        guards.every_url(
            [
                path("open/", view, name="open"),
                path("any/<str:name>/", open_to_all("everybody may")(view), name="any"),
                re_path(r"^by/(\w+)/$", view, name="by"),
                path("by/<int:number>/", view, name="number"),
            ]
        )
    )

    assert guards.urls_without_permission(planted) == ["open/", r"^by/(\w+)/$", "by/<int:number>/"]
    assert guards.urls_with_reason_only(planted, Action, {"open": "x", "by": "x", "gone": "x"}) == [
        "any: asks for no action",
        "number: asks for no action",
        "gone: no longer an exception",
    ]
    assert guards.urls_that_could_name_a_person(planted, {"by": "x"}) == ["any", "number"]


# Forms


def our_forms() -> list[type[forms.BaseForm]]:
    list(guards.every_module())
    return [form for form in guards.subclasses(forms.BaseForm) if form.__module__.startswith(guards.OURS)]


POINTING = [form for form in our_forms() if guards.relational_fields(form)]


def made(form: type[forms.BaseForm], *, user: User, house: House | None, cast: Any) -> forms.BaseForm:
    """The form as a view makes it for this user, in this house."""
    at_hand = {
        "user": user,
        "house": house,
        "organization": cast.organization,
        "leaving": cast.house_a,
        "sees_past": True,
        "staff": [],
        "today": cast.today,
        "houses": House.objects.visible_to(user),
        "placed": True,
        "entry": entry_of(cast.house_a, cast.alice),
        "house_meeting": house_meeting_of(cast.house_a, cast.alice),
    }
    wanted = guards.keywords_of(form)
    if "leaving" in wanted:
        wanted.pop("house", None)  # a form that leads out of a house is not bound to it
    if "house_meeting" in wanted:
        wanted.pop("house", None)  # it is that of the meeting
    missing = {name for name, keyword in wanted.items() if name not in at_hand and keyword.default is keyword.empty}
    assert not missing, f"{form.__name__} asks for {missing}: tell this test what to give"
    return form(**{name: at_hand[name] for name in wanted if name in at_hand})


@pytest.fixture
def strangers(cast) -> None:
    """Of everything a form may point at, something of house B and something of the other organization."""
    with acting_as(None, source="command"), transaction.atomic():
        for house in (cast.house_b, cast.house_c):
            person = Resident.objects.create(organization=house.organization, legal_first_name="Stranger")
            Application.objects.create(house=house, resident=person, received_on=house.today())
            PhaseKind.objects.create(house=house, number=1, name="Phase 1")


def is_of_house_b(cast: Any, row: models.Model) -> bool:
    if isinstance(row, House):
        return row != cast.house_a
    if isinstance(row, Resident):
        return row not in (cast.dana, cast.frank)
    if isinstance(row, User):
        return row in (cast.charlie, cast.oscar)
    return row.house_id != cast.house_a.pk


def is_of_another_organization(cast: Any, row: models.Model) -> bool:
    if isinstance(row, User):
        return row == cast.oscar
    return row.reach().organization_id != cast.organization.pk


def test_every_form_that_points_at_rows_is_scoped():
    assert POINTING
    assert guards.forms_without_scope(our_forms(), (ScopedForm, ScopedModelForm)) == []


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize("form", POINTING, ids=lambda form: form.__qualname__)
def test_a_managers_form_knows_no_other_house(cast, form):
    made_form = made(form, user=cast.alice, house=cast.house_a, cast=cast)

    assert guards.foreign_choices(made_form, lambda row: is_of_house_b(cast, row)) == []


@pytest.mark.usefixtures("strangers")
@pytest.mark.parametrize("form", POINTING, ids=lambda form: form.__qualname__)
def test_an_operators_form_knows_no_other_organization(cast, form):
    house = cast.house_a if guards.keywords_of(form).get("house") else None
    made_form = made(form, user=cast.olive, house=house, cast=cast)

    assert guards.foreign_choices(made_form, lambda row: is_of_another_organization(cast, row)) == []


@pytest.mark.usefixtures("strangers")
def test_a_form_with_foreign_rows_is_noticed(cast):
    class Open(forms.Form):
        bed = forms.ModelChoiceField(Bed.objects.all(), to_field_name="uuid")

    class Undone(ScopedForm):
        bed = forms.ModelChoiceField(Bed.objects.all())

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.fields["bed"].queryset = Bed.objects.all()

    noticed = guards.foreign_choices(Undone(user=cast.alice, house=cast.house_a), lambda row: is_of_house_b(cast, row))

    assert guards.forms_without_scope([Open, Undone], (ScopedForm, ScopedModelForm)) == [Open.__qualname__]
    # Four beds of house B and two of house C, each both offered and taken.
    assert len(noticed) == 12
    assert guards.foreign_choices(Open(), lambda row: is_of_house_b(cast, row)) == noticed
