"""Organizations, houses, rooms, beds, roles and tablets: what each service promises, and what it refuses."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from residents.houses import services, tablets
from residents.houses.permissions import Action, RoleKind
from residents.houses.standing import Standing
from residents.models import Application, Bed, BedUse, House, Organization, Resident, Role, Room, Tablet
from residents.stays import services as stays
from soberhouse.accounts import keys
from soberhouse.accounts.models import ApiKey, User
from soberhouse.history import acting_as
from soberhouse.notices.models import Notice
from tests.cast import Cast


@pytest.fixture(autouse=True)
def _olive_acts(cast: Cast) -> Iterator[None]:
    with acting_as(cast.olive, source="web"):
        yield


def refusal(call: Any, **arguments: Any) -> dict[str, list[str]]:
    """What the service says, having written nothing."""
    models = (Organization, House, Room, Bed, Role, Tablet, User)
    before = [model.history.count() for model in models]
    with pytest.raises(ValidationError) as caught, transaction.atomic():
        call(**arguments)
    assert [model.history.count() for model in models] == before
    return caught.value.message_dict if hasattr(caught.value, "error_dict") else {"": caught.value.messages}


# Organizations and houses


def test_new_organization_and_house_have_tidy_names_and_history():
    organization = services.organization_create(name="  Quiet   Harbor ", time_zone="America/Denver")
    house = services.house_create(organization=organization, name="Dogwood", time_zone="America/Denver", narr_level=2)

    assert (organization.name, house.narr_letter, house.address_confidential) == ("Quiet Harbor", "M", True)
    assert house.history.get().history_actor_label == "Olive Example"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "ALDER HOUSE"}, "__all__"),
        ({"name": ""}, "name"),
        ({"name": "x" * 5000}, "name"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"fee": -1}, "fee"),
        ({"narr_level": 5}, "narr_level"),
        ({"serves": "pets"}, "serves"),
    ],
)
def test_house_that_cannot_be_is_refused(cast: Cast, changes, field):
    facts = {"organization": cast.organization, "name": "Dogwood", "time_zone": "America/Denver"} | changes

    assert list(refusal(services.house_create, **facts)) == [field]
    assert list(refusal(services.house_change, house=cast.house_b, changes=changes)) == [field]


def test_two_organizations_may_each_have_a_house_of_one_name(cast: Cast):
    house = services.house_create(organization=cast.other_organization, name="Alder House", time_zone="America/Chicago")

    assert house.organization == cast.other_organization


def test_change_keeps_what_somebody_else_changed_meanwhile(cast: Cast):
    stale = House.objects.get(pk=cast.house_a.pk)
    services.house_change(house=cast.house_a, changes={"phone": "555 010 2000"})

    services.house_change(house=stale, changes={"city": "Albany"})

    house = House.objects.get(pk=cast.house_a.pk)
    assert (house.phone, house.city) == ("555 010 2000", "Albany")


def test_house_never_changes_its_organization(cast: Cast):
    with pytest.raises(ValueError, match="organization"):
        services.house_change(house=cast.house_a, changes={"organization": cast.other_organization})


def test_organization_changes_and_refuses_a_name_that_is_taken(cast: Cast):
    services.organization_change(organization=cast.organization, changes={"phone": "555 010 2000"})

    assert Organization.objects.get(pk=cast.organization.pk).phone == "555 010 2000"
    assert list(
        refusal(services.organization_change, organization=cast.organization, changes={"name": "far shore"})
    ) == ["__all__"]


# Rooms and beds


def names(rows: Any) -> list[str]:
    return [row.name for row in rows.all()]


def test_rooms_and_beds_stand_in_the_order_they_are_given(cast: Cast):
    attic = services.room_add(house=cast.house_a, name="Attic")
    services.bed_add(room=attic, name="Left")
    right = services.bed_add(room=attic, name="Right")

    services.room_shift(room=attic, earlier=True)
    services.bed_shift(bed=right, earlier=True)

    assert names(cast.house_a.rooms) == ["Room 1", "Room 2", "Attic", "Room 3"]
    assert names(attic.beds) == ["Right", "Left"]


def test_first_goes_no_earlier_and_last_no_later(cast: Cast):
    first, *_rest, last = cast.house_a.rooms.all()

    services.room_shift(room=first, earlier=True)
    services.room_shift(room=last, earlier=False)

    assert names(cast.house_a.rooms) == ["Room 1", "Room 2", "Room 3"]


def test_names_are_taken_once(cast: Cast):
    room = cast.house_a.rooms.first()

    assert list(refusal(services.room_add, house=cast.house_a, name="ROOM 1")) == ["__all__"]
    assert list(refusal(services.bed_add, room=room, name="1a")) == ["__all__"]
    assert list(refusal(services.bed_change, bed=cast.bed_a("1B"), name="1A")) == ["__all__"]
    assert services.bed_add(room=cast.bed_b("1A").room, name="9Z").house == cast.house_b


def test_bed_moves_to_another_room_with_whoever_is_in_it_but_to_no_other_house(cast: Cast):
    bed = services.bed_change(bed=cast.bed_a("1A"), name="2C", room=cast.bed_a("2A").room)

    assert names(bed.room.beds) == ["2A", "2B", "2C"]
    assert BedUse.objects.get(bed=bed).stay == cast.stay_of_dana
    assert list(refusal(services.bed_change, bed=bed, name="2C", room=cast.bed_b("1A").room)) == ["room"]


def test_empty_bed_closes_and_opens_again(cast: Cast):
    bed = services.bed_close(bed=cast.bed_a("3A"), closed_on=cast.today, reason="the roof leaks")
    again = refusal(services.bed_close, bed=bed, closed_on=cast.today)
    opened = services.bed_reopen(bed=bed, reason="mended")

    assert (bed.closed_on, opened.closed_on) == (cast.today, None)
    assert "was closed on" in again[""][0]
    assert [row.history_change_reason for row in opened.history.all()[:2]] == ["mended", "the roof leaks"]
    assert refusal(services.bed_reopen, bed=bed, reason="") == {"reason": ["Say why."]}


def test_bed_does_not_close_before_it_opened(cast: Cast):
    bed = services.bed_add(room=cast.bed_a("3A").room, name="3C", opened_on=cast.today)

    found = refusal(services.bed_close, bed=bed, closed_on=cast.today - timedelta(days=1))

    assert found == {"__all__": ["A bed cannot end before it starts."]}


def test_bed_with_somebody_in_it_does_not_close_and_says_who(cast: Cast):
    found = refusal(services.bed_close, bed=cast.bed_a("1A"), closed_on=cast.today + timedelta(days=400))

    (sentence,) = found["closed_on"]
    assert sentence.startswith("Dana R. has it from")
    assert sentence.endswith("with no end planned. Move them first.")


def test_bed_does_not_close_on_the_day_somebody_is_only_expected_to_leave(cast: Cast):
    leaves = cast.today + timedelta(days=10)
    stays.expect(stay=cast.stay_of_dana, expected_on=leaves, today=cast.today)

    found = refusal(services.bed_close, bed=cast.bed_a("1A"), closed_on=leaves)

    assert "is expected to leave on" in found["closed_on"][0]


def test_held_bed_does_not_close_before_the_hold_ends_and_says_for_whom(cast: Cast):
    person = Resident.objects.create(organization=cast.organization, legal_first_name="Hugo", legal_last_name="Brandt")
    application = stays.application_receive(
        house=cast.house_a, resident=person, received_on=cast.today, today=cast.today
    )
    application = stays.application_accept(application=application)
    ends_on = cast.today + timedelta(days=5)
    stays.hold_place(
        application=application, bed=cast.bed_a("3A"), starts_on=cast.today, ends_on=ends_on, today=cast.today
    )

    found = refusal(services.bed_close, bed=cast.bed_a("3A"), closed_on=cast.today + timedelta(days=2))
    closed = services.bed_close(bed=cast.bed_a("3A"), closed_on=ends_on)

    assert found["closed_on"][0].startswith("It is held for Hugo B.")
    assert closed.closed_on == ends_on
    assert Application.objects.get(pk=application.pk).is_live


def test_bed_out_of_service_does_not_close(cast: Cast):
    stays.bed_take_out(bed=cast.bed_a("3A"), starts_on=cast.today, ends_on=None, note="paint", today=cast.today)

    found = refusal(services.bed_close, bed=cast.bed_a("3A"), closed_on=cast.today)

    assert found == {"closed_on": ["It is out of service. End that first."]}


# Roles


def give(cast: Cast, user: User, kind: str = RoleKind.MANAGER, **facts: Any) -> Role:
    facts = {"organization": cast.organization, "starts_at": timezone.now() - timedelta(minutes=1)} | facts
    if kind == RoleKind.MANAGER:
        facts.setdefault("house", cast.house_b)
    return services.role_grant(user=user, kind=kind, **facts)


def test_relief_manager_may_act_until_the_role_ends(cast: Cast):
    ends_at = timezone.now() + timedelta(days=3)
    give(cast, cast.alice, ends_at=ends_at)

    now = Standing(cast.alice)
    later = Standing(cast.alice, now=ends_at)

    assert (now.may(Action.ADMIT, cast.house_b), later.may(Action.ADMIT, cast.house_b)) == (True, False)
    assert later.may(Action.ADMIT, cast.house_a)


@pytest.mark.parametrize(
    ("kind", "facts", "field"),
    [
        (RoleKind.MANAGER, {"house": None}, "house"),
        (RoleKind.AUDITOR, {"house": "house_a"}, "house"),
        (RoleKind.MANAGER, {"house": "house_c"}, "house"),
        (RoleKind.MANAGER, {"hours": 0}, "ends_at"),
        (RoleKind.MANAGER, {"hours": -5}, "ends_at"),
        ("king", {"house": None}, "kind"),
    ],
)
def test_role_that_cannot_be_is_refused(cast: Cast, kind, facts, field):
    house = getattr(cast, facts["house"]) if facts.get("house") else None
    now = timezone.now()
    ends_at = now + timedelta(hours=facts["hours"]) if "hours" in facts else None
    found = refusal(
        services.role_grant,
        user=cast.bob,
        kind=kind,
        organization=cast.organization,
        house=cast.house_b if "hours" in facts else house,
        starts_at=now,
        ends_at=ends_at,
    )

    assert list(found) == [field]


def test_role_somebody_has_is_not_given_twice_but_may_follow_on(cast: Cast):
    ends_at = Role.objects.get(user=cast.bob).ends_at

    found = refusal(give, cast=cast, user=cast.bob, house=cast.house_a)
    next_one = give(cast, cast.bob, house=cast.house_a, starts_at=ends_at)

    assert found[""][0].startswith("They have this role then already.")
    assert next_one.starts_at == ends_at


def test_ending_a_role_keeps_the_row_and_says_why(cast: Cast):
    role, now = Role.objects.get(user=cast.alice), timezone.now()

    services.role_end(role=role, ends_at=now, reason="moves to the office")

    row = role.history.first()
    assert (row.ends_at, row.history_change_reason) == (now, "moves to the office")
    assert not Standing(cast.alice).may(Action.SEE_HOUSE, cast.house_a)


def test_role_that_has_not_begun_never_counts_once_ended(cast: Cast):
    role = give(cast, cast.alice, starts_at=timezone.now() + timedelta(days=5))

    ended = services.role_end(role=role, ends_at=timezone.now(), reason="not needed")

    assert ended.ends_at == ended.starts_at
    assert not Standing(cast.alice, now=ended.starts_at).may(Action.ADMIT, cast.house_b)


def test_role_ends_once_and_with_a_reason(cast: Cast):
    role = Role.objects.get(user=cast.bob)

    assert list(refusal(services.role_end, role=role, ends_at=timezone.now(), reason="")) == ["reason"]
    later = refusal(services.role_end, role=role, ends_at=role.ends_at + timedelta(days=9), reason="longer")
    assert list(later) == ["ends_at"]


def test_last_operator_stays(cast: Cast):
    role, now = Role.objects.get(user=cast.olive), timezone.now()
    sentence = "Nobody else operates Still Waters until further notice. Give somebody that role first."

    assert refusal(services.role_end, role=role, ends_at=now, reason="retires") == {"": [sentence]}
    assert refusal(services.person_deactivate, user=cast.olive, reason="retires", now=now) == {"": [sentence]}


@pytest.mark.parametrize("relief", ["ends", "closed", "other organization", "manager"])
def test_operator_who_does_not_last_does_not_count_as_another(cast: Cast, relief):
    if relief == "ends":
        give(cast, cast.bob, RoleKind.OPERATOR, ends_at=timezone.now() + timedelta(days=900))
    elif relief == "closed":
        give(cast, cast.bob, RoleKind.OPERATOR)
        services.person_deactivate(user=cast.bob, reason="left", now=timezone.now())
    elif relief == "other organization":
        give(cast, cast.bob, RoleKind.OPERATOR, organization=cast.other_organization)
    role = Role.objects.get(user=cast.olive)

    assert "" in refusal(services.role_end, role=role, ends_at=timezone.now(), reason="retires")


def test_operator_leaves_once_there_is_another(cast: Cast):
    give(cast, cast.bob, RoleKind.OPERATOR)

    services.role_end(role=Role.objects.get(user=cast.olive), ends_at=timezone.now(), reason="retires")

    assert not Standing(cast.olive).may(Action.RUN_ORGANIZATION, cast.organization)
    assert Standing(cast.bob).may(Action.RUN_ORGANIZATION, cast.organization)


def test_two_operators_who_end_each_other_at_once_leave_one(committed_db, cast: Cast):
    give(cast, cast.bob, RoleKind.OPERATOR)
    roles = Role.objects.filter(kind=RoleKind.OPERATOR, organization=cast.organization)
    done: list[str] = []
    start = threading.Barrier(2)

    def end(role: Role) -> None:
        start.wait()
        try:
            with acting_as(cast.olive, source="web"):
                services.role_end(role=role, ends_at=timezone.now(), reason="retires")
            done.append("ended")
        except ValidationError:
            done.append("refused")
        connection.close()

    threads = [threading.Thread(target=end, args=(role,)) for role in roles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == ["ended", "refused"]
    assert roles.filter(ends_at=None).count() == 1


def test_closed_account_keeps_its_roles_but_they_count_for_nothing(cast: Cast):
    services.person_deactivate(user=cast.alice, reason="left", now=timezone.now())

    alice = User.objects.get(pk=cast.alice.pk)
    assert Role.objects.get(user=alice).ends_at is None
    assert not Standing(alice).may(Action.SEE_HOUSE, cast.house_a)
    assert "closed" in refusal(give, cast=cast, user=alice)[""][0]


def test_new_person_comes_with_the_role_or_not_at_all(cast: Cast):
    facts = {
        "organization": cast.organization,
        "username": "gwen",
        "name": "Gwen Example",
        "kind": RoleKind.MANAGER,
        "starts_at": timezone.now(),
    }

    refused = refusal(services.person_add, **facts)
    gwen = services.person_add(**facts, house=cast.house_b)

    assert list(refused) == ["house"]
    assert Standing(gwen).may(Action.ADMIT, cast.house_b)


def key_of(user: User, **facts: Any) -> ApiKey:
    usual = {"name": "a program", "scopes": ["occupancy"], "expires_at": timezone.now() + timedelta(days=700)}
    return keys.key_create(user=user, **(usual | facts))[0]


def works(key: ApiKey) -> bool:
    return ApiKey.objects.live().filter(pk=key.pk).exists()


def now_managing(user: User, house: House, who: User) -> None:
    with acting_as(who, source="web"):
        services.role_grant(
            user=user, kind="manager", organization=house.organization, house=house, starts_at=timezone.now()
        )


def test_key_made_in_one_organization_shows_nothing_of_another(cast: Cast):
    key = key_of(cast.alice)

    now_managing(cast.alice, cast.house_b, cast.olive)
    after_here = works(key)
    now_managing(cast.alice, cast.house_c, cast.oscar)

    assert (after_here, works(key)) == (True, False)
    assert list(cast.alice.account_events.values_list("kind", "recorded_as")) == [("keys_stopped", "Oscar Example")]
    told = Notice.objects.filter(user=cast.alice, kind="keys-stopped").get()
    assert told.text == "Your API keys were revoked: they were made before you had a role at Cedar House."


def test_nor_where_the_first_role_was_over_by_then(cast: Cast):
    key = key_of(cast.alice)
    for role in cast.alice.roles.all():
        services.role_end(role=role, ends_at=timezone.now(), reason="moves on")

    now_managing(cast.alice, cast.house_c, cast.oscar)

    assert not works(key)


def test_nor_where_a_resident_comes_to_work_for_another(cast: Cast):
    key = key_of(cast.dana.user)

    now_managing(cast.dana.user, cast.house_c, cast.oscar)

    assert not works(key)


def test_keys_of_whoever_works_for_both_stay_with_the_next_role(cast: Cast):
    now_managing(cast.alice, cast.house_c, cast.oscar)
    with acting_as(cast.alice, source="web"):
        key = key_of(cast.alice, scopes=["read"])

    now_managing(cast.alice, cast.house_b, cast.olive)

    assert works(key)


# Shared tablets


def test_tablet_keeps_only_a_digest_of_its_token(cast: Cast):
    tablet, token = services.tablet_enrol(house=cast.house_a, name="Kitchen")

    assert len(token) > 40
    assert tablet.token_digest == tablets.digest(token)
    assert token not in repr(Tablet.objects.values_list()) + repr(tablet.history.values_list())


def test_tablet_is_revoked_once_and_with_a_reason(cast: Cast):
    tablet, _token = services.tablet_enrol(house=cast.house_a, name="Kitchen")
    now = timezone.now()

    without = refusal(services.tablet_revoke, tablet=tablet, reason="", now=now)
    services.tablet_revoke(tablet=tablet, reason="stolen", now=now)
    again = refusal(services.tablet_revoke, tablet=tablet, reason="stolen", now=now)

    assert list(without) == ["reason"]
    assert again == {"": ["This tablet was revoked already."]}
    assert tablet.history.first().history_change_reason == "stolen"
