"""What is filled in about visitors."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm
from residents.log.forms.entries import people_field
from residents.log.forms.times import HappenedField, give_zone
from soberhouse.accounts.models import User


class VisitForm(ScopedForm):
    """Somebody came. The name and whom they visit are all it needs."""

    name = forms.CharField(label=_("visitor"), max_length=120, error_messages={"required": _("Say who came.")})
    about = people_field()
    came_at = HappenedField(label=_("when"), required=False, help_text=_("Empty: now."))

    def __init__(self, *args: Any, user: User, house: House, **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        give_zone(self, house.zone)
        self.fields["about"].label = _("whom they visit")
        self.fields["about"].offer(house, user)

    def facts(self) -> dict[str, Any]:
        """What to hand to the service."""
        return self.cleaned_data | {"about": list(self.cleaned_data["about"])}


class VisitEndForm(ScopedForm):
    """They left: now, or earlier."""

    left_at = HappenedField(label=_("when"), required=False, help_text=_("Empty: now."))

    def __init__(self, *args: Any, user: User, house: House, **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        give_zone(self, house.zone)
