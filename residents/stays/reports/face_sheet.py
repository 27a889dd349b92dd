"""One resident on one sheet: what somebody needs who must find, call or help them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class ContactLine:
    """Somebody to call."""

    kind: str
    name: str
    relationship: str = ""
    phone: str = ""
    email: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class FaceSheet:
    """One resident today. Without a stay, the parts of the house are empty; `alerts` is None where whoever issues the
    sheet may not see them."""

    legal_name: str
    called: str = ""
    pronouns: str = ""
    gender: str = ""
    birth_date: date | None = None
    age: int | None = None
    phone: str = ""
    house: str = ""
    bed: str = ""
    moved_in: date | None = None
    days_here: int | None = None
    counted_from: date | None = None  # where days are counted over a move between houses
    expected_on: date | None = None
    phase: str = ""
    sober_since: date | None = None
    days_sober: int | None = None
    alerts: tuple[tuple[str, str], ...] | None = None  # kind, what to know
    contacts: tuple[ContactLine, ...] = ()  # those for an emergency first
    hours: tuple[tuple[str, str], ...] = ()  # when, what
    duties: tuple[str, ...] = ()
    photo: bytes = field(default=b"", repr=False)


def draw(facts: FaceSheet, head: paper.Head) -> bytes:
    """The sheet as a PDF. What may save a life stands first."""
    blocks: list[paper.Block] = [paper.Heading(facts.legal_name)]
    if facts.alerts is not None:
        blocks += [
            paper.Heading(_("In an emergency")),
            paper.Table(
                headers=[_("Kind"), _("What to know")],
                rows=[list(alert) for alert in facts.alerts],
                widths=(20, 80),
                empty=_("No allergy, condition or danger is written down."),
            ),
        ]
    blocks += [
        paper.Facts([row for row in (*_person(facts), *_stay(facts)) if row[1]], picture=facts.photo),
        paper.Heading(_("Who to call")),
        paper.Table(
            headers=[_("Who for"), _("Name"), _("Phone and e-mail"), _("Note")],
            rows=[
                [
                    contact.kind,
                    _joined(contact.name, contact.relationship),
                    _joined(contact.phone, contact.email),
                    contact.note,
                ]
                for contact in facts.contacts
            ],
            widths=(16, 30, 30, 24),
            empty=_("No contact is written down."),
        ),
        paper.Heading(_("Weekly hours")),
        paper.Table(
            headers=[_("When"), _("What")],
            rows=[list(line) for line in facts.hours],
            widths=(50, 50),
            empty=_("No work, school or treatment is written down."),
        ),
    ]
    return paper.render(head, blocks)


def _person(facts: FaceSheet) -> list[tuple[str, str]]:
    born = date_format(facts.birth_date) if facts.birth_date else ""
    if facts.age is not None:
        years = ngettext("%(count)s year old", "%(count)s years old", facts.age) % {"count": facts.age}
        born = _joined(born, years)
    return [
        (_("Called"), facts.called),
        (_("Pronouns"), facts.pronouns),
        (_("Gender"), facts.gender),
        (_("Date of birth"), born or _("not written down")),
        (_("Phone"), facts.phone or _("not written down")),
    ]


def _stay(facts: FaceSheet) -> list[tuple[str, str]]:
    rows = [(_("House"), _joined(facts.house, facts.bed) or _("lives in none of our houses now"))]
    if facts.moved_in is not None:
        expected = date_format(facts.expected_on) if facts.expected_on else _("not planned")
        rows += [
            (_("Moved in"), _joined(date_format(facts.moved_in), _days(facts.days_here))),
            (_("Days counted from"), date_format(facts.counted_from) if facts.counted_from else ""),
            (_("Phase"), facts.phase),
            (_("Expected to move out"), expected),
        ]
    if facts.sober_since:
        rows.append((_("Sober since"), _joined(date_format(facts.sober_since), _days(facts.days_sober))))
    return [*rows, (_("Duties"), "; ".join(facts.duties))]


def _days(count: int | None) -> str:
    return ngettext("%(count)s day", "%(count)s days", count or 0) % {"count": count or 0}


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
