"""Which version of a book binds a resident on a day, what is there to sign, and who has not been shown the house."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Exists, OuterRef

from residents.houses.models import House
from residents.people.models import Resident
from residents.rules.models import (
    Acknowledgement,
    Book,
    OrientationItem,
    OrientationShown,
    Rule,
)
from residents.rules.models.books import BookQuerySet, RuleQuerySet
from residents.stays.models import Stay
from residents.stays.queries import current


def bound_by(resident: Resident, day: date) -> BookQuerySet:
    """The versions in force on `day` that `resident` had signed by then."""
    signed = Acknowledgement.objects.good().filter(book=OuterRef("pk"), resident=resident, signed_on__lte=day)
    return Book.objects.out().filter(Exists(signed), in_force_from__lte=day)


def binding_book(resident: Resident, house: House, day: date) -> Book | None:
    """The newest of the house's rule books in force on `day` that they had signed. An older one binds until the newer
    is signed."""
    return bound_by(resident, day).filter(house=house, kind=Book.Kind.RULES).order_by("-number").first()


def binding_rules(stay: Stay, day: date) -> RuleQuerySet:
    """The standing rules of the book that bound this resident on `day`; none where none did, or where `day` is not one
    of the stay."""
    inside = not stay.voided and stay.starts_on <= day and (stay.ends_on is None or day <= stay.ends_on)
    book = binding_book(stay.resident, stay.house, day) if inside else None
    return Rule.objects.none() if book is None else Rule.objects.standing().filter(book=book)


def current_books(house: House, day: date) -> list[Book]:
    """Of each kind the newest version in force on `day`, in the order in which they are signed. One query."""
    newest: dict[str, Book] = {}
    for book in Book.objects.out().filter(house=house, in_force_from__lte=day).order_by("-number"):
        newest.setdefault(book.kind, book)
    return _in_order(newest.values())


def _in_order(books: Iterable[Book]) -> list[Book]:
    kinds = Book.Kind.values
    return sorted(books, key=lambda book: kinds.index(book.kind))


def unsigned(house: House, today: date, *, stays: Iterable[Stay] | None = None) -> list[tuple[Stay, Book]]:
    """Who lives here and has not signed which book in force, those who moved in first coming first. Three queries; one
    fewer with the `stays` of the house, where they are read already."""
    books = current_books(house, today)
    if not books:
        return []
    rows = Acknowledgement.objects.good().filter(book__in=[book.pk for book in books])
    signed = set(rows.values_list("resident", "book"))
    return [
        (stay, book) for stay in _living_in(house, stays) for book in books if (stay.resident_id, book.pk) not in signed
    ]


def _living_in(house: House, stays: Iterable[Stay] | None) -> list[Stay]:
    return current(house.stays.current().select_related("resident") if stays is None else stays)


def books_for(resident: Resident, house: House, day: date) -> list[Book]:
    """Of each kind the newest version in force on `day`, then of each the newest that comes into force later and may be
    signed beforehand; each with `signed`, whether `resident` did. One query."""
    signed = Acknowledgement.objects.good().filter(book=OuterRef("pk"), resident=resident)
    now: dict[str, Book] = {}
    coming: dict[str, Book] = {}
    for book in Book.objects.out().filter(house=house).annotate(signed=Exists(signed)).order_by("-number"):
        (now if book.in_force_from <= day else coming).setdefault(book.kind, book)
    return [*_in_order(now.values()), *_in_order(coming.values())]


def to_sign(resident: Resident, house: House, today: date) -> list[Book]:
    """What `resident` has to read and sign in `house`: the books in force that they have not signed, then those that
    come into force later. One query."""
    return [book for book in books_for(resident, house, today) if not book.signed]


# --- orientation ----------------------------------------------------------------------------------------------------


def orientation_due_at(stay: Stay) -> datetime:
    """By when whoever moved in has been shown the house: so many hours after the move-in was written down, where that
    was on the day of the move-in; else after the end of that day."""
    house = stay.house
    began = stay.entered_at
    if began.astimezone(house.zone).date() != stay.starts_on:
        began = datetime.combine(stay.starts_on + timedelta(days=1), time.min, tzinfo=house.zone)
    # In UTC, so that these are real hours also over a night in which the clock is changed.
    return began.astimezone(UTC) + timedelta(hours=house.orientation_hours)


@dataclass(frozen=True)
class NotOriented:
    """Somebody who has not been shown everything yet."""

    stay: Stay
    due_at: datetime
    shown: int
    wanted: int
    is_overdue: bool


def not_oriented(house: House, now: datetime, *, stays: Iterable[Stay] | None = None) -> list[NotOriented]:
    """Who lives here and has not been shown every item on the house's list, the one due first coming first. None where
    the house has no list. Three queries; one fewer with the `stays` of the house, where they are read already."""
    items = set(OrientationItem.objects.filter(house=house, in_use=True).values_list("pk", flat=True))
    if not items:
        return []
    here = _living_in(house, stays)
    seen: dict[int, set[int]] = {stay.pk: set() for stay in here}
    rows = OrientationShown.objects.filter(stay__in=list(seen), item__in=items, voided=False)
    for stay, item in rows.values_list("stay", "item"):
        seen[stay].add(item)
    found = []
    for stay in here:
        if len(seen[stay.pk]) < len(items):
            due = orientation_due_at(stay)
            found.append(NotOriented(stay, due, len(seen[stay.pk]), len(items), is_overdue=due <= now))
    return sorted(found, key=lambda each: (each.due_at, each.stay.pk))
