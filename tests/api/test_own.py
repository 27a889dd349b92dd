"""Who may post what about rules and being away: staff of the house, residents for themselves, nobody else, and no
partner anything."""

from __future__ import annotations

import pytest

from api.doors import DOORS
from residents.models import Look
from soberhouse.accounts.scopes import Scope
from tests.api.conftest import refused
from tests.api.ruled import ACTS, OWN_ACTS, ROLLS, Ruled, make_ruled, posts
from tests.residents.stays.stories import written

pytestmark = pytest.mark.django_db


@pytest.fixture
def ruled(cast) -> Ruled:
    return make_ruled(cast)


def test_every_act_of_these_doors_is_asked_for(cast, ruled):
    """An address without a line among the posts would not be tested below."""
    kinds = ("violations", "appeals", "contracts", "removals", "passes", "curfew-checks", "movements")
    there = {
        door.path
        for door in DOORS
        if "POST" in door.needs and (door.path.startswith(kinds) or door.path.endswith("/roll"))
    }

    assert set(posts(cast, ruled)) == set(ACTS)
    assert len(there) == len(ACTS)


@pytest.mark.parametrize("act", ACTS)
def test_what_staff_post_works_and_is_a_look(cast, ruled, program, act):
    who, path, body = posts(cast, ruled)[act]()

    answer = program(getattr(cast, who), "read", "write").post(path, body)

    assert answer.status_code in (200, 201), answer.content
    if act not in ROLLS:
        assert answer.json()["resident"] == str(cast.dana.uuid)
        assert Look.objects.filter(resident=cast.dana, actor_id=getattr(cast, who).pk).exists()
    if "Location" in answer:
        assert program(cast.alice, "read").get(answer["Location"]).json()["uuid"] == answer.json()["uuid"]


@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_posts_it_and_nothing_changes(cast, ruled, program, partners, act):
    _who, path, body = posts(cast, ruled)[act]()
    strangers = [program(person, "read", "write") for person in (cast.charlie, cast.oscar)]
    neighbours = [program(person, "read", "write") for person in (cast.erin, cast.frank)]
    audras, reads = program(cast.audra, "read", "write"), program(cast.alice, "read")
    about_one_row = path.count("/") > 2
    before = written()

    for asks in strangers:
        refused(asks.post(path, body), *((404, "not-found") if about_one_row else (422, "values-wrong")))
    refused(audras.post(path, body), 403, "not-allowed")
    refused(reads.post(path, body), 403, "scope-missing")
    refused(partners.post(path, body, **{"Idempotency-Key": '"a"'}), 403, "scope-missing")
    if act in ROLLS:
        del neighbours[1]  # frank is an officer there, and counts
    for asks in neighbours:
        assert asks.post(path, body).status_code == (404 if about_one_row else 422 if act in OWN_ACTS else 403)
    assert written() == before


@pytest.mark.parametrize("act", ACTS)
def test_a_resident_posts_what_is_theirs_and_nothing_more(cast, ruled, danas, act):
    _who, path, body = posts(cast, ruled)[act]()
    before = written()

    answer = danas.post(path, body)

    if act in OWN_ACTS:
        assert answer.status_code in (200, 201), answer.content
        assert answer.json()["recorded_by"]
        assert not Look.objects.exists()
    else:
        refused(answer, 403, "not-allowed")
        assert written() == before


def test_a_browser_s_session_of_a_resident_reads_their_own(cast, ruled, signed_in):
    client = signed_in(cast.dana.user)

    assert len(client.get("/api/v1/violations").json()["items"]) == 2
    answer = client.get(f"/api/v1/violations/{ruled.violation.uuid}")
    assert [each["name"] for each in answer.json()["reporters"]] == ["Ignatz Pomerantz", None, None]


def test_no_partner_s_scope_opens_any_of_it():
    of_partners = {Scope.OCCUPANCY, Scope.REFERRALS}
    open_to_them = {
        door.path.partition("/")[0] for door in DOORS for need in door.needs.values() if need.scopes & of_partners
    }

    assert open_to_them == {"houses", "occupancy", "applications"}
