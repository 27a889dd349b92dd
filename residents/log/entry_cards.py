"""What entries of the log offer to the pages that gather: a box to write a line in, what was written about somebody,
what is new about oneself, and all of it on one's own record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.log.entry_words import forms_of, row_of, told
from residents.log.models import Entry as Written
from residents.log.models import EntryAbout, EntryPhoto, EntryTelling, Kind
from residents.log.queries.entries import counted, lines, unnamed
from residents.people.models import Resident
from residents.stays.models import Stay
from residents.stays.queries import living
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Order, Section, section
from soberhouse.documents.store import JPEG

ON_A_PERSONS_PAGE = 5
NEWS_LASTS = timedelta(days=14)
MOST_NEWS = 20


def today(house: House, standing: Standing) -> Iterator[Card]:
    """A box to write a line in, and the forms of what needs more than a line. No query."""
    if standing.may(Action.RECORD, house):
        yield Card(
            title=_("Write it down"),
            order=Order.NUMBERS,
            template="residents/log/note_box.html",
            context={"house": house, "forms": forms_of(house)},
            more_url=reverse("log", args=[house.uuid]),
            more_label=_("Log"),
        )


def about(resident: Resident, stays: Iterable[Stay], standing: Standing) -> Iterator[Card | Entry]:
    """What was written about one person, as far as this reader may read it, the newest first."""
    found = told(lines(_tellings_about(resident, standing.user)), standing.user)
    stay = living(stays)
    more = {}
    if stay is not None and standing.may(Action.RECORD, stay):
        url = f"{reverse('entry_new', args=[stay.house.uuid])}?stay={stay.uuid}"
        more = {"more_url": url, "more_label": _("Write one")}
    yield Card(
        title=_("In the log"),
        order=Order.WAITING,
        rows=[row_of(each) for each in found[:ON_A_PERSONS_PAGE]],
        empty=_("Nothing was written about them."),
        **more,
    )
    for each in found:
        marks = [each.readers, _("amended") if each.line.amended else ""]
        yield Entry(
            each.at.astimezone(each.entry.house.zone).date(),
            f"{each.kind}: {each.summary}",
            " · ".join(filter(None, marks)),
            each.by,
            reverse("entry", args=[each.entry.uuid]),
        )


def week(resident: Resident) -> Iterator[Card]:
    """What was written about me of late, and is open to me."""
    rows = _tellings_about(resident, resident.user).filter(recorded_at__gt=timezone.now() - NEWS_LASTS)
    found = told(lines(rows[:MOST_NEWS]), resident.user)
    if found:
        yield Card(title=_("Written about me"), order=Order.DUE, rows=[row_of(each) for each in found])


def _tellings_about(resident: Resident, reader: User) -> QuerySet[EntryTelling]:
    """What counts and is about this person, the newest happening first."""
    rows = counted(EntryTelling.objects.visible_to(reader)).filter(
        pk__in=EntryAbout.objects.filter(stay__resident=resident).values("telling")
    )
    return rows.order_by("-happened_at", "-entry_id")


# One's own record


def own(resident: Resident) -> Iterator[Section]:
    """Every entry that is about me and open to me, and every complaint I filed: what was told of me, that it is about
    me, its pictures. Of a name that is withheld it says so, and not the name."""
    reader = resident.user
    mine = EntryAbout.objects.visible_to(reader).filter(stay__resident=resident)
    abouts = list(mine.select_related("stay__house", "stay__resident", "telling__entry__house"))
    filed = Q(kind=Kind.COMPLAINT, recorded_by=reader) if reader is not None else Q(pk=None)
    asked = Written.objects.visible_to(reader).filter(Q(pk__in=mine.values("telling__entry")) | filed)
    entries = list(asked.select_related("house").order_by("recorded_at", "pk"))
    withheld = unnamed(entries, reader)
    told_of_me = Q(pk__in=mine.values("telling")) | Q(entry__in=asked.filter(filed).values("pk"))
    tellings = list(EntryTelling.objects.filter(told_of_me).select_related("entry__house", "corrects__entry"))
    photos = list(EntryPhoto.objects.filter(entry__in=asked.values("pk")).select_related("entry__house", "file"))
    for row, entry_id in [
        *((entry, entry.pk) for entry in entries),
        *((row, row.entry_id) for row in (*tellings, *photos)),
        *((row, row.telling.entry_id) for row in abouts),
    ]:
        if entry_id in withheld:
            row.recorded_as = _("name withheld")
    yield _section(
        "log_entries",
        _("Entries about me in the log"),
        entries,
        Written,
        ["house", "kind", "audience", "audience_reason"],
    )
    yield _section(
        "log_tellings",
        _("What they tell"),
        tellings,
        EntryTelling,
        ["entry", "text", "happened_at", "corrects", "correction_reason"],
        labels={"corrects": _("Instead of")},
        struck=lambda row: _("amended since") if any(each.corrects_id == row.pk for each in tellings) else "",
    )
    yield _section("log_abouts", _("That they are about me"), abouts, EntryAbout, ["telling", "stay"])
    yield _section(
        "log_photos",
        _("Photos in the log"),
        photos,
        EntryPhoto,
        ["entry", "caption", "file"],
        labels={"file": _("Kind of file")},
        picture=lambda row: row.file if row.file.content_type == JPEG else None,
    )


def _section(
    name: str, title: str, rows: list[Any], model: Any, fields: list[str], *, labels: Any = None, **more: Any
) -> Section:
    said = {"recorded_as": _("By"), "recorded_at": _("Written down"), "house": _("House"), "stay": _("Stay")}
    return section(
        name,
        title,
        rows,
        [*fields, "recorded_as", "recorded_at"],
        model=model,
        labels=said | {"entry": _("Entry"), "telling": _("Entry")} | (labels or {}),
        empty=_("Nothing."),
        history=False,
        **more,
    )
