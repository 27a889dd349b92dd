"""What the log tells: now, or as it was known at an instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, Prefetch, Q, QuerySet, prefetch_related_objects

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log.models import Complaint, Entry, EntryAbout, EntryPhoto, EntryTelling, Kind
from residents.people.models import Resident
from residents.people.queries import resident_of
from residents.stays.models import Stay
from soberhouse.accounts.models import User


@dataclass(frozen=True)
class Line:
    """One entry as it is told: `telling` counts, `first` was the first; whom it is about, its photos."""

    entry: Entry
    telling: EntryTelling
    about: tuple[Stay, ...]
    photos: tuple[EntryPhoto, ...]

    @property
    def amended(self) -> bool:
        return self.telling.corrects_id is not None


def counted(rows: QuerySet, known_at: datetime | None = None) -> QuerySet:
    """Of amendable rows those that count: now, or as it was known at `known_at` (that instant included)."""
    if known_at is None:
        return rows.filter(corrected_by=None)
    later = Q(corrected_by=None) | Q(corrected_by__recorded_at__gt=known_at)
    return rows.filter(later, recorded_at__lte=known_at)


def tellings(entries: QuerySet[Entry], known_at: datetime | None = None) -> QuerySet[EntryTelling]:
    """What these entries tell, the newest happening first. Who may read an entry is asked of what counts today, never
    of what counted then: take `entries` in scope."""
    found = counted(EntryTelling.objects.all(), known_at).filter(entry__in=entries.values("pk"))
    return found.order_by("-happened_at", "-entry_id")


def lines(rows: QuerySet[EntryTelling] | Iterable[EntryTelling], known_at: datetime | None = None) -> list[Line]:
    """These tellings with all there is to show of them. Two queries beside that of the rows, however many."""
    photos = EntryPhoto.objects.select_related("file").order_by("recorded_at", "pk")
    if known_at is not None:
        photos = photos.filter(recorded_at__lte=known_at)
    about = EntryAbout.objects.select_related("stay__resident").order_by("pk")
    if isinstance(rows, QuerySet):
        rows = rows.select_related("entry__house", "entry__recorded_by")
    rows = list(rows)
    prefetch_related_objects(rows, Prefetch("about", about), Prefetch("entry__photos", photos))
    return [
        Line(
            entry=row.entry,
            telling=row,
            about=tuple(each.stay for each in row.about.all()),
            photos=tuple(row.entry.photos.all()),
        )
        for row in rows
    ]


def line_of(entry: Entry, known_at: datetime | None = None) -> Line | None:
    """One entry; None where nothing of it was known yet."""
    found = lines(tellings(Entry.objects.filter(pk=entry.pk), known_at), known_at)
    return found[0] if found else None


def tellings_of(entry: Entry, known_at: datetime | None = None, *, about: User | None = None) -> list[Line]:
    """Every telling of an entry, the newest first: what was put right since stays to be read. To somebody `about` whom
    it is, those that were about them, and to whoever filed it all: what was said of another by mistake is not theirs to
    read."""
    rows = EntryTelling.objects.filter(entry=entry)
    if about is not None:
        mine = EntryAbout.objects.filter(stay__resident__user=about).values("telling")
        rows = rows.filter(Q(pk__in=mine) | Q(entry__recorded_by=about))
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return lines(rows.order_by("-recorded_at", "-pk"), known_at)


def having(
    rows: QuerySet[EntryTelling],
    *,
    kind: str = "",
    stay: Stay | None = None,
    words: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[EntryTelling]:
    """Those of a kind, about a person, with all of these words, from one instant until before another."""
    if kind:
        rows = rows.filter(entry__kind=kind)
    if stay is not None:
        rows = rows.filter(about__stay=stay)
    if since is not None:
        rows = rows.filter(happened_at__gte=since)
    if until is not None:
        rows = rows.filter(happened_at__lt=until)
    for word in words.split():
        rows = rows.filter(text__icontains=word)
    return rows


def own_part(user: User, entry: Entry) -> Stay | Resident | None:
    """The stay of `user` that this entry is about, or themselves where they filed it as a complaint: what makes it a
    part of their own record. Whether they may read it is asked of the entry."""
    telling = counted(EntryTelling.objects.filter(entry=entry))
    mine = Stay.objects.filter(resident__user=user, entries__telling__in=telling)
    found = mine.select_related("house", "resident").first()
    if found is None and entry.kind == Kind.COMPLAINT and entry.recorded_by_id == user.pk:
        return resident_of(user)
    return found


def unnamed(entries: Iterable[Entry], reader: User | None) -> set[int]:
    """Of these entries those of whom this reader is not told who wrote them: complaints whose name is withheld. Told
    are whoever filed one, and operators and managers whom it is not about; without a `reader`, nobody. One query, and
    none where there is no complaint."""
    asked = {entry.pk: entry for entry in entries if entry.kind == Kind.COMPLAINT}
    if not asked:
        return set()
    rows = Complaint.objects.filter(entry__in=asked, name_withheld=True)
    if reader is not None:
        about = EntryAbout.objects.filter(stay__resident__user=reader).values("telling__entry")
        run = House.objects.where_may(reader, Action.SEE_GUARDED).values("pk")
        rows = rows.exclude(Q(house__in=run) & ~Q(entry__in=about)).exclude(entry__recorded_by=reader)
    return set(rows.values_list("entry", flat=True))


def hides_a_name(row: Model, reader: User) -> bool:
    """Whether this row is, or hangs on, an entry whose writer this reader is not told."""
    entry = row
    for step in getattr(row, "entry_path", "").split("__"):
        entry = getattr(entry, step) if step else entry
    return isinstance(entry, Entry) and bool(unnamed([entry], reader))
