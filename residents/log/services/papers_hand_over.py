"""A hand-over leaves the building: facts as they are now, drawn, and put into the register. In the site's language."""

from __future__ import annotations

from functools import partial
from typing import Unpack

from django.utils.translation import gettext as _

from residents.houses.standing import Standing
from residents.log import papers_hand_over, reports
from residents.log.models import HandOver
from residents.log.reports import hand_over as report
from residents.stays.services.papers import Order, paper_issue
from soberhouse.accounts.models import User
from soberhouse.documents.models import IssuedDocument
from soberhouse.language import in_site_language


@in_site_language
def hand_over_issue(*, hand_over: HandOver, user: User, **order: Unpack[Order]) -> IssuedDocument:
    """One hand-over, and what stands open now, issued by `user`. It holds nothing that one of those who run the house
    may not read."""
    now = order["now"]
    facts = papers_hand_over.hand_over_facts(hand_over, standing=Standing(user, now=now), now=now)
    return paper_issue(
        kind=reports.HAND_OVER,
        place=hand_over.house,
        subject=hand_over.uuid,
        confidential=_("For those who run the house. Keep it closed."),
        facts=facts,
        draw=partial(report.draw, facts),
        **order,
    )
