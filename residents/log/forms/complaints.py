"""What is filled in about complaints: by staff for anybody, by residents for themselves; answers, and what came of
them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm
from residents.log.forms.entries import people_field
from residents.log.forms.times import HappenedField, give_zone
from residents.log.models import Complaint, ComplaintOutcome
from residents.log.queries.complaints import Staff
from soberhouse.accounts.models import User
from soberhouse.forms import Segmented

HOUSE, OTHER = "house", "other"


def words(label: Any, *, rows: int = 4, **facts: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=4000, widget=forms.Textarea(attrs={"rows": rows}), **facts)


def wish_field(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ComplaintForm(ScopedForm):
    """A complaint that staff write down for whoever complains."""

    by = forms.ChoiceField(
        label=_("who complains"), choices=Complaint.By.choices, initial=Complaint.By.NEIGHBOR, widget=Segmented
    )
    text = words(
        _("what they complain of"),
        help_text=_("In their words. Where their name is to be withheld, keep it out of these words."),
        error_messages={"required": _("Say what they complain of.")},
    )
    name = forms.CharField(
        label=_("their name"), max_length=120, required=False, help_text=_("Empty where they would not say.")
    )
    contact = forms.CharField(
        label=_("how to reach them"), max_length=200, required=False, help_text=_("So that they get an answer.")
    )
    name_withheld = forms.BooleanField(
        label=_("Withhold their name"),
        required=False,
        help_text=_("Whom it is about reads that a name is withheld, and no name."),
    )
    against = forms.ChoiceField(
        label=_("about somebody of the staff"),
        required=False,
        help_text=_("Then operators alone read it, and whom it is about never does."),
    )
    about = people_field(help_text=_("They read it too, and are told that something was written down."))
    happened_at = HappenedField(label=_("when"), required=False, help_text=_("Empty: now."))
    wish = wish_field(_("what should be done"))

    def __init__(self, *args: Any, user: User, house: House, staff: Sequence[Staff], **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        give_zone(self, house.zone)
        self.fields["about"].offer(house, user)
        self.staff = {str(each.user.uuid): each.user for each in staff}
        self.fields["against"].choices = [
            ("", _("Nobody of the staff")),
            *((str(each.user.uuid), f"{each.user} · {each.word}") for each in staff),
        ]

    def facts(self, now: datetime) -> dict[str, Any]:
        """What to hand to the service."""
        data = self.cleaned_data
        return data | {
            "against": self.staff.get(data["against"]),
            "about": list(data["about"]),
            "happened_at": data["happened_at"] or now,
        }


class MyComplaintForm(forms.Form):
    """What a resident complains of, on their own phone."""

    about = forms.ChoiceField(label=_("what is it about?"), widget=forms.RadioSelect, initial=HOUSE)
    text = words(
        _("what happened?"),
        rows=6,
        help_text=_("In your words: what, when, and who was there."),
        error_messages={"required": _("Say in a few words what happened.")},
    )
    wish = wish_field(_("what would make it right?"))
    name_withheld = forms.BooleanField(
        label=_("Do not tell my name to whom it is about"),
        required=False,
        help_text=_("Those who decide know who you are, so that they can answer you."),
    )

    def __init__(self, *args: Any, staff: Sequence[Staff], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = {str(each.user.uuid): each.user for each in staff}
        self.fields["about"].choices = [
            (HOUSE, capfirst(_now("the house, or how it is run"))),
            *((str(each.user.uuid), f"{each.user} · {each.word}") for each in staff),
            (OTHER, capfirst(_now("something or somebody else"))),
        ]

    def facts(self) -> dict[str, Any]:
        """What to hand to the service."""
        data = self.cleaned_data
        return {name: data[name] for name in ("text", "wish", "name_withheld")} | {
            "against": self.staff.get(data["about"])
        }


class ComplaintAnswerForm(forms.Form):
    text = words(
        _("the answer"),
        rows=6,
        help_text=_("Whoever complains reads it, or is told."),
        error_messages={"required": _("Say it in a few words.")},
    )


class ComplaintCloseForm(forms.Form):
    """What came of it."""

    outcome = forms.ChoiceField(
        label=_("what came of it"), choices=ComplaintOutcome.Outcome.choices, widget=forms.RadioSelect
    )
    text = words(
        _("why, and what is done"),
        help_text=_("Whoever complains reads it, or is told."),
        error_messages={"required": _("Say it in a few words.")},
    )
    told = forms.CharField(
        label=_("how they were told"),
        max_length=200,
        help_text=_("Such as: called on Tuesday, a letter, spoke with them at the door."),
    )

    def __init__(self, *args: Any, told_here: bool = False, **kwargs: Any) -> None:
        """`told_here` says that they read it on their own page."""
        super().__init__(*args, **kwargs)
        if told_here:
            self.initial.setdefault("told", _now("They read it on their own page."))
