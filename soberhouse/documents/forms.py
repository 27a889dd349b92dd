"""What the reader of a paper asks with."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    saves = False

    code = forms.CharField(
        label=_("Code"),
        max_length=60,
        help_text=_("It stands at the foot of every page. Capitals and dashes do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class FileForm(forms.Form):
    saves = False

    file = forms.FileField(
        label=_("PDF file"),
        help_text=_("The file as you got it, not a scan. It is compared and not kept."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )
