"""What is filled in about clocks, holidays and deadlines."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.houses.scoped_forms import ScopedForm
from residents.log.forms.times import HappenedField, give_zone
from residents.log.models import Clock, DeadlineMet, Holiday
from residents.stays.forms import date_field

SHOWS = "image/jpeg,image/png,image/webp,application/pdf"


class ClockForm(forms.ModelForm):
    """What is to be done so long after what. The rest is checked by the service, which writes it."""

    class Meta:
        model = Clock
        fields = ("name", "starts", "incident_type", "amount", "unit", "recipient", "source")
        help_texts: ClassVar = {
            "incident_type": _("Empty: all kinds of incidents."),
            "recipient": _("Such as: the Department, its form and its number."),
            "source": _("The law or the agreement; nothing, where it is your own rule."),
        }

    def _post_clean(self) -> None:
        """Left to the service, which fills in the rest of the row before it validates it."""


class HolidayForm(ScopedForm):
    day = date_field(_("day"))
    name = forms.CharField(label=_("name"), max_length=Holiday._meta.get_field("name").max_length)


class DoneForm(ScopedForm):
    """That something was done by its hour, and what proves it."""

    done_at = HappenedField(label=_("when it was done"))
    proof = forms.CharField(
        label=_("what proves it"),
        max_length=DeadlineMet._meta.get_field("proof").max_length,
        help_text=_("Such as: number of the report, who took the call."),
    )
    file = forms.FileField(
        label=_("photo or PDF"),
        required=False,
        help_text=_("JPEG, PNG, WebP or PDF, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": SHOWS}),
    )

    def __init__(self, *args: Any, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        give_zone(self, zone)

    def facts(self) -> dict[str, Any]:
        """What to hand to the service: the file as its bytes."""
        file = self.cleaned_data["file"]
        return self.cleaned_data | {"file": file.read() if file else None}
