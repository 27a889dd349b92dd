"""Invitation slips for those who work in the organization. Those for residents are made from the person's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from residents.houses.models import Organization
from residents.houses.slip_page import Wanted, slip_page
from residents.houses.views.doors import of_own_person, person_page
from soberhouse.accounts import invitations
from soberhouse.accounts.models import User


@of_own_person
def person_slip(request: HttpRequest, organization: Organization, user: User) -> HttpResponse:
    now = timezone.now()
    return slip_page(
        request,
        Wanted(
            user=user,
            short_name=user.short_name,
            place=organization.name,
            organization=organization.name,
            zone=organization.time_zone,
            back_url=person_page(organization, user),
            back_label=user.name,
            make=lambda: invitations.invitation_make(user=user, now=now),
        ),
    )
