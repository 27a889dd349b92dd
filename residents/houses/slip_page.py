"""The page that makes an invitation slip, for whoever it is.

The code stands in the answer to the press that makes it, on paper or on the screen, and nowhere after that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from residents.houses.slips import Slip, draw
from soberhouse.accounts import invitations
from soberhouse.accounts.models import Invitation, User
from soberhouse.accounts.qr import code_of


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Whom a slip is for. `user` is None where they have no account yet, which `make` then gives them."""

    user: User | None
    short_name: str
    place: str
    organization: str
    zone: str
    back_url: str
    back_label: str
    make: Callable[[], tuple[Invitation, str]]


@sensitive_variables("code", "slip")
def slip_page(request: HttpRequest, wanted: Wanted) -> HttpResponse:
    """Ask; then make the slip and answer with it: as a PDF or, for whoever stands beside, on the screen."""
    problem = ""
    if request.method == "POST" and request.POST.get("as") == "back":
        if wanted.user is not None:
            invitations.invitation_take_back(user=wanted.user, now=timezone.now())
        messages.success(request, _("The slip is taken back: it opens nothing any more."))
        return redirect(wanted.back_url)
    if request.method == "POST":
        try:
            invitation, code = wanted.make()
        except ValidationError as refusal:
            problem = " ".join(refusal.messages)
        else:
            slip = _slip(request, wanted, invitation, code)
            if request.POST.get("as") == "screen":
                return render(
                    request, "residents/houses/slip_shown.html", {"slip": slip, "qr": code_of(slip.link), "for": wanted}
                )
            headers = {"Content-Disposition": 'inline; filename="slip.pdf"'}
            return HttpResponse(draw(slip), content_type="application/pdf", headers=headers)
    with timezone.override(wanted.zone):
        out = invitations.open_invitation(user=wanted.user, now=timezone.now()) if wanted.user else None
        joined = wanted.user is not None and wanted.user.has_usable_password()
        context = {"for": wanted, "joined": joined, "out": out, "days": invitations.DAYS, "problem": problem}
        return render(request, "residents/houses/slip.html", context)


def _slip(request: HttpRequest, wanted: Wanted, invitation: Invitation, code: str) -> Slip:
    address = request.build_absolute_uri(reverse("join"))
    return Slip(
        name=wanted.short_name,
        place=wanted.place,
        organization=wanted.organization,
        address=address,
        link=f"{address}#{code}",
        code=code,
        good_until=invitation.expires_at,
        zone=wanted.zone,
        made_by=invitation.made_as,
        made_at=invitation.made_at,
    )
