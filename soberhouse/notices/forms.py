"""What the page of notices sends."""

from __future__ import annotations

from datetime import UTC, datetime

from django import forms
from django.core.validators import MinValueValidator

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # the first centuries lie outside what databases reckon with


class ReadForm(forms.Form):
    """The instant at which somebody looked at the list."""

    until = forms.DateTimeField(widget=forms.HiddenInput, validators=[MinValueValidator(EARLIEST)])
