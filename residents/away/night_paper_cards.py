"""What being away offers about papers: on the pages of what they are about, on the shelf of a house, and passes that
somebody carries and that hold no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.away import reports
from residents.away.models import Pass, PassEvent
from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.stays.models import Stay
from residents.stays.paper_cards import LEFT_LATELY, Here, papers_here
from soberhouse.cards import Card, Order, Row
from soberhouse.documents.kinds import About, Offer
from soberhouse.documents.models import IssuedDocument


def papers_of_pass(pass_: Pass, standing: Standing) -> Here:
    """For the page of one pass: only one that holds is carried. One query."""
    url = reverse("pass_slip_issue", args=[pass_.uuid])
    offers = [Offer(kind=reports.PASS_SLIP, url=url)] if pass_.status == Pass.Status.APPROVED else []
    return papers_here(pass_, offers, standing)


def papers(place: House | Organization, standing: Standing, today: date) -> Iterator[Offer]:
    """The curfew log of a house, and the nights of whoever lives there or left lately. One query."""
    if not isinstance(place, House) or not standing.may(Action.ISSUE_PAPERS, place):
        return
    yield Offer(kind=reports.CURFEW_LOG, url=reverse("curfew_log_issue", args=[place.uuid]))
    stays = Stay.objects.visible_to(standing.user).real().filter(house=place).select_related("house", "resident")
    lately = stays.filter(Q(ends_on=None) | Q(ends_on__gt=today - LEFT_LATELY))
    for stay in lately.order_by(F("ends_on").desc(nulls_first=True), "resident__legal_last_name", "id"):
        if standing.may(Action.ISSUE_PAPERS, stay):  # not about oneself
            person = About(key=str(stay.uuid), name=stay.name, left=stay.ends_on is not None)
            url = reverse("curfew_record_issue", args=[stay.uuid])
            yield Offer(kind=reports.CURFEW_RECORD, url=url, about=person)


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    """Where the same paper is issued again, as things are now, as long as it can be."""
    page, row = "", None
    match document.kind:
        case reports.PASS_SLIP.slug:
            page = "pass_slip_issue"
            held = Pass.objects.visible_to(standing.user).filter(status=Pass.Status.APPROVED)
            row = held.filter(house=document.house_id, uuid=document.subject).first()
        case reports.CURFEW_LOG.slug:
            page, row = "curfew_log_issue", document.house
        case reports.CURFEW_RECORD.slug:
            page = "curfew_record_issue"
            stays = Stay.objects.visible_to(standing.user).real().filter(house=document.house_id)
            row = stays.filter(resident=document.resident_id).order_by("starts_on", "id").last()
    if row is not None:
        yield f"{reverse(page, args=[row.uuid])}?replaces={document.uuid}"


def today(house: House, standing: Standing, today: date) -> Iterator[Card]:
    """Passes that somebody carries, that count as valid, and that were cancelled or extended since; as long as they
    would last. One query, and one more for their names."""
    if not standing.may(Action.ISSUE_PAPERS, house):
        return
    now = timezone.now()
    events = PassEvent.objects.filter(of_pass__uuid=OuterRef("subject"), recorded_at__gt=OuterRef("issued_at"))
    carried = IssuedDocument.objects.filter(house=house, kind=reports.PASS_SLIP.slug).valid()
    found = list(
        carried.annotate(
            cancelled=Exists(events.filter(kind=PassEvent.Kind.CANCELLED, of_pass__ends_at__gt=now)),
            extended=Exists(events.filter(kind=PassEvent.Kind.EXTENDED, of_pass__ends_at__gt=now)),
        ).filter(Q(cancelled=True) | Q(extended=True))
    )
    if not found:
        return
    passes = Pass.objects.filter(uuid__in=[each.subject for each in found]).select_related("stay__resident")
    by_uuid = {pass_.uuid: pass_ for pass_ in passes}
    rows = [_no_longer_so(document, by_uuid[document.subject], house) for document in found]
    yield Card(title=_("Passes carried along that hold no more"), order=Order.NOW, rows=rows)


def _no_longer_so(document: IssuedDocument, pass_: Pass, house: House) -> Row:
    holds = pass_.status == Pass.Status.APPROVED
    anew = f"{reverse('pass_slip_issue', args=[pass_.uuid])}?replaces={document.uuid}"
    issued = date_format(timezone.localtime(document.issued_at, house.zone), "MONTH_DAY_FORMAT")
    return Row(
        fact=f"{document.title} · {pass_.stay.short_name}",
        reason=_("issued %(day)s") % {"day": issued},
        url=reverse("paper", args=[document.uuid]),
        state="late" if holds else "missed",
        word=_("extended since") if holds else _("cancelled since"),
        button=_("Issue anew") if holds else _("Withdraw"),
        button_url=anew if holds else reverse("paper_withdraw", args=[document.uuid]),
    )
