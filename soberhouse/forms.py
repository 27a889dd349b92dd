"""How every form of the site is drawn, and the few controls Django does not bring.

`{{ form }}` gives labels, help, errors tied to their fields, a summary of errors on top that links to each,
and keeps what was typed. The markup is in `templates/soberhouse/forms/`.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model
from django.forms.renderers import TemplatesSetting
from django.utils.choices import flatten_choices
from django.utils.formats import localize
from django.utils.translation import gettext as _


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


class Chips(forms.CheckboxSelectMultiple):
    """A few names side by side, each chosen by a tap."""


class PhoneInput(forms.TextInput):
    """A telephone number; phones show their number keys."""

    input_type = "tel"


class ChangeForm(forms.ModelForm):
    """A form that changes a row: give it the row as `instance`, or the row's fields as `initial`.

    The page carries along what it showed. `changes` is what its person changed against that, so that whatever somebody
    else saved meanwhile stays. Where both changed the same field, it is refused once, with the value it has now.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self._meta.fields:
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField) and self.instance.pk is not None:
                self.initial[name] = getattr(self.instance, name)  # named as in the choices, which may not be by key
            # Who sends only the fields themselves is compared with the row.
            field.show_hidden_initial = not self.is_bound or self.add_initial_prefix(name) in self.data

    @property
    def changes(self) -> dict[str, Any]:
        """What to hand to the service."""
        return {name: self.cleaned_data[name] for name in self._meta.fields if name in self.changed_data}

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name in self.changed_data:
            if name in self.cleaned_data and self.fields[name].show_hidden_initial:
                self._check_unchanged(self[name])
        return self.cleaned_data

    def _check_unchanged(self, bound: forms.BoundField) -> None:
        """Refuse what somebody else changed meanwhile to something else; what is sent next is sent knowing that."""
        seen, now = _lines(self.data[bound.html_initial_name]), _shown(bound)
        if seen == _lines(now) or not bound.field.has_changed(bound.initial, bound.data):
            return
        self.data = self.data.copy()
        self.data[bound.html_initial_name] = now
        self.add_error(
            bound.name,
            _("Somebody changed this meanwhile; it now says “%(value)s”. Save again to replace that.")
            % {"value": _in_words(bound)},
        )


def _shown(bound: forms.BoundField) -> str:
    """What a page that is opened now carries along for this field."""
    widget = bound.field.hidden_widget()
    return widget.format_value(bound.field.prepare_value(bound.initial)) or ""


def _lines(text: str) -> str:
    return "\n".join(text.splitlines())


def _in_words(bound: forms.BoundField) -> str:
    value = bound.initial
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, ""):
        return _("nothing")
    named = {str(key): label for key, label in flatten_choices(getattr(bound.field, "choices", []))}
    return str(named.get(str(value), localize(value)))
