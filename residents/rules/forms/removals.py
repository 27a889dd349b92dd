"""Forms about immediate removals. They check what a field can hold; the services judge the rest."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.houses.forms import LocalTimeInput
from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm
from residents.rules.forms.contracts import BecauseOf
from residents.rules.models import RemovalReview, Violation
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.forms import Segmented


class RemovalForm(ScopedForm):
    """Somebody had to leave at once. `stay` is theirs; what it may be about was recorded in it."""

    happened_at = forms.DateTimeField(label=_("when"), widget=LocalTimeInput)
    reason = forms.CharField(
        label=_("what made it necessary"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What happened, who was in danger, and why it could not wait."),
    )
    help_given = forms.CharField(
        label=_("help to find another bed"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Whom you called, what they offered, who drove, what was handed over."),
    )
    where_to = forms.CharField(label=_("where they went"), max_length=200, required=False)
    violation = BecauseOf(
        Violation.objects.none(),
        label=_("recorded as"),
        required=False,
        empty_label=_("Not recorded as a violation"),
    )

    def __init__(self, *args: Any, user: User, house: House, stay: Stay | None = None, **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        theirs = Violation.objects.visible_to(user).filter(stay=stay, house=house, withdrawal=None)
        if theirs.exists():
            self.fields["violation"].queryset = theirs.select_related("rule")
        else:
            del self.fields["violation"]


class RemovalReviewForm(forms.Form):
    """What another person says of a removal."""

    outcome = forms.ChoiceField(
        label=_("What you say"),
        choices=RemovalReview.Outcome.choices,
        widget=Segmented,
        error_messages={"required": _("Say one or the other.")},
    )
    reason = forms.CharField(
        label=_("why"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What you asked and whom. The resident reads it."),
    )
