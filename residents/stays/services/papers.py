"""Papers about houses, beds and stays leave the building: facts as they are now, drawn, and put into the register; and
any paper is taken back.

Whoever issues one is who acts. Nobody issues or takes back a paper about themselves. Each is in the site's language.
What it tells of one person or stay still holds when it enters the register: that is read once more, locked, in the same
transaction.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import partial
from typing import Any, Required, TypedDict, Unpack
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.houses.models import House, Organization
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.people.services import not_about_oneself
from residents.stays import notices, papers, reports
from residents.stays.models import Stay
from residents.stays.reports import census, discharge_summary, face_sheet, occupancy, residency_letter
from residents.stays.steps import lock
from soberhouse.accounts.models import User
from soberhouse.documents import services as documents
from soberhouse.documents.kinds import Kind
from soberhouse.documents.models import IssuedDocument, Withdrawal
from soberhouse.language import in_site_language


class Order(TypedDict, total=False):
    """What every paper is ordered with: for whom, what for, and as of which instant.

    `replaces` is an earlier paper of the same kind about the same person, house and stay: whoever checks its code is
    then told that there is a newer one.
    """

    recipient: str
    purpose: str
    replaces: IssuedDocument | None
    now: Required[datetime]


@in_site_language
def census_issue(*, house: House, night: date, **order: Unpack[Order]) -> IssuedDocument:
    """Who sleeps in the house in a night that has come: tonight's as it is now, an earlier one's as the records say
    now. Refuses a night to come."""
    now = order["now"]
    today = house.today(now)
    facts = papers.census_facts(house, night, today=today)
    return paper_issue(
        kind=reports.CENSUS,
        place=house,
        as_of=now if night == today else datetime.combine(night, time(23, 59), tzinfo=house.zone),
        confidential=_("It names residents. Keep it closed."),
        facts=facts,
        draw=lambda head: census.draw(facts, head),
        **order,
    )


@in_site_language
def occupancy_issue(
    *, place: House | Organization, starts_on: date, ends_on: date, **order: Unpack[Order]
) -> IssuedDocument:
    """How full a house, or all houses of an organization, are over the nights in [starts_on, ends_on). Refuses a span
    that begins after today."""
    houses = House.objects.filter(pk=place.pk) if isinstance(place, House) else place.houses.all()
    name = place.name if isinstance(place, House) else _("All houses of %(name)s") % {"name": place.name}
    facts = papers.occupancy_facts(houses, name, starts_on, ends_on, today=place.today(order["now"]))
    return paper_issue(
        kind=reports.OCCUPANCY, place=place, facts=facts, draw=lambda head: occupancy.draw(facts, head), **order
    )


@in_site_language
def face_sheet_issue(
    *, resident: Resident, place: House | Organization, user: User, **order: Unpack[Order]
) -> IssuedDocument:
    """What `user` sees of a resident, on one sheet, for the house where they live or apply; else for the
    organization. Refuses somebody whom they see no more."""

    def gather() -> face_sheet.FaceSheet:
        seen = Resident.objects.visible_to(user).filter(pk=resident.pk).first()
        if seen is None:
            raise ValidationError(_("This person lives elsewhere now: that is no longer this house's to tell."))
        standing = Standing(user, now=order["now"])
        return papers.face_sheet_facts(seen, standing=standing, today=place.today(order["now"]))

    def gather_held() -> face_sheet.FaceSheet:
        lock(resident)
        return gather()

    facts = gather()
    return paper_issue(
        kind=reports.FACE_SHEET,
        place=place,
        resident=resident,
        confidential=_("About one person. Keep it closed."),
        facts=facts,
        again=gather_held,
        draw=lambda head: face_sheet.draw(facts, head),
        **order,
    )


@in_site_language
def letter_issue(
    *, stay: Stay, user: User, tell_address: bool = False, tell_birth_date: bool = False, **order: Unpack[Order]
) -> IssuedDocument:
    """A letter that somebody lives, or lived, in a house. A confidential address is told only if asked for. Refuses a
    stay entered by mistake, and a letter to nobody or for nothing."""
    words = {name: order.get(name, "") for name in ("recipient", "purpose")}
    for name, text in words.items():
        if not text.strip():
            raise ValidationError({name: _("Say whom the letter is for, and what for.")})

    def gather(stay: Stay) -> residency_letter.ResidencyLetter:
        today = stay.house.today(order["now"])
        telling = {"tell_address": tell_address, "tell_birth_date": tell_birth_date}
        return papers.letter_facts(stay, user=user, today=today, **words, **telling)

    stay = _as_it_is(stay)
    facts = gather(stay)
    return paper_issue(
        kind=reports.LETTER,
        place=stay.house,
        resident=stay.resident,
        stay=stay,
        address=facts.address,
        facts=facts,
        again=lambda: gather(_as_it_is(stay, held=True)),
        draw=lambda head: residency_letter.draw(facts, head),
        **order,
    )


@in_site_language
def discharge_summary_issue(*, stay: Stay, **order: Unpack[Order]) -> IssuedDocument:
    """How a stay ended, with every correction. Refuses a stay that nobody ended, or that was entered by mistake."""

    def gather(stay: Stay) -> discharge_summary.DischargeSummary:
        return papers.discharge_facts(stay, today=stay.house.today(order["now"]))

    stay = _as_it_is(stay)
    facts = gather(stay)
    return paper_issue(
        kind=reports.DISCHARGE_SUMMARY,
        place=stay.house,
        resident=stay.resident,
        stay=stay,
        confidential=_("About one person. Keep it closed."),
        facts=facts,
        again=lambda: gather(_as_it_is(stay, held=True)),
        draw=lambda head: discharge_summary.draw(facts, head),
        **order,
    )


@transaction.atomic
def paper_withdraw(*, document: IssuedDocument, reason: str) -> Withdrawal:
    """Take a paper of any kind back: whoever checks its code from now on is told so, and not why; so is whom it is
    about. Needs a reason. Refuses one that was withdrawn already, and one about oneself."""
    if document.resident is not None:
        not_about_oneself(document.resident)
    withdrawal = documents.withdraw(document=document, reason=reason)
    if document.resident is not None:
        notices.tell_paper_withdrawn(document.resident, document)
    return withdrawal


def paper_issue(
    *,
    kind: Kind,
    place: House | Organization,
    resident: Resident | None = None,
    stay: Stay | None = None,
    subject: UUID | None = None,
    address: str = "",
    now: datetime,
    **paper: Any,
) -> IssuedDocument:
    """Put a paper into the register, on the letterhead of the house or the organization, and tell whom it is about, in
    one transaction. `subject` is the public id of what it tells of, where that is no stay. Refuses one about
    oneself."""
    if resident is not None:
        not_about_oneself(resident)
    house = place if isinstance(place, House) else None
    organization = place.organization if isinstance(place, House) else place
    return documents.issue(
        kind=kind.slug,
        title=str(kind),
        organization=organization,
        house=house,
        resident=resident,
        subject=stay.uuid if stay else subject,
        tells=(stay.starts_on, stay.ends_on) if stay else None,
        zone=ZoneInfo(place.time_zone),
        lines=tuple(filter(None, [house.name if house else "", address, place.phone or organization.phone])),
        tell=partial(notices.tell_paper_issued, resident) if resident is not None else None,
        **({"as_of": now} | paper),
    )


def _as_it_is(stay: Stay, *, held: bool = False) -> Stay:
    """The stay as it is now; `held`, nobody changes it until the transaction ends."""
    rows = Stay.objects.select_for_update(no_key=True, of=("self",)) if held else Stay.objects.all()
    return rows.select_related("resident", "house__organization").get(pk=stay.pk)
