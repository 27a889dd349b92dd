"""Rule books, agreements and consequence ladders, version by version, and who signed them.

Residents read with their own key what is published where they live, and whatever they signed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, DateField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api.endpoint import Answer, Call, Endpoint, operation
from api.fields import Id, PageQuery
from api.v1 import shapes, stays
from api.v1 import shapes_of_rules as told
from api.v1.facts import nights_of
from api.v1.people import uuids_in_sight
from api.v1.records import RecordQuery, at, day, narrowed
from residents.rules.models import Acknowledgement as AcknowledgementRow
from residents.rules.models import Book as BookRow
from residents.rules.models import Ladder as LadderRow
from residents.rules.models import Rule as RuleRow
from residents.rules.queries.binding import unsigned
from residents.rules.queries.books import what_changed
from residents.rules.queries.cases import lines_of
from residents.stays.models import Stay


class VersionQuery(PageQuery):
    house = Id(required=False, help_text=gettext_lazy("Of this house only."))
    in_force = serializers.BooleanField(
        required=False, help_text=gettext_lazy("Only the newest in force, or only the others.")
    )


class BookQuery(VersionQuery):
    kind = serializers.ChoiceField(BookRow.Kind.choices, required=False)


class Books(Endpoint):
    @operation(id="books_list", summary="List books", query=BookQuery, gives=(told.Books,))
    def get(self, call: Call) -> Answer:
        """Every version of the rule books and agreements of your houses, drafts too. A resident is told what is
        published where they live, and what they signed."""
        rows = _asked(call.rows(BookRow), call, of=("house", "kind"))
        if "kind" in call.query:
            rows = rows.filter(kind=call.query["kind"])
        page, following = call.page(rows.select_related("house"))
        return Answer(body={"items": [_book_line(book) for book in page], "next": following})


class Book(Endpoint):
    @operation(id="books_read", summary="Read a book", gives=(told.Book,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One version with its text, its rules, and what it says otherwise than the version before."""
        rows = _with_today(call.rows(BookRow), call.now, of=("house", "kind"))
        book = get_object_or_404(rows.select_related("house"), uuid=uuid)
        body = _book_line(book) | {
            "text": book.text,
            "changes": book.changes,
            "changed": _changed(book, call),
            "rules": [
                {name: getattr(rule, name) for name in ("number", "category", "severity", "title", "text")}
                | {"uuid": str(rule.uuid)}
                for rule in RuleRow.objects.visible_to(call.user).standing().filter(book=book).order_by("number")
            ],
        }
        return Answer(body=body)


class BookUnsigned(Endpoint):
    @operation(id="books_unsigned", summary="List who has not signed a book", query=PageQuery, gives=(shapes.Stays,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """The stays of those who live in the house and have not signed this version. Of one that is not in force
        nobody is asked for a signature."""
        book = call.row(BookRow, uuid, "house")
        asked = [stay.pk for stay, version in unsigned(book.house, book.house.today(call.now)) if version.pk == book.pk]
        rows = Stay.objects.visible_to(call.user).filter(pk__in=asked)
        page, following = call.page(rows.select_related(*stays.RELATED))
        return Answer(body={"items": stays.lines(page, call), "next": following})


class AcknowledgementQuery(RecordQuery):
    book = Id(required=False, help_text=gettext_lazy("Under this version only."))


class Acknowledgements(Endpoint):
    @operation(
        id="acknowledgements_list",
        summary="List signatures under books",
        query=AcknowledgementQuery,
        gives=(told.Acknowledgements,),
    )
    def get(self, call: Call) -> Answer:
        """Who signed which version of which book, when and how; those taken back too. A resident is told their own."""
        rows = narrowed(call.rows(AcknowledgementRow), call.query, person="resident")
        if "book" in call.query:
            rows = rows.filter(book__uuid=call.query["book"])
        page, following = call.page(rows.select_related("house", "book", "undone"))
        people = uuids_in_sight((row.resident_id for row in page), call)
        items = [
            {
                "uuid": str(row.uuid),
                "house": str(row.house.uuid),
                "book": str(row.book.uuid),
                "resident": people.get(row.resident_id),
                "signed_name": row.signed_name,
                "signed_at": at(row.signed_at, row.house),
                "how": row.how,
                "undone": hasattr(row, "undone"),
            }
            for row in page
        ]
        return Answer(body={"items": items, "next": following})


class Ladders(Endpoint):
    @operation(id="ladders_list", summary="List consequence ladders", query=VersionQuery, gives=(told.Ladders,))
    def get(self, call: Call) -> Answer:
        """Every version of what your houses answer violations with, drafts too. A resident is told what is published
        where they live."""
        page, following = call.page(_asked(call.rows(LadderRow), call, of=("house",)).select_related("house"))
        return Answer(body={"items": [_ladder_line(ladder) for ladder in page], "next": following})


class Ladder(Endpoint):
    @operation(id="ladders_read", summary="Read a consequence ladder", gives=(told.Ladder,))
    def get(self, call: Call, uuid: UUID) -> Answer:
        """One version with its steps: what follows the first, the second … time."""
        rows = _with_today(call.rows(LadderRow), call.now, of=("house",))
        ladder = get_object_or_404(rows.select_related("house"), uuid=uuid)
        steps = [
            {"category": line.category, "severity": line.severity, "consequences": list(line.steps)}
            for line in lines_of(ladder)
        ]
        return Answer(body=_ladder_line(ladder) | {"text": ladder.text, "steps": steps})


# Which version is in force


def _asked(rows: QuerySet, call: Call, *, of: Sequence[str]) -> QuerySet:
    rows = _with_today(rows, call.now, of=of)
    if "house" in call.query:
        rows = rows.filter(house__uuid=call.query["house"])
    if "in_force" in call.query:
        rows = rows.filter(holds=call.query["in_force"])
    return rows


def _with_today(rows: QuerySet, now: datetime, *, of: Iterable[str]) -> QuerySet:
    """These rows, each with whether it `holds`: the newest of its series (`of`) in force today, where its house is."""
    zones = rows.order_by().values_list("house__time_zone", flat=True).distinct()
    days = [When(house__time_zone=zone, then=Value(today)) for zone, today in sorted(nights_of(zones, now).items())]
    rows = rows.annotate(here=Case(*days, default=None, output_field=DateField()))
    newer = rows.model.objects.out().filter(
        number__gt=OuterRef("number"), in_force_from__lte=OuterRef("here"), **{name: OuterRef(name) for name in of}
    )
    holds = When(Q(in_force_from__lte=F("here")) & ~Exists(newer), then=Value(True))
    return rows.annotate(holds=Case(holds, default=Value(False)))


# What is told


def _version(row: BookRow | LadderRow) -> dict[str, Any]:
    return {
        "uuid": str(row.uuid),
        "house": str(row.house.uuid),
        "number": row.number,
        "published_on": day(row.published_on),
        "in_force_from": day(row.in_force_from),
        "in_force": row.holds,
    }


def _book_line(book: BookRow) -> dict[str, Any]:
    return _version(book) | {"kind": book.kind, "title": book.title}


def _ladder_line(ladder: LadderRow) -> dict[str, Any]:
    return _version(ladder) | {"look_back_days": ladder.look_back_days, "appeal_days": ladder.appeal_days}


def _changed(book: BookRow, call: Call) -> Mapping[str, Any] | None:
    earlier = call.rows(BookRow).filter(house=book.house_id, kind=book.kind, number__isnull=False)
    if book.number is not None:
        earlier = earlier.filter(number__lt=book.number)
    before = earlier.order_by("-number").first()
    if before is None:
        return None
    changes = what_changed(before, book)
    return {
        "before": str(before.uuid),
        "added": [rule.number for rule in changes.added],
        "changed": [change.new.number for change in changes.changed],
        "dropped": [rule.number for rule in changes.dropped],
        "text": bool(changes.title or changes.text),
    }
