"""Invitation slips for residents: who makes them, for whom, and what lands on the paper."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from residents.houses import services as houses
from residents.houses.permissions import RoleKind
from residents.houses.slips import Slip, draw
from residents.models import Resident
from residents.people import services
from soberhouse.accounts import invitations
from soberhouse.accounts import services as accounts
from soberhouse.accounts.models import Invitation, User
from soberhouse.history import acting_as
from tests.cast import Cast, grant, move_in
from tests.pdf import pages_as_images, qr_codes

SignedIn = Callable[[Any], Client]


@pytest.fixture
def noor(cast: Cast) -> Resident:
    """Lives in house A and has no account."""
    with acting_as(cast.alice, source="web"), transaction.atomic():
        return move_in(cast.house_a, "2A", "Noor", "Haddad", days_ago=1).resident


def address(resident: Resident) -> str:
    return reverse("resident_slip", kwargs={"uuid": resident.uuid})


def text_of(pdf: bytes) -> str:
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_press_makes_account_and_slip_and_answers_with_the_paper(cast: Cast, noor, signed_in: SignedIn):
    answer = signed_in(cast.alice).post(address(noor), {"as": "paper"})

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == 'inline; filename="slip.pdf"'
    assert "no-store" in answer["Cache-Control"]
    (link,) = qr_codes(answer.content)
    code = link.partition("#")[2]
    text = text_of(answer.content)
    assert link.startswith("http://testserver/join/#")
    for words in (code, "http://testserver/join/", "Noor H.", "Alder House", "Still Waters"):
        assert words in text
    assert "Haddad" not in text
    invitation = invitations.invitation_of(code=code, now=timezone.now())
    noor.refresh_from_db()
    assert (invitation.user, noor.user.username, noor.user.has_usable_password()) == (noor.user, "noor.h", False)
    assert noor.user.history.first().history_actor_label == "Alice Example"


def test_the_same_on_the_screen(cast: Cast, noor, signed_in: SignedIn):
    page = signed_in(cast.alice).post(address(noor), {"as": "screen"})

    code = re.search(r"<code>([-0-9A-Z]{19})</code>", page.content.decode())[1]
    assert "no-store" in page["Cache-Control"]
    assert invitations.invitation_of(code=code, now=timezone.now()).user.resident == noor


def test_looking_makes_nothing(cast: Cast, noor, signed_in: SignedIn):
    page = signed_in(cast.alice).get(address(noor)).content.decode()

    assert "They get an account of their own here." in page
    assert (Invitation.objects.count(), User.objects.filter(resident=noor).count()) == (0, 0)


def test_second_slip_says_that_one_is_out_and_keeps_the_account(cast: Cast, noor, signed_in: SignedIn):
    client = signed_in(cast.alice)
    client.post(address(noor), {"as": "paper"})

    asked = client.get(address(noor)).content.decode()
    client.post(address(noor), {"as": "paper"})
    back = client.post(address(noor), {"as": "back"})

    assert "One is out already" in asked
    assert "Alice Example made it" in asked
    assert User.objects.filter(resident=noor).count() == 1
    assert back.url == reverse("resident", kwargs={"uuid": noor.uuid})
    assert not Invitation.objects.live().exists()


def test_resident_page_has_the_door(cast: Cast, noor, signed_in: SignedIn):
    page = reverse("resident", kwargs={"uuid": noor.uuid})

    seen = {
        who: address(noor) in signed_in(getattr(cast, who)).get(page).content.decode() for who in ("alice", "audra")
    }

    assert seen == {"alice": True, "audra": False}


@pytest.mark.parametrize(
    ("who", "status"),
    [("alice", 200), ("bob", 200), ("olive", 200), ("charlie", 404), ("audra", 403), ("frank", 404), ("oscar", 404)],
)
def test_managers_of_the_house_and_the_operator_make_one(cast: Cast, noor, signed_in: SignedIn, who, status):
    client = signed_in(getattr(cast, who))

    assert [client.get(address(noor)).status_code, client.post(address(noor)).status_code] == [status, status]
    assert Invitation.objects.exists() == (status == 200)


def test_manager_makes_none_for_themselves_nor_for_whoever_works_here_and_the_operator_does(
    cast: Cast, signed_in: SignedIn
):
    with acting_as(cast.olive, source="web"), transaction.atomic():
        grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_b)
        grant(cast.dana.user, RoleKind.MANAGER, cast.organization, cast.house_a)

    codes = {
        "of frank": signed_in(cast.alice).post(address(cast.frank)).status_code,
        "of herself": signed_in(cast.dana).post(address(cast.dana)).status_code,
        "by olive": signed_in(cast.olive).post(address(cast.frank)).status_code,
    }

    assert codes == {"of frank": 403, "of herself": 403, "by olive": 200}


def test_role_given_later_spends_the_slip_that_a_manager_made(cast: Cast):
    with acting_as(cast.alice, source="web"):
        _slip, code = services.slip_give(resident=cast.dana, now=timezone.now())

    with acting_as(cast.olive, source="web"):
        houses.role_grant(
            user=cast.dana.user, kind="operator", organization=cast.organization, starts_at=timezone.now()
        )

    with pytest.raises(ValidationError, match="This slip opens nothing"):
        invitations.invitation_use(code=code, password="another evening 88", now=timezone.now())


@pytest.mark.parametrize(
    ("kind", "elsewhere", "may"),
    [(RoleKind.MANAGER, False, ["olive"]), (RoleKind.AUDITOR, True, [])],
    ids=["who works here", "who works elsewhere"],
)
def test_service_refuses_too_whom_the_page_refuses(cast: Cast, kind, elsewhere, may):
    with acting_as(cast.olive, source="web"), transaction.atomic():
        grant(cast.dana.user, kind, *([cast.other_organization] if elsewhere else [cast.organization, cast.house_b]))

    def gives(who: str) -> bool:
        with acting_as(getattr(cast, who), source="web"):
            try:
                services.slip_give(resident=cast.dana, now=timezone.now())
            except PermissionDenied:
                return False
        return True

    assert [who for who in ("alice", "olive") if gives(who)] == may
    assert Invitation.objects.count() == len(may)


def test_role_that_is_over_hinders_nobody(cast: Cast, signed_in: SignedIn):
    with acting_as(cast.olive, source="web"), transaction.atomic():
        role = grant(cast.frank.user, RoleKind.MANAGER, cast.organization, cast.house_b)
        role.ends_at = timezone.now() - timedelta(hours=1)
        role.save()

    assert signed_in(cast.alice).post(address(cast.frank)).status_code == 200


def test_account_that_works_for_another_organization_gets_none_here(cast: Cast, signed_in: SignedIn):
    with acting_as(cast.oscar, source="web"), transaction.atomic():
        grant(cast.dana.user, RoleKind.AUDITOR, cast.other_organization)

    codes = [signed_in(who).post(address(cast.dana)).status_code for who in (cast.alice, cast.olive)]

    assert codes == [403, 403]
    assert not Invitation.objects.exists()


def test_closed_account_gets_none_and_the_page_says_so(cast: Cast, signed_in: SignedIn):
    with acting_as(cast.olive, source="web"):
        accounts.user_deactivate(user=cast.dana.user, reason="left")

    page = signed_in(cast.alice).post(address(cast.dana), {"as": "paper"})

    assert (page.status_code, page["Content-Type"].split(";")[0]) == (200, "text/html")
    assert "This account is closed." in page.content.decode()


def test_slip_and_account_are_given_both_or_neither(cast: Cast, noor):
    end_of_time = datetime.max.replace(tzinfo=UTC)  # no slip is good for a week from there

    with acting_as(cast.alice, source="web"), pytest.raises(OverflowError):
        services.slip_give(resident=noor, now=end_of_time)

    noor.refresh_from_db()
    assert noor.user is None
    assert not User.objects.filter(username="noor.h").exists()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Noor Haddad", "noor.h"),
        ("Dana Renner", "dana.r"),
        ("Alice", "alice2"),
        ("María José Núñez", "maría.n"),
        ("李 小龍", "李.小"),
        ("O'Brien", "obrien"),
        ("🙂", "guest"),
        ("x" * 200, "x" * 40),
    ],
)
def test_user_name_to_begin_with_is_made_from_the_name_and_free(cast: Cast, name, expected):
    found = accounts.username_for(name=name)

    with acting_as(cast.olive, source="web"):
        made = accounts.user_create(username=found, name=name[:120])
    assert (found, made.username) == (expected, expected)


HARD = ["Noor H.", "W" * 60, "محمد ع.", "🙂🙂🙂", "Ngọc Ánh N.", "Οδυσσέας Π.", "<b>&amp;</b>"]


@pytest.mark.parametrize("name", HARD)
def test_slip_fits_one_page_and_is_the_same_twice(name):
    noon = datetime(2026, 1, 5, 12, tzinfo=UTC)
    slip = Slip(
        name=name,
        place="A house with quite a long name, as some have" * 2,
        organization="Still Waters",
        address="https://a-very-long-name.of-a-site.example.org/join/",
        link="https://a-very-long-name.of-a-site.example.org/join/#ABCD-EFGH-JKMN-PQRS",
        code="ABCD-EFGH-JKMN-PQRS",
        good_until=noon + timedelta(days=7),
        zone="America/New_York",
        made_by="Alice Example",
        made_at=noon,
    )

    first, second = draw(slip), draw(slip)

    assert first == second
    assert len(pages_as_images(first)) == 1
    assert qr_codes(first) == [slip.link]


def test_nobody_gives_themselves_a_slip(cast: Cast):
    with acting_as(cast.dana.user, source="web"), pytest.raises(PermissionDenied):
        services.slip_give(resident=cast.dana, now=timezone.now())

    assert not Invitation.objects.exists()


def test_page_says_how_far_they_have_come_and_leads_the_operator_to_the_account(cast: Cast, noor, signed_in: SignedIn):
    page = reverse("resident", kwargs={"uuid": noor.uuid})
    before = signed_in(cast.alice).get(page).content.decode()

    signed_in(cast.alice).post(address(noor), {"as": "paper"})

    noor.refresh_from_db()
    account = reverse("person", kwargs={"uuid": cast.organization.uuid, "person": noor.user.uuid})
    with_slip = signed_in(cast.alice).get(page).content.decode()
    assert "No account yet." in before
    assert "A slip is out until" in with_slip
    assert "Has an account here." not in with_slip
    assert account not in with_slip
    assert "They get an account of their own here." in signed_in(cast.alice).get(address(noor)).content.decode()
    assert account in signed_in(cast.olive).get(page).content.decode()
    assert signed_in(cast.olive).get(account).status_code == 200

    signed_in(cast.alice).post(address(noor), {"as": "back"})

    assert "no slip is out" in signed_in(cast.alice).get(page).content.decode()

    User.objects.filter(pk=noor.user.pk).update(password=make_password("joined-at-the-kitchen-table"))

    joined = signed_in(cast.alice).get(page).content.decode()
    assert "Has an account here." in joined
    assert "They get an account of their own here." not in signed_in(cast.alice).get(address(noor)).content.decode()
