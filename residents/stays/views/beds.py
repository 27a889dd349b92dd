"""The bed board, and what is done from it. Each page fetches in scope, binds a form and calls one service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import Bed, House
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look
from residents.stays import forms, services
from residents.stays.models import BedUse, Stay
from residents.stays.queries import (
    BedTonight,
    RoomTonight,
    board,
    occupancy,
)
from soberhouse.exports import KINDS, export
from soberhouse.form_page import form_page


def night_asked(request: HttpRequest, today: date) -> date:
    """The night in the query, or tonight; nonsense counts as tonight."""
    try:
        night = date.fromisoformat(request.GET.get("night", ""))
    except ValueError:
        return today
    return min(max(night, date(1990, 1, 1)), today + timedelta(days=730))


@of_house(Action.SEE_RESIDENTS)
def bed_board(request: HttpRequest, house: House) -> HttpResponse:
    """A picture of the house in any night: rooms, beds, who, since when, what is promised and what is broken."""
    today = house.today()
    night = night_asked(request, today)
    may_admit = standing_of(request).may(Action.ADMIT, house)
    shown = board(house, night, today=today)
    if request.GET.get("export") in KINDS:
        return _export_board(shown, kind=request.GET["export"])
    rooms = [
        {"room": each.room, "beds": [_bed_card(bed, night, today, may_admit=may_admit) for bed in each.beds]}
        for each in shown
    ]
    return render(
        request,
        "residents/stays/board.html",
        {
            "house": house,
            "rooms": rooms,
            "night": night,
            "today": today,
            "may_admit": may_admit,
            "may_issue": night <= today and standing_of(request).may(Action.ISSUE_PAPERS, house),
            "may_settle": standing_of(request).may(Action.SETTLE_HOUSE, house),
            "numbers": occupancy(House.objects.visible_to(request.user).filter(pk=house.pk), night, today=today)[
                house.pk
            ],
        },
    )


def _export_board(rooms: list[RoomTonight], *, kind: str) -> HttpResponse:
    """Every bed of that night, a row each."""
    headers = [_("room"), _("bed"), _("state"), _("who"), _("from"), _("until"), _("days"), _("days sober")]
    rows = [
        [
            room.room.name,
            bed.bed.name,
            bed.use.get_kind_display() if bed.use else _("open"),
            bed.use.has_it if bed.use else "",
            bed.use.starts_on if bed.use else bed.open_since,
            bed.use.ends_on if bed.use else None,
            bed.days_here,
            bed.days_sober,
        ]
        for room in rooms
        for bed in room.beds
    ]
    return export(name="beds", headers=headers, rows=rows, kind=kind)


def _bed_card(shown: BedTonight, night: date, today: date, *, may_admit: bool) -> dict[str, Any]:
    """One bed as the board draws it: a state, a name, the reason in one line, and what can be done."""
    bed, use = shown.bed, shown.use
    card: dict[str, Any] = {"label": bed.name, "state": shown.state, "actions": []}
    can = may_admit and night == today
    if shown.state == "stay":
        card |= {
            "state": "in",
            "name": shown.resident.short_name,
            "url": reverse("stay", args=[use.stay.uuid]),
            "detail": _stay_line(shown),
        }
        if shown.overdue and use.ends_on < today:
            card |= {"state": "overstay", "word": _("overdue")}
            card["alert"] = _("Was expected to leave on %(day)s.") % {
                "day": date_format(use.ends_on, "MONTH_DAY_FORMAT")
            }
        elif use.ends_on and use.stay.ends_on is None:
            card["detail"] += " · " + _("leaves %(day)s") % {"day": date_format(use.ends_on, "MONTH_DAY_FORMAT")}
        if night >= today and shown.following and shown.following.kind == BedUse.Kind.HOLD:
            promised = _("Promised to %(name)s from %(day)s.") % {
                "name": shown.following.application.resident.short_name,
                "day": date_format(shown.following.starts_on, "MONTH_DAY_FORMAT"),
            }
            card["alert"] = f"{card.get('alert', '')} {promised}".strip()
        if can:
            card["actions"] = [
                {"label": _("Move"), "url": reverse("stay_move", args=[use.stay.uuid]), "icon": "move"},
                {"label": _("Discharge"), "url": reverse("stay_discharge", args=[use.stay.uuid]), "icon": "move-out"},
            ]
    elif shown.state == "hold":
        left = (use.ends_on - night).days
        card |= {
            "state": "held",
            "name": _("Held for %(name)s") % {"name": use.application.resident.short_name},
            "url": reverse("application", args=[use.application.uuid]),
            "detail": _("lapses %(day)s") % {"day": date_format(use.ends_on, "D, M j")},
            "word": ngettext("%(count)s night", "%(count)s nights", left) % {"count": left},
        }
        if use.application.referred_by:
            card["detail"] += f" · {use.application.referred_by}"
        if can:
            move_in = reverse("move_in", args=[bed.house.uuid])
            card["actions"] = [
                {
                    "label": _("Move in"),
                    "url": f"{move_in}?bed={bed.uuid}&application={use.application.uuid}",
                    "icon": "move-in",
                }
            ]
    elif shown.state == "out":
        until = (
            _("until %(day)s") % {"day": date_format(use.ends_on, "MONTH_DAY_FORMAT")}
            if use.ends_on
            else _("until further notice")
        )
        card |= {"name": use.note or _("Out of service"), "detail": until}
        if can:
            card["actions"] = [
                {"label": _("Back in service"), "url": reverse("bed_back", args=[use.uuid]), "icon": "check"}
            ]
    else:
        since = shown.open_since
        card |= {
            "state": "open",
            "name": _("Open since %(day)s") % {"day": date_format(since, "MONTH_DAY_FORMAT")} if since else _("Open"),
        }
        if night >= today and shown.following:
            card["detail"] = _("next: %(what)s from %(day)s") % {
                "what": shown.following.get_kind_display(),
                "day": date_format(shown.following.starts_on, "MONTH_DAY_FORMAT"),
            }
        if can:
            house, query = [bed.house.uuid], f"?bed={bed.uuid}"
            card["actions"] = [
                {"label": _("Move in"), "url": reverse("move_in", args=house) + query, "icon": "move-in"},
                {"label": _("Hold"), "url": reverse("hold", args=house) + query, "icon": "hold"},
                {"label": _("Out of service"), "url": reverse("bed_out", args=[bed.uuid]), "icon": "wrench"},
            ]
    return card


def _stay_line(shown: BedTonight) -> str:
    line = ngettext("%(count)s day", "%(count)s days", shown.days_here) % {"count": shown.days_here}
    if shown.days_sober is not None:
        line += " · " + _("sober %(count)s") % {"count": shown.days_sober}
    return line


def _asked_uuid(request: HttpRequest, name: str) -> str | None:
    """A public id in the query that only chooses what a form starts with; the form itself refuses what is out of
    scope."""
    try:
        return str(UUID(request.GET.get(name, "")))
    except ValueError:
        return None


@of_house(Action.ADMIT)
def move_in(request: HttpRequest, house: House) -> HttpResponse:
    """Somebody who applied, or somebody new, moves into a bed."""
    today = house.today()
    initial = {
        "bed": _asked_uuid(request, "bed"),
        "application": _asked_uuid(request, "application"),
        "starts_on": today,
    }
    form = forms.MoveInForm(request.POST or None, user=request.user, house=house, initial=initial)

    def save(data: dict[str, Any]) -> Stay:
        stay = {"bed": data["bed"], "starts_on": data["starts_on"], "expected_on": data["expected_on"], "today": today}
        if application := data.get("application"):
            return services.admit(
                resident=application.resident, application=application, sober_since=data["sober_since"], **stay
            )
        return services.admit_newcomer(person=form.person(), sober_since=data["sober_since"], **stay)

    return form_page(
        request,
        form,
        save,
        title=_("Move someone in"),
        submit=_("Move in"),
        done=_("Moved in."),
        to=reverse("board", args=[house.uuid]),
        cancel_url=reverse("board", args=[house.uuid]),
    )


@of_house(Action.ADMIT)
def hold(request: HttpRequest, house: House) -> HttpResponse:
    """Promise a bed to somebody who applied."""
    today = house.today()
    initial = {
        "bed": _asked_uuid(request, "bed"),
        "application": _asked_uuid(request, "application"),
        "starts_on": today,
        "ends_on": today + timedelta(days=3),
    }
    form = forms.HoldForm(request.POST or None, user=request.user, house=house, initial=initial)
    return form_page(
        request,
        form,
        lambda data: services.hold_place(today=today, **data),
        title=_("Hold a bed"),
        intro=_("For somebody who applied; the hold accepts the application. It lapses by itself."),
        submit=_("Hold the bed"),
        done=_("The bed is held and the application accepted."),
        to=reverse("board", args=[house.uuid]),
        cancel_url=reverse("board", args=[house.uuid]),
        template="residents/stays/hold.html",
    )


def _only(kind: str, use: BedUse) -> None:
    """Raise Http404 where this address names another kind of use."""
    if use.kind != kind:
        raise Http404


def _held(request: HttpRequest, use: BedUse) -> None:
    """Raise Http404 where this is no hold. Whoever looks at the page of one is written down for the applicant."""
    _only(BedUse.Kind.HOLD, use)
    note_look(use.application.resident, Look.What.PAGE, user=request.user, detail=_("an application"))


@of(BedUse, Action.ADMIT, "bed__room", "house", "application__resident")
def hold_change(request: HttpRequest, use: BedUse) -> HttpResponse:
    """Let a hold lapse on another day."""
    _held(request, use)
    today = use.house.today()
    form = forms.HoldChangeForm(
        request.POST or None, user=request.user, house=use.house, initial={"ends_on": use.ends_on}
    )
    return form_page(
        request,
        form,
        lambda data: services.hold_change(hold=use, today=today, **data),
        title=_("Change the hold on %(bed)s") % {"bed": use.bed.label},
        done=_("Changed."),
        to=reverse("application", args=[use.application.uuid]),
        cancel_url=reverse("application", args=[use.application.uuid]),
    )


@of(BedUse, Action.ADMIT, "bed__room", "house", "application__resident")
def hold_release(request: HttpRequest, use: BedUse) -> HttpResponse:
    """Give a held bed free."""
    _held(request, use)
    form = forms.OptionalReasonForm(request.POST or None, user=request.user, house=use.house)
    return form_page(
        request,
        form,
        lambda data: services.hold_release(hold=use, today=use.house.today(), **data),
        title=_("Release bed %(bed)s?") % {"bed": use.bed.label},
        consequences=[_("The bed is open from tonight."), _("The application stays accepted, without a bed.")],
        submit=_("Release the bed"),
        done=_("The bed is open."),
        to=reverse("application", args=[use.application.uuid]),
        cancel_url=reverse("application", args=[use.application.uuid]),
        template="soberhouse/confirm.html",
    )


@of(Bed, Action.ADMIT, "room", "house")
def bed_out(request: HttpRequest, bed: Bed) -> HttpResponse:
    """Take a bed out of service."""
    form = forms.OutForm(
        request.POST or None, user=request.user, house=bed.house, initial={"starts_on": bed.house.today()}
    )
    return form_page(
        request,
        form,
        lambda data: services.bed_take_out(bed=bed, today=bed.house.today(), **data),
        title=_("Take bed %(bed)s out of service") % {"bed": bed.label},
        submit=_("Take it out of service"),
        done=_("The bed is out of service."),
        to=reverse("board", args=[bed.house.uuid]),
        cancel_url=reverse("board", args=[bed.house.uuid]),
    )


@of(BedUse, Action.ADMIT, "bed__room", "house")
def bed_back(request: HttpRequest, use: BedUse) -> HttpResponse:
    """Put a bed back in service."""
    _only(BedUse.Kind.OUT, use)
    form = forms.ScopedForm(request.POST or None, user=request.user, house=use.house)
    # A form without fields: pressing the button is all there is to say.
    form.is_bound = request.method == "POST"
    return form_page(
        request,
        form,
        lambda data: services.bed_bring_back(use=use, today=use.house.today()),
        title=_("Put bed %(bed)s back in service?") % {"bed": use.bed.label},
        consequences=[_("The bed is open from tonight and can be given to somebody.")],
        submit=_("Back in service"),
        done=_("The bed is open."),
        to=reverse("board", args=[use.house.uuid]),
        cancel_url=reverse("board", args=[use.house.uuid]),
        template="soberhouse/confirm.html",
    )
