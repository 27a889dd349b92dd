"""What every service of accounts and houses holds a typed name and a reason to."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Marks that turn the direction of writing, by which a name could show another on the board.
TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def tidy(text: str, form: str = "NFC") -> str:
    """The text with single blanks, each letter in one form and no mark that turns it round, so that what looks alike is
    alike."""
    return unicodedata.normalize(form, " ".join(TURNING.sub("", text).split()))


def check_reason(reason: str) -> None:
    """Raise ValidationError unless a reason is given."""
    if not reason.strip():
        raise ValidationError({"reason": _("Say why.")})
