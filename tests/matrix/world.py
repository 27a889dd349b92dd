"""The world that the matrix asks its questions in: the cast, a row of house A for each kind of address, and keys.

One row of each kind is enough, and it is always house A's. Nia lives there and signs in nowhere, so that what is about
her is about somebody else for everybody; what is about Dana is about oneself for her.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from residents.houses import services as houses
from residents.models import House, Role
from residents.people import photos
from residents.people import services as people
from residents.stays import services as stays
from soberhouse.accounts import keys as api_keys
from soberhouse.accounts import services as accounts
from soberhouse.accounts.models import ApiKey, User
from soberhouse.documents.models import IssuedDocument
from soberhouse.documents.services import issue
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import Cast, make_cast, make_user
from tests.matrix.logged import logged_rows
from tests.matrix.met import attendance_rows, calendar_rows, directory_rows, house_meeting_rows, required_rows
from tests.matrix.ruled import a_picture, ruled_rows
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives

PEOPLE = ("alice", "bob", "charlie", "dana", "erin", "frank", "olive", "audra", "oscar")
NOBODY = "nobody"
Keys = Mapping[str, Any]

# Every kind of key: whose it is and what it is good for.
USER_KEYS: dict[str, tuple[str, str]] = {
    **{f"{name}'s key": (name, "occupancy read write") for name in PEOPLE},
    "alice's key that reads": ("alice", "read"),
    "alice's key that writes": ("alice", "write"),
    "alice's key that counts": ("alice", "occupancy"),
}
KINDS_OF_USER_KEYS = ("olive's key", *(name for name in USER_KEYS if name.startswith("alice")))
PARTNER_KEYS: dict[str, tuple[str, str]] = {
    "pax's key that counts": ("pax", "occupancy"),
    "pax's key that refers": ("pax", "referrals"),
    "quinn's key that counts": ("quinn", "occupancy"),
    "quinn's key that refers": ("quinn", "referrals"),
}
DEAD_KEYS = (
    "a revoked key",
    "an expired key",
    "the key of a closed person",
    "the key of a closed partner",
    "a key nobody made",
    "no key at all",
)


@dataclass(frozen=True, kw_only=True)
class World:
    """`rows` gives by kind what stands in an address; `cookies` and `secrets` let everybody in."""

    cast: Cast
    rows: dict[str, Keys]
    cookies: dict[str, str]
    secrets: dict[str, str]

    def sign_in(self, name: str, user: User) -> Client:
        """Let somebody ask under this name."""
        client = Client()
        client.force_login(user)
        self.cookies[name] = client.cookies.output(attrs=[], header="", sep=";").strip()
        return client

    def request(self, who: str, method: str, url: str, **sent: Any) -> HttpRequest:
        """A request by whoever asks: a person in a browser, a program with a key, or nobody."""
        headers = dict(sent.pop("headers", {}))
        if who in self.secrets:
            headers["Authorization"] = f"Bearer {self.secrets[who]}"
        elif who in self.cookies:
            headers["Cookie"] = self.cookies[who]
        request = RequestFactory(headers=headers).generic(method.upper(), url, **sent)
        request._dont_enforce_csrf_checks = True  # as Django's test client has it
        return request


def make_world() -> World:
    cast = make_cast()
    world = World(cast=cast, rows={}, cookies={}, secrets={})
    clients = {}
    for name in PEOPLE:
        clients[name] = world.sign_in(name, user_of(cast, name))
    with acting_as(None, source="command"):
        world.secrets.update(make_keys(cast))
    world.rows.update({name: at(row) for name, row in make_rows(cast).items()})
    world.rows["upload"] = {"uuid": uploaded(clients["olive"], cast)}
    return world


def at(row: Any) -> Keys:
    """What stands in the address of this row."""
    return row if isinstance(row, Mapping) else {"uuid": row.uuid}


def user_of(cast: Cast, name: str) -> User:
    person = getattr(cast, name)
    return person if isinstance(person, User) else person.user


def make_keys(cast: Cast) -> dict[str, str]:
    now = timezone.now()
    soon = now + timedelta(days=30)

    def made(scopes: str, *, name: str = "a program", begins: Any = now, ends: Any = soon, **holder: Any) -> Any:
        return api_keys.key_create(name=name, scopes=scopes.split(), expires_at=ends, now=begins, **holder)

    partners = {
        name: api_keys.partner_create(organization=organization, name=name.title())
        for name, organization in (
            ("pax", cast.organization),
            ("quinn", cast.other_organization),
            ("quit", cast.organization),
        )
    }
    closed = make_user("closed")
    secrets = {
        who: made(scopes, name=who, user=user_of(cast, name))[1] for who, (name, scopes) in USER_KEYS.items()
    } | {who: made(scopes, name=who, partner=partners[name])[1] for who, (name, scopes) in PARTNER_KEYS.items()}
    revoked, secrets["a revoked key"] = made("read write", name="lost", user=cast.alice)
    api_keys.key_revoke(key=revoked, reason="the telephone was lost")
    past = now - timedelta(days=9)
    secrets["an expired key"] = made(
        "read write", name="old", begins=past, ends=past + timedelta(days=1), user=cast.alice
    )[1]
    secrets["the key of a closed person"] = made("read write", user=closed)[1]
    accounts.user_deactivate(user=closed, reason="left")
    secrets["the key of a closed partner"] = made("occupancy referrals", partner=partners["quit"])[1]
    api_keys.partner_close(partner=partners["quit"], reason="no longer")
    return secrets | {"a key nobody made": "sober_" + "a" * 8 + "_" + "b" * 43, "no key at all": "alice"}


def make_rows(cast: Cast) -> dict[str, Any]:
    today = cast.today
    with acting_as(cast.olive, source="web"):
        room = houses.room_add(house=cast.house_a, name="Attic")
        bed = houses.bed_add(room=room, name="Attic A")
        closed_bed = houses.bed_add(room=room, name="Attic B")
        houses.bed_close(bed=closed_bed, closed_on=today, reason="roof")
        tablet, _token = houses.tablet_enrol(house=cast.house_a, name="Kitchen")
        closed = User.objects.get(username="closed")
        Role.objects.create(
            user=closed,
            kind="manager",
            organization=cast.organization,
            house=cast.house_a,
            starts_at=timezone.now() - timedelta(days=9),
            ends_at=timezone.now() - timedelta(days=2),
        )
    with acting_as(cast.alice, source="web"):
        kind = stays.phase_kind_save(house=cast.house_a, number=1, name="Arriving")
        stay = lives(bed, "Nia Okafor", since=today - days(40), expected_on=today + days(3))
        nia = stay.resident
        stays.phase_set(stay=stay, kind=kind, starts_on=today - days(9), today=today)
        gone = lives(cast.bed_a("3B"), "Otis Gone", since=today - days(20))
        discharge = stays.discharge(stay=gone, left_on=today - days(2), today=today, **ORDINARY)
        out = stays.bed_take_out(bed=cast.bed_a("2B"), starts_on=today, ends_on=None, note="mattress", today=today)
        held = hold(applicant(cast, "Petra Held"), cast.bed_a("3A"), today=today)
        waits = stays.application_wait(application=applicant(cast, "Quentin Waits"))
        asks = applicant(cast, "Rufus Asks")
        alert = people.alert_add(resident=nia, kind="allergy", text="penicillin")
        contact = people.contact_add(resident=nia, kind="sponsor", name="Ruth Ekström", phone="+1 555 010 7788")
        (hours,) = people.hours_add(
            resident=nia, kind="work", weekdays=[0], starts=time(5), ends=time(13), starts_on=today
        )
        duty = people.officer_appoint(resident=nia, house=cast.house_a, duty="secretary", starts_on=today, today=today)
        sobriety = people.sobriety_record(resident=nia, since=today - days(90), today=today)
        for person in (nia, cast.dana):
            photos.photo_take(resident=person, data=a_picture())
        notice = Notice.objects.create(user=cast.alice, kind="application-received", text="Somebody asks for a bed.")
    with acting_as(cast.dana.user, source="web"):
        own_contact = people.own_contact_add(resident=cast.dana, kind="sponsor", name="Vera Holm")
    organization = {"uuid": cast.organization.uuid}
    key_of_alice = ApiKey.objects.get(user=cast.alice, name="alice's key")
    key_of_pax = ApiKey.objects.get(partner__name="Pax", scopes="occupancy")
    return {
        "house": cast.house_a,
        "organization": cast.organization,
        "room": room,
        "bed": bed,
        "closed bed": closed_bed,
        "free bed": cast.bed_a("2A"),
        "bed of house B": cast.bed_b("2A"),
        "tablet": tablet,
        "step up": {"uuid": cast.alice.uuid},
        "role": Role.objects.get(user=cast.bob),
        "person": organization | {"person": cast.bob.uuid},
        "closed person": organization | {"person": closed.uuid},
        "key of a person": organization | {"person": cast.alice.uuid, "key": key_of_alice.uuid},
        "own key": key_of_alice,
        "partner": key_of_pax.partner,
        "closed partner": api_keys.Partner.objects.get(name="Quit"),
        "key of a partner": {"uuid": key_of_pax.partner.uuid, "key": key_of_pax.uuid},
        "resident": nia,
        "dana": cast.dana,
        "sobriety": sobriety,
        "alert": alert,
        "contact": contact,
        "own contact": own_contact,
        "hours": hours,
        "duty": duty,
        "stay": stay,
        "stay of dana": cast.stay_of_dana,
        "gone": gone,
        "discharge": discharge,
        "hold": held,
        "out": out,
        "application": waits,
        "asks": asks,
        "kind": kind,
        "notice": notice,
        "paper of the house": paper(house=cast.house_a),
        "paper about nia": paper(house=cast.house_a, resident=nia),
        "paper about dana": paper(house=cast.house_a, resident=cast.dana),
        "code of a paper": {"code": paper(house=cast.house_a).code},
        "a passkey": {"key": "none"},
        "history of a stay": {"kind": "stay", "uuid": stay.uuid},
        "history of dana": {"kind": "resident", "uuid": cast.dana.uuid},
        "history of the house": {"kind": "house", "uuid": cast.house_a.uuid},
        "history of a kind there is not": {"kind": "nothing", "uuid": stay.uuid},
        **ruled_rows(cast, stay),
        **logged_rows(cast, stay, a_picture()),
        **directory_rows(cast),
        **required_rows(cast, stay),
        **attendance_rows(cast, stay, a_picture()),
        **house_meeting_rows(cast, stay),
        **calendar_rows(cast),
    }


@dataclass(frozen=True)
class Facts:
    """What the papers here tell."""

    text: str = "As of today."


def paper(*, house: House, **about: Any) -> IssuedDocument:
    with acting_as(None, source="command"):
        return issue(
            kind="matrix",
            title="A paper",
            organization=house.organization,
            house=house,
            as_of=timezone.now(),
            facts=Facts(),
            draw=lambda head: f"%PDF-1.4\n% {head.code}\n%%EOF\n".encode(),
            **about,
        )


def uploaded(client: Client, cast: Cast) -> str:
    """The public id of a roster that was sent and waits to be looked at."""
    file = SimpleUploadedFile("roster.csv", b"Bed,Name,Moved in\n1A,Nobody,never\n", content_type="text/csv")
    sent = {"file": file, "organization": cast.organization.uuid, "house": cast.house_a.uuid}
    return client.post(reverse("import_roster"), sent)["Location"].rstrip("/").rsplit("/", 1)[-1]
