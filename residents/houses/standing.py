"""What one person may do now, answered from one query."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from residents.houses.models import House, Reach, staff_roles
from residents.houses.permissions import MAY, NEVER_ABOUT_ONESELF, ONESELF, RESIDENT, Action, RoleKind
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
        self._lives_in = set(House.objects.lived_in_by(user).values_list("pk", flat=True)) if signed_in else set()

    def may(self, action: Action, where: HasReach) -> bool:
        """Whether the role × action table allows `action` on this record, house or organization."""
        reach = where.reach()
        if action in NEVER_ABOUT_ONESELF and reach.about_user_id == self.user.pk:
            return False
        return bool(MAY[action] & self.roles_in(reach))

    def may_anywhere(self, action: Action) -> bool:
        """Whether there is any place where `action` is allowed: enough to show a door, not to open it."""
        return bool(
            MAY[action] & ({role.kind for role in self.roles} | ({RESIDENT, ONESELF} if self._lives_in else set()))
        )

    def roles_in(self, reach: Reach) -> set[str]:
        kinds = {
            role.kind
            for role in self.roles
            if role.organization_id == reach.organization_id
            and (role.house_id is None or role.house_id in reach.house_ids)
        }
        if self._lives_in & reach.house_ids:
            kinds.add(RESIDENT)
        if reach.about_user_id is not None and reach.about_user_id == self.user.pk:
            kinds.add(ONESELF)
        return kinds

    @property
    def operates(self) -> set[int]:
        """Organizations (ids) that this person operates."""
        return {role.organization_id for role in self.roles if role.kind == RoleKind.OPERATOR}
