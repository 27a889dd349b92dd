"""What is filled in at the end of a shift, and which time a load is asked for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.log.queries.load import LONGEST, USUAL
from residents.stays.forms import date_field


class HandOverForm(forms.Form):
    text = forms.CharField(
        label=_("what the next one must know"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Leave it empty where what stands above says it all."),
    )


class LoadForm(forms.Form):
    """From a day until a day, both of them counted; the last thirty days, where nothing is asked for."""

    since = date_field(_("from"))
    until = date_field(_("until"))

    def __init__(self, asked: Any, *, today: date) -> None:
        usual = {"since": (today - USUAL + timedelta(days=1)).isoformat(), "until": today.isoformat()}
        super().__init__(usual | {name: asked[name] for name in usual if name in asked})

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        since, until = data.get("since"), data.get("until")
        if since and until:
            if until < since:
                self.add_error("until", _("It ends before it begins."))
            elif until - since >= LONGEST:
                self.add_error("until", _("A year at most."))
        return data
