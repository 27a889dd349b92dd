"""The poster of a meeting leaves the building: its code, as it is now. In the site's language."""

from __future__ import annotations

from functools import partial
from typing import Unpack

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from residents.meetings import papers_poster, reports
from residents.meetings.codes import code_of
from residents.meetings.models import Meeting
from residents.meetings.reports import poster
from residents.stays.services.papers import Order, paper_issue
from soberhouse.documents.models import IssuedDocument
from soberhouse.language import in_site_language


@in_site_language
def poster_issue(*, meeting: Meeting, **order: Unpack[Order]) -> IssuedDocument:
    """The code of a meeting, large, and the QR code that leads to where a resident enters it. Refuses a meeting without
    a code, and one that is closed."""
    if meeting.closed_on is not None:
        raise ValidationError(_("This meeting is closed."))
    if not code_of(meeting):
        raise ValidationError(_("This meeting has no code yet. Make one first."))
    facts = papers_poster.poster_facts(meeting)
    return paper_issue(
        kind=reports.POSTER,
        place=meeting.house or meeting.organization,
        subject=meeting.uuid,
        facts=facts,
        draw=partial(poster.draw, facts),
        **order,
    )
