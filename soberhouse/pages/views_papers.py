"""The shelf of papers: what can be issued now, and what was issued, for whom, by whom, and whether it still counts."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.looks import paper_leaves_a_look
from residents.people.looks import note_look
from residents.people.models import Look, Resident
from residents.stays.forms import ReasonForm
from residents.stays.models import Application, Stay
from residents.stays.services.papers import paper_withdraw as withdraw
from soberhouse.accounts.models import User
from soberhouse.documents import store
from soberhouse.documents.kinds import About, Offer, declared, kind_of
from soberhouse.documents.models import IssuedDocument
from soberhouse.form_page import form_page
from soberhouse.subjects import offers

log = logging.getLogger(__name__)

CLOSED = gettext_lazy(
    "This paper holds what few may see: only those who run the house where the person lives now open it, and they "
    "themselves."
)
PAGE = 25
STATES = {"valid": "in", "replaced": "plain", "withdrawn": "missed"}


@of_house(Action.SEE_PAPERS)
def papers(request: HttpRequest, house: House) -> HttpResponse:
    """The papers of one house."""
    offered = [one for offer in offers("cards", "papers") for one in offer(house, standing_of(request), house.today())]
    people = _by_person(offered)
    found = IssuedDocument.objects.visible_to(request.user).filter(house=house)
    return _shelf(
        request,
        found,
        {
            "house": house,
            "subtitle": house.name,
            "of_house": [one for one in offered if not one.about],
            "of_people": people,
            "all_url": _url_of_all(house.organization, standing_of(request)),
            "left": sum(person.about.left for person in people),
        },
    )


@of(Organization, Action.SEE_PAPERS)
def papers_of_all(request: HttpRequest, organization: Organization) -> HttpResponse:
    """The papers that are about no single house."""
    found = IssuedDocument.objects.visible_to(request.user).filter(organization=organization, house=None)
    offered = [
        one
        for offer in offers("cards", "papers")
        for one in offer(organization, standing_of(request), organization.today())
    ]
    return _shelf(request, found, {"subtitle": organization.name, "of_house": offered, "of_people": []})


def _url_of_all(organization: Organization, standing: Standing) -> str:
    """The shelf of papers that are about no single house, for those who may see it."""
    if not standing.may(Action.SEE_PAPERS, organization):
        return ""
    return reverse("papers_of_all", args=[organization.uuid])


def _shelf(request: HttpRequest, found: QuerySet[IssuedDocument], facts: dict[str, Any]) -> HttpResponse:
    kind = kind_of(request.GET.get("kind", ""))
    there = set(found.order_by().values_list("kind", flat=True).distinct())
    if kind is not None:
        found = found.filter(kind=kind.slug)
    rows = found.select_related("resident", "withdrawal", "replaced_by").order_by("-issued_at", "-id")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    tabs = [{"label": _("All"), "url": "?", "current": kind is None}]
    tabs += [
        {"label": each.name, "url": f"?kind={each.slug}", "current": each is kind}
        for each in declared()
        if each.slug in there or each is kind
    ]
    return render(
        request,
        "soberhouse/papers.html",
        {"page": page, "issued": _told(page, request.user), "tabs": tabs, "kind": kind, **facts},
    )


@dataclass
class Person:
    """Somebody about whom papers can be issued."""

    about: About
    papers: list[Offer] = field(default_factory=list)


def _by_person(offered: list[Offer]) -> list[Person]:
    people: dict[str, Person] = {}
    for one in offered:
        if one.about:
            people.setdefault(one.about.key, Person(one.about)).papers.append(one)
    return list(people.values())


@dataclass(frozen=True)
class Told:
    """One issued paper as a list tells it."""

    document: IssuedDocument
    kind: str
    line: str
    tone: str
    word: str


def _told(page: Page, user: User) -> list[Told]:
    names = names_of([document.resident_id for document in page if document.resident_id], user)
    return [
        Told(
            document,
            kind_name(document),
            _line(document, names.get(document.resident_id, "")),
            *state_in_words(document),
        )
        for document in page
    ]


def _line(document: IssuedDocument, about: str) -> str:
    """About whom, for whom, when and by whom, in one line."""
    recipient = _("for %(name)s") % {"name": document.recipient} if document.recipient else ""
    issued = date_format(timezone.localtime(document.issued_at), "DATETIME_FORMAT")
    return " · ".join(filter(None, [about, recipient, issued, document.issued_as]))


def names_of(residents: list[int], user: User) -> dict[int, str]:
    """What `user` may call these people: by their name, if they see the person; else by the name that a stay or a
    closed application has kept. Three queries, or none."""
    if not residents:
        return {}
    asked = Application.objects.visible_to(user).filter(resident__in=residents).exclude(closed_as="")
    names = dict(asked.order_by("received_on", "id").values_list("resident", "closed_as"))
    stays = Stay.objects.visible_to(user).filter(resident__in=residents).select_related("resident")
    names |= {stay.resident_id: stay.name for stay in stays.order_by("starts_on", "id")}
    names |= {person.pk: person.name for person in Resident.objects.visible_to(user).filter(pk__in=residents)}
    return {pk: names.get(pk) or _("somebody this house sees no more") for pk in residents}


def kind_name(document: IssuedDocument) -> str:
    kind = kind_of(document.kind)
    return str(kind) if kind else document.title


def state_in_words(document: IssuedDocument) -> tuple[str, str]:
    """The state as a page shows it: its tone and its word."""
    words = {"valid": _("valid"), "replaced": _("replaced"), "withdrawn": _("withdrawn")}
    return STATES[document.state], words[document.state]


RELATED = ("house__organization", "organization", "resident", "file", "replaces", "replaced_by", "withdrawal")


@of(IssuedDocument, Action.SEE_PAPERS, *RELATED)
def paper(request: HttpRequest, document: IssuedDocument) -> HttpResponse:
    """One issued paper: what the register knows of it, and what can be done with it."""
    _looked(request, document)
    standing = standing_of(request)
    tone, word = state_in_words(document)
    resident = document.resident
    may_issue = standing.may(Action.ISSUE_PAPERS, document)
    seen = _sees(request.user, resident)
    again = next((url for offer in offers("cards", "issued_anew") for url in offer(document, standing)), "")
    return render(
        request,
        "soberhouse/paper.html",
        {
            "document": document,
            "kind": kind_name(document),
            "tone": tone,
            "word": word,
            "about": names_of([resident.pk], request.user)[resident.pk] if resident else "",
            "about_url": reverse("resident", args=[resident.uuid])
            if seen and resident.user_id != request.user.pk
            else "",
            "may_open": _may_open(standing, document),
            "may_withdraw": may_issue and document.state != "withdrawn",
            "anew_url": again if may_issue and document.state == "valid" else "",
            "closed": CLOSED,
            "verify_url": reverse("verify_code", args=[document.code]),
            "back_url": _shelf_of(document, standing),
        },
    )


def _looked(request: HttpRequest, document: IssuedDocument) -> None:
    """Write down, for whom the paper is about, who looks at its page."""
    if document.resident is not None and paper_leaves_a_look(document, request.user):
        note_look(document.resident, Look.What.PAGE, user=request.user, detail=kind_name(document))


def _shelf_of(document: IssuedDocument, standing: Standing) -> str:
    """The shelf it stands on, for those who may see that."""
    place = document.house or document.organization
    if not standing.may(Action.SEE_PAPERS, place):
        return ""
    return reverse("papers" if document.house else "papers_of_all", args=[place.uuid])


def _may_open(standing: Standing, document: IssuedDocument) -> bool:
    """What a paper of a guarded kind holds is for those few who may see it of that person now, wherever it was
    issued."""
    kind, resident = kind_of(document.kind), document.resident
    if kind is None or not kind.guarded:
        return True
    if resident is None:
        return standing.may(Action.SEE_GUARDED, document)
    return _sees(standing.user, resident) and standing.may(Action.SEE_GUARDED, resident)


def _sees(user: User, resident: Resident | None) -> bool:
    return resident is not None and Resident.objects.visible_to(user).filter(pk=resident.pk).exists()


@of(IssuedDocument, Action.SEE_PAPERS, *RELATED)
@require_safe
def paper_file(request: HttpRequest, document: IssuedDocument) -> HttpResponse:
    """The paper itself, as it was issued. Whom it is about sees who opened it. One that the store has lost is gone: a
    page says so, and the log."""
    if not _may_open(standing_of(request), document):
        raise PermissionDenied(CLOSED)
    try:
        answer = store.serve(document.file, name=f"{document.kind}.pdf")
    except store.Damaged:
        log.error("A stored file is damaged.", extra={"file": str(document.file.uuid)})
        return render(request, "soberhouse/paper_lost.html", {"document": document}, status=HTTPStatus.GONE)
    if document.resident is not None and paper_leaves_a_look(document, request.user):
        note_look(document.resident, Look.What.PAPER, user=request.user, detail=kind_name(document))
    return answer


@of(IssuedDocument, Action.ISSUE_PAPERS, *RELATED)
def paper_withdraw(request: HttpRequest, document: IssuedDocument) -> HttpResponse:
    """Take a paper back."""
    _looked(request, document)
    form = ReasonForm(request.POST or None, user=request.user)
    here = reverse("paper", args=[document.uuid])
    return form_page(
        request,
        form,
        lambda data: withdraw(document=document, reason=data["reason"]),
        title=_("Withdraw this paper?"),
        subtitle=kind_name(document),
        consequences=[
            _("Whoever checks its code from now on is told that it was withdrawn, and when."),
            _("Nobody is told of it by itself: call whoever holds the paper."),
        ],
        kept=[_("The paper and its entry stay on record, with your reason. It cannot be made valid again.")],
        submit=_("Withdraw"),
        done=_("Withdrawn."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=kind_name(document),
        danger=True,
        template="soberhouse/confirm.html",
    )
