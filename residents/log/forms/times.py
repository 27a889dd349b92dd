"""When something happened, typed by the clock of the house."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from residents.houses.forms import LocalTimeField

YEARS = range(1900, 2200)  # in which a house could mean a day


class HappenedField(LocalTimeField):
    """A day and an hour of what is past. An hour that comes twice means its first."""

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
        return value if value.tzinfo is not None else value.replace(tzinfo=self.zone)

    def shown(self, instant: datetime | None) -> str:
        """The instant as the page shows it. What is sent back as it was shown means the instant that was shown."""
        return "" if instant is None else instant.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M")


def give_zone(form: forms.BaseForm, zone: ZoneInfo) -> None:
    """Let every such field of this form go by the clocks of `zone`."""
    for field in form.fields.values():
        if isinstance(field, HappenedField):
            field.zone = zone
