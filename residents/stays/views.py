"""Pages of the bed board, stays, applications and occupancy. Each fetches in scope, binds a form and calls one service."""

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

from residents.houses.access import anywhere, of, of_house, standing_of
from residents.houses.models import Bed, House
from residents.houses.permissions import Action
from residents.stays import forms, services
from residents.stays.models import Application, BedUse, Discharge, PhaseKind, Stay
from residents.stays.queries import (
    BedTonight,
    board,
    chain_starts,
    earlier_discharges,
    free_beds,
    occupancy,
    occupancy_curve,
    open_applications,
)
from soberhouse.form_page import form_page
from soberhouse.curve import Point, curve


# --- the bed board ------------------------------------------------------------------------------------------------------


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
    rooms = [
        {"room": shown.room, "beds": [_bed_card(bed, night, today, may_admit=may_admit) for bed in shown.beds]}
        for shown in board(house, night, today=today)
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
            "may_settle": standing_of(request).may(Action.SETTLE_HOUSE, house),
            "numbers": occupancy(House.objects.filter(pk=house.pk), night, today=today)[house.pk],
        },
    )


def _bed_card(shown: BedTonight, night: date, today: date, *, may_admit: bool) -> dict[str, Any]:
    """One bed as the board draws it: a state, a name, the reason in one line, and what can be done."""
    bed, use = shown.bed, shown.use
    card: dict[str, Any] = {"label": bed.label, "state": shown.state, "actions": []}
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
            card["alert"] = _("Was expected to leave on %(day)s.") % {"day": date_format(use.ends_on, "M j")}
        elif use.ends_on and use.stay.ends_on is None:
            card["detail"] += " · " + _("leaves %(day)s") % {"day": date_format(use.ends_on, "M j")}
        if shown.following and shown.following.kind == BedUse.Kind.HOLD:
            promised = _("Promised to %(name)s from %(day)s.") % {
                "name": shown.following.application.resident.short_name,
                "day": date_format(shown.following.starts_on, "M j"),
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
        until = _("until %(day)s") % {"day": date_format(use.ends_on, "M j")} if use.ends_on else _("until further notice")
        card |= {"name": use.note or _("Out of service"), "detail": until}
        if can:
            card["actions"] = [
                {"label": _("Back in service"), "url": reverse("bed_back", args=[use.uuid]), "icon": "check"}
            ]
    else:
        since = shown.open_since
        card |= {
            "state": "open",
            "name": _("Open since %(day)s") % {"day": date_format(since, "M j")} if since else _("Open"),
        }
        if shown.following:
            card["detail"] = _("next: %(what)s from %(day)s") % {
                "what": shown.following.get_kind_display(),
                "day": date_format(shown.following.starts_on, "M j"),
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
    """A public id in the query that only chooses what a form starts with; the form itself refuses what is out of scope."""
    try:
        return str(UUID(request.GET.get(name, "")))
    except ValueError:
        return None


@of_house(Action.ADMIT)
def move_in(request: HttpRequest, house: House) -> HttpResponse:
    """Somebody who applied, or somebody new, moves into a bed."""
    today = house.today()
    initial = {"bed": _asked_uuid(request, "bed"), "application": _asked_uuid(request, "application"), "starts_on": today}
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
        intro=_("For somebody who applied. A hold lapses by itself."),
        submit=_("Hold the bed"),
        done=_("The bed is held."),
        to=reverse("board", args=[house.uuid]),
        cancel_url=reverse("board", args=[house.uuid]),
        template="residents/stays/hold.html",
    )


def _only(kind: str, use: BedUse) -> None:
    """Raise Http404 where this address names another kind of use."""
    if use.kind != kind:
        raise Http404


@of(BedUse, Action.ADMIT, "bed__room", "house", "application__resident")
def hold_change(request: HttpRequest, use: BedUse) -> HttpResponse:
    """Let a hold lapse on another day."""
    _only(BedUse.Kind.HOLD, use)
    today = use.house.today()
    form = forms.HoldChangeForm(request.POST or None, user=request.user, house=use.house, initial={"ends_on": use.ends_on})
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
    _only(BedUse.Kind.HOLD, use)
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


# --- one stay ------------------------------------------------------------------------------------------------------------


@of(Stay, Action.SEE_RESIDENTS, "resident", "house", "application")
def stay_page(request: HttpRequest, stay: Stay) -> HttpResponse:
    """A stay: its beds, phases and discharge, what can be done now, and what can be put right."""
    today = stay.house.today()
    discharges = list(stay.discharges.select_related("recorded_by"))
    began = chain_starts([stay.resident_id]).get(stay.pk, stay.starts_on)
    standing = standing_of(request)
    return render(
        request,
        "residents/stays/stay.html",
        {
            "stay": stay,
            "uses": stay.uses.select_related("bed__room").order_by("-starts_on", "-id"),
            "phases": stay.phases.select_related("kind").order_by("-starts_on", "-id"),
            "discharges": list(reversed(discharges)),
            "last_discharge": discharges[-1] if discharges and not discharges[-1].undone else None,
            "began": began,
            "days": ((stay.ends_on or today) - began).days,
            "may_admit": standing.may(Action.ADMIT, stay),
            "may_correct": standing.may(Action.CORRECT, stay),
            "sees_resident": type(stay.resident).objects.visible_to(request.user).filter(pk=stay.resident_id).exists(),
            "today": today,
        },
    )


def _stay_form(request: HttpRequest, stay: Stay, form: Any, save: Any, **page: Any) -> HttpResponse:
    here = reverse("stay", args=[stay.uuid])
    return form_page(
        request, form, save, **({"to": here, "cancel_url": here, "back_url": here, "back_label": stay.resident.name} | page)
    )


@of(Stay, Action.ADMIT, "resident", "house")
def stay_move(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Move to another bed of the house."""
    today = stay.house.today()
    form = forms.MoveForm(request.POST or None, user=request.user, house=stay.house, initial={"on": today})
    others = House.objects.where_may(request.user, Action.ADMIT).filter(organization=stay.house.organization_id)
    return _stay_form(
        request,
        stay,
        form,
        lambda data: services.move_bed(stay=stay, today=today, **data),
        title=_("Move %(name)s to another bed") % {"name": stay.resident.short_name},
        submit=_("Move"),
        done=_("Moved."),
        to=reverse("board", args=[stay.house.uuid]),
        template="residents/stays/move.html",
        transfer_url=reverse("stay_transfer", args=[stay.uuid]) if others.exclude(pk=stay.house_id).exists() else "",
    )


@of(Stay, Action.ADMIT, "resident", "house")
def stay_transfer(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Move to a bed of another house."""
    today = stay.house.today()
    form = forms.TransferForm(request.POST or None, user=request.user, leaving=stay.house, initial={"on": today})
    return _stay_form(
        request,
        stay,
        form,
        lambda data: services.transfer(stay=stay, today=today, **data),
        title=_("Move %(name)s to another house") % {"name": stay.resident.short_name},
        intro=_("This stay ends and the next one continues it: days go on counting."),
        submit=_("Move to the other house"),
        done=_("Moved to the other house."),
        to=lambda following: reverse("stay", args=[following.uuid]),
    )


@of(Stay, Action.ADMIT, "resident", "house")
def stay_expect(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Plan the move-out, or none."""
    form = forms.ExpectForm(
        request.POST or None, user=request.user, house=stay.house, initial={"expected_on": stay.expected_on}
    )
    return _stay_form(
        request,
        stay,
        form,
        lambda data: services.expect(stay=stay, today=stay.house.today(), **data),
        title=_("When will %(name)s move out?") % {"name": stay.resident.short_name},
        done=_("Written down."),
    )


@of(Stay, Action.ADMIT, "resident", "house")
def stay_discharge(request: HttpRequest, stay: Stay) -> HttpResponse:
    """End a stay."""
    today = stay.house.today()
    ordinary = {
        "left_on": today,
        "belongings": Discharge.HandedOver.YES,
        "medications": Discharge.HandedOver.NOTHING,
        "money": Discharge.HandedOver.NOTHING,
        "may_return": Discharge.Return.WELCOME,
        "decided_by": str(request.user),
    }
    form = forms.DischargeForm(request.POST or None, initial=ordinary)
    return _stay_form(
        request,
        stay,
        form,
        lambda data: services.discharge(stay=stay, today=today, **form.facts()),
        title=_("Discharge %(name)s") % {"name": stay.resident.name},
        intro=_("The stay ends and the bed is open that night. A mistake can be corrected later, with a reason."),
        submit=_("Discharge"),
        done=_("Discharged."),
    )


@of(Discharge, Action.CORRECT, "stay__resident", "stay__house", "house")
def discharge_correct(request: HttpRequest, discharge: Discharge) -> HttpResponse:
    """Write a discharge anew; the first stays visible."""
    initial = {name: getattr(discharge, name) for name in services.DISCHARGE_FACTS}
    form = forms.DischargeCorrectForm(request.POST or None, initial=initial)
    return _stay_form(
        request,
        discharge.stay,
        form,
        lambda data: services.discharge_correct(
            discharge=discharge,
            today=discharge.house.today(),
            correction_reason=data["correction_reason"],
            **form.facts(),
        ),
        title=_("Correct the discharge"),
        intro=_("What was written first stays on record, marked as corrected."),
        submit=_("Save the correction"),
        done=_("Corrected."),
    )


@of(Discharge, Action.CORRECT, "stay__resident", "stay__house", "house")
def discharge_undo(request: HttpRequest, discharge: Discharge) -> HttpResponse:
    """There was no discharge."""
    today = discharge.house.today()
    form = forms.DischargeUndoForm(request.POST or None, user=request.user, house=discharge.house)
    here = House.objects.filter(pk=discharge.house_id)
    form.fields["bed"].queryset = free_beds(here, today, today=today)
    return _stay_form(
        request,
        discharge.stay,
        form,
        lambda data: services.discharge_undo(discharge=discharge, today=today, **data),
        title=_("Undo the discharge?"),
        consequences=[
            _("%(name)s never left: the stay goes on and days go on counting.") % {"name": discharge.stay.resident.name},
            _("They are in their last bed again, if it is free."),
        ],
        kept=[_("What was written first stays on record, marked as undone.")],
        submit=_("Undo the discharge"),
        done=_("The stay goes on."),
        template="soberhouse/confirm.html",
    )


@of(Stay, Action.CORRECT, "resident", "house", "application")
def stay_void(request: HttpRequest, stay: Stay) -> HttpResponse:
    """The move-in was a mistake."""
    form = forms.ReasonForm(request.POST or None, user=request.user, house=stay.house)
    return _stay_form(
        request,
        stay,
        form,
        lambda data: services.stay_void(stay=stay, **data),
        title=_("Undo the move-in?"),
        consequences=[
            _("This stay and its bed are marked as entered by mistake and count nowhere."),
            _("The bed is open again. The application, if there was one, is open again."),
        ],
        kept=[_("The stay stays on record, marked, with your reason.")],
        submit=_("Undo the move-in"),
        done=_("The move-in is undone."),
        danger=True,
        template="soberhouse/confirm.html",
    )


@of(Stay, Action.CORRECT, "resident", "house")
def stay_correct_start(request: HttpRequest, stay: Stay) -> HttpResponse:
    """The move-in was on another day."""
    form = forms.StayStartForm(
        request.POST or None, user=request.user, house=stay.house, initial={"starts_on": stay.starts_on}
    )
    return _stay_form(
        request,
        stay,
        form,
        lambda data: services.stay_correct_start(stay=stay, today=stay.house.today(), **data),
        title=_("Correct the move-in day"),
        submit=_("Save the correction"),
        done=_("Corrected."),
    )


@of(Stay, Action.RECORD, "resident", "house")
def stay_phase(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Set the phase of the program."""
    today = stay.house.today()
    form = forms.PhaseForm(request.POST or None, user=request.user, house=stay.house, initial={"starts_on": today})
    return _stay_form(
        request,
        stay,
        form,
        lambda data: services.phase_set(stay=stay, today=today, **data),
        title=_("Phase of %(name)s") % {"name": stay.resident.short_name},
        done=_("Written down."),
    )


# --- applications ----------------------------------------------------------------------------------------------------------


@of_house(Action.SEE_RESIDENTS)
def applications(request: HttpRequest, house: House) -> HttpResponse:
    """Who asks for a bed: the waitlist in its order, then the others; closed ones on demand."""
    show_closed = request.GET.get("show") == "closed"
    rows = (
        Application.objects.visible_to(request.user)
        .filter(house=house)
        .exclude(status__in=[*open_statuses()])
        .select_related("resident")
        .order_by("-received_on", "-id")[:200]
        if show_closed
        else open_applications(house)
    )
    return render(
        request,
        "residents/stays/applications.html",
        {
            "house": house,
            "applications": rows,
            "show_closed": show_closed,
            "may_admit": standing_of(request).may(Action.ADMIT, house),
        },
    )


def open_statuses() -> tuple[str, ...]:
    return (Application.Status.RECEIVED, Application.Status.WAITING, Application.Status.ACCEPTED)


@of_house(Action.ADMIT)
def application_new(request: HttpRequest, house: House) -> HttpResponse:
    """Write down that somebody asks for a bed."""
    today = house.today()
    form = forms.ApplicationForm(request.POST or None, user=request.user, house=house, initial={"received_on": today})
    return form_page(
        request,
        form,
        lambda data: services.newcomer_applies(house=house, person=form.person(), today=today, **form.details()),
        title=_("New application"),
        submit=_("Save the application"),
        done=_("The application is on record."),
        to=lambda application: reverse("application", args=[application.uuid]),
        cancel_url=reverse("applications", args=[house.uuid]),
    )


@of(Application, Action.SEE_RESIDENTS, "resident", "house")
def application_page(request: HttpRequest, application: Application) -> HttpResponse:
    """An application: what was asked, what happened, what can be done now."""
    today = application.house.today()
    holds = list(application.holds.filter(voided=False).select_related("bed__room").order_by("-starts_on", "-id"))
    return render(
        request,
        "residents/stays/application.html",
        {
            "application": application,
            "events": application.events.select_related("recorded_by").order_by("-recorded_at", "-id"),
            "holds": holds,
            "live_hold": next((use for use in holds if use.ends_on > today), None),
            "may_admit": standing_of(request).may(Action.ADMIT, application),
            "today": today,
            "stay": application.stays.filter(voided=False).first(),
            "earlier": earlier_discharges(application.resident, request.user),
        },
    )


def _application_form(request: HttpRequest, application: Application, form: Any, save: Any, **page: Any) -> HttpResponse:
    here = reverse("application", args=[application.uuid])
    return form_page(request, form, save, **({"to": here, "cancel_url": here} | page))


@of(Application, Action.ADMIT, "resident", "house")
def application_accept(request: HttpRequest, application: Application) -> HttpResponse:
    form = forms.OptionalReasonForm(request.POST or None, user=request.user, house=application.house)
    return _application_form(
        request,
        application,
        form,
        lambda data: services.application_accept(application=application, **data),
        title=_("Accept %(name)s?") % {"name": application.resident.name},
        consequences=[_("They leave the waitlist and may be given a bed.")],
        submit=_("Accept"),
        done=_("Accepted."),
        template="soberhouse/confirm.html",
    )


@of(Application, Action.ADMIT, "resident", "house")
def application_wait(request: HttpRequest, application: Application) -> HttpResponse:
    form = forms.OptionalReasonForm(request.POST or None, user=request.user, house=application.house)
    return _application_form(
        request,
        application,
        form,
        lambda data: services.application_wait(application=application, **data),
        title=_("Put %(name)s on the waitlist?") % {"name": application.resident.name},
        consequences=[_("They get the last place on the list of this house.")],
        submit=_("Put on the waitlist"),
        done=_("On the waitlist."),
        template="soberhouse/confirm.html",
    )


@of(Application, Action.ADMIT, "resident", "house")
def application_move(request: HttpRequest, application: Application) -> HttpResponse:
    form = forms.WaitlistMoveForm(
        request.POST or None, user=request.user, house=application.house, initial={"place": application.place}
    )
    return _application_form(
        request,
        application,
        form,
        lambda data: services.application_move(application=application, **data),
        title=_("Move %(name)s on the waitlist") % {"name": application.resident.name},
        intro=_("The order of the list is a promise. Whoever moves, moves for a reason that stays on record."),
        submit=_("Move"),
        done=_("Moved."),
        to=reverse("applications", args=[application.house.uuid]),
    )


def _close(request: HttpRequest, application: Application, *, declined: bool, **page: Any) -> HttpResponse:
    kind = forms.ReasonForm if declined else forms.OptionalReasonForm
    form = kind(request.POST or None, user=request.user, house=application.house)
    return _application_form(
        request,
        application,
        form,
        lambda data: services.application_close(
            application=application, declined=declined, today=application.house.today(), **data
        ),
        consequences=[_("The application is closed and leaves the waitlist."), _("A bed held for it is released.")],
        to=reverse("applications", args=[application.house.uuid]),
        template="soberhouse/confirm.html",
        **page,
    )


@of(Application, Action.ADMIT, "resident", "house")
def application_decline(request: HttpRequest, application: Application) -> HttpResponse:
    return _close(
        request,
        application,
        declined=True,
        title=_("Decline %(name)s?") % {"name": application.resident.name},
        submit=_("Decline"),
        done=_("Declined."),
        danger=True,
    )


@of(Application, Action.ADMIT, "resident", "house")
def application_withdraw(request: HttpRequest, application: Application) -> HttpResponse:
    return _close(
        request,
        application,
        declined=False,
        title=_("%(name)s no longer asks for a bed?") % {"name": application.resident.name},
        submit=_("Record as withdrawn"),
        done=_("Withdrawn."),
    )


# --- occupancy ---------------------------------------------------------------------------------------------------------------

SPANS = {"month": 31, "quarter": 92, "year": 365}


@of_house(Action.SEE_RESIDENTS)
def occupancy_page(request: HttpRequest, house: House) -> HttpResponse:
    """How full this house was and will be, as a curve."""
    return _occupancy(request, House.objects.filter(pk=house.pk), house.today(), house=house)


@anywhere(Action.SEE_RESIDENTS)
def occupancy_all(request: HttpRequest) -> HttpResponse:
    """How full all one's houses are."""
    houses = House.objects.where_may(request.user, Action.SEE_RESIDENTS).select_related("organization")
    first = houses.first()
    today = first.organization.today() if first else date.today()  # noqa: DTZ011 -- nobody's house: any day will do
    return _occupancy(request, houses, today, house=None)


def _occupancy(request: HttpRequest, houses: Any, today: date, *, house: House | None) -> HttpResponse:
    span = request.GET.get("span") if request.GET.get("span") in SPANS else "quarter"
    night = night_asked(request, today)
    starts_on, ends_on = today - timedelta(days=SPANS[span]), today + timedelta(days=15)
    nights = occupancy_curve(houses, starts_on, ends_on, today=today)
    numbers = occupancy(houses, night, today=today)
    beds = sum(each.capacity for each in nights if each.day <= today)
    used = sum(each.occupied for each in nights if each.day <= today)
    return render(
        request,
        "residents/stays/occupancy.html",
        {
            "house": house,
            "rows": [(each, numbers[each.pk]) for each in houses],
            "drawn": curve(
                [Point(day=each.day, occupied=each.occupied, held=each.held, capacity=each.capacity) for each in nights],
                until=ends_on,
                today=today,
            ),
            "night": night,
            "today": today,
            "span": span,
            "spans": [
                {"label": label, "url": f"?span={key}", "current": key == span}
                for key, label in (("month", _("a month")), ("quarter", _("three months")), ("year", _("a year")))
            ],
            "percent": round(100 * used / beds) if beds else 0,
        },
    )


# --- phases of a house's program ---------------------------------------------------------------------------------------------


@of_house(Action.SETTLE_HOUSE)
def phase_kinds(request: HttpRequest, house: House) -> HttpResponse:
    """The phases of the house's program."""
    return render(
        request,
        "residents/stays/phases.html",
        {"house": house, "kinds": PhaseKind.objects.visible_to(request.user).filter(house=house)},
    )


@of_house(Action.SETTLE_HOUSE)
def phase_kind_new(request: HttpRequest, house: House) -> HttpResponse:
    return _phase_kind(request, house, None)


@of(PhaseKind, Action.SETTLE_HOUSE, "house")
def phase_kind_change(request: HttpRequest, kind: PhaseKind) -> HttpResponse:
    return _phase_kind(request, kind.house, kind)


def _phase_kind(request: HttpRequest, house: House, kind: PhaseKind | None) -> HttpResponse:
    initial = {"number": kind.number, "name": kind.name} if kind else {}
    form = forms.PhaseKindForm(request.POST or None, user=request.user, house=house, initial=initial)
    here = reverse("phase_kinds", args=[house.uuid])
    return form_page(
        request,
        form,
        lambda data: services.phase_kind_save(house=house, kind=kind, **data),
        title=_("Phase of the program"),
        done=_("Saved."),
        to=here,
        cancel_url=here,
    )
