"""How English dates are written where Django's own forms are too long, or tell no weekday: `Nov 20`, `Fri, Nov 20`."""

from __future__ import annotations

MONTH_DAY_FORMAT = "M j"
WEEKDAY_FORMAT = "D"
DAY_OF_MONTH_FORMAT = "j"
WEEKDAY_MONTH_DAY_FORMAT = "D, M j"
WEEKDAY_DATE_FORMAT = "D, M j, Y"
LONG_WEEKDAY_MONTH_DAY_FORMAT = "l, F j"
LONG_WEEKDAY_DATE_FORMAT = "l, F j, Y"
