"""What the safety of a house offers to the pages that gather: what is missing or overdue, and for whoever lives there,
where to find what saves a life."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _

from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log import reports
from residents.log.models import SafetyItem
from residents.log.queries.safety import BROKEN, EXPIRED, Kept, in_use, kept, safety
from residents.log.safety_words import TONES, fact_words, kind_words, reason_words, state_words
from residents.stays.models import Stay
from soberhouse.cards import Card, Order, Row
from soberhouse.documents.kinds import Offer
from soberhouse.documents.models import IssuedDocument

MOST_LOUD, MOST_ROWS = 3, 6  # a person who is missing stays louder than what is
SAVES_A_LIFE = (SafetyItem.Kind.NALOXONE, SafetyItem.Kind.EXTINGUISHER, SafetyItem.Kind.FIRST_AID)


def today(house: House, standing: Standing, today: date) -> Iterator[Card]:
    """What is missing, out of order or overdue, loud; what expires soon. A house that has not begun is asked to, once.
    Two queries at most."""
    if not standing.may(Action.SEE_RECORD, house):
        return
    found, may = safety(house, today=today), standing.may(Action.RECORD, house)
    url = reverse("safety", args=[house.uuid])
    if not found.items:
        begin = Row(
            fact=_("Nothing is on the list yet"),
            reason=_("naloxone, extinguishers, alarms, first aid: where they are, and who looks at them"),
            url=url,
            state="late",
            word=_("to begin"),
        )
        yield Card(title=_("Safety of the house"), order=Order.DUE, rows=[begin])
        return
    red = [_missing(kind, house, may) for kind in found.missing] + [kept_row(each, today, may) for each in found.red]
    late = [kept_row(each, today, may) for each in found.late]
    for title, order, rows, most in (
        (_("Not safe"), Order.NOW, red, MOST_LOUD),
        (_("Safety of the house"), Order.DUE, late, MOST_ROWS),
    ):
        if rows:
            yield Card(title=title, order=order, rows=rows[:most], more_url=url, more_label=_("All of it"))


def _missing(kind: str, house: House, may: bool) -> Row:
    url = f"{reverse('safety_item_new', args=[house.uuid])}?kind={kind}"
    return Row(
        fact=kind_words(kind),
        reason=_("every house must have one"),
        url=reverse("safety", args=[house.uuid]),
        state="missed",
        word=_("missing"),
        button=_("Write it down") if may else "",
        button_url=url if may else "",
    )


def kept_row(kept: Kept, today: date, may: bool) -> Row:
    """One thing in a line: what and where, who looked when, how it stands, and the way to say so."""
    return Row(
        fact=fact_words(kept.item),
        reason=reason_words(kept),
        url=reverse("safety", args=[kept.item.house.uuid]),
        state=TONES[kept.state],
        word=state_words(kept, today),
        button=_("Look at it") if may else "",
        button_url=reverse("safety_check_new", args=[kept.item.uuid]) if may else "",
    )


def home(stay: Stay | None, today: date) -> Iterator[Card]:
    """Where naloxone, extinguishers and first aid are, for whoever lives there: nobody is sent to what is known not to
    be in order. Two queries."""
    if stay is None:
        return
    rows = in_use(SafetyItem.objects.filter(house=stay.house_id, kind__in=SAVES_A_LIFE), today)
    found = kept(rows.order_by(Lower("place"), "pk"), today=today)
    by_kind = [(kind, [each for each in found if each.item.kind == kind]) for kind in SAVES_A_LIFE]
    rows = [_where(kind, there) for kind, there in by_kind if there]
    if rows:
        yield Card(title=_("In an emergency"), order=Order.DUE, rows=rows)


def _where(kind: SafetyItem.Kind, there: list[Kept]) -> Row:
    """Where to find one kind of what saves a life; what has expired only where it says so, and last."""
    good = [each.item.place for each in there if each.state not in (BROKEN, EXPIRED)]
    expired = [_("%(place)s (expired)") % {"place": each.item.place} for each in there if each.state == EXPIRED]
    places = " · ".join(dict.fromkeys([*good, *expired]))
    if good:
        return Row(fact=kind_words(kind), reason=places)
    reason = _("none is in order; %(places)s") % {"places": places} if places else _("none is in order")
    return Row(fact=kind_words(kind), reason=reason, state="missed", word=_("not in order"))


def settings(house: House, standing: Standing) -> Iterator[Row]:
    yield Row(
        fact=_("Safety of the house"),
        reason=_("naloxone, extinguishers, alarms, first aid, drills"),
        url=reverse("safety", args=[house.uuid]),
    )


def papers(place: House | Organization, standing: Standing) -> Iterator[Offer]:
    """The safety sheet of a house, for whoever issues its papers. No query."""
    if isinstance(place, House) and standing.may(Action.ISSUE_PAPERS, place):
        yield Offer(kind=reports.SAFETY_SHEET, url=reverse("safety_issue", args=[place.uuid]))


def issued_anew(document: IssuedDocument, standing: Standing) -> Iterator[str]:
    """Where the same sheet is issued again, as things are now."""
    house = document.house
    if document.kind == reports.SAFETY_SHEET.slug and house and standing.may(Action.ISSUE_PAPERS, house):
        yield f"{reverse('safety_issue', args=[house.uuid])}?replaces={document.uuid}"
