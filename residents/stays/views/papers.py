"""Papers about houses, beds and stays are issued here. What was issued is shown by the pages of papers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.access import of, of_house
from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look, Resident
from residents.people.queries import home
from residents.stays import paper_forms as forms
from residents.stays import reports
from residents.stays.models import Stay
from residents.stays.papers import address_of
from residents.stays.services import papers as services
from residents.stays.views.beds import night_asked
from residents.stays.views.occupancy import span_asked
from soberhouse.documents.kinds import Kind
from soberhouse.documents.models import IssuedDocument
from soberhouse.form_page import form_page


@of_house(Action.ISSUE_PAPERS)
def census(request: HttpRequest, house: House) -> HttpResponse:
    """Issue a census of the house."""
    initial = {"night": min(night_asked(request, house.today()), house.today())}
    return issue_page(
        request,
        reports.CENSUS,
        forms.CensusForm,
        lambda data: services.census_issue(house=house, now=timezone.now(), **data),
        house=house,
        initial=initial,
        subtitle=house.name,
        back_url=reverse("board", args=[house.uuid]),
        back_label=_("Beds"),
    )


@of_house(Action.ISSUE_PAPERS)
def occupancy(request: HttpRequest, house: House) -> HttpResponse:
    """Issue a report of how full the house is."""
    back = reverse("occupancy", args=[house.uuid])
    return _occupancy(request, house, house=house, subtitle=house.name, back_url=back)


@of(Organization, Action.ISSUE_PAPERS)
def occupancy_of_all(request: HttpRequest, organization: Organization) -> HttpResponse:
    """Issue a report of how full all houses of the organization are."""
    subtitle = _("All houses of %(name)s") % {"name": organization.name}
    return _occupancy(request, organization, house=None, subtitle=subtitle, back_url=reverse("occupancy_all"))


def _occupancy(request: HttpRequest, place: House | Organization, **page: Any) -> HttpResponse:
    starts_on, ends_on = span_asked(request, place.today())

    def save(data: dict[str, Any]) -> IssuedDocument:
        rest = {name: data[name] for name in ("recipient", "purpose", "replaces")}
        nights = {"starts_on": data["starts_on"], "ends_on": data["last_night"] + timedelta(days=1)}
        return services.occupancy_issue(place=place, now=timezone.now(), **nights, **rest)

    return issue_page(
        request,
        reports.OCCUPANCY,
        forms.OccupancyForm,
        save,
        initial={"starts_on": starts_on, "last_night": ends_on - timedelta(days=1)},
        back_label=_("Occupancy"),
        **page,
    )


@of(Resident, Action.ISSUE_PAPERS, "organization")
def face_sheet(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Issue the face sheet of a resident."""
    request.house = home(resident, user=request.user)
    place = request.house or resident.organization
    return issue_page(
        request,
        reports.FACE_SHEET,
        forms.IssueForm,
        lambda data: services.face_sheet_issue(
            resident=resident, place=place, user=request.user, now=timezone.now(), **data
        ),
        house=request.house,
        resident=resident,
        subtitle=resident.name,
        back_url=reverse("resident", args=[resident.uuid]),
        back_label=resident.name,
    )


@of(Stay, Action.ISSUE_PAPERS, "resident", "house__organization")
def letter(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Issue a letter that somebody lives, or lived, in the house."""
    seen = Resident.objects.visible_to(request.user).filter(pk=stay.resident_id).exists()
    return issue_page(
        request,
        reports.LETTER,
        forms.LetterForm,
        lambda data: services.letter_issue(stay=stay, user=request.user, now=timezone.now(), **data),
        house=stay.house,
        resident=stay.resident,
        subject=stay.uuid,
        asks={
            "asks_address": stay.house.address_confidential and bool(address_of(stay.house)),
            "asks_birth_date": seen and stay.resident.birth_date is not None,
        },
        note="" if seen else _("They live here no more: the letter bears the name they left under."),
        **_about(stay),
    )


@of(Stay, Action.ISSUE_PAPERS, "resident", "house__organization")
def discharge_summary(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Issue a summary of how a stay ended."""
    return issue_page(
        request,
        reports.DISCHARGE_SUMMARY,
        forms.IssueForm,
        lambda data: services.discharge_summary_issue(stay=stay, now=timezone.now(), **data),
        house=stay.house,
        resident=stay.resident,
        subject=stay.uuid,
        **_about(stay),
    )


def _about(stay: Stay) -> dict[str, str]:
    return {
        "subtitle": f"{stay.name} · {stay.house.name}",
        "back_url": reverse("stay", args=[stay.uuid]),
        "back_label": stay.name,
    }


def issue_page(
    request: HttpRequest,
    kind: Kind,
    form_class: type[forms.IssueForm],
    save: Callable[[dict[str, Any]], IssuedDocument],
    *,
    house: House | None,
    resident: Resident | None = None,
    subject: UUID | None = None,
    initial: dict[str, Any] | None = None,
    asks: dict[str, bool] | None = None,
    **page: str,
) -> HttpResponse:
    """The page that issues one kind of paper; with `replaces` in the address, instead of an earlier one. Where that one
    cannot be replaced here, the page says so and asks for a paper of its own. Whoever looks at the page of a paper
    about somebody is written down."""
    if resident is not None:
        note_look(resident, Look.What.PAGE, user=request.user)
    asked = request.GET.get("replaces", "")
    form = form_class(
        request.POST if request.method == "POST" else None,
        user=request.user,
        house=house,
        kind=kind.slug,
        resident=resident,
        subject=subject,
        initial={"replaces": asked} | (initial or {}),
        **(asks or {}),
    )
    replaced = form.replaced
    if replaced is not None:
        form.initial |= {"recipient": replaced.recipient, "purpose": replaced.purpose}
    return form_page(
        request,
        form,
        save,
        title=str(kind),
        intro=_("It holds %(what)s.") % {"what": kind.holds},
        submit=_("Issue it anew") if replaced else _("Issue it"),
        done=_("Issued. Open it to print it."),
        to=lambda document: reverse("paper", args=[document.uuid]),
        template="residents/stays/issue.html",
        replaced=replaced,
        not_replaced=bool(asked) and replaced is None,
        cancel_url=page["back_url"],
        **page,
    )
