"""What is read about books: which versions a house has, what a version changed, and who signed which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher

from residents.houses.models import House
from residents.people.models import Resident
from residents.rules.models import Acknowledgement, Book, Rule
from residents.stays.models import Stay
from soberhouse.accounts.models import User

# Below this likeness two texts are shown whole, one beside the other: word by word they would be confetti.
ALIKE = 0.5
LONGEST_WORD_BY_WORD = 4000  # words: beyond, comparing takes longer than reading


# --- versions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shelf:
    """The versions of one kind of book in a house."""

    kind: str
    name: str
    now: Book | None
    coming: list[Book]
    draft: Book | None
    earlier: list[Book]

    @property
    def is_empty(self) -> bool:
        return self.now is None and not self.coming and self.draft is None


def shelves(house: House, user: User, day: date) -> list[Shelf]:
    """Every kind of book that `user` sees in the house, as it stands on `day`. One query."""
    rows = list(Book.objects.visible_to(user).filter(house=house).order_by("-number", "id"))
    found = []
    for kind, name in Book.Kind.choices:
        of_kind = [book for book in rows if book.kind == kind]
        out = [book for book in of_kind if not book.is_draft]
        in_force = [book for book in out if book.in_force_from <= day]
        found.append(
            Shelf(
                kind=kind,
                name=str(name),
                now=in_force[0] if in_force else None,
                coming=[book for book in out if book.in_force_from > day],
                draft=next((book for book in of_kind if book.is_draft), None),
                earlier=in_force[1:],
            )
        )
    return found


def before(book: Book, *, seen_by: User | None = None) -> Book | None:
    """The version that this one follows; of those that `seen_by` sees, if given."""
    rows = Book.objects.all() if seen_by is None else Book.objects.visible_to(seen_by)
    out = rows.out().filter(house=book.house_id, kind=book.kind)
    if book.number is not None:
        out = out.filter(number__lt=book.number)
    return out.order_by("-number").first()


# --- what changed ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Piece:
    """Some words of a text: the same in both, only in the old (`out`), or only in the new (`in`)."""

    how: str
    text: str


@dataclass(frozen=True)
class Compared:
    """A text that became another. `pieces` where they are alike enough to be read word by word."""

    old: str
    new: str
    pieces: Sequence[Piece] = ()


@dataclass(frozen=True)
class RuleChange:
    """A rule that reads otherwise. What stayed the same is empty."""

    old: Rule
    new: Rule
    title: Compared | None
    text: Compared | None
    facts: Sequence[tuple[str, str, str]]  # name, from, to


@dataclass(frozen=True)
class Changes:
    """What `new` says otherwise than `old`."""

    old: Book
    new: Book
    added: Sequence[Rule]
    dropped: Sequence[Rule]
    changed: Sequence[RuleChange]
    title: Compared | None
    text: Compared | None

    def __bool__(self) -> bool:
        return bool(self.added or self.dropped or self.changed or self.title or self.text)


def what_changed(old: Book, new: Book) -> Changes:
    """The rules that were added, taken out and changed from one version to the other, by their numbers, and the text.
    Two queries."""
    were, are = ({rule.number: rule for rule in book.rules.standing()} for book in (old, new))
    changed = []
    for number in sorted(were.keys() & are.keys()):
        one = _rule_change(were[number], are[number])
        if one is not None:
            changed.append(one)
    return Changes(
        old=old,
        new=new,
        added=[are[number] for number in sorted(are.keys() - were.keys())],
        dropped=[were[number] for number in sorted(were.keys() - are.keys())],
        changed=changed,
        title=compare(old.title, new.title),
        text=compare(old.text, new.text),
    )


def _rule_change(old: Rule, new: Rule) -> RuleChange | None:
    facts = [
        (str(Rule._meta.get_field(name).verbose_name), was, now)
        for name, was, now in (
            ("category", old.get_category_display(), new.get_category_display()),
            ("severity", old.get_severity_display(), new.get_severity_display()),
        )
        if was != now
    ]
    title, text = compare(old.title, new.title), compare(old.text, new.text)
    if not (facts or title or text):
        return None
    return RuleChange(old=old, new=new, title=title, text=text, facts=facts)


def compare(old: str, new: str) -> Compared | None:
    """How one text became another; None where they say the same. Line ends do not count."""
    old, new = _lines(old), _lines(new)
    if old == new:
        return None
    was, now = _words(old), _words(new)
    if max(len(was), len(now)) > LONGEST_WORD_BY_WORD:
        return Compared(old, new)
    matcher = SequenceMatcher(None, was, now, autojunk=False)
    if matcher.ratio() < ALIKE:
        return Compared(old, new)
    return Compared(old, new, list(_pieces(matcher, was, now)))


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _words(text: str) -> list[str]:
    """Words and what stands between them, so that joining them gives the text again."""
    return re.findall(r"\s+|[^\s]+", text)


def _pieces(matcher: SequenceMatcher, was: list[str], now: list[str]) -> Iterable[Piece]:
    for what, a1, a2, b1, b2 in matcher.get_opcodes():
        if what == "equal":
            yield Piece("same", "".join(was[a1:a2]))
            continue
        if a2 > a1:
            yield Piece("out", "".join(was[a1:a2]))
        if b2 > b1:
            yield Piece("in", "".join(now[b1:b2]))


# --- who signed -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Signer:
    """Somebody who lives in the house, and their signature under one version, or none."""

    stay: Stay
    signature: Acknowledgement | None


def signers(book: Book, user: User) -> list[Signer]:
    """Everybody who lives in the house of `book` and whether they signed it, those who did not coming first. Two
    queries."""
    stays = Stay.objects.visible_to(user).current().filter(house=book.house_id).select_related("resident", "house")
    rows = Acknowledgement.objects.visible_to(user).good().filter(book=book).order_by("signed_at", "id")
    signed = {row.resident_id: row for row in rows}
    found = [Signer(stay, signed.get(stay.resident_id)) for stay in stays.order_by("starts_on", "id")]
    return sorted(found, key=lambda each: each.signature is not None)


def signature_of(resident: Resident, book: Book) -> Acknowledgement | None:
    """Their signature under this version, unless it was taken back."""
    return Acknowledgement.objects.good().filter(resident=resident, book=book).first()


def own_signature(user: User, book: Book) -> Acknowledgement | None:
    """A signature under this version that is on record of `user` as a resident, also one that was taken back: what they
    were told they signed, they may read."""
    rows = Acknowledgement.objects.filter(book=book, resident__user=user)
    return rows.select_related("house", "resident").order_by("signed_at", "id").last()


def signed_before(resident: Resident, book: Book) -> Book | None:
    """The newest earlier version of this book that they signed: what is new is new against that."""
    rows = Acknowledgement.objects.good().filter(
        resident=resident, book__house=book.house_id, book__kind=book.kind, book__number__lt=book.number
    )
    newest = rows.select_related("book").order_by("-book__number").first()
    return newest.book if newest else None
