"""Writing and publishing what a house asks: rule books and agreements, version by version.

A house has at most one draft of each kind. Only a draft changes; what is published has a number and a day from which it
is in force, and stays as it is. A rule keeps its number from version to version, and nobody else gets it.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.rules import notices, starter
from residents.rules.models import Book, Rule
from residents.stays.steps import lock, save


@transaction.atomic
def book_draft(*, house: House, kind: str) -> Book:
    """A draft of the next version: what the newest version says, without the rules it took out; empty where there is
    none. Refuses where there is a draft already."""
    _require_no_draft(house, kind)
    newest = _newest(house, kind)
    if newest is None:
        return save(Book(house=house, kind=kind, title=Book.Kind(kind).label.capitalize()))
    draft = save(Book(house=house, kind=kind, title=newest.title, text=newest.text))
    Rule.objects.bulk_create(
        Rule(
            house=house,
            book=draft,
            number=rule.number,
            category=rule.category,
            severity=rule.severity,
            title=rule.title,
            text=rule.text,
        )
        for rule in newest.rules.standing()
    )
    return draft


@transaction.atomic
def starter_book(*, house: House, kind: str = Book.Kind.RULES) -> Book:
    """A draft to begin with: the rules that a house is expected to have in writing, or the text of an agreement, to be
    changed until it says what this house means. Refuses where the house has a book of this kind already."""
    _require_no_draft(house, kind)
    if _newest(house, kind) is not None:
        raise ValidationError(_("This house has one already. Begin a new version of it instead."))
    title, text = starter.TEXTS[kind]
    draft = save(Book(house=house, kind=kind, title=title, text=text))
    if kind == Book.Kind.RULES:
        Rule.objects.bulk_create(
            Rule(house=house, book=draft, number=number, category=category, severity=severity, title=title, text=text)
            for number, (category, severity, title, text) in enumerate(starter.RULES, start=1)
        )
    return draft


@transaction.atomic
def book_change(*, book: Book, title: str, text: str, changes: str = "") -> Book:
    """What a draft is called, says, and tells those who signed the version before. Refuses what is published."""
    book = _locked_draft(book)
    book.title, book.text, book.changes = title.strip(), text.strip(), changes.strip()
    return save(book)


@transaction.atomic
def rule_add(*, book: Book, category: str, severity: str, title: str, text: str) -> Rule:
    """A new rule in a draft, under a number that no rule of this house ever had. Refuses what is published, and a book
    that is no rule book."""
    lock(book.house)
    book = _locked_draft(book)
    if book.kind != Book.Kind.RULES:
        raise ValidationError(_("Only a rule book has numbered rules. Write this into the text."))
    last = Rule.objects.filter(house=book.house).aggregate(last=Max("number"))["last"] or 0
    return save(
        Rule(
            house=book.house,
            book=book,
            number=last + 1,
            category=category,
            severity=severity,
            title=title.strip(),
            text=text.strip(),
        )
    )


@transaction.atomic
def rule_change(*, rule: Rule, **facts: Any) -> Rule:
    """What a rule of a draft is about, how grave it is, and what it says. `facts` are any of `category`, `severity`,
    `title` and `text`. Refuses what is published."""
    unknown = set(facts) - {"category", "severity", "title", "text"}
    if unknown:
        raise ValueError(f"Not a fact of a rule: {', '.join(sorted(unknown))}.")
    rule = _locked_rule(rule)
    for name, value in facts.items():
        setattr(rule, name, value.strip())
    return save(rule)


@transaction.atomic
def rule_drop(*, rule: Rule) -> Rule:
    """Take a rule out of a draft; its number stays empty. Refuses what is published."""
    return _set_dropped(rule, dropped=True)


@transaction.atomic
def rule_restore(*, rule: Rule) -> Rule:
    """Put a rule back into the draft it was taken out of. Refuses what is published."""
    return _set_dropped(rule, dropped=False)


@transaction.atomic
def book_publish(*, book: Book, in_force_from: date, today: date) -> Book:
    """The draft becomes the next version, in force from this day, and never changes again. Whoever lives in the house
    is told that there is something to read and sign.

    Refuses a day before today or before the version that it follows, a rule book without a rule, and an agreement
    without a text.
    """
    lock(book.house)
    book = _locked_draft(book)
    newest = _newest(book.house, book.kind)
    if in_force_from < today:
        raise ValidationError({"in_force_from": _("That day is past. A book is in force from today or later.")})
    if newest is not None and in_force_from < newest.in_force_from:
        raise ValidationError(
            {
                "in_force_from": _("The version before is in force from %(day)s. This one cannot be in force sooner.")
                % {"day": date_format(newest.in_force_from)}
            }
        )
    if book.kind == Book.Kind.RULES and not book.rules.standing().exists():
        raise ValidationError(_("There is no rule in it yet. Write one first."))
    if book.kind != Book.Kind.RULES and not book.text.strip():
        raise ValidationError(_("There is nothing to sign yet: write the text."))
    book.number = (newest.number if newest else 0) + 1
    book.published_on, book.in_force_from = today, in_force_from
    save(book)
    notices.tell_book_published(book)
    return book


def _require_no_draft(house: House, kind: str) -> None:
    """The house is locked: one at a time begins a draft."""
    lock(house)
    if Book.objects.filter(house=house, kind=kind, published_on=None).exists():
        raise ValidationError(_("There is a draft of this already. Go on with that one."))


def _newest(house: House, kind: str) -> Book | None:
    return Book.objects.out().filter(house=house, kind=kind).order_by("-number").first()


def _locked_draft(book: Book) -> Book:
    book = Book.objects.select_for_update(no_key=True, of=("self",)).select_related("house").get(pk=book.pk)
    if not book.is_draft:
        raise ValidationError(_("This version is published and stays as it is. Begin a new version instead."))
    return book


def _locked_rule(rule: Rule) -> Rule:
    book = _locked_draft(rule.book)
    rule = Rule.objects.select_for_update(no_key=True, of=("self",)).get(pk=rule.pk)
    rule.book = book
    return rule


def _set_dropped(rule: Rule, *, dropped: bool) -> Rule:
    rule = _locked_rule(rule)
    rule.dropped = dropped
    return save(rule)
