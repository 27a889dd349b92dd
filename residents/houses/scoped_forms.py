"""The base of every form that points at rows."""

from __future__ import annotations

from typing import Any

from django import forms

from residents.houses.models import House
from soberhouse.accounts.models import User
from soberhouse.forms import ChangeForm


class ScopedForm(forms.Form):
    """A form whose choices of rows are only those its person sees, and, in a house, only those of that house.

    Rows are named by their public `uuid`. A choice that is narrower still is narrowed by the subclass after
    `super().__init__`.
    """

    def __init__(self, *args: Any, user: User, house: House | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.house = user, house
        scope_choices(self, user=user, house=house)


class ScopedModelForm(ChangeForm):
    """The same for a form that changes a row."""

    def __init__(self, *args: Any, user: User, house: House | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.house = user, house
        scope_choices(self, user=user, house=house)


def scope_choices(form: forms.BaseForm, *, user: User, house: House | None) -> None:
    for field in form.fields.values():
        if not isinstance(field, forms.ModelChoiceField):
            continue
        model = field.queryset.model
        rows = field.queryset.filter(pk__in=model.objects.visible_to(user).values("pk"))
        if house is not None and any(f.name == "house" for f in model._meta.fields):
            rows = rows.filter(house=house)
        field.queryset = rows
        field.to_field_name = "uuid"
