"""What is filled in about searches."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm
from residents.log.forms.entries import people_field
from residents.log.forms.times import HappenedField, give_zone
from residents.log.models import Search
from residents.stays.forms import reason_field
from soberhouse.accounts.models import User
from soberhouse.forms import Segmented

YES, NO = "yes", "no"


class PolicyField(forms.ModelChoiceField):
    """One published version of a book of the house."""

    def label_from_instance(self, book: Any) -> str:
        return _now("%(title)s, version %(number)s") % {"title": book.title, "number": book.number}


class SearchFacts(ScopedForm):
    """What every search says."""

    place = forms.CharField(label=_("what was searched"), max_length=200, help_text=_("Such as: Room 2, the bag."))
    why = forms.CharField(label=_("why"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    by = forms.CharField(label=_("who searched"), max_length=200)
    witness = forms.CharField(label=_("who witnessed it"), max_length=200, required=False)
    resident_present = forms.ChoiceField(
        label=_("the resident was there"), choices=[(YES, _("yes")), (NO, _("no"))], initial=YES, widget=Segmented
    )
    found = forms.CharField(
        label=_("what was found"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Empty: nothing."),
    )
    became = forms.CharField(
        label=_("what became of it"),
        max_length=500,
        required=False,
        help_text=_("Such as: given back, destroyed before a witness, handed to the police."),
    )
    policy = PolicyField(
        Search._meta.get_field("policy").related_model.objects.order_by("kind", "-number"),
        label=_("by which policy"),
        required=False,
        empty_label=_("None that is written down"),
    )

    def __init__(self, *args: Any, user: User, house: House, **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        self.fields["policy"].queryset = self.fields["policy"].queryset.exclude(published_on=None)

    def facts(self) -> dict[str, Any]:
        """What to hand to the service."""
        return self.cleaned_data | {"resident_present": self.cleaned_data["resident_present"] == YES}


class SearchForm(SearchFacts):
    """A search, as it is written down first."""

    about = people_field(help_text=_("Whose room or things they are. They read it too."))
    happened_at = HappenedField(label=_("when"), required=False, help_text=_("Empty: now."))

    field_order = ("place", "about", "why")

    def __init__(self, *args: Any, user: User, house: House, **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        give_zone(self, house.zone)
        self.fields["about"].offer(house, user)

    def facts_at(self, now: datetime) -> dict[str, Any]:
        """What to hand to the service."""
        data = self.facts()
        return data | {"about": list(data["about"]), "happened_at": data["happened_at"] or now}


class SearchAmendForm(SearchFacts):
    """A search put right."""

    reason = reason_field(_("what was wrong?"))


def initial_of(search: Search) -> dict[str, Any]:
    names = ("place", "why", "by", "witness", "found", "became", "policy")
    return {name: getattr(search, name) for name in names} | {
        "resident_present": YES if search.resident_present else NO
    }
