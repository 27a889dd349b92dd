"""The pages of houses, people, roles and tablets: who may open them, what they do, and what they answer to nonsense."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from residents.houses import services
from residents.houses.permissions import RoleKind
from residents.houses.urls import urlpatterns
from residents.models import Bed, House, Organization, Role, Room, Tablet
from soberhouse.accounts import factors
from soberhouse.accounts import services as accounts
from soberhouse.accounts.models import AccountEvent, Invitation, User
from soberhouse.history import acting_as
from tests.cast import PASSWORD, Cast
from tests.residents.houses import test_partners

SignedIn = Callable[[Any], Client]
NOWHERE = UUID("00000000-0000-4000-8000-000000000000")


@pytest.fixture
def tablet_a(cast: Cast) -> Tablet:
    with acting_as(cast.olive, source="web"):
        return services.tablet_enrol(house=cast.house_a, name="Kitchen")[0]


@pytest.fixture
def rows(cast: Cast, tablet_a: Tablet) -> dict[str, Any]:
    """A row of house A, or of its organization, for each kind of view."""
    return {
        "house": cast.house_a,
        "room": cast.bed_a("3A").room,
        "bed": cast.bed_a("3A"),
        "organization": cast.organization,
        "role": Role.objects.get(user=cast.alice),
        "tablet": tablet_a,
        "person": cast.alice,
    }


# Each view: its name, the row its URL names, whether a manager of the house may, and a form that it takes.
HOUSE = {
    "name": "Alder House",
    "time_zone": "America/New_York",
    "serves": "men",
    "fee_period": "month",
    "fee": "650.00",
    "narr_level": "2",
    "curfew_grace": "10",
    "absent_after": "45",
    "orientation_hours": "24",
}
ACCOUNT = {"name": "Alice New", "username": "alice", "email": "alice@example.org"}
ROLE = {"kind": "auditor", "starts_at": "2026-01-05T09:00"}
GWEN = ROLE | {"name": "Gwen Example", "username": "gwen", "email": ""}
VIEWS: dict[str, tuple[str, bool, dict[str, str] | None]] = {
    "house_settings": ("house", True, None),
    "house_change": ("house", True, HOUSE),
    "room_add": ("house", True, {"name": "Attic"}),
    "room_change": ("room", True, {"name": "Attic"}),
    "room_shift": ("room", True, {"go": "earlier"}),
    "bed_add": ("room", True, {"name": "3Z"}),
    "bed_change": ("bed", True, {"name": "3Y", "room": "room"}),
    "bed_shift": ("bed", True, {"go": "later"}),
    "bed_close": ("bed", True, {"closed_on": "2030-01-01", "reason": "sold"}),
    "bed_reopen": ("bed", True, {"reason": "mended"}),
    "tablets": ("house", False, None),
    "tablet_enrol": ("house", False, {"name": "Office"}),
    "tablet_revoke": ("tablet", False, {"reason": "stolen"}),
    "organization_settings": ("organization", False, {"name": "Still Waters", "time_zone": "America/Denver"}),
    "house_new": ("organization", False, HOUSE | {"name": "Dogwood"}),
    "people": ("organization", False, None),
    "person_new": ("organization", False, GWEN),
    "role_new": ("organization", False, ROLE | {"person": "person"}),
    "role_end": ("role", False, {"ends_at": "2030-01-05T09:00", "reason": "moves on"}),
    "person": ("person", False, None),
    "person_change": ("person", False, ACCOUNT),
    "person_slip": ("person", False, None),
    "person_factors_reset": ("person", False, {"reason": "lost the phone"}),
    "person_pin": ("person", False, {"pin": "482915", "again": "482915"}),
    "person_pin_remove": ("person", False, {"sure": "yes"}),
    "person_deactivate": ("person", False, {"reason": "left"}),
    "person_reactivate": ("person", False, {"reason": "came back"}),
}
FORMS = [name for name, (_row, _manager, form) in VIEWS.items() if form]
PAGES = [name for name in VIEWS if name not in ("room_shift", "bed_shift")]


def address(name: str, rows: dict[str, Any]) -> str:
    row = VIEWS[name][0]
    if row == "person":
        return reverse(name, kwargs={"uuid": rows["organization"].uuid, "person": rows["person"].uuid})
    return reverse(name, kwargs={"uuid": rows[row].uuid})


def form_of(name: str, rows: dict[str, Any]) -> dict[str, str]:
    """The form, with rows for the words that stand for them."""
    form = VIEWS[name][2] or {}
    return {key: str(rows[value].uuid) if key in ("person", "room") else value for key, value in form.items()}


def everything() -> list[Any]:
    """All that these pages could write."""
    written: list[Any] = [AccountEvent.objects.count()]
    for model in (Organization, House, Room, Bed, Role, Tablet, Invitation, User):
        written.append(list(model.objects.order_by("pk").values()))
        written.append(model.history.count())
    for user in written[-2]:
        user.pop("last_login")
    return written


def test_every_page_of_the_subject_stands_in_this_table():
    elsewhere = {"tablet", "tablet_pin", *test_partners.VIEWS}

    assert {pattern.name for pattern in urlpatterns} - set(VIEWS) == elsewhere


@pytest.mark.parametrize("name", FORMS)
def test_form_does_what_it_says_and_history_names_who(cast: Cast, rows, signed_in: SignedIn, name):
    before = everything()
    accounts_only = name in ("person_factors_reset", "person_pin", "person_pin_remove")
    if name in ("person_factors_reset", "person_pin_remove", "bed_reopen", "person_reactivate"):
        prepare(name, cast)

    response = signed_in(cast.olive).post(address(name, rows), form_of(name, rows))

    assert response.status_code == 302, response.content.decode()[:2000]
    assert everything() != before
    assert accounts_only or newest_change() == ("Olive Example", "web")


def prepare(name: str, cast: Cast) -> None:
    with acting_as(cast.alice, source="web"):
        if name == "person_pin_remove":
            accounts.pin_set(user=cast.alice, pin="482915")
        elif name == "person_factors_reset":
            factors.app_add(user=cast.alice, secret="JBSWY3DPEHPK3PXP")
        elif name == "bed_reopen":
            services.bed_close(bed=cast.bed_a("3A"), closed_on=cast.today, reason="roof")
        else:
            accounts.user_deactivate(user=cast.alice, reason="left")


def newest_change() -> tuple[str, str]:
    newest: list[models.Model] = []
    for model in (Organization, House, Room, Bed, Role, Tablet, User):
        newest += model.history.all()[:1]
    last: Any = max(newest, key=lambda row: row.history_date)
    return last.history_actor_label, last.history_source


@pytest.mark.parametrize("name", PAGES)
def test_page_opens_for_the_operator_and_for_a_manager_only_where_they_may(cast: Cast, rows, signed_in: SignedIn, name):
    _row, manager_may, _form = VIEWS[name]
    url = address(name, rows)
    asked = {
        who: signed_in(user).get(url).status_code
        for who, user in {
            "olive": cast.olive,
            "alice": cast.alice,
            "bob": cast.bob,
            "charlie": cast.charlie,
            "audra": cast.audra,
            "oscar": cast.oscar,
        }.items()
    }
    row = VIEWS[name][0]

    manager = 200 if manager_may else 403
    own_role = 403 if row == "role" else None  # alice sees her own role, and may not end it
    elsewhere = 403 if row in ("organization", "person") else 404  # charlie works for the organization too
    assert asked == {
        "olive": 200,
        "alice": own_role or manager,
        "bob": 404 if row == "role" else manager,
        "charlie": elsewhere,
        "audra": 404 if row == "role" else 403,
        "oscar": 404,
    }


@pytest.mark.parametrize("name", FORMS)
def test_form_refuses_everybody_else_and_changes_nothing(cast: Cast, rows, signed_in: SignedIn, name):
    row, manager_may, _form = VIEWS[name]
    others = [cast.charlie, cast.audra, cast.oscar, cast.dana, cast.erin]
    others += [] if manager_may else [cast.alice, cast.bob]
    before = everything()

    codes = {
        str(other): signed_in(other).post(address(name, rows), form_of(name, rows)).status_code for other in others
    }

    assert set(codes.values()) <= {403, 404}
    assert codes[str(cast.oscar)] == 404
    assert everything() == before


@pytest.mark.parametrize("name", VIEWS)
def test_nobody_gets_in_without_signing_in(cast: Cast, rows, name):
    before = everything()

    response = Client().post(address(name, rows), form_of(name, rows))

    assert (response.status_code, response.url.split("?")[0]) == (302, reverse("account_login"))
    assert everything() == before


@pytest.mark.parametrize("name", VIEWS)
def test_row_that_is_not_there_is_404(cast: Cast, rows, signed_in: SignedIn, name):
    stranger = User(uuid=NOWHERE)
    nothing = {kind: type(row)(uuid=NOWHERE) for kind, row in rows.items()}
    client = signed_in(cast.olive)

    codes = [client.post(address(name, nothing), form_of(name, rows)).status_code]
    if VIEWS[name][0] == "person":
        codes.append(client.post(address(name, rows | {"person": stranger}), form_of(name, rows)).status_code)
    not_a_uuid = client.post(address(name, rows).replace(str(rows[VIEWS[name][0]].uuid), "1"))

    assert set(codes) == {404}
    assert not_a_uuid.status_code == 404


TEXTS = {name: [key for key in (VIEWS[name][2] or {}) if key not in ("go", "sure", "room", "person")] for name in FORMS}


@pytest.mark.parametrize("bad", ["x" * 5000, "a\0b"])
@pytest.mark.parametrize("name", [name for name in FORMS if TEXTS[name]])
def test_nonsense_is_answered_beside_its_field_and_nothing_is_written(cast: Cast, rows, signed_in: SignedIn, name, bad):
    client, before = signed_in(cast.olive), everything()

    for field in TEXTS[name]:
        response = client.post(address(name, rows), form_of(name, rows) | {field: bad})
        assert (response.status_code, list(response.context["form"].errors)) == (200, [field])

    assert everything() == before


@pytest.mark.parametrize(
    ("name", "field"), [("bed_change", "room"), ("role_new", "person"), ("role_new", "house"), ("person_new", "house")]
)
def test_row_of_somebody_else_is_no_choice(cast: Cast, rows, signed_in: SignedIn, name, field):
    before = everything()
    foreign = {"room": cast.bed_b("1A").room, "person": cast.oscar, "house": cast.house_c}[field]
    form = form_of(name, rows) | {field: str(foreign.uuid), "kind": RoleKind.MANAGER}

    by_uuid = signed_in(cast.olive).post(address(name, rows), form)
    by_key = signed_in(cast.olive).post(address(name, rows), form | {field: str(foreign.pk)})

    assert [list(answer.context["form"].errors) for answer in (by_uuid, by_key)] == [[field], [field]]
    assert everything() == before


# What the pages show and mean


def test_new_person_by_the_page_has_no_password_yet_and_a_role_for_their_time(cast: Cast, signed_in: SignedIn):
    client = signed_in(cast.olive)
    form = {
        "name": "Gwen Example",
        "username": "gwen",
        "email": "",
        "kind": RoleKind.MANAGER,
        "house": str(cast.house_b.uuid),
        "starts_at": "2026-01-05T09:00",
        "ends_at": "2030-07-05T09:00",
    }

    response = client.post(reverse("person_new", kwargs={"uuid": cast.organization.uuid}), form, follow=True)

    role = Role.objects.get(user__username="gwen")
    assert (role.starts_at.isoformat(), role.ends_at.isoformat()) == (
        "2026-01-05T14:00:00+00:00",  # New York in winter
        "2030-07-05T13:00:00+00:00",  # and in summer
    )
    assert not role.user.has_usable_password()
    assert "An invitation slip for Gwen E." in response.content.decode()


def test_refused_form_keeps_what_was_typed(cast: Cast, signed_in: SignedIn):
    form = GWEN | {"kind": RoleKind.MANAGER, "ends_at": "2030-07-05T09:00"}

    page = signed_in(cast.olive).post(reverse("person_new", kwargs={"uuid": cast.organization.uuid}), form)

    text = page.content.decode()
    assert "Say which house they manage." in text
    assert 'value="Gwen Example"' in text
    assert 'value="2030-07-05T09:00"' in text


def test_people_of_one_organization_are_not_shown_to_another(cast: Cast, signed_in: SignedIn):
    ours = signed_in(cast.olive).get(reverse("people", kwargs={"uuid": cast.organization.uuid})).content.decode()
    theirs = signed_in(cast.oscar).get(reverse("people", kwargs={"uuid": cast.other_organization.uuid}))

    assert [name in ours for name in ("Alice Example", "Bob Example", "Oscar Example")] == [True, True, False]
    assert "Alice" not in theirs.content.decode()


def test_ended_roles_and_closed_accounts_are_listed_apart(cast: Cast, signed_in: SignedIn):
    with acting_as(cast.olive, source="web"):
        services.role_end(role=Role.objects.get(user=cast.bob), ends_at=timezone.now(), reason="done")
        services.person_deactivate(user=cast.charlie, reason="left", now=timezone.now())
    client, url = signed_in(cast.olive), reverse("people", kwargs={"uuid": cast.organization.uuid})

    now, before = client.get(url).content.decode(), client.get(f"{url}?show=past").content.decode()

    names = ("Alice Example", "Bob Example", "Charlie Example")
    assert [name in now for name in names] == [True, False, False]
    assert [name in before for name in names] == [False, True, True]
    assert "account closed" in before


def test_account_that_works_elsewhere_too_is_not_taken_over(cast: Cast, rows, signed_in: SignedIn):
    with acting_as(cast.oscar, source="web"):
        services.role_grant(
            user=cast.alice,
            kind=RoleKind.AUDITOR,
            organization=cast.other_organization,
            starts_at=timezone.now() - timedelta(days=9),
        )
    before = everything()

    for operator, organization in ((cast.olive, cast.organization), (cast.oscar, cast.other_organization)):
        client, found = signed_in(operator), rows | {"organization": organization}
        views = ["person_change", "person_slip", "person_factors_reset", "person_pin"]
        views += ["person_deactivate", "person_reactivate"]
        codes = [client.post(address(name, found), form_of(name, found)).status_code for name in views]
        assert codes == [403] * 6
        assert client.get(address("person", found)).status_code == 200

    assert everything() == before
    assert User.objects.get(pk=cast.alice.pk).check_password(PASSWORD)


@pytest.fixture
def moved_on(cast: Cast) -> User:
    """Gwen managed house A and left; since then she works for the other organization."""
    now = timezone.now()
    with acting_as(cast.olive, source="web"):
        gwen = accounts.user_create(username="gwen", name="Gwen Example", email="gwen-private@example.org")
        facts = {"user": gwen, "kind": RoleKind.MANAGER}
        past = {"starts_at": now - timedelta(days=90), "ends_at": now - timedelta(days=60)}
        services.role_grant(organization=cast.organization, house=cast.house_a, **past, **facts)
    with acting_as(cast.oscar, source="web"):
        since = {"starts_at": now - timedelta(days=50)}
        services.role_grant(organization=cast.other_organization, house=cast.house_c, **since, **facts)
    return gwen


def test_operator_learns_nothing_of_whoever_moved_on_to_another_organization(cast: Cast, moved_on, signed_in: SignedIn):
    client, other = signed_in(cast.olive), {"uuid": cast.organization.uuid, "person": moved_on.uuid}
    with acting_as(cast.oscar, source="web"):
        services.person_deactivate(user=moved_on, reason="in treatment again", now=timezone.now())

    pages = [
        client.get(reverse("history", kwargs={"kind": "user", "uuid": moved_on.uuid})),
        client.get(reverse("person", kwargs=other)),
    ]
    listed = client.get(reverse("people", kwargs={"uuid": cast.organization.uuid}) + "?show=past")
    offered = client.get(reverse("role_new", kwargs={"uuid": cast.organization.uuid}))

    assert [page.status_code for page in pages] == [404, 404]
    assert [page.status_code for page in (listed, offered)] == [200, 200]
    for page in (*pages, listed, offered):
        assert not [word for word in ("Gwen", "gwen-private", "treatment") if word in page.content.decode()]


def test_new_organization_closes_and_reads_the_account_of_whoever_came(cast: Cast, moved_on, signed_in: SignedIn):
    client, there = signed_in(cast.oscar), {"uuid": cast.other_organization.uuid, "person": moved_on.uuid}

    history = client.get(reverse("history", kwargs={"kind": "user", "uuid": moved_on.uuid}))
    slip = client.post(reverse("person_slip", kwargs=there), {"as": "screen"})
    closed = client.post(reverse("person_deactivate", kwargs=there), {"reason": "left"})

    assert (history.status_code, slip.status_code, closed.status_code) == (200, 200, 302)
    assert not User.objects.get(pk=moved_on.pk).is_active


@pytest.mark.parametrize("days", [-9, 9])
def test_account_that_is_anothers_too_shows_neither_history_nor_events(cast: Cast, signed_in: SignedIn, days):
    with acting_as(cast.oscar, source="web"):
        accounts.pin_set(user=cast.alice, pin="482915")
        services.role_grant(
            user=cast.alice,
            kind=RoleKind.AUDITOR,
            organization=cast.other_organization,
            starts_at=timezone.now() + timedelta(days=days),
        )
    history = reverse("history", kwargs={"kind": "user", "uuid": cast.alice.uuid})
    place = {"uuid": cast.organization.uuid, "person": cast.alice.uuid}

    page = signed_in(cast.olive).get(reverse("person", kwargs=place)).content.decode()

    assert signed_in(cast.olive).get(history).status_code == 403
    assert history not in page
    assert "Oscar Example" not in page


def test_resident_of_another_organization_keeps_their_account_from_whoever_employs_them(
    cast: Cast, signed_in: SignedIn
):
    with acting_as(cast.oscar, source="web"):
        services.role_grant(
            user=cast.dana.user,
            kind=RoleKind.AUDITOR,
            organization=cast.other_organization,
            starts_at=timezone.now(),
        )
    place = {"uuid": cast.other_organization.uuid, "person": cast.dana.user.uuid}

    answer = signed_in(cast.oscar).post(reverse("person_slip", kwargs=place), {"as": "screen"})

    assert answer.status_code == 403
    assert not Invitation.objects.exists()


def test_ending_the_last_role_of_somebody_who_works_elsewhere_leads_to_the_list(
    cast: Cast, moved_on, signed_in: SignedIn
):
    with acting_as(cast.olive, source="web"):
        role = services.role_grant(
            user=moved_on,
            kind=RoleKind.AUDITOR,
            organization=cast.organization,
            starts_at=timezone.now() - timedelta(days=9),
        )
    form = {"ends_at": "2026-01-05T09:00", "reason": "moves on"}

    answer = signed_in(cast.olive).post(reverse("role_end", kwargs={"uuid": role.uuid}), form, follow=True)

    assert answer.redirect_chain == [(reverse("people", kwargs={"uuid": cast.organization.uuid}), 302)]
    assert answer.status_code == 200


def test_what_the_operator_does_to_an_account_is_told_and_shown_with_who_and_why(
    cast: Cast, signed_in: SignedIn, django_capture_on_commit_callbacks
):
    place = {"uuid": cast.organization.uuid, "person": cast.alice.uuid}
    with acting_as(cast.alice, source="web"):
        factors.app_add(user=cast.alice, secret="JBSWY3DPEHPK3PXP")
    operator, elsewhere = signed_in(cast.olive), signed_in(cast.alice)

    with django_capture_on_commit_callbacks(execute=True):
        operator.post(reverse("person_slip", kwargs=place), {"as": "paper"})
        operator.post(reverse("person_factors_reset", kwargs=place), {"reason": "lost the phone"})
        operator.post(reverse("person_pin", kwargs=place), {"pin": "482915", "again": "482915"})
    page = operator.get(reverse("person", kwargs=place)).content.decode()

    assert [(message.to, message.subject) for message in mail.outbox] == [
        (["alice@example.org"], "A change to your account")
    ] * 3
    assert elsewhere.get("/account/").status_code == 302
    assert page.count("by Olive Example") == 4  # the sessions that ended too
    for words in ("Invitation slip made", "Second factor removed", "lost the phone", "PIN changed"):
        assert words in page


def test_last_operator_cannot_end_their_own_role_by_the_page(cast: Cast, signed_in: SignedIn):
    role = Role.objects.get(user=cast.olive)
    form = {"ends_at": "2026-12-01T09:00", "reason": "retires"}

    response = signed_in(cast.olive).post(reverse("role_end", kwargs={"uuid": role.uuid}), form)

    assert response.status_code == 200
    assert "Nobody else operates Still Waters" in response.content.decode()
    assert Role.objects.get(pk=role.pk).ends_at is None


def test_bed_with_somebody_in_it_does_not_close_by_the_page(cast: Cast, signed_in: SignedIn):
    url = reverse("bed_close", kwargs={"uuid": cast.bed_a("1A").uuid})

    response = signed_in(cast.alice).post(url, {"closed_on": str(cast.today), "reason": "sold"})

    assert "Dana R. has it from" in response.content.decode()
    assert Bed.objects.get(pk=cast.bed_a("1A").pk).closed_on is None


def test_house_form_leaves_alone_what_was_not_changed_in_it(cast: Cast, signed_in: SignedIn):
    client, url = signed_in(cast.alice), reverse("house_change", kwargs={"uuid": cast.house_a.uuid})
    facts = client.get(url).context["form"].initial
    form = {name: value for name, value in facts.items() if value is not None and value is not False} | {
        "city": "Albany"
    }

    client.post(url, form)

    first, second = cast.house_a.history.all()
    assert [change.field for change in first.diff_against(second).changes] == ["city"]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_however_long(cast: Cast, signed_in: SignedIn, django_assert_num_queries, count):
    with acting_as(cast.olive, source="web"):
        house = services.house_create(organization=cast.other_organization, name="Dogwood", time_zone="America/Chicago")
        for number in range(count):
            room = services.room_add(house=house, name=f"Room {number}")
            services.bed_add(room=room, name=f"{number}A")
            services.tablet_enrol(house=house, name=f"Tablet {number}")
            user = accounts.user_create(username=f"gwen{number}", name=f"Gwen {number}")
            services.role_grant(
                user=user,
                kind=RoleKind.MANAGER,
                organization=cast.other_organization,
                house=house,
                starts_at=timezone.now(),
            )
    client = signed_in(cast.oscar)
    client.get(reverse("house_settings", kwargs={"uuid": house.uuid}))

    with django_assert_num_queries(11):
        client.get(reverse("house_settings", kwargs={"uuid": house.uuid}))
    with django_assert_num_queries(9):
        client.get(reverse("tablets", kwargs={"uuid": house.uuid}))
    with django_assert_num_queries(11):
        client.get(reverse("people", kwargs={"uuid": cast.other_organization.uuid}))


@pytest.mark.parametrize("name", ["house_settings", "room_change", "bed_change", "person"])
def test_page_of_a_record_leads_to_its_history(cast: Cast, rows, signed_in: SignedIn, name):
    client = signed_in(cast.olive)
    row = rows[VIEWS[name][0]]
    history = reverse("history", kwargs={"kind": row._meta.model_name, "uuid": row.uuid})

    page = client.get(address(name, rows)).content.decode()

    assert f'href="{history}"' in page
    assert client.get(history).status_code == 200
