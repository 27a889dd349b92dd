"""What the directory of meetings offers to the pages that gather."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.meetings import reports
from residents.meetings.models import Feed, FeedReading, Meeting
from residents.meetings.queries.directory import newest_readings
from soberhouse.cards import Card, Order, Row
from soberhouse.documents.models import IssuedDocument


def today(house: House, standing: Standing, today: date) -> Iterator[Card]:
    """For the operator: which directories could not be read. Two queries at most."""
    if not standing.may(Action.RUN_ORGANIZATION, house.organization):
        return
    feeds = list(Feed.objects.filter(organization=house.organization_id, in_use=True))
    newest = newest_readings(feeds) if feeds else {}
    rows = [
        Row(
            fact=feed.name,
            reason=newest[feed.pk].why,
            url=reverse("feed", args=[feed.uuid]),
            state="late",
            word=_("not read on %(day)s") % {"day": date_format(newest[feed.pk].recorded_at)},
        )
        for feed in feeds
        if feed.pk in newest and newest[feed.pk].outcome == FeedReading.Outcome.REFUSED
    ]
    if rows:
        yield Card(title=_("Directories of meetings"), order=Order.LATER, rows=rows)


def home() -> Iterator[Card]:
    """Where whoever lives there finds a meeting. No query."""
    row = Row(fact=_("Today’s meetings"), reason=_("near the house, online, another day"), url=reverse("meetings"))
    yield Card(title=_("Meetings"), order=Order.DUE, rows=[row])


def settings(house: House, standing: Standing) -> Iterator[Row]:
    yield Row(
        fact=_("Meetings"),
        reason=_("find one, or add one that no directory lists"),
        url=f"{reverse('meetings')}?house={house.uuid}",
    )
    if standing.may(Action.RUN_ORGANIZATION, house.organization):
        yield Row(
            fact=_("Directories of meetings"),
            reason=_("where the meetings of others are read from"),
            url=reverse("feeds", args=[house.organization.uuid]),
        )


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    """Where a poster is issued again, with the code as it is now. One query."""
    if document.kind != reports.POSTER.slug or document.subject is None:
        return
    row = Meeting.objects.filter(uuid=document.subject, closed_on=None).select_related("house", "organization").first()
    if row is not None and row.code_number and standing.may(Action.ISSUE_PAPERS, row):
        yield f"{reverse('meeting_poster', args=[row.uuid])}?replaces={document.uuid}"
