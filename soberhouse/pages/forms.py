"""What the gathering pages ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm
from soberhouse.pages.residents import SORTS, Who


class FindResidentsForm(ScopedForm):
    """Which residents to list. Past ones are offered only to those who see the whole organization."""

    saves = False

    q = forms.CharField(
        label=_("Name"), max_length=100, required=False, widget=forms.TextInput(attrs={"type": "search"})
    )
    who = forms.ChoiceField(label=_("Who"), choices=Who.choices, required=False)
    house = forms.ModelChoiceField(
        House.objects.order_by("name"), label=_("House"), required=False, empty_label=_("All houses")
    )
    sort = forms.ChoiceField(
        choices=[(way, way) for name in SORTS for way in (name, f"-{name}")],
        required=False,
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, sees_past: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sees_past:
            self.fields["who"].choices = [(who.value, who.label) for who in (Who.NOW, Who.APPLYING)]

    def clean_who(self) -> Who:
        return Who(self.cleaned_data["who"] or Who.NOW)

    def clean_sort(self) -> str:
        return self.cleaned_data["sort"] or "name"
