"""Every write about organizations, houses, rooms, beds, roles and shared tablets.

Each service is one transaction, is done as whoever acts now (`soberhouse.history.acting_as`), and refuses with a
ValidationError that says what would be right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Model, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses import notices, tablets
from residents.houses.models import Bed, House, Organization, Role, Room, Tablet
from residents.houses.permissions import RoleKind
from residents.houses.queries import comes_from_elsewhere
from soberhouse.accounts import invitations, keys
from soberhouse.accounts import services as accounts
from soberhouse.accounts.models import User
from soberhouse.accounts.upkeep import check_open
from soberhouse.accounts.upkeep import locked as locked_account
from soberhouse.history import because
from soberhouse.words import check_reason, tidy

R = TypeVar("R", bound=Model)
ABOUT_ORGANIZATION = ("name", "time_zone", "phone", "oversight")
ABOUT_HOUSE = (
    *("name", "time_zone", "phone", "street", "city", "state", "postal_code", "address_confidential"),
    *("serves", "lgbtq_affirming", "parents_with_children", "narr_level"),
    *("supports_buprenorphine", "supports_methadone", "supports_naltrexone"),
    *("fee", "fee_period", "curfew_weeknights", "curfew_weekends"),
    *("curfew_grace", "absent_after", "orientation_hours"),
)


# Organizations and houses


@transaction.atomic
def organization_create(*, name: str, time_zone: str, phone: str = "") -> Organization:
    """A new organization. Refuses a name that another has, and an unknown time zone."""
    return _save(Organization(name=tidy(name), time_zone=time_zone, phone=phone))


@transaction.atomic
def organization_change(*, organization: Organization, changes: Mapping[str, Any]) -> Organization:
    """Write down what is new about the organization; fields not in `changes` stay."""
    return _change(_locked(organization), changes, ABOUT_ORGANIZATION)


@transaction.atomic
def house_create(*, organization: Organization, name: str, time_zone: str, **facts: Any) -> House:
    """A new house without rooms. `facts` are any of the house's other fields.

    Refuses a name that another house of the organization has, an unknown time zone, and a negative fee.
    """
    house = House(organization=organization)
    return _change(house, {"name": name, "time_zone": time_zone, **facts}, ABOUT_HOUSE)


@transaction.atomic
def house_change(*, house: House, changes: Mapping[str, Any]) -> House:
    """Write down what is new about the house; fields not in `changes` stay. Refuses what `house_create` refuses."""
    return _change(_locked(house), changes, ABOUT_HOUSE)


# Rooms and beds


@transaction.atomic
def room_add(*, house: House, name: str) -> Room:
    """A new room, after the others. Refuses a name that another room of the house has."""
    _locked(house)
    return _save(Room(house=house, name=tidy(name), position=_next_position(house.rooms)))


@transaction.atomic
def room_change(*, room: Room, name: str | None = None) -> Room:
    """Give the room another name; None stays. Refuses one that another room of the house has."""
    return _change(_locked(room), {} if name is None else {"name": name}, ("name",))


@transaction.atomic
def room_shift(*, room: Room, earlier: bool) -> None:
    """Let the room change places with the one before it, or after it. The first goes no earlier, the last no later."""
    house = _locked(room.house)
    _shift(list(house.rooms.all()), room, earlier=earlier)


@transaction.atomic
def bed_add(*, room: Room, name: str, opened_on: date | None = None) -> Bed:
    """A new bed, after the others of the room; it counts from `opened_on`, or always. Refuses a name the room has."""
    room = _locked(room)
    return _save(
        Bed(house=room.house, room=room, name=tidy(name), opened_on=opened_on, position=_next_position(room.beds))
    )


@transaction.atomic
def bed_change(*, bed: Bed, name: str | None = None, room: Room | None = None) -> Bed:
    """Give the bed another name, or put it in another room of the house; None stays. Refuses a name that room has."""
    bed = _locked(bed)
    if room is not None and room != bed.room:
        bed.room, bed.position = room, _next_position(room.beds)
    return _change(bed, {} if name is None else {"name": name}, ("name",))


@transaction.atomic
def bed_shift(*, bed: Bed, earlier: bool) -> None:
    """Let the bed change places with the one before it in its room, or after it."""
    room = _locked(bed.room)
    _shift(list(room.beds.all()), bed, earlier=earlier)


@transaction.atomic
def bed_close(*, bed: Bed, closed_on: date, reason: str = "") -> Bed:
    """Take the bed out of the house from `closed_on` on; what was in it before stays on record.

    Refuses while somebody is or will be in it then, saying who and until when, or while it is held or out of service.
    """
    bed = _locked(bed)
    if bed.closed_on is not None:
        raise ValidationError(_("This bed was closed on %(day)s already."), params={"day": _day(bed.closed_on)})
    # Who has a bed when is kept by `residents.stays`, which stands on this subject: it is reached from the bed.
    uses = bed.uses.real()
    then = uses.filter(Q(ends_on=None) | Q(ends_on__gt=closed_on) | uses.overdue(closed_on))
    found = then.select_related("stay__resident", "application__resident").order_by("starts_on")
    if problems := [_in_the_way(use) for use in found]:
        raise ValidationError({"closed_on": problems})
    with because(reason):
        return _change(bed, {"closed_on": closed_on}, ("closed_on",))


@transaction.atomic
def bed_reopen(*, bed: Bed, reason: str) -> Bed:
    """The bed counts again, as if it had never been closed. Refuses to go without a reason."""
    check_reason(reason)
    with because(reason):
        return _change(_locked(bed), {"closed_on": None}, ("closed_on",))


def _in_the_way(use: Any) -> str:
    until = _day(use.ends_on) if use.ends_on else ""
    if use.kind == "out":
        if until:
            return _("It is out of service until %(day)s. End that first.") % {"day": until}
        return _("It is out of service. End that first.")
    who = use.stay.resident if use.stay else use.application.resident
    facts = {"who": who.short_name, "from": _day(use.starts_on), "day": until}
    if use.kind == "hold":
        return _("It is held for %(who)s from %(from)s until %(day)s. Release it first.") % facts
    if until and use.stay.ends_on is None and use.ends_on == use.stay.expected_on:
        return _("%(who)s has it from %(from)s and is expected to leave on %(day)s. Move them first.") % facts
    if until:
        return _("%(who)s has it from %(from)s until %(day)s. Close it then, or move them first.") % facts
    return _("%(who)s has it from %(from)s, with no end planned. Move them first.") % facts


# Roles


@transaction.atomic
def role_grant(
    *,
    user: User,
    kind: str,
    organization: Organization,
    house: House | None = None,
    starts_at: datetime,
    ends_at: datetime | None = None,
) -> Role:
    """Give somebody a role from one instant until another, or until further notice; a relief manager's ends.

    An invitation slip that is out for the account opens nothing any more: whoever made it could let somebody into less
    than this. Where the account comes to more than one organization, its API keys are revoked: each was made for what
    its holder saw before, and whoever else holds it may not see this too.

    Refuses a manager without a house or another role with one, a house of another organization, an end before the
    start, a closed account, and a second row for what they have at that time already.
    """
    organization = _locked(organization)
    if house is not None and house.organization_id != organization.pk:
        raise ValidationError({"house": _("This house belongs to another organization.")})
    if kind == RoleKind.MANAGER and house is None:
        raise ValidationError({"house": _("Say which house they manage.")})
    if kind != RoleKind.MANAGER and house is not None:
        raise ValidationError({"house": _("This role is for the whole organization. Leave the house empty.")})
    if ends_at is not None and ends_at <= starts_at:
        raise ValidationError({"ends_at": _("The end must come after the start.")})
    check_open(locked_account(user))
    same = Role.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=starts_at), user=user, kind=kind, organization=organization, house=house
    )
    if ends_at is not None:
        same = same.filter(starts_at__lt=ends_at)
    if same.exists():
        raise ValidationError(_("They have this role then already. End that one first, or choose other days."))
    now = timezone.now()
    reaches_further = comes_from_elsewhere(user, organization=organization, now=now)
    role = Role(user=user, kind=kind, organization=organization, house=house, starts_at=starts_at, ends_at=ends_at)
    _save(role)
    invitations.revoke_open(user=user, now=now)
    notices.tell_role_given(role)
    if reaches_further and keys.keys_stop(holder=user, now=now):
        notices.tell_keys_stopped(role)
    return role


@transaction.atomic
def role_end(*, role: Role, ends_at: datetime, reason: str) -> Role:
    """End a role at that instant; one that has not begun then never counts.

    Refuses to go without a reason, a later end than the role has, and to leave the organization without an operator.
    """
    check_reason(reason)
    organization = _locked(role.organization)
    role = _locked(role)
    ends_at = max(ends_at, role.starts_at)
    if role.ends_at is not None and role.ends_at <= ends_at:
        raise ValidationError({"ends_at": _("This role has ended by then already.")})
    if role.kind == RoleKind.OPERATOR:
        _check_operator_left(organization, at=ends_at, without=Q(pk=role.pk))
    role.ends_at = ends_at
    with because(reason):
        _save(role)
    notices.tell_role_ended(role)
    return role


@transaction.atomic
def person_add(
    *,
    organization: Organization,
    username: str,
    name: str,
    email: str = "",
    password: str | None = None,
    kind: str,
    house: House | None = None,
    starts_at: datetime,
    ends_at: datetime | None = None,
) -> User:
    """A new account with its first role, both or neither. Refuses what `user_create` and `role_grant` refuse."""
    user = accounts.user_create(username=username, name=name, email=email, password=password)
    role_grant(user=user, kind=kind, organization=organization, house=house, starts_at=starts_at, ends_at=ends_at)
    return user


@transaction.atomic
def person_deactivate(*, user: User, reason: str, now: datetime) -> User:
    """Close somebody's account at once. Their roles stay on record and count for nothing while it is closed.

    Refuses to go without a reason, and to leave an organization without an operator.
    """
    operated = Role.objects.live(now=now).filter(user=user, kind=RoleKind.OPERATOR).values("organization")
    for organization in Organization.objects.select_for_update(no_key=True).filter(pk__in=operated).order_by("pk"):
        _check_operator_left(organization, at=now, without=Q(user=user))
    return accounts.user_deactivate(user=user, reason=reason)


def _check_operator_left(organization: Organization, *, at: datetime, without: Q) -> None:
    """Raise ValidationError unless somebody else operates the organization then, until further notice."""
    others = Role.objects.filter(
        organization=organization, kind=RoleKind.OPERATOR, starts_at__lte=at, ends_at=None, user__is_active=True
    ).exclude(without)
    if not others.exists():
        raise ValidationError(
            _("Nobody else operates %(organization)s until further notice. Give somebody that role first."),
            params={"organization": organization},
        )


# Shared tablets


@transaction.atomic
def tablet_enrol(*, house: House, name: str) -> tuple[Tablet, str]:
    """A new shared tablet of the house, and the token of its device, which is told this once and never again."""
    _locked(house)
    token = tablets.new_token()
    return _save(Tablet(house=house, name=tidy(name), token_digest=tablets.digest(token))), token


@transaction.atomic
def tablet_revoke(*, tablet: Tablet, reason: str, now: datetime) -> Tablet:
    """The device is no tablet of the house from `now` on, and whoever is signed in on it is out. Needs a reason."""
    check_reason(reason)
    tablet = _locked(tablet)
    if tablet.ends_at is not None:
        raise ValidationError(_("This tablet was revoked already."))
    tablet.ends_at = now
    with because(reason):
        return _save(tablet)


# Shared


def _locked(row: R) -> R:
    """The row as it is now, so that no other transaction changes it meanwhile."""
    return type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)


def _save(row: R) -> R:
    row.full_clean()
    row.save()
    return row


def _change(row: R, changes: Mapping[str, Any], allowed: Sequence[str]) -> R:
    if unknown := set(changes) - set(allowed):
        raise ValueError(f"Not a fact about a {type(row).__name__}: {', '.join(sorted(unknown))}.")
    for name, value in changes.items():
        setattr(row, name, tidy(value) if name == "name" else value)
    return _save(row)


def _next_position(rows: QuerySet[Any]) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _shift(rows: list[R], row: R, *, earlier: bool) -> None:
    """Write positions anew with `row` one place on, touching only rows whose place changes."""
    place = rows.index(row)
    other = place - 1 if earlier else place + 1
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
    for position, each in enumerate(rows):
        if each.position != position:  # type: ignore[attr-defined]
            each.position = position  # type: ignore[attr-defined]
            each.save(update_fields=["position"])


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
