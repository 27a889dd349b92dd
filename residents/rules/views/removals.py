"""Immediate removals: written down by one person, looked at by another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of, standing_of
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look
from residents.rules.forms.removals import RemovalForm, RemovalReviewForm
from residents.rules.models import Removal, RemovalReview
from residents.rules.queries.contracts import counting_removals, removed
from residents.rules.services import removals as services
from residents.stays.models import Stay
from soberhouse.form_page import form_page


def _looked(request: HttpRequest, row: Any) -> None:
    note_look(row.person(), Look.What.PAGE, user=request.user, detail=_("an immediate removal"))


@of(Stay, Action.RECORD, "resident", "house")
def removal_new(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Write down that somebody had to leave at once."""
    _looked(request, stay)
    form = RemovalForm(
        request.POST or None,
        user=request.user,
        house=stay.house,
        stay=stay,
        initial={"happened_at": timezone.localtime()},
    )
    here = reverse("stay", args=[stay.uuid])
    return form_page(
        request,
        form,
        lambda data: services.removal_record(stay=stay, now=timezone.now(), **data),
        title=_("Immediate removal"),
        subtitle=stay.name,
        submit=_("Write it down"),
        done=_("Written down. Another person looks at it within 24 hours."),
        to=lambda removal: reverse("removal", args=[removal.uuid]),
        cancel_url=here,
        back_url=here,
        back_label=stay.name,
        template="residents/rules/removal_form.html",
        stay=stay,
    )


@of(Removal, Action.SEE_RECORD, "house", "stay__resident", "stay__house", "violation__rule", "recorded_by")
def removal_page(request: HttpRequest, removal: Removal) -> HttpResponse:
    """What was written down, who looks at it by when, and what they said; for staff and for whom it is about."""
    _looked(request, removal)
    found, standing = removed(removal), standing_of(request)
    stay, mine = removal.stay, removal.person().user_id == request.user.pk
    may_admit = standing.may(Action.ADMIT, removal)
    wrong = found.review is not None and found.review.outcome == RemovalReview.Outcome.WRONG
    last = stay.discharges.order_by("recorded_at", "id").last() if stay.ends_on is not None else None
    return render(
        request,
        "residents/rules/removal.html",
        {
            "removal": removal,
            "found": found,
            "stay": stay,
            "is_mine": mine,
            "is_overdue": found.is_overdue(timezone.now()),
            "may_decide": standing.may(Action.DECIDE, removal),
            "may_review": request.user in found.may_review and standing.may(Action.DECIDE, removal),
            "may_discharge": may_admit
            and stay.ends_on is None
            and removal in counting_removals(stay, stay.house.today()),
            "is_wrong": wrong,
            "undo": last if wrong and may_admit and last is not None and not last.undone else None,
        },
    )


@of(Removal, Action.DECIDE, "house", "stay__resident", "stay__house")
def removal_review(request: HttpRequest, removal: Removal) -> HttpResponse:
    """Say whether it was necessary: somebody else than who recorded it, who is refused and told who can."""
    found = removed(removal)
    if found.review is not None and request.method != "POST":
        messages.info(request, _("Somebody has looked at this removal already."))
        return redirect("removal", uuid=removal.uuid)
    if found.review is None and request.user not in found.may_review:
        names = ", ".join(map(str, found.may_review)) or _("another manager of the house, or an operator")
        raise PermissionDenied(_("You recorded this removal: somebody else looks at it: %(names)s.") % {"names": names})
    _looked(request, removal)
    here = reverse("removal", args=[removal.uuid])
    return form_page(
        request,
        RemovalReviewForm(request.POST or None),
        lambda data: services.removal_review(removal=removal, now=timezone.now(), **data),
        title=_("Was it necessary?"),
        subtitle=removal.stay.name,
        submit=_("Say so"),
        done=_("Written down."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Immediate removal"),
        template="residents/rules/removal_review.html",
        removal=removal,
    )
