"""What one person may do now, answered from one query."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from residents.houses.models import House, Reach, staff_roles
from residents.houses.permissions import MAY, NEVER_ABOUT_ONESELF, OFFICER, ONESELF, RESIDENT, Action, RoleKind
from soberhouse.accounts.models import User


class HasReach(Protocol):
    """Any row of the product: it knows where it is and whom it is about."""

    def reach(self) -> Reach: ...


class Standing:
    """The roles of `user` at one instant. Make one per request; it asks the database twice, however often it is
    asked."""

    def __init__(self, user: User, *, now: datetime | None = None) -> None:
        self.user = user
        self.roles = list(staff_roles(user, now=now))
        signed_in = getattr(user, "pk", None) and user.is_active
        # By house: whether they have a duty there as well.
        self._lives_in = House.objects.lived_in_with_duty(user, now=now) if signed_in else {}

    def may(self, action: Action, where: HasReach) -> bool:
        """Whether the role × action table allows `action` on this record, house or organization."""
        reach = where.reach()
        if action in NEVER_ABOUT_ONESELF and reach.about_user_id == self.user.pk:
            return False
        return bool(MAY[action] & self.roles_in(reach))

    def may_anywhere(self, action: Action) -> bool:
        """Whether there is any place where `action` is allowed: enough to show a door, not to open it."""
        kinds = {role.kind for role in self.roles}
        if self._lives_in:
            kinds |= {RESIDENT, ONESELF}
        if any(self._lives_in.values()):
            kinds.add(OFFICER)
        return bool(MAY[action] & kinds)

    def roles_in(self, reach: Reach) -> set[str]:
        kinds = {
            role.kind
            for role in self.roles
            if role.organization_id == reach.organization_id
            and (role.house_id is None or role.house_id in reach.house_ids)
        }
        here = self._lives_in.keys() & reach.house_ids
        if here:
            kinds.add(RESIDENT)
        if any(self._lives_in[house] for house in here):
            kinds.add(OFFICER)
        if reach.about_user_id is not None and reach.about_user_id == self.user.pk:
            kinds.add(ONESELF)
        return kinds

    @property
    def operates(self) -> set[int]:
        """Organizations (ids) that this person operates."""
        return {role.organization_id for role in self.roles if role.kind == RoleKind.OPERATOR}
