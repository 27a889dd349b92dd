"""What was asked of somebody alone, and the weeks in which they were excused, for them."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from residents.meetings.models import Requirement, RequirementPart, WeekExcused
from residents.people.models import Resident
from soberhouse.cards import Section, section


def own(resident: Resident) -> Iterator[Section]:
    user = resident.user
    rows = Requirement.objects.visible_to(user).filter(stay__resident=resident)
    yield section(
        "meetings_asked",
        _("Meetings asked of me alone"),
        rows.select_related("house", "stay__house", "stay__resident").order_by("-starts_on", "-pk"),
        [
            *("count", "per", "days", "least_grade", "besides", "starts_on", "ends_on", "reason"),
            *("house", "stay", "phase", "recorded_as", "recorded_at"),
        ],
        model=Requirement,
        labels=_labels(),
        quiet=["besides"],
        empty=_("None."),
    )
    parts = RequirementPart.objects.visible_to(user).filter(requirement__stay__resident=resident)
    yield section(
        "meetings_asked_kinds",
        _("Kinds of meetings asked of me alone"),
        parts.select_related("requirement").order_by("-pk"),
        ["requirement", "kind", "count"],
        model=RequirementPart,
        labels={"requirement": _("Of so many")},
        history=False,  # it is written once, with what it is a part of
        empty=_("None."),
    )
    weeks = WeekExcused.objects.visible_to(user).filter(stay__resident=resident)
    yield section(
        "weeks_excused",
        _("Weeks excused from meetings"),
        weeks.select_related(
            "house", "stay__house", "stay__resident", "follows__stay__resident", "followed_by"
        ).order_by("-week", "-pk"),
        ["week", "excused", "cause", "note", "follows", "house", "stay", "recorded_as", "recorded_at"],
        model=WeekExcused,
        labels=_labels() | {"excused": _("Excused"), "follows": _("Instead of")},
        struck=lambda row: _("taken back") if hasattr(row, "followed_by") else "",
        empty=_("None."),
    )


def _labels() -> dict[str, str]:
    return {"house": _("House"), "stay": _("Stay"), "recorded_as": _("By"), "recorded_at": _("Written down")}
