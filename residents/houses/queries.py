"""Who works for an organization, and as what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Max, Q, QuerySet

from residents.houses.models import Bed, House, Organization, Role, Room
from soberhouse.accounts.models import Partner, User


@dataclass(frozen=True)
class Person:
    """Somebody with an account: the roles they have now, those to come, and those that ended."""

    user: User
    live: list[Role]
    coming: list[Role]
    ended: list[Role]


@dataclass(frozen=True)
class Furnished:
    """A room with its beds in order, those still in the house and those closed."""

    room: Room
    beds: list[Bed]
    closed: list[Bed]


def people_of(organization: Organization) -> QuerySet[User]:
    """Whom the operators here deal with: those with a role, now, later or before, and residents who sign in.

    Not those who left and have to do with another organization since.
    """
    return User.objects.people_of([organization]).order_by("name", "pk")


def staff(*, organization: Organization, now: datetime, past: bool = False) -> QuerySet[User]:
    """Whoever has a role here now or later and may sign in; or, `past`, whoever had one, has no more, and went to no
    other organization."""
    roles = Role.objects.filter(organization=organization)
    standing = roles.filter(Q(ends_at=None) | Q(ends_at__gt=now)).values("user")
    users = people_of(organization).filter(pk__in=roles.values("user"))
    current = Q(pk__in=standing, is_active=True)
    return users.filter(~current if past else current)


def person(*, user: User, organization: Organization, now: datetime) -> Person:
    """One person with their roles here."""
    return with_roles([user], organization=organization, now=now)[0]


def is_shared(*, user: User, organizations: Iterable[Organization | int]) -> bool:
    """Whether the account is not these organizations' alone, so that their operators may not take it over, nor read
    what became of it."""
    return User.objects.shared_beyond(organizations).filter(pk=user.pk).exists()


def comes_from_elsewhere(user: User, *, organization: Organization, now: datetime) -> bool:
    """Whether the account was ever another organization's, and has no role here, now or later. One query."""
    here = Role.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), organization=organization)
    others = Role.objects.exclude(organization=organization)
    lived = Q(resident__isnull=False) & ~Q(resident__organization=organization)
    found = User.objects.filter(Q(pk__in=others.values("user")) | lived, pk=user.pk)
    return found.exclude(pk__in=here.values("user")).exists()


def partners_of(organization: Organization, *, now: datetime, closed: bool = False) -> QuerySet[Partner]:
    """The partners that may ask, or those that may not any more; with `keys_live`, how many of their keys work, and
    `used_at`, when any key of theirs was used last. One query."""
    live = Q(api_keys__revoked_at=None, api_keys__expires_at__gt=now, is_active=True)
    found = Partner.objects.filter(organization=organization, is_active=not closed).order_by("name", "pk")
    return found.annotate(keys_live=Count("api_keys", filter=live), used_at=Max("api_keys__last_used_at"))


def works_somewhere(user: User, *, now: datetime) -> bool:
    """Whether somebody has a role anywhere, now or later, so that more than their own record hangs on their account."""
    return user.roles.filter(Q(ends_at=None) | Q(ends_at__gt=now)).exists()


def rooms_of(house: House, *, today: date) -> list[Furnished]:
    """The house as it is furnished. Two queries."""
    beds: dict[int, list[Bed]] = {}
    for bed in Bed.objects.filter(house=house).select_related("room"):
        beds.setdefault(bed.room_id, []).append(bed)
    return [
        Furnished(
            room,
            [bed for bed in beds.get(room.pk, []) if bed.closed_on is None or bed.closed_on > today],
            [bed for bed in beds.get(room.pk, []) if bed.closed_on is not None and bed.closed_on <= today],
        )
        for room in Room.objects.filter(house=house)
    ]


def with_roles(users: Sequence[User], *, organization: Organization, now: datetime) -> list[Person]:
    """These people with their roles here. One query."""
    roles: dict[int, list[Role]] = {}
    for role in Role.objects.filter(organization=organization, user__in=users).select_related("house", "organization"):
        roles.setdefault(role.user_id, []).append(role)

    def is_over(role: Role) -> bool:
        return role.ends_at is not None and role.ends_at <= now

    people = []
    for user in users:
        own = roles.get(user.pk, [])
        live = [role for role in own if role.starts_at <= now and not is_over(role)]
        coming = [role for role in own if role.starts_at > now and not is_over(role)]
        people.append(Person(user, live, coming, [role for role in own if is_over(role)]))
    return people
