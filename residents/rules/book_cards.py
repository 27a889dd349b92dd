"""What books, signatures and orientation offer to the pages that gather."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.models import Resident
from residents.rules.models import Acknowledgement, AcknowledgementUndone, Book, OrientationItem, OrientationShown
from residents.rules.queries import binding
from residents.rules.queries.binding import NotOriented
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.cards import Card, Entry, Order, Pending, Row, Section, hanging, section

# Whoever moved in longer ago, before the house kept a list perhaps, is counted and not shouted about.
LOUD_FOR = timedelta(days=30)
DUE_SOON = timedelta(hours=6)


# --- Today ----------------------------------------------------------------------------------------------------------


def today(house: House, stays: Iterable[Stay], standing: Standing, today: date) -> Iterator[Card]:
    """Who must still be shown the house, loud when it is overdue; and who has not signed what is in force."""
    if not standing.may(Action.SEE_RESIDENTS, house):
        return
    now = timezone.now()
    waiting = binding.not_oriented(house, now, stays=stays)
    lately = [each for each in waiting if now - each.due_at < LOUD_FOR]
    overdue = [each for each in lately if each.is_overdue]
    yield Card(title=_("Orientation is overdue"), order=Order.NOW, rows=[_not_oriented(each, now) for each in overdue])
    due = [_not_oriented(each, now) for each in lately if not each.is_overdue]
    if due:
        yield Card(title=_("Orientation"), order=Order.DUE, rows=due)
    rows = list(_unsigned(house, stays, today))
    long_ago = len(waiting) - len(lately)
    if long_ago:
        count = ngettext("%(count)s resident has", "%(count)s residents have", long_ago) % {"count": long_ago}
        rows.append(
            Row(
                fact=_("%(residents)s no whole orientation on record") % {"residents": count},
                reason=_("moved in more than a month ago"),
                url=reverse("orientations", args=[house.uuid]),
            )
        )
    if rows:
        yield Card(
            title=_("To sign"),
            order=Order.WAITING,
            rows=rows,
            more_url=reverse("books", args=[house.uuid]),
            more_label=_("Rules"),
        )


def hand_over(house: House, now: datetime) -> Iterator[Pending]:
    """Who must still be shown the house, of those who moved in of late."""
    lately = [each for each in binding.not_oriented(house, now) if now - each.due_at < LOUD_FOR]
    rows = [_not_oriented(each, now) for each in lately]
    yield Pending("orientations", _("Orientation to be finished"), rows)


def _not_oriented(each: NotOriented, now: datetime) -> Row:
    counted = _("%(shown)s of %(wanted)s shown") % {"shown": each.shown, "wanted": each.wanted}
    url = reverse("orientation", args=[each.stay.uuid])
    due = {"due": instant(each.due_at, each.stay.house)}
    if each.is_overdue:
        state, word = "missed", _("overdue")
        reason = _("was due %(due)s") % due
    else:
        soon = each.due_at - now <= DUE_SOON
        state, word = ("late", _("due soon")) if soon else ("plain", _("due"))
        reason = _("due %(due)s") % due
    return Row(each.stay.short_name, f"{counted} · {reason}", url, state, word)


def _unsigned(house: House, stays: Iterable[Stay], today: date) -> Iterator[Row]:
    """One line for each person: what they have not signed."""
    by_stay: dict[Stay, list[Book]] = {}
    for stay, book in binding.unsigned(house, today, stays=stays):
        by_stay.setdefault(stay, []).append(book)
    for stay, books in by_stay.items():
        yield Row(
            fact=stay.short_name,
            reason=_("has not signed: %(books)s") % {"books": ", ".join(book.title for book in books)},
            url=reverse("signatures", args=[books[0].uuid]),
            state="late",
            word=_("unsigned"),
        )


def instant(at: datetime, house: House) -> str:
    """A day and an hour by the house's clock, as short as can be."""
    local = at.astimezone(house.zone)
    return f"{date_format(local, 'MONTH_DAY_FORMAT')}, {time_format(local, 'TIME_FORMAT')}"


# --- one resident ---------------------------------------------------------------------------------------------------


def about(resident: Resident, stay: Stay | None, standing: Standing, today: date) -> Iterator[Card | Entry]:
    """What they signed and have not, and whether they were shown the house; when they signed, what was taken back
    marked."""
    rows = []
    if stay is not None:
        may_record = standing.may(Action.RECORD, stay)
        for book in binding.to_sign(resident, stay.house, today):
            paper = f"{reverse('book_sign_paper', args=[stay.uuid])}?book={book.uuid}" if may_record else ""
            is_coming = book.in_force_from > today
            rows.append(
                Row(
                    fact=book.title,
                    reason=_("in force from %(day)s") % {"day": date_format(book.in_force_from)},
                    state="plain" if is_coming else "late",
                    word=_("not yet signed") if is_coming else _("unsigned"),
                    button=_("Signed on paper") if paper else "",
                    button_url=paper,
                )
            )
        rows.extend(_orientation_row(stay, standing.user))
    signatures = Acknowledgement.objects.visible_to(standing.user).filter(resident=resident)
    for row in signatures.select_related("book", "undone").order_by("-signed_at", "-id"):
        undone, url = hasattr(row, "undone"), reverse("signature", args=[row.uuid])
        if not undone:
            signed = _("signed %(day)s") % {"day": date_format(row.signed_on)}
            rows.append(Row(row.book.title, f"{row.book.label} · {signed}", url, "in", _("signed")))
        yield Entry(
            row.signed_on,
            _("Signed: %(book)s") % {"book": row.book.title},
            f"{row.book.label} · {row.get_how_display()}",
            row.recorded_as,
            url,
            struck=undone,
        )
    yield Card(title=_("Read and signed"), order=Order.LATER, rows=rows, empty=_("Nothing signed."))


def _orientation_row(stay: Stay, user: User) -> Iterator[Row]:
    """How much of the house's list they were shown, where the house has one."""
    shown = OrientationShown.objects.visible_to(user).filter(stay=stay, voided=False, item=OuterRef("pk"))
    items = OrientationItem.objects.visible_to(user).filter(house=stay.house, in_use=True)
    found = list(items.annotate(was_shown=Exists(shown)).values_list("was_shown", flat=True))
    wanted, done = len(found), sum(found)
    if not wanted:
        return
    yield Row(
        fact=_("Orientation"),
        reason=_("%(shown)s of %(wanted)s shown") % {"shown": done, "wanted": wanted},
        url=reverse("orientation", args=[stay.uuid]),
        state="in" if done >= wanted else "late",
        word=_("done") if done >= wanted else _("not done yet"),
    )


# --- the resident's own ---------------------------------------------------------------------------------------------


def week(resident: Resident, stay: Stay, today: date) -> Iterator[Card]:
    """What I have to read and sign, before everything else; and what can be read ahead."""
    now, coming = [], []
    for book in binding.to_sign(resident, stay.house, today):
        is_coming = book.in_force_from > today
        (coming if is_coming else now).append(
            Row(
                fact=book.title,
                reason=(_("in force from %(day)s") if is_coming else _("in force since %(day)s"))
                % {"day": date_format(book.in_force_from)},
                url=reverse("book_sign", args=[book.uuid]),
                state="held",
                word=_("coming") if is_coming else _("to sign"),
            )
        )
    yield Card(title=_("To read and sign"), order=Order.NOW, rows=now)
    if coming:
        yield Card(title=_("To read before it is in force"), order=Order.NUMBERS, rows=coming)


def home(resident: Resident, stay: Stay, today: date) -> Iterator[Card]:
    """What the house asks in writing."""
    books = [book for book in binding.books_for(resident, stay.house, today) if book.in_force_from <= today]
    rows = [
        Row(
            fact=book.title,
            reason=_("in force since %(day)s") % {"day": date_format(book.in_force_from)},
            url=reverse("book", args=[book.uuid]),
            state="in" if book.signed else "held",
            word=_("signed") if book.signed else _("to sign"),
        )
        for book in books
    ]
    rows.extend(_orientation_row(stay, resident.user))
    yield Card(
        title=_("What we ask of each other"),
        order=Order.NUMBERS,
        rows=rows,
        more_url=reverse("books", args=[stay.house.uuid]) if books else "",
        more_label=_("All versions"),
        empty=_("Nothing is published here yet."),
    )


def own(resident: Resident, today: date) -> Iterator[Section]:
    """All that they signed, what was taken back, and what they were shown."""
    user = resident.user
    rows = Acknowledgement.objects.visible_to(user).filter(resident=resident).order_by("-signed_at", "-id")
    signed = list(rows.select_related("house", "book", "paper", "undone__house"))
    yield section(
        "acknowledgements",
        _("Signatures"),
        signed,
        [
            "book",
            "house",
            "signed_name",
            "drawing",
            "signed_at",
            "signed_on",
            "how",
            "witness",
            "paper",
            "recorded_as",
            "recorded_at",
        ],
        model=Acknowledgement,
        labels={"book": _("What"), "house": _("House"), "signed_on": _("Day"), "paper": _("Paper")}
        | _recorded_labels(),
        words={
            "drawing": lambda value: _("drawn") if value else "",
            "paper": lambda value: _("kept as a photo") if value else "",
        },
        struck=lambda row: _("taken back") if hasattr(row, "undone") else "",
        picture=lambda row: row.paper,
        empty=_("Nothing signed."),
    )
    yield section(
        "acknowledgements_undone",
        _("Signatures taken back"),
        reversed(hanging(signed, "undone")),
        ["acknowledgement", "house", "reason", "recorded_as", "recorded_at"],
        model=AcknowledgementUndone,
        labels={"acknowledgement": _("What"), "house": _("House")} | _recorded_labels(),
    )
    shown = OrientationShown.objects.visible_to(user).filter(stay__resident=resident)
    yield section(
        "orientation",
        _("Orientation"),
        shown.select_related("house", "item", "stay__house", "stay__resident").order_by("-recorded_at", "-id"),
        ["item", "stay", "house", "voided", "recorded_as", "recorded_at"],
        model=OrientationShown,
        labels={"item": _("What was shown"), "stay": _("Stay"), "house": _("House")} | _recorded_labels(),
        quiet=["voided"],
        struck=lambda row: _("entered by mistake") if row.voided else "",
    )


def _recorded_labels() -> dict[str, str]:
    return {"recorded_as": _("By"), "recorded_at": _("Written down")}


# --- the house's settings -------------------------------------------------------------------------------------------


def settings(house: House, standing: Standing) -> Iterator[Row]:
    """Where the house's books and its orientation list are kept."""
    if standing.may(Action.PUBLISH, house):
        yield Row(_("Rule book and agreements"), _("what residents sign"), reverse("books", args=[house.uuid]))
    if standing.may(Action.SETTLE_HOUSE, house):
        yield Row(
            _("Orientation"),
            _("what whoever moves in is shown"),
            reverse("orientation_list", args=[house.uuid]),
        )
