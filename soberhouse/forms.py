"""How every form of the site is drawn, and the few controls Django does not bring.

`{{ form }}` gives labels, help, errors tied to their fields, a summary of errors on top that links to each,
and keeps what was typed. The markup is in `templates/soberhouse/forms/`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    form_template_name = "soberhouse/forms/form.html"
    field_template_name = "soberhouse/forms/field.html"
    formset_template_name = "soberhouse/forms/formset.html"


class DateInput(forms.DateInput):
    """The browser's own calendar, which speaks ISO dates whatever the page's language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own clock, to the minute."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%H:%M")


class Segmented(forms.RadioSelect):
    """A few short choices side by side, one of them already chosen."""


class PhoneInput(forms.TextInput):
    """A telephone number; phones show their number keys."""

    input_type = "tel"
