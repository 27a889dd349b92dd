"""Complaints and grievances: filed by staff for anybody and by residents for themselves, answered, and closed with what
came of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log.clock_words import within
from residents.log.complaint_cards import my_rows
from residents.log.forms.complaints import ComplaintAnswerForm, ComplaintCloseForm, ComplaintForm, MyComplaintForm
from residents.log.looks import note_looks_at
from residents.log.models import Complaint, Entry
from residents.log.queries.complaints import (
    clocks_after,
    filer_of,
    matters,
    runners,
    staff_of,
    who_answer,
    who_decide,
    why_it_waits,
)
from residents.log.services import complaints as services
from residents.people.models import Resident
from residents.people.own import oneself
from residents.stays.models import Stay
from soberhouse.form_page import form_page

ON_A_PAGE = 50
AROUND = ("house__organization", "recorded_by")


@of_house(Action.RECORD)
def complaint_new(request: HttpRequest, house: House) -> HttpResponse:
    """Write down what somebody complains of. Nobody writes down one against themselves."""
    now = timezone.now()
    form = ComplaintForm(
        request.POST or None, user=request.user, house=house, staff=staff_of(house, but=request.user, now=now)
    )
    here = reverse("log", args=[house.uuid])
    return form_page(
        request,
        form,
        lambda _data: services.complaint_file(house=house, now=now, **form.facts(now)),
        title=_("Write down a complaint"),
        intro=_("Somebody else than you says what came of it."),
        submit=_("Save"),
        done=_("Written down. Those who can decide it are told."),
        to=lambda complaint: reverse("entry", args=[complaint.entry.uuid]),
        cancel_url=here,
        back_url=here,
        back_label=_("Log"),
    )


@oneself
def my_complaint_new(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Say what is wrong, on one's own phone: who reads it, when an answer comes, and who hears it outside."""
    stay = _my_stay(resident)
    now, house = timezone.now(), stay.house
    staff = staff_of(house, but=resident.user, now=now)
    running = runners(house, now=now)
    form = MyComplaintForm(request.POST or None, staff=staff)
    back = reverse("my_complaints")
    return form_page(
        request,
        form,
        lambda _data: services.complaint_file(
            house=house,
            by=Complaint.By.RESIDENT,
            own=True,
            happened_at=now,
            name=resident.name,
            now=now,
            **form.facts(),
        ),
        title=_("Say what is wrong"),
        submit=_("Send it"),
        done=_("It is on record. You are told here when there is an answer."),
        to=lambda complaint: reverse("entry", args=[complaint.entry.uuid]),
        cancel_url=back,
        back_url=back,
        back_label=_("My complaints"),
        template="residents/log/my_complaint.html",
        house=house,
        readers=sorted({str(user) for user in [*running.managers, *running.operators]}),
        alone=[str(each.user) for each in staff if each.alone],
        clocks=[(clock.name, within(clock.amount, clock.unit)) for clock in clocks_after(house.organization)],
        oversight=house.organization.oversight,
    )


@oneself
def my_complaints(request: HttpRequest, resident: Resident) -> HttpResponse:
    """What one has filed oneself, the newest first, and where each stands."""
    rows = Complaint.objects.visible_to(request.user).filter(
        own=True, recorded_by=request.user, house__in=_homes(resident).values("house")
    )
    page = Paginator(rows.order_by("-recorded_at", "-pk"), ON_A_PAGE).get_page(request.GET.get("page"))
    organization = request.house.organization if request.house else resident.organization
    context = {
        "page": page,
        "rows": my_rows(matters(page.object_list, request.user)),
        "oversight": organization.oversight,
    }
    return render(request, "residents/log/my_complaints.html", context)


def _homes(resident: Resident) -> Any:
    return Stay.objects.visible_to(resident.user).real().filter(resident=resident)


def _my_stay(resident: Resident) -> Stay:
    """Where one lives, or lived last."""
    stays = _homes(resident).select_related("house__organization", "resident")
    stay = stays.filter(ends_on=None).first() or stays.order_by("-ends_on", "-pk").first()
    if stay is None:
        raise PermissionDenied(_("You have lived in none of our houses: tell whoever runs the house."))
    return stay


# --- answers, and what came of it -----------------------------------------------------------------------------------


@of(Entry, Action.RECORD, *AROUND)
def complaint_answer(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Answer whoever complains."""
    complaint = _complaint(request, entry)
    if request.method != "POST" and hasattr(complaint, "outcome"):
        return _closed(request, entry)
    if request.user not in who_answer(complaint, now=timezone.now()):
        raise PermissionDenied(_("Somebody else answers it."))
    return _step(
        request,
        entry,
        ComplaintAnswerForm(request.POST or None),
        lambda data: services.complaint_answer(complaint=complaint, now=timezone.now(), **data),
        title=_("Answer the complaint"),
        submit=_("Save the answer"),
        done=_("Answered. Whoever filed it is told."),
    )


@of(Entry, Action.DECIDE, *AROUND)
def complaint_close(request: HttpRequest, entry: Entry) -> HttpResponse:
    """Say what came of it. Whoever wrote it down is refused, and told who can."""
    complaint = _complaint(request, entry)
    if request.method != "POST" and hasattr(complaint, "outcome"):
        return _closed(request, entry)
    deciders = who_decide(complaint, now=timezone.now())
    if request.user not in deciders:
        names = ", ".join(str(user) for user in deciders)
        raise PermissionDenied(
            why_it_waits(complaint, deciders) or _("Somebody else says what came of it: %(names)s.") % {"names": names}
        )
    return _step(
        request,
        entry,
        ComplaintCloseForm(request.POST or None, told_here=filer_of(complaint) is not None),
        lambda data: services.complaint_close(complaint=complaint, now=timezone.now(), **data),
        title=_("What came of the complaint"),
        submit=_("Close the complaint"),
        done=_("Closed. Whoever filed it is told."),
    )


def _complaint(request: HttpRequest, entry: Entry) -> Complaint:
    """The complaint of this entry; 404 for an entry of another kind."""
    found = Complaint.objects.visible_to(request.user).filter(entry=entry)
    complaint = found.select_related("entry", "house__organization", "outcome").first()
    if complaint is None:
        raise Http404
    return complaint


def _closed(request: HttpRequest, entry: Entry) -> HttpResponse:
    messages.info(request, _("It is closed already: its outcome stands."))
    return redirect("entry", uuid=entry.uuid)


def _step(
    request: HttpRequest, entry: Entry, form: Any, save: Callable[[dict[str, Any]], Any], **page: Any
) -> HttpResponse:
    """One form about a complaint, which leads back to it. Whoever looks at it is written down."""
    note_looks_at(entry, standing_of(request))
    here = reverse("entry", args=[entry.uuid])
    return form_page(
        request, form, save, to=here, cancel_url=here, back_url=here, back_label=_("The complaint"), **page
    )
