"""Rule books and agreements: read by everybody of the house, written and published by those who run it."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import RESIDENT, Action
from residents.people.models import Resident
from residents.people.queries import resident_of
from residents.rules.forms.books import TO_READ, BookBeginForm, BookForm, BookPublishForm, RuleForm
from residents.rules.models import Book, Rule
from residents.rules.queries import binding
from residents.rules.queries import books as queries
from residents.rules.rule_paper_cards import papers_of_book
from residents.rules.services import books as services
from residents.stays.models import Stay
from soberhouse.form_page import form_page


@of_house(Action.SEE_HOUSE)
def books(request: HttpRequest, house: House) -> HttpResponse:
    """What the house asks in writing: its rule book and agreements, what comes and what was before."""
    standing = standing_of(request)
    today = house.today()
    resident = _living_here(request, house)
    sees_residents = standing.may(Action.SEE_RESIDENTS, house)
    missing = Counter(book.pk for _stay, book in binding.unsigned(house, today)) if sees_residents else Counter()
    return render(
        request,
        "residents/rules/books.html",
        {
            "house": house,
            "shelves": [
                (shelf, missing[shelf.now.pk] if shelf.now else 0)
                for shelf in queries.shelves(house, request.user, today)
            ],
            "to_sign": binding.to_sign(resident, house, today) if resident else [],
            "may_publish": standing.may(Action.PUBLISH, house),
            "may_settle": standing.may(Action.SETTLE_HOUSE, house),
            "sees_residents": sees_residents,
        },
    )


@of_house(Action.PUBLISH)
def book_begin(request: HttpRequest, house: House) -> HttpResponse:
    """Begin a version of the kind that `kind` names: the first one from our words or from nothing, a later one from the
    version before."""
    kind = request.GET.get("kind", "")
    if kind not in Book.Kind.values:
        raise Http404
    newest = Book.objects.visible_to(request.user).out().filter(house=house, kind=kind).order_by("-number").first()
    form = BookBeginForm(request.POST if request.method == "POST" else None, is_first=newest is None)

    def begin(data: dict[str, Any]) -> Book:
        begins = services.starter_book if data.get("begin") == BookBeginForm.STARTER else services.book_draft
        return begins(house=house, kind=kind)

    if newest is None:
        intro = _("Our words are a beginning, to be changed until they say what this house means.")
    else:
        numbers = {"next": newest.number + 1, "newest": newest.number}
        intro = _("Version %(next)s begins with what version %(newest)s says.") % numbers
    return form_page(
        request,
        form,
        begin,
        title=_("Begin: %(kind)s") % {"kind": Book.Kind(kind).label},
        intro=f"{intro} {_('Residents see nothing of it until you publish it.')}",
        submit=_("Begin the draft"),
        to=lambda book: reverse("book", args=[book.uuid]),
        **_back_to_all(house),
    )


@of(Book, Action.SEE_HOUSE, "house", own=queries.own_signature)
def book(request: HttpRequest, book: Book) -> HttpResponse:
    """One version, to be read; a draft, to be written. Whoever signed it reads it wherever they live."""
    standing = standing_of(request)
    resident, signer = _living_here(request, book.house), resident_of(request.user)
    today = book.house.today()
    rules = Rule.objects.visible_to(request.user).filter(book=book)
    earlier = queries.before(book, seen_by=request.user)
    newer = None
    if not book.is_draft:
        out = Book.objects.visible_to(request.user).out().filter(house=book.house, kind=book.kind)
        newer = out.filter(number__gt=book.number, in_force_from__lte=today).order_by("-number").first()
    return render(
        request,
        "residents/rules/book.html",
        {
            "house": book.house,
            "sees_house": standing.may(Action.SEE_HOUSE, book),
            "book": book,
            "rules": [rule for rule in rules if book.is_draft or not rule.dropped],
            "earlier": earlier,
            "newer": newer,
            "is_coming": not book.is_draft and book.in_force_from > today,
            "is_rules": book.kind == Book.Kind.RULES,
            "may_write": book.is_draft and standing.may(Action.PUBLISH, book),
            "may_publish": standing.may(Action.PUBLISH, book),
            "sees_residents": standing.may(Action.SEE_RESIDENTS, book.house),
            "signature": queries.signature_of(signer, book) if signer and not book.is_draft else None,
            "may_sign": resident is not None and not book.is_draft and newer is None,
            "papers": papers_of_book(book, standing),
        },
    )


@of(Book, Action.SEE_HOUSE, "house", own=queries.own_signature)
def book_changes(request: HttpRequest, book: Book) -> HttpResponse:
    """What this version says otherwise than the one before; for whoever lives elsewhere by now, than the last one
    before that they signed."""
    earlier = queries.before(book, seen_by=request.user)
    if earlier is None:
        raise Http404
    return render(
        request,
        "residents/rules/book_changes.html",
        {"house": book.house, "book": book, "changes": queries.what_changed(earlier, book)},
    )


@of(Book, Action.PUBLISH, "house")
def book_change(request: HttpRequest, book: Book) -> HttpResponse:
    """What a draft is called and says."""
    _draft_only(book)
    form = BookForm(request.POST or None, instance=Book.objects.visible_to(request.user).get(pk=book.pk))
    now = {"title": book.title, "text": book.text, "changes": book.changes}
    return form_page(
        request,
        form,
        lambda data: services.book_change(book=book, **(now | form.changes)),
        title=capfirst(book.get_kind_display()),
        done=_("Saved."),
        **_back_to(book),
    )


@of(Book, Action.PUBLISH, "house")
def book_publish(request: HttpRequest, book: Book) -> HttpResponse:
    """Make a draft the next version."""
    _draft_only(book)
    today = book.house.today()
    living = Stay.objects.visible_to(request.user).current().filter(house=book.house).count()
    earlier = queries.before(book)
    consequences = [
        _("It is version %(number)s, in force from the day below.") % {"number": earlier.number + 1 if earlier else 1},
        ngettext("%(count)s resident is asked to sign it.", "%(count)s residents are asked to sign it.", living)
        % {"count": living},
    ]
    if book.kind == Book.Kind.RULES:
        consequences.append(
            _("It binds each of them once they have signed it. Until then, the version they signed before does.")
        )
    return form_page(
        request,
        BookPublishForm(request.POST or None, initial={"in_force_from": today + TO_READ}),
        lambda data: services.book_publish(book=book, today=today, **data),
        title=_("Publish “%(title)s”?") % {"title": book.title},
        consequences=consequences,
        kept=[_("What is published never changes again. A new version can follow it.")],
        submit=_("Publish"),
        done=_("Published. Everybody who lives here was told."),
        template="soberhouse/confirm.html",
        **_back_to(book),
    )


@of(Book, Action.PUBLISH, "house")
def rule_add(request: HttpRequest, book: Book) -> HttpResponse:
    """Another rule in a draft."""
    _draft_only(book)
    return form_page(
        request,
        RuleForm(request.POST or None),
        lambda data: services.rule_add(book=book, **data),
        title=_("New rule"),
        submit=_("Add the rule"),
        done=_("The rule is added."),
        **_back_to(book),
    )


@of(Rule, Action.PUBLISH, "book", "house")
def rule_change(request: HttpRequest, rule: Rule) -> HttpResponse:
    """What a rule of a draft says."""
    _draft_only(rule.book)
    form = RuleForm(request.POST or None, instance=Rule.objects.visible_to(request.user).get(pk=rule.pk))
    return form_page(
        request,
        form,
        lambda data: services.rule_change(rule=rule, **form.changes),
        title=_("Rule %(number)s") % {"number": rule.number},
        done=_("Saved."),
        **_back_to(rule.book, rule),
    )


@of(Rule, Action.PUBLISH, "book", "house")
@require_POST
def rule_drop(request: HttpRequest, rule: Rule) -> HttpResponse:
    """Take a rule out of a draft, or put it back."""
    _draft_only(rule.book)
    act = services.rule_restore if rule.dropped else services.rule_drop
    try:
        act(rule=rule)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect(_page(rule.book, rule))


def _living_here(request: HttpRequest, house: House) -> Resident | None:
    """The resident that the person asking is, where they live in this house."""
    lives = RESIDENT in standing_of(request).roles_in(house.reach())
    return resident_of(request.user) if lives else None


def _draft_only(book: Book) -> None:
    """404 where there is nothing to write any more: what is published has no such pages."""
    if not book.is_draft:
        raise Http404


def _page(book: Book, rule: Rule | None = None) -> str:
    return reverse("book", args=[book.uuid]) + (f"#rule-{rule.number}" if rule else "")


def _back_to(book: Book, rule: Rule | None = None) -> dict[str, Any]:
    page = _page(book, rule)
    return {"to": page, "cancel_url": page, "back_url": page, "back_label": book.title}


def _back_to_all(house: House) -> dict[str, Any]:
    page = reverse("books", args=[house.uuid])
    return {"cancel_url": page, "back_url": page, "back_label": _("Rules")}
