"""What is filled in about passes. Times are typed and shown by the clock of the house."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from residents.away import hours
from residents.away.models import Pass, PassDecision, PassKind, PassRule
from residents.houses.forms import LocalTimeField
from residents.houses.scoped_forms import ScopedForm
from residents.stays.models import PhaseKind
from soberhouse.forms import Segmented

YEARS = range(2000, 2200)  # in which a house could mean a day


class HouseTimeField(LocalTimeField):
    """A day and an hour by the clock of the house. An hour that comes twice means its first, an hour that is skipped
    the moment of the jump. What is sent back as it was shown is the instant that was shown."""

    default_error_messages: ClassVar = {"invalid": _("Choose a day and an hour.")}

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        if not isinstance(value, datetime):
            try:
                value = parse_datetime(str(value).strip())
            except ValueError:
                value = None
        if value is None or value.year not in YEARS:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        if value.tzinfo is not None:
            return value
        return hours.at(value.date(), value.time(), self.zone)

    def shown(self, instant: datetime | None) -> str:
        return "" if instant is None else instant.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")


class TimesForm(forms.Form):
    """A form with times of one house."""

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, HouseTimeField):
                field.zone = zone

    def typed(self, name: str) -> datetime | None:
        """The instant that is meant: where the page's own time was left as it stood, that."""
        meant, before, field = self.cleaned_data.get(name), self.initial.get(name), self.fields[name]
        return before if before is not None and field.shown(meant) == field.shown(before) else meant


class PassForm(TimesForm):
    """Asking for a pass. `knowing` is carried along once its person was told what is not met."""

    kind = forms.ChoiceField(label=_("kind of pass"), choices=PassKind.choices, widget=Segmented)
    starts_at = HouseTimeField(label=_("leaves"))
    ends_at = HouseTimeField(label=_("back by"))
    where = forms.CharField(
        label=_("where to"), max_length=200, help_text=_("The address, or the name of the place and the town.")
    )
    contact = forms.CharField(
        label=_("who can be reached there"),
        max_length=200,
        required=False,
        help_text=_("A name and a phone number."),
    )
    transport = forms.CharField(label=_("getting there and back"), max_length=120, required=False)
    note = forms.CharField(
        label=_("what for"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    officer_agreed = forms.CharField(
        label=_("officer's permission"),
        max_length=200,
        required=False,
        help_text=_("If there is a probation or parole officer: who gave it, when and how."),
    )
    knowing = forms.CharField(required=False, widget=forms.HiddenInput)

    def facts(self) -> dict[str, Any]:
        """What to hand to the service."""
        return {name: value for name, value in self.cleaned_data.items() if name != "knowing"}


class DecideForm(TimesForm):
    outcome = forms.ChoiceField(label=_("decision"), choices=PassDecision.Outcome.choices, widget=forms.RadioSelect)
    starts_at = HouseTimeField(label=_("leaves"))
    ends_at = HouseTimeField(label=_("back by"))
    conditions = forms.CharField(
        label=_("conditions"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    test_on_return = forms.BooleanField(label=_("Test on return"), required=False)
    reason = forms.CharField(
        label=_("why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed for a change, for a refusal, and where the rules are not met. They read it."),
    )

    def facts(self) -> dict[str, Any]:
        """What to hand to the service; a time that stands as asked for is left out."""
        facts = dict(self.cleaned_data)
        for name in ("starts_at", "ends_at"):
            meant = self.typed(name)
            facts[name] = None if meant == self.initial[name] else meant
        return facts


class PassReasonForm(forms.Form):
    reason = forms.CharField(label=_("why"), max_length=500)


class MoreTimeForm(TimesForm):
    until = HouseTimeField(label=_("until"))
    note = forms.CharField(label=_("why"), max_length=500)


class ExtendForm(TimesForm):
    until = HouseTimeField(label=_("until"))
    reason = forms.CharField(label=_("why"), max_length=500)


class ReturnForm(TimesForm):
    at = HouseTimeField(label=_("came back"))
    test_asked = forms.BooleanField(label=_("A test was asked for"), required=False)
    note = forms.CharField(label=_("note"), max_length=500, required=False)


class OfficerAgreedForm(forms.Form):
    officer_agreed = forms.CharField(
        label=_("officer's permission"),
        max_length=Pass._meta.get_field("officer_agreed").max_length,
        help_text=_("Who gave it, when and how."),
    )
    reason = forms.CharField(
        label=_("why"),
        max_length=500,
        required=False,
        help_text=_("Needed where it replaces what is written down."),
    )

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not replaces:
            del self.fields["reason"]


class PassRuleForm(ScopedForm):
    """What a pass of one kind asks for."""

    kind = forms.ChoiceField(label=_("kind of pass"), choices=PassKind.choices, widget=Segmented)
    phase = forms.ModelChoiceField(
        PhaseKind.objects.all(),
        label=_("phase"),
        required=False,
        empty_label=_("all other phases"),
    )
    min_days = forms.IntegerField(label=_("days in the house, at least"), min_value=0, max_value=3650, initial=0)
    max_nights = forms.IntegerField(
        label=_("nights in a row, at most"),
        min_value=0,
        max_value=180,
        required=False,
        help_text=_("Empty: as many as they ask for."),
    )
    max_in_30_days = forms.IntegerField(
        label=_("nights in 30 days, at most"), min_value=0, max_value=30, required=False
    )
    notice_hours = forms.IntegerField(
        label=_("asked for how many hours before"),
        min_value=0,
        max_value=2400,
        initial=0,
        help_text=_("168 hours are a week."),
    )
    officer_agrees = forms.BooleanField(label=_("The officer must agree, where there is one"), required=False)
    test_on_return = forms.BooleanField(label=_("Test on return"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.fields["phase"].queryset.exists():
            del self.fields["phase"]


def initial_of(rule: PassRule) -> dict[str, Any]:
    """A rule as its form shows it."""
    names = ("kind", "min_days", "max_nights", "max_in_30_days", "notice_hours", "officer_agrees", "test_on_return")
    return {name: getattr(rule, name) for name in names} | {"phase": rule.phase.uuid if rule.phase else None}


class NothingForm(forms.Form):
    """A question that is only answered yes."""
