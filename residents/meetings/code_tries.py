"""How many codes that are none somebody may enter: the six digits of a house meeting are soon guessed by a program, and
then they would prove nothing."""

from __future__ import annotations

import time

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from residents.people.models import Resident

WINDOW = 10 * 60  # seconds
MOST = 20  # in a window: over two hours they hit one of the two codes that hold with a chance of 1 in 2,000


def require_left(resident: Resident) -> None:
    """Raise ValidationError where too many wrong codes were entered about this person in this window."""
    if cache.get(_key(resident), 0) >= MOST:
        raise ValidationError(
            {"code": _("Too many codes were wrong. Wait ten minutes, or say that you were there without it.")}
        )


def count_wrong(resident: Resident) -> None:
    """One more that was none."""
    key = _key(resident)
    cache.add(key, 0, timeout=WINDOW)
    try:
        cache.incr(key)
    except ValueError:  # the window ended between the two
        cache.set(key, 1, timeout=WINDOW)


def _key(resident: Resident) -> str:
    return f"meeting-code:{int(time.time() // WINDOW)}:{resident.pk}"
