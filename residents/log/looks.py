"""Who of the staff looked at an entry of the log, or at what is due because of one, is written down for whom it is
about. The one place that says which look leaves a trace."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Model
from django.utils.translation import gettext as _

from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.models import Deadline, Entry, Kind
from residents.log.queries.clocks import people_of
from residents.log.queries.entries import Line, entry_of
from residents.log.queries.incidents import about_now
from residents.log.reports import COMPLAINT
from residents.people import looks
from residents.people.models import Look
from soberhouse.accounts.models import User
from soberhouse.documents.models import IssuedDocument


def note_looks(lines: Iterable[Line], standing: Standing, what: Look.What = Look.What.PAGE) -> None:
    """Write down who is shown these entries, once for each resident they are about. Two queries, however many."""
    noted = [line for line in lines if _is_noted(line.entry, standing)]
    people = {stay.resident for line in noted for stay in line.about}
    looks.note_looks(people, what, user=standing.user, detail=_("the house log"))


def note_looks_at(entry: Entry, standing: Standing) -> None:
    """The same of a page about one entry, for those whom it is about now."""
    if _is_noted(entry, standing):
        people = [stay.resident for stay in about_now(entry)]
        looks.note_looks(people, Look.What.PAGE, user=standing.user, detail=_("the house log"))


def note_looks_at_deadline(deadline: Deadline, standing: Standing, what: Look.What) -> None:
    """The same of what is due because of an entry or a stay."""
    if deadline.entry is None or _is_noted(deadline.entry, standing):
        looks.note_looks(people_of(deadline), what, user=standing.user, detail=_("a deadline"))


def _is_noted(entry: Entry, standing: Standing) -> bool:
    """A resident reads their own part: no other whom it is about is told their name."""
    return standing.may(Action.SEE_RECORD, entry) and leaves_a_look(entry, standing.user)


def leaves_a_look(row: Model, reader: User) -> bool:
    """Whether a look at this row, or at the entry it hangs on, is written down: not by whoever filed a complaint for
    themselves, whom that would name; and none at one that is withheld, of which it would tell."""
    entry = entry_of(row)
    if entry is None:
        return True
    if entry.withheld_from_id is not None:
        return False
    return entry.kind != Kind.COMPLAINT or entry.recorded_by_id != reader.pk or not entry.complaint.own


def paper_leaves_a_look(document: IssuedDocument, reader: User) -> bool:
    """The same of a paper, which may tell of a complaint. One query for such, and none for any other."""
    if document.kind != COMPLAINT.slug:
        return True
    entry = Entry.objects.visible_to(reader).filter(uuid=document.subject).first()
    return entry is not None and leaves_a_look(entry, reader)
