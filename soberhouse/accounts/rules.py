"""What every service of accounts and houses holds a typed name and a reason to."""

from __future__ import annotations

import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def tidy(text: str, form: str = "NFC") -> str:
    """The text with single blanks and each letter in one form, so that what looks alike is alike."""
    return unicodedata.normalize(form, " ".join(text.split()))


def check_reason(reason: str) -> None:
    """Raise ValidationError unless a reason is given."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
