"""What one person may do now, answered from one query."""

from __future__ import annotations

from datetime import datetime

from residents.houses.models import House, Organization, staff_roles
from residents.houses.permissions import MAY, RESIDENT, Action, RoleKind
from soberhouse.accounts.models import User


class Standing:
    """The roles of `user` at one instant. Make one per request; it asks the database twice, however often it is asked."""

    def __init__(self, user: User, *, now: datetime | None = None) -> None:
        self.user = user
        self.roles = list(staff_roles(user, now=now))
        signed_in = getattr(user, "pk", None) and user.is_active
        self._lives_in = set(House.objects.lived_in_by(user).values_list("pk", flat=True)) if signed_in else set()

    def may(self, action: Action, where: House | Organization) -> bool:
        """Whether the role × action table allows `action` in this house, or in this organization as a whole."""
        return bool(MAY[action] & self.roles_in(where))

    def may_anywhere(self, action: Action) -> bool:
        return bool(MAY[action] & ({role.kind for role in self.roles} | ({RESIDENT} if self._lives_in else set())))

    def roles_in(self, where: House | Organization) -> set[str]:
        if isinstance(where, Organization):
            return {role.kind for role in self.roles if role.organization_id == where.pk and role.house_id is None}
        kinds = {
            role.kind
            for role in self.roles
            if role.house_id == where.pk or (role.house_id is None and role.organization_id == where.organization_id)
        }
        return kinds | ({RESIDENT} if where.pk in self._lives_in else set())

    @property
    def operates(self) -> set[int]:
        """Organizations (ids) that this person operates."""
        return {role.organization_id for role in self.roles if role.kind == RoleKind.OPERATOR}
