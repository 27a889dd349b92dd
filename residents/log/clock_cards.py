"""What clocks offer to the pages that gather: what is overdue and what is near, and where they are kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.clock_words import due_words, state_words, tone
from residents.log.queries import clocks as queries
from residents.log.queries.clocks import OVER, Due
from soberhouse.cards import Card, Order, Row

MOST_ROWS = 8  # on Today


def today(house: House, standing: Standing) -> Iterator[Card]:
    """What is overdue, loud; and what is near. Two queries, and one more where there is any."""
    if not standing.may(Action.SEE_RESIDENTS, house):
        return
    now = timezone.now()
    found = queries.pressing(house, standing.user, now=now)
    if not found:
        return
    may, own = standing.may(Action.RECORD, house), queries.about_oneself(standing.user, found)
    overdue = [each for each in found if each.state == OVER]
    near = [each for each in found if each.state != OVER]
    for title, order, rows in ((_("Overdue"), Order.NOW, overdue), (_("Soon due"), Order.DUE, near)):
        if rows:
            yield Card(
                title=title,
                order=order,
                rows=[
                    deadline_row(each, now=now, may_meet=may and each.deadline.pk not in own)
                    for each in rows[:MOST_ROWS]
                ],
                more_url=reverse("deadlines", args=[house.uuid]),
                more_label=_("All deadlines"),
            )


def deadline_row(due: Due, *, now: datetime, may_meet: bool, leads: bool = True) -> Row:
    """One deadline in a line: what, after what, for whom and by when; how it stands; and, while it is open, the way to
    say that it was done. It `leads` to what it is because of."""
    row = due.deadline
    may_meet = may_meet and due.is_open
    url = ""
    if leads:
        url = reverse("entry", args=[row.entry.uuid]) if row.entry else reverse("stay", args=[row.stay.uuid])
    return Row(
        fact=capfirst(row.clock.name),
        reason=due_words(due),
        url=url,
        state=tone(due),
        word=state_words(due, now),
        button=_("Done") if may_meet else "",
        button_url=reverse("deadline_met", args=[row.uuid]) if may_meet else "",
    )


def settings(house: House, standing: Standing) -> Iterator[Row]:
    yield Row(
        fact=_("Deadlines"),
        reason=_("what is due by the clocks, and what was done"),
        url=reverse("deadlines", args=[house.uuid]),
    )
    if standing.may(Action.RUN_ORGANIZATION, house):
        yield Row(
            fact=_("Clocks and holidays"),
            reason=_("what has to be done how long after what, in all houses"),
            url=reverse("clocks", args=[house.organization.uuid]),
        )
