"""What the log tells: now, or as it was known at an instant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_

from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.log.models import (
    Complaint,
    Entry,
    EntryAbout,
    EntryPhoto,
    EntryTelling,
    IncidentStep,
    Kind,
    Search,
)
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


def counted(rows: QuerySet, known_at: datetime | OuterRef | None = None) -> QuerySet:
    """Of amendable rows those that count: now, or as it was known at `known_at` (that instant included)."""
    if known_at is None:
        return rows.filter(corrected_by=None)
    later = Q(corrected_by=None) | Q(corrected_by__recorded_at__gt=known_at)
    return rows.filter(later, recorded_at__lte=known_at)


def read_by(reader: User | None) -> QuerySet[EntryTelling]:
    """The tellings that are `reader`'s to read, of entries in scope: all to the staff of the house; to anybody else
    those that were about them, and all of a complaint to whoever filed it. What was said of another by mistake is not
    theirs to read."""
    rows = EntryTelling.objects.all()
    if reader is None:
        return rows
    mine = EntryAbout.objects.filter(stay__resident__user=reader).values("telling")
    filed = Q(entry__kind=Kind.COMPLAINT, entry__recorded_by=reader)
    return rows.filter(Q(house__in=House.objects.staffed_by(reader).values("pk")) | Q(pk__in=mine) | filed)


def written_for(rows: QuerySet, reader: User) -> QuerySet:
    """Of amendable rows that hang on an entry those that count, and of those that were put right since the ones that
    were written down while the entry was `reader`'s to read."""
    then = counted(read_by(reader).filter(entry=OuterRef("entry")), OuterRef("recorded_at"))
    return rows.filter(Q(corrected_by=None) | Exists(then))


def tellings(
    entries: QuerySet[Entry], known_at: datetime | None = None, *, reader: User | None = None
) -> QuerySet[EntryTelling]:
    """What these entries tell, the newest happening first; to a `reader` what is theirs to read. Who may read an entry
    is asked of what counts today, never of what counted then: take `entries` in scope."""
    found = counted(read_by(reader), known_at).filter(entry__in=entries.values("pk"))
    return found.order_by("-happened_at", "-entry_id")


def lines(rows: QuerySet[EntryTelling] | Iterable[EntryTelling], known_at: datetime | None = None) -> list[Line]:
    """These tellings with all there is to show of them. Two queries beside that of the rows, however many."""
    photos = EntryPhoto.objects.select_related("file").order_by("recorded_at", "pk")
    if known_at is not None:
        photos = photos.filter(recorded_at__lte=known_at)
    about = EntryAbout.objects.select_related("stay__resident").order_by("pk")
    if isinstance(rows, QuerySet):
        rows = rows.select_related("entry__house", "entry__recorded_by", "entry__complaint")
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


def told_by(
    entries: Iterable[Entry], known_at: datetime | None = None, *, reader: User | None = None
) -> dict[int, Line]:
    """What these entries tell, by their keys. They are in scope. Three queries."""
    rows = tellings(Entry.objects.filter(pk__in=[entry.pk for entry in entries]), known_at, reader=reader)
    return {line.entry.pk: line for line in lines(rows, known_at)}


def line_of(entry: Entry, known_at: datetime | None = None, *, reader: User | None = None) -> Line | None:
    """One entry; None where nothing of it was known yet, or nothing that is theirs to read."""
    found = lines(tellings(Entry.objects.filter(pk=entry.pk), known_at, reader=reader), known_at)
    return found[0] if found else None


def tellings_of(entry: Entry, known_at: datetime | None = None, *, reader: User | None = None) -> list[Line]:
    """Every telling of an entry that is theirs to read, the newest first: what was put right since stays to be read."""
    rows = read_by(reader).filter(entry=entry)
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
    """Those of a kind, about a person, with all of these words, from one instant until before another. A word stands in
    what is told, in the name of whom it is about or who came, or in a fact that hangs on it; a complainant's name is
    not looked for."""
    if kind:
        rows = rows.filter(entry__kind=kind)
    if stay is not None:
        rows = rows.filter(about__stay=stay)
    if since is not None:
        rows = rows.filter(happened_at__gte=since)
    if until is not None:
        rows = rows.filter(happened_at__lt=until)
    for word in words.split():
        rows = rows.filter(Q(text__icontains=word) | Q(pk__in=_of_whom(word)) | Q(entry__in=_hanging(word)))
    return rows


def _of_whom(word: str) -> QuerySet:
    """The tellings about somebody of that name."""
    names = ("legal_first_name", "legal_last_name", "preferred_name")
    called = [Q(**{f"stay__resident__{name}__icontains": word}) for name in names]
    return EntryAbout.objects.filter(reduce(or_, called)).values("telling")


def _hanging(word: str) -> QuerySet[Entry]:
    """The entries on which a fact hangs, that counts, with this word."""
    paths = {
        "incident": ("place", "closing__cause", "closing__correction"),
        "visit": ("name",),
        "complaint": ("wish", "outcome__text"),
        "follow_ups": ("what", "who"),
        "photos": ("caption",),
    }
    said = [Q(**{f"{path}__{name}__icontains": word}) for path, names in paths.items() for name in names]
    step = IncidentStep.objects.filter(Q(who__icontains=word) | Q(what__icontains=word), corrected_by=None)
    words = [Q(**{f"{name}__icontains": word}) for name in ("place", "why", "by", "witness", "found", "became")]
    search = Search.objects.filter(reduce(or_, words), corrected_by=None)
    hangs = Q(incident__in=step.values("incident")) | Q(pk__in=search.values("entry"))
    return Entry.objects.filter(reduce(or_, said) | hangs).values("pk")


def own_part(user: User, entry: Entry) -> Stay | Resident | None:
    """The stay of `user` that this entry is about, or themselves where they filed it as a complaint: what makes it a
    part of their own record. Whether they may read it is asked of the entry."""
    telling = counted(EntryTelling.objects.filter(entry=entry))
    mine = Stay.objects.filter(resident__user=user, entries__telling__in=telling)
    found = mine.select_related("house", "resident").first()
    filed = Complaint.objects.filter(entry=entry, own=True, recorded_by=user)
    if found is None and entry.kind == Kind.COMPLAINT and filed.exists():
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


def fixed(entry: Entry) -> dict[str, str]:
    """What of its telling stays as it is, and why: what another form tells as well, and what a resident said."""
    if entry.kind == Kind.SEARCH:
        return {"text": _("A search is put right by its own form, with all that it says.")}
    if entry.kind == Kind.VISITOR:
        return {"happened_at": _("When they came stays as it was written down with the visit.")}
    if entry.kind == Kind.COMPLAINT and Complaint.objects.filter(entry=entry, own=True).exists():
        return dict.fromkeys(
            ["text", "happened_at"], _("What a resident filed stays in their words: answer it instead.")
        )
    return {}


def hides_a_name(row: Model, reader: User) -> bool:
    """Whether this row is, or hangs on, an entry whose writer this reader is not told."""
    entry = entry_of(row)
    return entry is not None and bool(unnamed([entry], reader))


def entry_of(row: Model) -> Entry | None:
    """The entry that this row is, or hangs on, if any."""
    entry = row
    for step in getattr(row, "entry_path", "").split("__"):
        entry = getattr(entry, step) if step else entry
    return entry if isinstance(entry, Entry) else None
