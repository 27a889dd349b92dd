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
    BookQuerySet,
    OrientationItem,
    OrientationShown,
    Rule,
    RuleQuerySet,
)
from residents.stays.models import Stay


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


def coming_books(house: House, day: date) -> list[Book]:
    """Versions published and not yet in force on `day`, of each kind the newest. They may be signed beforehand."""
    newest: dict[str, Book] = {}
    for book in Book.objects.out().filter(house=house, in_force_from__gt=day).order_by("-number"):
        newest.setdefault(book.kind, book)
    return _in_order(newest.values())


def _in_order(books: Iterable[Book]) -> list[Book]:
    kinds = Book.Kind.values
    return sorted(books, key=lambda book: kinds.index(book.kind))


def unsigned(house: House, today: date) -> list[tuple[Stay, Book]]:
    """Who lives here and has not signed which book in force, those who moved in first coming first. Three queries."""
    books = current_books(house, today)
    if not books:
        return []
    rows = Acknowledgement.objects.good().filter(book__in=[book.pk for book in books])
    signed = set(rows.values_list("resident", "book"))
    stays = Stay.objects.current().filter(house=house).select_related("resident").order_by("starts_on", "id")
    return [(stay, book) for stay in stays for book in books if (stay.resident_id, book.pk) not in signed]


def to_sign(resident: Resident, house: House, today: date) -> list[Book]:
    """What `resident` has to read and sign in `house`: the books in force that they have not signed, then those that
    come into force later. Three queries."""
    books = [*current_books(house, today), *coming_books(house, today)]
    signed = set(
        Acknowledgement.objects.good()
        .filter(resident=resident, book__in=[book.pk for book in books])
        .values_list("book", flat=True)
    )
    return [book for book in books if book.pk not in signed]


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


def not_oriented(house: House, now: datetime) -> list[NotOriented]:
    """Who lives here and has not been shown every item on the house's list, the one due first coming first. None where
    the house has no list. Three queries."""
    items = set(OrientationItem.objects.filter(house=house, in_use=True).values_list("pk", flat=True))
    if not items:
        return []
    stays = list(Stay.objects.current().filter(house=house).select_related("resident", "house"))
    seen: dict[int, set[int]] = {stay.pk: set() for stay in stays}
    rows = OrientationShown.objects.filter(stay__in=list(seen), item__in=items, voided=False)
    for stay, item in rows.values_list("stay", "item"):
        seen[stay].add(item)
    found = []
    for stay in stays:
        if len(seen[stay.pk]) < len(items):
            due = orientation_due_at(stay)
            found.append(NotOriented(stay, due, len(seen[stay.pk]), len(items), is_overdue=due <= now))
    return sorted(found, key=lambda each: (each.due_at, each.stay.pk))
