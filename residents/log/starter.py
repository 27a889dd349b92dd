"""What an organization and a house may begin with: clocks with where they come from, what keeps a house safe, and how
federal holidays are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from residents.log.models import Clock, SafetyItem


@dataclass(frozen=True)
class StarterClock:
    """A clock as it is offered: `key` names it in an address. Whoever takes it reads it over and may change it."""

    key: str
    name: Any
    starts: str
    amount: int
    unit: str
    recipient: Any
    source: Any
    incident_type: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """What its form begins with."""
        said = {"name": str(self.name), "recipient": str(self.recipient), "source": str(self.source)}
        return said | {"starts": self.starts, "amount": self.amount, "unit": self.unit}


CLOCKS = (
    StarterClock(
        key="state-report",
        name=_("Report an unusual incident"),
        starts=Clock.Starts.INCIDENT,
        amount=3,
        unit=Clock.Unit.BUSINESS_DAYS,
        recipient=_("the Department of Drug and Alcohol Programs"),
        source=_("Pennsylvania, 28 Pa. Code 717"),
    ),
    StarterClock(
        key="orientation",
        name=_("Orientation"),
        starts=Clock.Starts.MOVE_IN,
        amount=24,
        unit=Clock.Unit.HOURS,
        recipient=_("the resident"),
        source=_("Arizona, R9-12-204"),
    ),
    StarterClock(
        key="belongings",
        name=_("Hand over belongings, or say where they are kept"),
        starts=Clock.Starts.DISCHARGE,
        amount=72,
        unit=Clock.Unit.HOURS,
        recipient=_("whoever left"),
        source=_("usual in agreements of houses"),
    ),
    StarterClock(
        key="grievance",
        name=_("First answer to a complaint"),
        starts=Clock.Starts.COMPLAINT,
        amount=2,
        unit=Clock.Unit.BUSINESS_DAYS,
        recipient=_("whoever complained"),
        source=_("usual in agreements of houses; NARR 4.J for neighbors"),
    ),
)

HOLIDAYS = {
    "New Year's Day": _("New Year's Day"),
    "Birthday of Martin Luther King, Jr.": _("Birthday of Martin Luther King, Jr."),
    "Washington's Birthday": _("Washington's Birthday"),
    "Memorial Day": _("Memorial Day"),
    "Juneteenth National Independence Day": _("Juneteenth National Independence Day"),
    "Independence Day": _("Independence Day"),
    "Labor Day": _("Labor Day"),
    "Columbus Day": _("Columbus Day"),
    "Veterans Day": _("Veterans Day"),
    "Thanksgiving Day": _("Thanksgiving Day"),
    "Christmas Day": _("Christmas Day"),
}


def holiday_name(name: str) -> str:
    """A federal holiday in the language of the site."""
    return str(HOLIDAYS[name])


# Kind, where it usually is, and how often it is looked at.
SAFETY = (
    (SafetyItem.Kind.NALOXONE, _("Kitchen"), 30),
    (SafetyItem.Kind.EXTINGUISHER, _("Kitchen"), 30),
    (SafetyItem.Kind.SMOKE, _("Upstairs hall"), 30),
    (SafetyItem.Kind.CARBON_MONOXIDE, _("Upstairs hall"), 30),
    (SafetyItem.Kind.FIRST_AID, _("Kitchen"), 90),
    (SafetyItem.Kind.DRILL, _("Whole house"), 90),
)
