"""What stays offer to the pages that gather: Today's cards, the resident's stay, and their timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import F
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.stays.models import Application, BedUse, Discharge, Phase, Stay
from residents.stays.queries import (
    chain_starts,
    free_beds,
    leaving_stays,
    live_holds,
    occupancy,
    open_applications,
    overdue_stays,
)
from soberhouse.cards import Card, Entry, Order, Row

LAPSES_SOON = timedelta(days=2)


def today(house: House, standing: Standing, today: date) -> Iterator[Card]:
    """Overstays loud, then the numbers, what is due today, what waits, and what happened this week."""
    if not standing.may(Action.SEE_RESIDENTS, house):
        return
    may_admit = standing.may(Action.ADMIT, house)
    yield _overstays(house, today)
    yield _numbers(house, today, may_admit=may_admit)
    yield _due(house, today, may_admit=may_admit)
    yield _waiting(house)
    yield _this_week(house, today)


def _overstays(house: House, today: date) -> Card:
    rows = []
    for stay in overdue_stays(house, today):
        days = (today - stay.expected_on).days
        rows.append(
            Row(
                fact=stay.short_name,
                reason=_("expected to leave %(day)s, still in the bed") % {"day": _day(stay.expected_on)},
                url=reverse("stay", args=[stay.uuid]),
                state="missed",
                word=ngettext("%(count)s day over", "%(count)s days over", days) % {"count": days},
            )
        )
    return Card(title=_("Should have moved out"), order=Order.NOW, rows=rows)


def _numbers(house: House, today: date, *, may_admit: bool) -> Card:
    numbers = occupancy(House.objects.filter(pk=house.pk), today, today=today)[house.pk]
    return Card(
        title=_("Beds tonight"),
        order=Order.NUMBERS,
        template="residents/stays/numbers.html",
        context={
            "house": house,
            "numbers": numbers,
            "may_admit": may_admit,
            "free": list(free_beds(House.objects.filter(pk=house.pk), today, today=today)[:5]),
        },
        more_url=reverse("board", args=[house.uuid]),
        more_label=_("Bed board"),
    )


def _due(house: House, today: date, *, may_admit: bool) -> Card:
    rows = [
        Row(
            fact=_("%(name)s moves out") % {"name": stay.short_name},
            reason=_("today") if stay.expected_on == today else _("on %(day)s") % {"day": _day(stay.expected_on)},
            url=reverse("stay", args=[stay.uuid]),
            state="late" if stay.expected_on == today else "plain",
            word=_("today") if stay.expected_on == today else _in_days(stay.expected_on, today),
            button=_("Discharge") if stay.expected_on == today and may_admit else "",
            button_url=reverse("stay_discharge", args=[stay.uuid]) if stay.expected_on == today and may_admit else "",
        )
        for stay in leaving_stays(house, today)
    ]
    for hold in live_holds(house, today):
        soon = hold.ends_on - today <= LAPSES_SOON
        rows.append(
            Row(
                fact=_("Bed %(bed)s held for %(name)s")
                % {"bed": hold.bed.label, "name": hold.application.resident.short_name},
                reason=_("lapses %(day)s") % {"day": _day(hold.ends_on)},
                url=reverse("application", args=[hold.application.uuid]),
                state="late" if soon else "held",
                word=_in_days(hold.ends_on, today),
            )
        )
    return Card(
        title=_("Due this week"), order=Order.DUE, rows=rows, empty=_("Nobody is expected to move, no hold lapses.")
    )


def _waiting(house: House) -> Card:
    rows = []
    for application in open_applications(house)[:8]:
        rows.append(
            Row(
                fact=application.resident.short_name,
                reason=application.line,
                url=reverse("application", args=[application.uuid]),
                state="held" if application.status == Application.Status.ACCEPTED else "plain",
                word=_("place %(place)s") % {"place": application.place}
                if application.place
                else application.get_status_display(),
            )
        )
    return Card(
        title=_("Applications waiting"),
        order=Order.WAITING,
        rows=rows,
        more_url=reverse("applications", args=[house.uuid]),
        more_label=_("All"),
        empty=_("Nobody waits for a bed."),
    )


def _this_week(house: House, today: date) -> Card:
    since = today - timedelta(days=7)
    rows = []
    for stay in (
        Stay.objects.real()
        .filter(house=house, starts_on__gt=since)
        .select_related("resident")
        .order_by("-starts_on", "-id")
    ):
        came = _("came from another house") if stay.continues_id else _("moved in")
        rows.append(
            (
                stay.starts_on,
                stay.pk,
                Row(stay.short_name, f"{came} {_day(stay.starts_on)}", _url(stay), "in", _("in")),
            )
        )
    for stay in (
        Stay.objects.real()
        .filter(house=house, ends_on__gt=since)
        .select_related("resident")
        .order_by("-ends_on", "-id")
    ):
        left = _("moved out %(day)s") % {"day": _day(stay.ends_on)}
        rows.append((stay.ends_on, stay.pk, Row(stay.short_name, left, _url(stay), "plain", _("out"))))
    rows.sort(key=lambda each: each[:2], reverse=True)
    return Card(
        title=_("Moves of the last 7 days"),
        order=Order.LATER,
        rows=[row for _on, _pk, row in rows],
        empty=_("Nobody moved in or out."),
    )


def about(resident: Resident, standing: Standing, today: date) -> Iterator[Card]:
    """The stays and applications of one person, as far as this person may see them."""
    stays = list(Stay.objects.visible_to(standing.user).filter(resident=resident).select_related("house"))
    began = chain_starts([resident.pk])
    rows = []
    for stay in stays:
        until = _("until %(day)s") % {"day": _day(stay.ends_on)} if stay.ends_on else _("until today")
        days = ((stay.ends_on or today) - began.get(stay.pk, stay.starts_on)).days
        counted = ngettext("%(count)s day in all", "%(count)s days in all", days) % {"count": days}
        rows.append(
            Row(
                fact=stay.house.name,
                reason=_("entered by mistake")
                if stay.voided
                else f"{_('from %(day)s') % {'day': _day(stay.starts_on)}} {until} · {counted}",
                url=_url(stay),
                state="plain" if stay.ends_on or stay.voided else "in",
                word=_("voided") if stay.voided else _("ended") if stay.ends_on else _("in"),
            )
        )
    yield Card(title=_("Stays"), order=Order.NUMBERS, rows=rows, empty=_("No stay yet."))

    asked = Application.objects.visible_to(standing.user).filter(resident=resident).select_related("house")
    applications = [
        Row(
            fact=application.house.name,
            reason=_("received %(day)s") % {"day": _day(application.received_on)},
            url=reverse("application", args=[application.uuid]),
            state="held" if application.is_live else "plain",
            word=application.get_status_display(),
        )
        for application in asked.order_by("-received_on", "-id")
    ]
    if applications:
        yield Card(title=_("Applications"), order=Order.LATER, rows=applications)


def timeline(resident: Resident, standing: Standing, today: date) -> Iterator[Entry]:
    """Moves, phases and discharges, corrected ones marked."""
    user = standing.user
    for stay in Stay.objects.visible_to(user).filter(resident=resident).select_related("house"):
        moved = _("Moved on to %(house)s") if stay.continues_id else _("Moved into %(house)s")
        yield Entry(stay.starts_on, moved % {"house": stay.house.name}, url=_url(stay), struck=stay.voided)
    uses = BedUse.objects.visible_to(user).filter(stay__resident=resident).select_related("bed__room", "stay")
    for use in uses.exclude(starts_on=F("stay__starts_on")):
        yield Entry(
            use.starts_on, _("Moved to bed %(bed)s") % {"bed": use.bed.label}, url=_url(use.stay), struck=use.voided
        )
    for phase in Phase.objects.visible_to(user).filter(stay__resident=resident).select_related("kind"):
        yield Entry(phase.starts_on, phase.kind.name, phase.reason, struck=phase.voided)
    discharges = (
        Discharge.objects.visible_to(user).filter(stay__resident=resident).select_related("stay", "corrected_by")
    )
    for row in discharges:
        yield Entry(
            row.left_on,
            _("Discharged: %(reason)s") % {"reason": row.get_reason_display()},
            row.correction_reason,
            row.recorded_as,
            _url(row.stay),
            struck=row.undone or hasattr(row, "corrected_by"),
        )


def _url(stay: Stay) -> str:
    return reverse("stay", args=[stay.uuid])


def _day(day: date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")


def _in_days(day: date, today: date) -> str:
    days = (day - today).days
    return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}
