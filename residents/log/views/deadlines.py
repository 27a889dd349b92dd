"""What is due in a house by the clocks of its organization, and that it was done."""

from __future__ import annotations

import logging

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log.clock_cards import deadline_row
from residents.log.clock_words import due_words
from residents.log.forms.clocks import DoneForm
from residents.log.known import known_asked
from residents.log.looks import note_looks_at_deadline
from residents.log.models import Deadline, DeadlineMet
from residents.log.queries import clocks as queries
from residents.log.queries.entries import hides_a_name
from residents.log.services import clocks as services
from residents.people.models import Look
from soberhouse.documents import store
from soberhouse.form_page import form_page

log = logging.getLogger(__name__)
PAGE = 50


@of_house(Action.SEE_RECORD)
@require_safe
def deadlines(request: HttpRequest, house: House) -> HttpResponse:
    """What is open, the most overdue first; or what was done, with its proof. Now or as it was known at an instant."""
    now, standing = timezone.now(), standing_of(request)
    known_at = known_asked(request, house.zone, now)
    done = request.GET.get("show") == "done"
    rows = queries.counting(Deadline.objects.visible_to(request.user).filter(house=house))
    rows = queries.met_or_not(rows, met=done, at=known_at or now)
    page = Paginator(rows.order_by("-due_at" if done else "due_at", "pk"), PAGE).get_page(request.GET.get("page"))
    found = queries.deadlines(
        rows.filter(pk__in=[row.pk for row in page]), now=now, known_at=known_at, reader=request.user
    )
    may = standing.may(Action.RECORD, house) and known_at is None
    own = queries.about_oneself(request.user, found)
    here = reverse("deadlines", args=[house.uuid])
    return render(
        request,
        "residents/log/deadlines.html",
        {
            "house": house,
            "page": page,
            "rows": [
                (each, deadline_row(each, now=known_at or now, may_meet=may and each.deadline.pk not in own))
                for each in (reversed(found) if done else found)
            ],
            "done": done,
            "tabs": [
                {"url": here, "label": _("Open"), "current": not done},
                {"url": f"{here}?show=done", "label": _("Done"), "current": done},
            ],
            "known_at": known_at,
            "known": request.GET.get("known", "") if known_at else "",
            "may_run": standing.may(Action.RUN_ORGANIZATION, house),
        },
    )


@of(Deadline, Action.RECORD, "house__organization", "clock", "stay__resident", "entry__incident")
def deadline_met(request: HttpRequest, deadline: Deadline) -> HttpResponse:
    """Write down that it was done, with what proves it."""
    now = timezone.now()
    if any(person.user_id == request.user.pk for person in queries.people_of(deadline)):
        raise PermissionDenied(_("Nobody records about themselves."))
    note_looks_at_deadline(deadline, standing_of(request), Look.What.PAGE)
    house = deadline.house
    form = DoneForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        house=house,
        zone=house.zone,
        initial={"done_at": now},
    )
    (due,) = queries.each_of([deadline], now=now, reader=request.user)
    here = reverse("entry", args=[deadline.entry.uuid]) if deadline.entry else reverse("deadlines", args=[house.uuid])
    return form_page(
        request,
        form,
        lambda _data: services.deadline_meet(deadline=deadline, now=timezone.now(), **form.facts()),
        title=_("Done"),
        subtitle=capfirst(deadline.clock.name),
        intro=due_words(due),
        submit=_("It is done"),
        done=_("Written down, with its proof."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Log") if deadline.entry else _("Deadlines"),
    )


@of(DeadlineMet, Action.SEE_RECORD, "deadline__entry", "deadline__stay", "file", "house")
@require_safe
def deadline_file(request: HttpRequest, met: DeadlineMet) -> HttpResponse:
    """The photo or the paper that proves it; a paper to take along, because somebody else drew it."""
    if met.file is None or hides_a_name(met, request.user):
        raise Http404
    is_paper = met.file.content_type == store.PDF
    try:
        answer = store.serve(met.file, name="proof.pdf" if is_paper else "proof.jpg", download=is_paper)
    except store.Damaged as problem:
        log.error("A stored file is damaged.", extra={"file": str(met.file.uuid)})
        raise Http404 from problem
    note_looks_at_deadline(met.deadline, standing_of(request), Look.What.PAPER)
    return answer
