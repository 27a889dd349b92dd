"""What the pages of this subject share: their addresses, and the way from a request to a person or a partner of an
organization."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses import queries
from residents.houses.access import of
from residents.houses.models import Organization
from residents.houses.permissions import Action
from soberhouse.accounts.models import Partner, User
from soberhouse.accounts.views import by_password

View = Callable[..., HttpResponse]


def page(name: str, row: Model) -> str:
    return reverse(name, kwargs={"uuid": row.uuid})


def person_page(organization: Organization, user: User) -> str:
    return reverse("person", kwargs={"uuid": organization.uuid, "person": user.uuid})


def of_person(view: View) -> View:
    """For a view of one person of an organization: `person` in its URL becomes the user, in scope; others are 404."""

    @of(Organization, Action.RUN_ORGANIZATION)
    @by_password
    @functools.wraps(view)
    def wrapped(request: HttpRequest, organization: Organization, *, person: UUID, **more: Any) -> HttpResponse:
        user = get_object_or_404(queries.people_of(organization), uuid=person)
        return view(request, organization, user, **more)

    return wrapped


def of_own_person(view: View) -> View:
    """The same for a view that takes hold of the account: 403 where it is another organization's too."""

    @of_person
    @functools.wraps(view)
    def wrapped(request: HttpRequest, organization: Organization, user: User, **more: Any) -> HttpResponse:
        if queries.is_shared(user=user, organizations=[organization]):
            raise PermissionDenied(_("This account also works for another organization."))
        return view(request, organization, user, **more)

    return wrapped


def of_partner(view: View) -> View:
    """For a view of one partner: `uuid` in its URL becomes the partner, and instants are told by the organization's
    clock."""

    @of(Partner, Action.RUN_ORGANIZATION, "organization")
    @by_password
    @functools.wraps(view)
    def wrapped(request: HttpRequest, partner: Partner, **more: Any) -> HttpResponse:
        with timezone.override(partner.organization.time_zone):
            return view(request, partner, **more)

    return wrapped
