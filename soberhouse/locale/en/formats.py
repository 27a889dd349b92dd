"""How English dates are written where Django's own form is too long for a card: `Nov 20`."""

from __future__ import annotations

MONTH_DAY_FORMAT = "M j"
