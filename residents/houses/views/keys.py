"""API keys of partners and of people: made, shown once, revoked."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.forms import KeyForm, ReasonForm
from residents.houses.models import Organization
from residents.houses.views.doors import of_own_person, of_partner, page, person_page
from soberhouse.accounts import keys as services
from soberhouse.accounts.models import ApiKey, Partner, User
from soberhouse.accounts.scopes import BY_OTHERS, OF_PARTNERS, OF_USERS, Scope
from soberhouse.accounts.views import confirmed_first
from soberhouse.form_page import form_page

# What a key of this scope can ask at once, for the line that tries it: names of addresses.
FIRST_QUESTION = {Scope.OCCUPANCY: "api_occupancies", Scope.READ: "api_houses"}


@of_partner
def partner_key_new(request: HttpRequest, partner: Partner) -> HttpResponse:
    return _new(request, partner, partner.organization, back=page("partner", partner))


@of_own_person
def person_key_new(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
    if user == request.user:
        confirmed_first(request)
    return _new(request, user, organization, back=person_page(organization, user))


@of_partner
def partner_key_revoke(request: HttpRequest, partner: Partner, *, key: UUID) -> HttpResponse:
    found = get_object_or_404(ApiKey.objects.visible_to(request.user).filter(partner=partner), uuid=key)
    return _revoke(request, found, back=page("partner", partner))


@of_own_person
def person_key_revoke(request: HttpRequest, organization: Organization, user: User, *, key: UUID) -> HttpResponse:
    found = get_object_or_404(ApiKey.objects.visible_to(request.user).filter(user=user), uuid=key)
    return _revoke(request, found, back=person_page(organization, user))


def _new(request: HttpRequest, holder: User | Partner, organization: Organization, *, back: str) -> HttpResponse:
    """The form; once it is taken, this same answer shows the key, and no other ever does."""
    made: list[tuple[ApiKey, str]] = []
    if isinstance(holder, Partner):
        kind, scopes = "partner", OF_PARTNERS
        intro = _("A program shows the key instead of a password. You see it once, on the next page.")
    elif holder == request.user:
        kind, scopes = "user", OF_USERS
        intro = _("A program that shows the key acts as you. You see it once, on the next page.")
    else:
        kind, scopes = "user", BY_OTHERS
        intro = _("For a program of theirs. You see the key once, on the next page, so it looks and writes nothing.")
    response = form_page(
        request,
        KeyForm(request.POST or None, scopes=scopes, organization=organization),
        lambda data: made.append(services.key_create(**{kind: holder}, **data)),
        title=_("A new key for %(name)s") % {"name": holder},
        to=back,
        intro=intro,
        submit=_("Make the key"),
        cancel_url=back,
    )
    for key, secret in made:
        asked = next((name for scope, name in FIRST_QUESTION.items() if scope in key.scope_set), None)
        url = request.build_absolute_uri(reverse(asked)) if asked else ""
        scopes = [scope for scope in Scope if scope in key.scope_set]
        context = {"key": key, "holder": holder, "scopes": scopes, "secret": secret, "url": url, "back": back}
        response = render(request, "residents/houses/key_made.html", context)
    return response


def _revoke(request: HttpRequest, key: ApiKey, *, back: str) -> HttpResponse:
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: services.key_revoke(key=key, reason=data["reason"], now=timezone.now()),
        title=_("Revoke the key “%(name)s”?") % {"name": key.name},
        to=back,
        done=_("The key is revoked."),
        template="soberhouse/confirm.html",
        intro=_("It begins with %(prefix)s.") % {"prefix": key.prefix},
        consequences=[
            _("Whatever program shows it gets no answer any more, from this moment on."),
            _("It cannot be given back. The program then needs a new key."),
        ],
        kept=[_("What was done with it, under the name of its holder.")],
        submit=_("Revoke the key"),
        danger=True,
        cancel_url=back,
    )
