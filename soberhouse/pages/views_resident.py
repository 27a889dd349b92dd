"""One resident."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from residents.houses.access import of, standing_of
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Alert, Look, Resident, days_sober
from residents.people.photos import photo_of
from residents.people.queries import home, tel, today_for
from residents.stays.queries import sober_since, stays_seen
from soberhouse.pages.gather import about
from soberhouse.pages.residents import where_now


@of(Resident, Action.SEE_RESIDENTS, "organization", "user")
def resident(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Who they are, where they sleep, what every subject knows of them, and what happened."""
    note_look(resident, Look.What.PAGE, user=request.user)
    standing = standing_of(request)
    request.house = home(resident, user=request.user)
    today = today_for(resident, house=request.house)
    stays = stays_seen(resident, request.user)
    now = where_now(stays, today=today)
    with timezone.override((request.house or resident.organization).time_zone):
        cards, entries = about(resident, stays, standing, today)
        facts = {
            "resident": resident,
            "photo": photo_of(resident, user=request.user),
            "now": now,
            "sober": days_sober(sober_since([resident.pk]).get(resident.pk), today=today),
            "alerts": Alert.objects.visible_to(request.user).filter(resident=resident, is_current=True),
            "tel": tel(resident.phone),
            "cards": cards,
            "entries": entries,
            "may_record": standing.may(Action.RECORD, resident),
            "may_issue": standing.may(Action.ISSUE_PAPERS, resident),
            "may_see_history": standing.may(Action.SEE_HISTORY, resident),
        }
        return render(request, "soberhouse/resident.html", facts)
