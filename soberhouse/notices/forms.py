"""What the page of notices sends."""

from __future__ import annotations

from django import forms


class ReadForm(forms.Form):
    """The instant at which somebody looked at the list."""

    until = forms.DateTimeField(widget=forms.HiddenInput)
