"""What every service holds typed words to: names, reasons, anything that must say something."""

from __future__ import annotations

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Marks that turn the direction of writing, by which a name could show another on the board.
TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Letters and signs that are drawn as nothing: the fillers of Hangul, and the Braille pattern without a dot.
EMPTY_SIGNS = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def is_blank(text: str) -> bool:
    """Whether nothing of it is to be seen: blanks, marks that stand on nothing, and signs that only steer others."""
    return not any(_is_seen(sign) for sign in text)


def _is_seen(sign: str) -> bool:
    kind = unicodedata.category(sign)
    return kind[0] not in "ZM" and kind not in ("Cc", "Cf") and sign not in EMPTY_SIGNS


def tidy(text: str, form: str = "NFC") -> str:
    """The text with single blanks, each letter in one form and no mark that turns it round, so that what looks alike is
    alike; nothing, where nothing of it is to be seen."""
    if is_blank(text):
        return ""
    return unicodedata.normalize(form, " ".join(TURNING.sub("", text).split()))


def check_reason(reason: str) -> None:
    """Raise ValidationError unless a reason is given."""
    if is_blank(reason):
        raise ValidationError({"reason": _("Say why.")})
