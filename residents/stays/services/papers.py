"""Papers about houses, beds and stays leave the building: facts as they are now, drawn, and put into the register; and
any paper is taken back.

Whoever issues one is who acts. Nobody issues or takes back a paper about themselves. `replaces` is an earlier paper of
the same kind about the same person or house: whoever checks its code is then told that there is a newer one.
"""

from __future__ import annotations

from datetime import date, datetime, time
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from residents.houses.models import House, Organization
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.people.services import not_about_oneself
from residents.stays import notices, papers, reports
from residents.stays.models import Stay
from residents.stays.reports import census, discharge_summary, face_sheet, occupancy, residency_letter
from soberhouse.accounts.models import User
from soberhouse.documents import services as documents
from soberhouse.documents.kinds import Kind
from soberhouse.documents.models import IssuedDocument, Withdrawal


def census_issue(
    *,
    house: House,
    night: date,
    recipient: str = "",
    purpose: str = "",
    replaces: IssuedDocument | None = None,
    now: datetime,
) -> IssuedDocument:
    """Who sleeps in the house in a night that has come: tonight's as it is now, an earlier one's as the records say
    now. Refuses a night to come."""
    today = house.today(now)
    facts = papers.census_facts(house, night, today=today)
    return paper_issue(
        reports.CENSUS,
        place=house,
        as_of=now if night == today else datetime.combine(night, time(23, 59), tzinfo=house.zone),
        confidential=_("It names residents. Keep it closed."),
        recipient=recipient,
        purpose=purpose,
        replaces=replaces,
        facts=facts,
        draw=lambda head: census.draw(facts, head),
    )


def occupancy_issue(
    *,
    place: House | Organization,
    starts_on: date,
    ends_on: date,
    recipient: str = "",
    purpose: str = "",
    replaces: IssuedDocument | None = None,
    now: datetime,
) -> IssuedDocument:
    """How full a house, or all houses of an organization, are over the nights in [starts_on, ends_on). Refuses a span
    that begins after today."""
    houses = House.objects.filter(pk=place.pk) if isinstance(place, House) else place.houses.all()
    name = place.name if isinstance(place, House) else _("All houses of %(name)s") % {"name": place.name}
    facts = papers.occupancy_facts(houses, name, starts_on, ends_on, today=place.today(now))
    return paper_issue(
        reports.OCCUPANCY,
        place=place,
        as_of=now,
        recipient=recipient,
        purpose=purpose,
        replaces=replaces,
        facts=facts,
        draw=lambda head: occupancy.draw(facts, head),
    )


def face_sheet_issue(
    *,
    resident: Resident,
    place: House | Organization,
    user: User,
    recipient: str = "",
    purpose: str = "",
    replaces: IssuedDocument | None = None,
    now: datetime,
) -> IssuedDocument:
    """What `user` sees of a resident, on one sheet, for the house where they live or apply; else for the
    organization."""
    facts = papers.face_sheet_facts(resident, standing=Standing(user, now=now), today=place.today(now))
    return paper_issue(
        reports.FACE_SHEET,
        place=place,
        resident=resident,
        as_of=now,
        confidential=_("About one person. Keep it closed."),
        recipient=recipient,
        purpose=purpose,
        replaces=replaces,
        facts=facts,
        draw=lambda head: face_sheet.draw(facts, head),
    )


def letter_issue(
    *,
    stay: Stay,
    user: User,
    recipient: str,
    purpose: str,
    tell_address: bool = False,
    tell_birth_date: bool = False,
    replaces: IssuedDocument | None = None,
    now: datetime,
) -> IssuedDocument:
    """A letter that somebody lives, or lived, in a house. A confidential address is told only if asked for. Refuses a
    stay entered by mistake, and a letter to nobody or for nothing."""
    for name, text in (("recipient", recipient), ("purpose", purpose)):
        if not text.strip():
            raise ValidationError({name: _("Say whom the letter is for, and what for.")})
    facts = papers.letter_facts(
        stay,
        user=user,
        recipient=recipient,
        purpose=purpose,
        tell_address=tell_address,
        tell_birth_date=tell_birth_date,
        today=stay.house.today(now),
    )
    return paper_issue(
        reports.LETTER,
        place=stay.house,
        resident=stay.resident,
        as_of=now,
        address=facts.address,
        recipient=recipient,
        purpose=purpose,
        replaces=replaces,
        facts=facts,
        draw=lambda head: residency_letter.draw(facts, head),
    )


def discharge_summary_issue(
    *,
    stay: Stay,
    recipient: str = "",
    purpose: str = "",
    replaces: IssuedDocument | None = None,
    now: datetime,
) -> IssuedDocument:
    """How a stay ended, with every correction. Refuses a stay that nobody ended, or that was entered by mistake."""
    facts = papers.discharge_facts(stay, today=stay.house.today(now))
    return paper_issue(
        reports.DISCHARGE_SUMMARY,
        place=stay.house,
        resident=stay.resident,
        as_of=now,
        confidential=_("About one person. Keep it closed."),
        recipient=recipient,
        purpose=purpose,
        replaces=replaces,
        facts=facts,
        draw=lambda head: discharge_summary.draw(facts, head),
    )


def paper_withdraw(*, document: IssuedDocument, reason: str) -> Withdrawal:
    """Take a paper of any kind back: whoever checks its code from now on is told so, and not why. Needs a reason.
    Refuses one that was withdrawn already, and one about oneself."""
    if document.resident is not None:
        not_about_oneself(document.resident)
    return documents.withdraw(document=document, reason=reason)


def paper_issue(
    kind: Kind,
    *,
    place: House | Organization,
    resident: Resident | None = None,
    address: str = "",
    **paper: Any,
) -> IssuedDocument:
    """Put a paper into the register, on the letterhead of the house or the organization, and tell whom it is about, in
    one transaction. Refuses one about oneself."""
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
        zone=ZoneInfo(place.time_zone),
        lines=tuple(filter(None, [house.name if house else "", address, place.phone or organization.phone])),
        tell=partial(notices.tell_paper_issued, resident) if resident is not None else None,
        **paper,
    )
