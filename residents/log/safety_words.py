"""What keeps a house safe, in words."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.log.models import SafetyItem
from residents.log.queries.safety import BROKEN, EXPIRED, EXPIRING, FINE, NEVER, OVERDUE, Kept

TONES = {BROKEN: "missed", EXPIRED: "missed", NEVER: "missed", OVERDUE: "missed", EXPIRING: "late", FINE: "in"}


def fact_words(item: SafetyItem) -> str:
    """What it is and where."""
    return f"{capfirst(item.get_kind_display())} · {item.place}"


def kind_words(kind: str) -> str:
    return str(capfirst(SafetyItem.Kind(kind).label))


def state_words(kept: Kept, today: date) -> str:
    """How it stands, in a word or two."""
    match kept.state:
        case "broken":
            return _("not in order")
        case "expired":
            return _("expired")
        case "never":
            return _("never looked at")
        case "overdue":
            days = (today - kept.next_on).days
            return ngettext("%(count)s day over", "%(count)s days over", days) % {"count": days}
        case "expiring":
            days = (kept.expires_on - today).days
            if days == 0:
                return _("expires today")
            return ngettext("expires in %(count)s day", "expires in %(count)s days", days) % {"count": days}
    return _("in order")


def reason_words(kept: Kept) -> str:
    """When it was looked at, by whom and what was seen; until when it is good, and by when comes the next look."""
    check = kept.check
    if check is None:
        return _("nobody has looked at it yet")
    seen = _("looked at %(day)s by %(who)s") % {"day": date_format(check.checked_on), "who": check.recorded_as}
    good = _("good until %(day)s") % {"day": date_format(kept.expires_on)} if kept.expires_on else ""
    following = _("next by %(day)s") % {"day": date_format(kept.next_on)}
    return " · ".join(filter(None, [check.note, seen, good, following]))
