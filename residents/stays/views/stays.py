"""One stay from move-in to discharge, what can be put right in it, and the phases of the program."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look
from residents.stays import forms, services
from residents.stays.models import Discharge, PhaseKind, Stay
from residents.stays.papers import valid_papers_of
from residents.stays.queries import (
    chain_starts,
    free_beds,
)
from residents.stays.steps import DISCHARGE_FACTS
from soberhouse.form_page import form_page
from soberhouse.subjects import offers


@of(Stay, Action.SEE_RESIDENTS, "resident", "house", "application")
def stay_page(request: HttpRequest, stay: Stay) -> HttpResponse:
    """A stay: its beds, phases and discharge, what can be done now, and what can be put right."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("a stay"))
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
            "may_issue": standing.may(Action.ISSUE_PAPERS, stay) and not stay.voided,
            "sees_resident": type(stay.resident).objects.visible_to(request.user).filter(pk=stay.resident_id).exists(),
            "today": today,
        },
    )


def _stay_form(request: HttpRequest, stay: Stay, form: Any, save: Any, **page: Any) -> HttpResponse:
    """One form about a stay, which leads back to it. Whoever looks at it is written down."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("a stay"))
    here = reverse("stay", args=[stay.uuid])
    return form_page(
        request,
        form,
        save,
        **({"to": here, "cancel_url": here, "back_url": here, "back_label": stay.name} | page),
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
        title=_("Move %(name)s to another bed") % {"name": stay.short_name},
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
        title=_("Move %(name)s to another house") % {"name": stay.short_name},
        intro=_("This stay ends and the next one continues it: days go on counting."),
        submit=_("Move to the other house"),
        done=_("Moved to the other house."),
        template="residents/stays/transfer.html",
        ends_here=[row for offer in offers("gates", "about_transfer") for row in offer(stay)],
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
        title=_("When will %(name)s move out?") % {"name": stay.short_name},
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
        title=_("Discharge %(name)s") % {"name": stay.name},
        intro=_("The stay ends and the bed is open that night. A mistake can be corrected later, with a reason."),
        submit=_("Discharge"),
        done=_("Discharged."),
        template="residents/stays/discharge.html",
        on_record=[row for offer in offers("gates", "about_discharge") for row in offer(stay)],
    )


@of(Discharge, Action.CORRECT, "stay__resident", "stay__house", "house")
def discharge_correct(request: HttpRequest, discharge: Discharge) -> HttpResponse:
    """Write a discharge anew; the first stays visible."""
    initial = {name: getattr(discharge, name) for name in DISCHARGE_FACTS}
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
        template="residents/stays/correct_stay.html",
        papers=valid_papers_of(discharge.stay),
    )


@of(Discharge, Action.CORRECT, "stay__resident", "stay__house", "house")
def discharge_undo(request: HttpRequest, discharge: Discharge) -> HttpResponse:
    """There was no discharge."""
    today = discharge.house.today()
    form = forms.DischargeUndoForm(request.POST or None, user=request.user, house=discharge.house)
    here = House.objects.visible_to(request.user).filter(pk=discharge.house_id)
    form.fields["bed"].queryset = free_beds(here, today, today=today)
    return _stay_form(
        request,
        discharge.stay,
        form,
        lambda data: services.discharge_undo(discharge=discharge, today=today, **data),
        title=_("Undo the discharge?"),
        consequences=[
            _("%(name)s never left: the stay goes on and days go on counting.") % {"name": discharge.stay.name},
            _("They are in their last bed again, if it is free."),
        ],
        kept=[_("What was written first stays on record, marked as undone.")],
        submit=_("Undo the discharge"),
        done=_("The stay goes on."),
        template="residents/stays/undo_stay.html",
        papers=valid_papers_of(discharge.stay),
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
        template="residents/stays/undo_stay.html",
        papers=valid_papers_of(stay),
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
        template="residents/stays/correct_stay.html",
        papers=valid_papers_of(stay),
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
        title=_("Phase of %(name)s") % {"name": stay.short_name},
        done=_("Written down."),
    )


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
