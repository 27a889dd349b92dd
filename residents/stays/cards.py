"""What stays offer to the pages that gather: Today's cards, the resident's stay and their timeline; for that resident,
where they sleep, and all of it to keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import F, Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.stays.models import Application, ApplicationEvent, BedUse, Discharge, Phase, Stay, in_range
from residents.stays.paper_cards import issued_anew, issued_to_tell, papers, papers_no_longer_so
from residents.stays.queries import (
    OF_LATE,
    chain_starts,
    free_beds,
    leaving_stays,
    live_holds,
    living,
    occupancy,
    open_applications,
    overdue_stays,
    stays_of_late,
)
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Load, Order, Pending, Row, Section, Work, section

__all__ = ["about", "beside_pass", "hand_over", "issued_anew", "own", "papers", "today", "week", "work"]

LAPSES_SOON = timedelta(days=2)


def today(house: House, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    """Overstays loud, then the numbers, what is due today, what waits, and what happened this week."""
    if not standing.may(Action.SEE_RESIDENTS, house):
        return
    may_admit = standing.may(Action.ADMIT, house)
    yield _overstays(stays, today)
    if standing.may(Action.ISSUE_PAPERS, house):
        yield from papers_no_longer_so(house)
    yield _numbers(house, today, may_admit=may_admit)
    yield _due(house, stays, today, may_admit=may_admit)
    yield _waiting(house)
    yield _this_week(stays, today)


def _overstays(stays: Iterable[Stay], today: date) -> Card:
    rows = []
    for stay in overdue_stays(stays, today):
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


def _due(house: House, stays: Iterable[Stay], today: date, *, may_admit: bool) -> Card:
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
        for stay in leaving_stays(stays, today)
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


def _this_week(stays: Iterable[Stay], today: date) -> Card:
    since = today - OF_LATE
    rows = []
    for stay in stays:
        if stay.starts_on > since:
            came = _("came from another house") if stay.continues_id else _("moved in")
            told = Row(stay.short_name, f"{came} {_day(stay.starts_on)}", _url(stay), "in", _("in"))
            rows.append((stay.starts_on, stay.pk, told))
        if stay.ends_on is not None and stay.ends_on > since:
            left = _("moved out %(day)s") % {"day": _day(stay.ends_on)}
            rows.append((stay.ends_on, stay.pk, Row(stay.short_name, left, _url(stay), "plain", _("out"))))
    rows.sort(key=lambda each: each[:2], reverse=True)
    return Card(
        title=_("Moves of the last 7 days"),
        order=Order.LATER,
        rows=[row for _on, _pk, row in rows],
        empty=_("Nobody moved in or out."),
    )


def hand_over(house: House, standing: Standing, now: datetime) -> Iterator[Pending]:
    """Who is to move out by tomorrow, or should have. One query."""
    today = house.today(now)
    stays = stays_of_late(house, today)
    leaving = [
        Row(
            fact=stay.short_name,
            reason=_("moves out %(day)s") % {"day": _day(stay.expected_on)},
            url=_url(stay),
            state="late" if stay.expected_on == today else "plain",
            word=_("today") if stay.expected_on == today else _("tomorrow"),
        )
        for stay in leaving_stays(stays, today, days=1)
    ]
    yield Pending("moves", _("To move out"), [*_overstays(stays, today).rows, *leaving])


def work(user: User) -> Iterator[Work]:
    """What became of applications, and how stays ended."""
    for model in (ApplicationEvent, Discharge):
        yield Work(Load.RECORD, model.objects.visible_to(user))


def about(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card | Entry]:
    """The stays and applications of one person, as far as this person may see them; moves, phases and discharges,
    corrected ones marked."""
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
    yield from _happened(resident, stays, standing.user)


def _happened(resident: Resident, stays: Iterable[Stay], user: User) -> Iterator[Entry]:
    for stay in stays:
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
    yield from issued_to_tell(resident, user)


def week(resident: Resident, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    """Where I sleep, the phase and the plan; else what became of what I asked for; else where I lived last."""
    user = resident.user
    stay = living(stays)
    asked = [
        Row(
            fact=_("A bed in %(house)s") % {"house": application.house},
            reason=_("asked for on %(day)s") % {"day": _day(application.received_on)},
            state="held" if application.status == Application.Status.ACCEPTED else "plain",
            word=_("place %(place)s") % {"place": application.place}
            if application.place
            else application.get_status_display(),
        )
        for application in Application.objects.visible_to(user)
        .live()
        .filter(resident=resident)
        .select_related("house")
        .order_by("received_on", "id")
    ]
    if stay is not None:
        yield Card(title=_("Where I sleep"), order=Order.NUMBERS, rows=list(_where(stay, user, today)))
    elif not asked and (last := next((each for each in stays if not each.voided), None)) is not None:
        span = {"starts": date_format(last.starts_on), "ends": date_format(last.ends_on)}
        lived = Row(fact=last.house.name, reason=_("%(starts)s to %(ends)s") % span)
        yield Card(title=_("Where I lived last"), order=Order.NUMBERS, rows=[lived])
    if asked:
        yield Card(title=_("What I asked for"), order=Order.NUMBERS, rows=asked)


def _where(stay: Stay, user: User, today: date) -> Iterator[Row]:
    """The bed now and the next one, the phase, and what is planned."""
    uses = BedUse.objects.visible_to(user).real().filter(stay=stay).select_related("bed__room")
    beds = list(uses.order_by("starts_on", "id"))
    now = [use for use in beds if use.starts_on <= today]
    since = _("since %(day)s") % {"day": _day((now[-1] if now else stay).starts_on)}
    yield Row(
        fact=_("Bed %(bed)s") % {"bed": now[-1].bed.label} if now else stay.house.name,
        reason=f"{stay.house} · {since}" if now else since,
    )
    for use in beds[len(now) :]:
        coming = _("from %(day)s on") % {"day": _day(use.starts_on)}
        yield Row(_("Bed %(bed)s") % {"bed": use.bed.label}, coming, word=_in_days(use.starts_on, today))
    phases = Phase.objects.visible_to(user).filter(stay=stay, voided=False).select_related("kind")
    for phase in phases.order_by("starts_on", "id"):
        if phase.starts_on > today:
            yield Row(
                phase.kind.name,
                _("from %(day)s on") % {"day": _day(phase.starts_on)},
                word=_in_days(phase.starts_on, today),
            )
        elif phase.ends_on is None or phase.ends_on > today:
            yield Row(phase.kind.name, _("my phase since %(day)s") % {"day": _day(phase.starts_on)})
    if stay.expected_on is not None:
        days = (stay.expected_on - today).days
        yield Row(
            fact=_("Move-out planned for %(day)s") % {"day": date_format(stay.expected_on)},
            reason="" if days >= 0 else _("That day is past: talk with your manager about the plan."),
            word=_("today") if days == 0 else _in_days(stay.expected_on, today) if days > 0 else "",
        )


def beside_pass(stay: Stay, starts_at: datetime, ends_at: datetime, now: datetime) -> Iterator[Row]:
    """How long they have been here, in which phase, and whether they are to move out before they would be back. Two
    queries."""
    leaves, back = (instant.astimezone(stay.house.zone).date() for instant in (starts_at, ends_at))
    began = chain_starts([stay.resident_id]).get(stay.pk, stay.starts_on)
    days = (stay.house.today(now) - began).days
    yield Row(
        fact=ngettext("%(count)s day in the house", "%(count)s days in the house", days) % {"count": days},
        reason=_("since %(day)s") % {"day": date_format(began)},
    )
    phase = stay.phases.filter(in_range(leaves), voided=False).select_related("kind").first()
    if phase is not None:
        yield Row(fact=phase.kind.name, reason=_("since %(day)s") % {"day": date_format(phase.starts_on)})
    if stay.expected_on is not None and stay.expected_on < back:
        yield Row(
            fact=_("Expected to move out on %(day)s") % {"day": date_format(stay.expected_on)},
            reason=_("before they would be back"),
            state="late",
            word=_("moves out"),
        )


def own(resident: Resident, today: date) -> Iterator[Section]:
    """All that is on record of their applications and stays, in every house."""
    yield _own_stays(resident)
    yield _own_beds(resident)
    yield _own_phases(resident)
    yield _own_discharges(resident)
    yield _own_applications(resident)
    yield _own_application_events(resident)


def _own_stays(resident: Resident) -> Section:
    stays = Stay.objects.visible_to(resident.user).filter(resident=resident)
    return section(
        "stays",
        _("Stays"),
        stays.select_related("house", "resident", *_named("continues"), *_named("application")),
        ["house", "starts_on", "ends_on", "expected_on", "continues", "application", "voided", "left_as", "entered_at"],
        model=Stay,
        labels={"house": _("House"), "continues": _("Continues"), "application": _("Application")},
        quiet=["voided"],
        struck=_voided_struck,
        empty=_("No stay yet."),
    )


def _own_beds(resident: Resident) -> Section:
    mine = Q(stay__resident=resident) | Q(application__resident=resident)
    uses = BedUse.objects.visible_to(resident.user).filter(mine).order_by("-starts_on", "-id")
    return section(
        "beds",
        _("Beds"),
        uses.select_related("house", "bed__room", *_named("stay"), *_named("application")),
        ["house", "bed", "kind", "starts_on", "ends_on", "stay", "application", "note", "voided"],
        model=BedUse,
        labels={"house": _("House"), "bed": _("Bed"), "stay": _("Stay"), "application": _("Application")},
        quiet=["voided"],
        struck=_voided_struck,
        empty=_("No bed yet."),
    )


def _own_phases(resident: Resident) -> Section:
    phases = Phase.objects.visible_to(resident.user).filter(stay__resident=resident)
    return section(
        "phases",
        _("Phases"),
        phases.select_related("house", "kind", *_named("stay")).order_by("-starts_on", "-id"),
        ["house", "kind", "starts_on", "ends_on", "reason", "stay", "voided"],
        model=Phase,
        labels={"house": _("House"), "kind": _("Phase"), "stay": _("Stay")},
        quiet=["voided"],
        struck=_voided_struck,
        empty=_("No phase is written down."),
    )


def _own_discharges(resident: Resident) -> Section:
    rows = Discharge.objects.visible_to(resident.user).filter(stay__resident=resident)
    return section(
        "discharges",
        _("Discharges"),
        rows.select_related(
            "house", *_named("stay"), "corrected_by", "corrects__stay__house", "corrects__stay__resident"
        ).order_by("-recorded_at", "-id"),
        [
            *("house", "stay", "left_on", "reason", "destination", "where_to", "decided_by", "belongings"),
            *("medications", "money", "naloxone", "may_return", "return_terms", "note", "recorded_as", "recorded_at"),
            *("corrects", "correction_reason", "undone"),
        ],
        model=Discharge,
        labels=_by()
        | {
            "house": _("House"),
            "stay": _("Stay"),
            "corrects": _("Instead of"),
            "correction_reason": _("Why it was corrected"),
            "undone": _("Taken back"),
        },
        quiet=["undone"],
        struck=_discharge_struck,
        empty=_("No discharge."),
    )


def _own_applications(resident: Resident) -> Section:
    asked = Application.objects.visible_to(resident.user).filter(resident=resident)
    return section(
        "applications",
        _("Applications"),
        asked.select_related("house", "partner").order_by("-received_on", "-id"),
        [
            *("house", "status", "received_on", "wanted_on", "referred_by", "partner", "note", "place", "closed_as"),
        ],
        model=Application,
        labels={"house": _("House"), "partner": _("Sent by"), "closed_as": _("Name when it was closed")},
        empty=_("No application."),
    )


def _own_application_events(resident: Resident) -> Section:
    events = ApplicationEvent.objects.visible_to(resident.user).filter(application__resident=resident)
    return section(
        "application_events",
        _("What became of the applications"),
        events.select_related(*_named("application")).order_by("-recorded_at", "-id"),
        ["application", "kind", "reason", "place", "recorded_as", "recorded_at"],
        model=ApplicationEvent,
        labels=_by() | {"application": _("Application"), "kind": _("What")},
        empty=_("Nothing yet."),
    )


def _by() -> dict[str, str]:
    return {"recorded_as": _("By"), "recorded_at": _("Written down")}


def _voided_struck(row: Stay | BedUse | Phase) -> str:
    return _("entered by mistake") if row.voided else ""


def _named(name: str) -> tuple[str, ...]:
    """What the name of a stay or an application is made of, for `select_related`."""
    return f"{name}__house", f"{name}__resident"


def _discharge_struck(row: Discharge) -> str:
    if hasattr(row, "corrected_by"):
        return _("corrected")
    return _("taken back") if row.undone else ""


def _url(stay: Stay) -> str:
    return reverse("stay", args=[stay.uuid])


def _day(day: date) -> str:
    return date_format(day, "MONTH_DAY_FORMAT")


def _in_days(day: date, today: date) -> str:
    days = (day - today).days
    return ngettext("in %(count)s day", "in %(count)s days", days) % {"count": days}
