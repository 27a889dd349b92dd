"""Incidents: begun with one tap, written down bit by bit, filed, put right, closed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.access import of, of_house
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log.forms.incidents import CloseForm, IncidentForm, StepAmendForm, StepForm
from residents.log.incident_panel import title_of
from residents.log.models import Entry, IncidentDraft, IncidentStep, IncidentType
from residents.log.queries.entries import line_of
from residents.log.queries.incidents import (
    drafts_of,
    named_in,
    own_stays,
    steps_of,
    why_not_closed_by,
    why_not_dropped_by,
)
from residents.log.services import incidents as services
from residents.log.views.follow_ups import step_page
from residents.people.looks import note_look
from residents.people.models import Look
from residents.stays.models import Stay
from soberhouse.form_page import form_page, show_refusal


@of_house(Action.RECORD)
def incident_start(request: HttpRequest, house: House) -> HttpResponse:
    """Choose what happened: from then on it is kept on the server."""
    chosen = request.POST.get("type", "")
    if request.method == "POST" and chosen in IncidentType.values:
        draft = services.draft_begin(house=house, type=chosen, now=timezone.now())
        return redirect("incident_draft", uuid=draft.uuid)
    return render(
        request,
        "residents/log/incident_start.html",
        {
            "house": house,
            "types": IncidentType.choices,
            "drafts": drafts_of(house, request.user),
            "nothing_chosen": request.method == "POST",
        },
    )


@of(IncidentDraft, Action.RECORD, "house__organization", "begun_by")
def incident_draft(request: HttpRequest, draft: IncidentDraft) -> HttpResponse:
    """Write an incident down. What is typed is kept as it is typed, and can be finished later or by somebody else; what
    is wrong is said when it is filed, and kept too."""
    _not_about(request, draft)
    now = timezone.now()
    if request.method != "POST":
        _note_looks(request, draft)
        return _draft_page(request, draft, IncidentForm(user=request.user, house=draft.house, draft=draft, now=now))
    form = IncidentForm(request.POST, user=request.user, house=draft.house, draft=draft, now=now)
    more = request.POST.get("more", "")
    sent = {name: request.POST.get(name, "").replace("\x00", "") for name in ("seen", "page")}
    try:
        draft = services.draft_save(draft=draft, data=form.typed(more=more), left=not request.htmx, now=now, **sent)
    except services.ChangedMeanwhile as refusal:
        return _draft_page(request, refusal.draft, form, changed_meanwhile=True)
    except ValidationError as refusal:
        show_refusal(form, refusal)
        return _draft_page(request, draft, form)
    if request.htmx:
        return render(request, "residents/log/incident_kept.html", {"kept_at": now})
    if "later" in request.POST:
        messages.success(request, _("Kept. Anybody who runs the house can finish it from Today."))
        return redirect("house_today", uuid=draft.house.uuid)
    if "more" in request.POST:
        return redirect(f"{reverse('incident_draft', args=[draft.uuid])}{f'#{more}' if more in form.names else ''}")
    return _file(request, draft, form)


def _file(request: HttpRequest, draft: IncidentDraft, form: IncidentForm) -> HttpResponse:
    """File what was typed, if nothing in it is wrong."""
    if not form.is_valid():
        return _draft_page(request, draft, form)
    try:
        incident = services.incident_file(house=draft.house, draft=draft, now=form.now, **form.facts())
    except services.ChangedMeanwhile as refusal:
        return _draft_page(request, refusal.draft, form, changed_meanwhile=True)
    except ValidationError as refusal:
        show_refusal(form, refusal)
        return _draft_page(request, draft, form)
    if Entry.objects.visible_to(request.user).filter(pk=incident.entry_id).exists():
        messages.success(request, _("Filed. Somebody else closes it."))
        return redirect("entry", uuid=incident.entry.uuid)
    messages.success(request, _("Filed. The operators read it now, and you no more."))
    return redirect("house_today", uuid=draft.house.uuid)


def _draft_page(
    request: HttpRequest, draft: IncidentDraft, form: IncidentForm, *, changed_meanwhile: bool = False
) -> HttpResponse:
    if request.htmx:
        return render(
            request, "residents/log/incident_kept.html", {"changed_meanwhile": changed_meanwhile, "form": form}
        )
    today = reverse("house_today", args=[draft.house.uuid])
    return render(
        request,
        "residents/log/incident_draft.html",
        {
            "title": capfirst(str(draft)),
            "house": draft.house,
            "draft": draft,
            "may_drop": not why_not_dropped_by(draft, request.user),
            "form": form,
            "page": uuid4().hex,
            "changed_meanwhile": changed_meanwhile,
            "back_url": today,
            "back_label": _("Today"),
        },
    )


@of(IncidentDraft, Action.RECORD, "house__organization", "begun_by")
def incident_draft_drop(request: HttpRequest, draft: IncidentDraft) -> HttpResponse:
    """Give up a draft: whoever began it, or an operator."""
    _not_about(request, draft)
    if why := why_not_dropped_by(draft, request.user):
        raise PermissionDenied(why)
    here = reverse("incident_draft", args=[draft.uuid])
    return form_page(
        request,
        Form(request.POST if request.method == "POST" else None),
        lambda _data: services.draft_drop(draft=draft),
        title=_("Give up this draft?"),
        consequences=[_("What was typed is deleted. It is no record yet, so nothing of it stays.")],
        submit=_("Give it up"),
        done=_("Given up."),
        danger=True,
        to=reverse("house_today", args=[draft.house.uuid]),
        cancel_url=here,
        back_url=here,
        back_label=capfirst(str(draft)),
        template="soberhouse/confirm.html",
    )


def _not_about(request: HttpRequest, draft: IncidentDraft) -> None:
    """Raise Http404 where the draft is about whoever asks: it may be one that is kept from them."""
    if named_in(draft) & own_stays(request.user):
        raise Http404


def _note_looks(request: HttpRequest, draft: IncidentDraft) -> None:
    named = Stay.objects.visible_to(request.user).filter(house=draft.house, uuid__in=named_in(draft))
    for stay in named.select_related("resident"):
        note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("the house log"))


# What was filed


@of(Entry, Action.RECORD, "house__organization", "incident")
def incident_step_new(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Add a fact that is missing."""
    incident = _incident_of(entry)
    form = StepForm(request.POST or None, house=entry.house, initial={"at": timezone.now()})
    return step_page(
        request,
        entry,
        form,
        lambda _data: services.step_add(incident=incident, step=form.step, now=timezone.now()),
        title=_("Add what is missing"),
        submit=_("Add it"),
        done=_("Added."),
    )


@of(IncidentStep, Action.CORRECT, "incident__entry__house", "house__organization")
def incident_step_amend(request: HttpRequest, step: IncidentStep) -> HttpResponse:
    """Tell a fact anew."""
    shown = {name: getattr(step, name) for name in ("kind", "at", "who", "what", "doses")}
    form = StepAmendForm(request.POST or None, house=step.house, initial=shown)
    return step_page(
        request,
        step.incident.entry,
        form,
        lambda data: services.step_amend(before=step, step=form.step, reason=data["reason"], now=timezone.now()),
        title=_("Put it right"),
        intro=_("What stood there before stays to be read, marked as amended, with your reason."),
        submit=_("Save what is right"),
        done=_("Amended. What stood there before can still be read."),
    )


@of(Entry, Action.DECIDE, "house__organization", "incident__closing")
def incident_close(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Close an incident: a second person. Others are refused, and told who can."""
    incident = _incident_of(entry)
    if hasattr(incident, "closing") and request.method != "POST":
        messages.info(request, _("It is closed already."))
        return redirect("entry", uuid=entry.uuid)
    if not hasattr(incident, "closing") and (sentence := why_not_closed_by(incident, request.user)):
        raise PermissionDenied(sentence)
    return step_page(
        request,
        entry,
        CloseForm(request.POST or None),
        lambda data: services.incident_close(incident=incident, now=timezone.now(), **data),
        template="residents/log/incident_close.html",
        line=line_of(entry),
        steps=[(title_of(step), step) for step in steps_of(incident) if not hasattr(step, "corrected_by")],
        title=_("Close this incident"),
        intro=_("What is still to be done after it goes on."),
        submit=_("Close it"),
        done=_("Closed."),
    )


def _incident_of(entry: Entry) -> Any:
    """The incident of an entry; Http404 where it is none."""
    if not hasattr(entry, "incident"):
        raise Http404
    return entry.incident
