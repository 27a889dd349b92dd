"""Forms about contracts and discharge reviews. They check what a field can hold; the services judge the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm
from residents.rules.models import Contract, ContractReview, Violation
from residents.rules.queries.cases import upheld_only
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.forms import DateInput, Segmented

LASTS, FIRST_LOOK = timedelta(days=30), timedelta(days=14)


class BecauseOf(forms.ModelChoiceField):
    """A violation, by its rule and day."""

    def label_from_instance(self, violation: Violation) -> str:
        return f"{violation.rule} · {date_format(violation.happened_on)}"


class ContractForm(ScopedForm):
    """What is agreed with one resident. `stay` is theirs; what it may be because of was upheld in it."""

    violation = BecauseOf(
        Violation.objects.none(),
        label=gettext_lazy("because of"),
        required=False,
        empty_label=gettext_lazy("Nothing that was decided: we agree on it"),
    )
    terms = forms.CharField(
        label=gettext_lazy("what is agreed"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Few things, each so plain that both can see whether it was done."),
    )
    help = forms.CharField(
        label=gettext_lazy("what the house does to help"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Such as: a ride to the meeting, a talk every Sunday, another room."),
    )
    starts_on = forms.DateField(label=gettext_lazy("from"), widget=DateInput)
    ends_on = forms.DateField(label=gettext_lazy("until"), widget=DateInput)
    review_on = forms.DateField(
        label=gettext_lazy("first looked at"),
        widget=DateInput,
        help_text=gettext_lazy("The day you sit down together and say how it goes."),
    )

    def __init__(self, *args: Any, user: User, house: House, stay: Stay | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        theirs = Violation.objects.visible_to(user).filter(stay=stay, house=house)
        self.fields["violation"].queryset = upheld_only(theirs).select_related("rule")
        today = house.today()
        for name, day in (("starts_on", today), ("ends_on", today + LASTS), ("review_on", today + FIRST_LOOK)):
            self.initial.setdefault(name, day)


class ContractReviewForm(forms.Form):
    """How a contract is kept, and what comes next."""

    result = forms.ChoiceField(
        label=gettext_lazy("how it is kept"),
        choices=ContractReview.Result.choices,
        initial=ContractReview.Result.KEPT,
        widget=Segmented,
    )
    note = forms.CharField(
        label=gettext_lazy("what was said"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("By both. The resident reads it."),
    )
    next_on = forms.DateField(label=gettext_lazy("looked at again"), required=False, widget=DateInput)
    ends_it = forms.BooleanField(label=gettext_lazy("This ends the contract"), required=False)

    def __init__(self, *args: Any, contract: Contract | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if contract is None:
            return
        today = contract.house.today()
        if today >= contract.ends_on:
            self.initial.setdefault("ends_it", True)
        else:
            self.initial.setdefault("next_on", min(today + FIRST_LOOK, contract.ends_on))


class OpinionForm(forms.Form):
    """One person's word in a discharge review."""

    STAYS, LEAVES = "stays", "leaves"
    word = forms.ChoiceField(
        label=gettext_lazy("What you say"),
        choices=[(STAYS, gettext_lazy("they stay")), (LEAVES, gettext_lazy("they must leave"))],
        widget=Segmented,
        error_messages={"required": gettext_lazy("Say one or the other.")},
    )
    reason = forms.CharField(
        label=gettext_lazy("why"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("What you know and what you weighed. The resident reads it."),
    )
    terms = forms.CharField(
        label=gettext_lazy("on which terms they stay"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only where they stay. A contract can be made of them next."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("word") == self.LEAVES and cleaned.get("terms"):
            self.add_error("terms", _("Terms are for somebody who stays. Clear them, or say that they stay."))
        return cleaned
