"""The facts of the poster of a meeting, as they are now."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse

from residents.meetings import meeting_words
from residents.meetings.codes import code_of
from residents.meetings.models import Meeting
from residents.meetings.reports.poster import Poster
from soberhouse.codes import grouped


def poster_facts(meeting: Meeting) -> Poster:
    """What hangs in the room. No query."""
    code = code_of(meeting)
    return Poster(
        meeting=meeting.name,
        when=meeting_words.when(meeting),
        where=meeting_words.where(meeting),
        code=grouped(code, 4),
        address=f"{settings.SITE_URL}{reverse('my_attendance_code')}?{urlencode({'code': code})}",
    )
