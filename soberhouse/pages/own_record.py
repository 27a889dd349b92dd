"""All that is on record about one person, for them to read and to take along: gathered, as JSON and as a PDF."""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from residents.houses.models import Role
from residents.people.models import Resident
from soberhouse.accounts.models import AccountEvent, ApiKey, Invitation, User
from soberhouse.cards import Record, Section, hanging, in_words, plainly, section
from soberhouse.documents import store
from soberhouse.documents.models import IssuedDocument, Withdrawal
from soberhouse.notices.kinds import declared
from soberhouse.notices.models import Notice
from soberhouse.subjects import offers

log = logging.getLogger(__name__)

# How the JSON is read: the number goes up when a reader of the last one would be misled by the next.
SCHEMA, VERSION = "soberhouse-own-record", 1
# More columns than this stand below each other on paper.
COLUMNS = 6


@dataclass(frozen=True)
class Change:
    """One change of a record: when, by whom, why, and what became of each field."""

    at: datetime
    kind: str
    by: str
    through: str
    why: str
    fields: Sequence[tuple[str, str, str]]  # its name, what it said, what it says
    data: Mapping[str, Any]


@dataclass(frozen=True)
class OwnRecord:
    """Everything, at one instant, by the clock of one place. `changes` are found by section and key of the record,
    `pictures` by the public id of their file."""

    resident: Resident
    made_at: datetime
    zone: str
    sections: Sequence[Section]
    changes: Mapping[tuple[str, int], Sequence[Change]]
    pictures: Mapping[UUID, bytes]


def sections_of(resident: Resident, *, today: Any, papers: Sequence[IssuedDocument] | None = None) -> list[Section]:
    """What every subject has on record about them, and what the platform has about their account. The same queries,
    however much it is; one fewer with `papers_of` them, where these are read already."""
    subjects = [each for offer in offers("cards", "own") for each in offer(resident, today)]
    papers = papers_of(resident) if papers is None else papers
    return [*subjects, *_papers(papers), *_account(resident.user)]


def own_record(resident: Resident, *, zone: str, today: Any, now: datetime) -> OwnRecord:
    """All of it with its history and its pictures. One query more for each table that keeps one."""
    found = sections_of(resident, today=today)
    changes = {key: changes for each in found for key, changes in _changes(each)}
    return OwnRecord(resident, now, zone, found, changes, dict(_pictures(found)))


def _pictures(sections: Sequence[Section]) -> Iterator[tuple[UUID, bytes]]:
    """What the files of the records hold. One that the store has lost is left out, and is loud in the log."""
    for one in (one for each in sections for one in each.records if one.picture is not None):
        try:
            yield one.picture.uuid, store.read(one.picture)
        except store.Damaged:
            log.error("A stored file is damaged.", extra={"file": str(one.picture.uuid)})


def _picture_data(one: Record, pictures: Mapping[UUID, bytes]) -> dict[str, Any]:
    if one.picture is None:
        return {}
    data = pictures.get(one.picture.uuid)
    told = {"content_type": one.picture.content_type, "base64": b64encode(data).decode()} if data else None
    return {"picture": told}


def as_json(record: OwnRecord) -> bytes:
    """The whole record for a program."""
    told = {
        each.name: [
            {
                **one.data,
                **_picture_data(one, record.pictures),
                "changes": [_change_data(change) for change in record.changes.get((each.name, one.key), ())],
            }
            for one in each.records
        ]
        for each in record.sections
    }
    head = {
        "schema": SCHEMA,
        "version": VERSION,
        "made_at": record.made_at.isoformat().replace("+00:00", "Z"),
        "time_zone": record.zone,
        "organization": record.resident.organization.name,
    }
    return json.dumps({**head, "records": told}, ensure_ascii=False, indent=2).encode()


def as_pdf(record: OwnRecord) -> bytes:
    """The whole record on paper, for them and for whom they give it to. It is not in the register of issued papers."""
    from soberhouse.documents import paper  # noqa: PLC0415 -- slow to import, and few requests need it

    head = paper.Head(
        organization=record.resident.organization.name,
        title=_("My record"),
        as_of=record.made_at,
        zone=record.zone,
        issued_by=str(record.resident),
        issued_at=record.made_at,
        confidential=_("About one person. Keep it closed."),
    )
    blocks: list[paper.Block] = [
        paper.Text(
            _("All that %(organization)s has on record about me: what counts, what was corrected, and who looked.")
            % {"organization": record.resident.organization}
        ),
        paper.Text(_("I took it from my own account. It carries no code to check it by."), small=True),
    ]
    for each in record.sections:
        filled = [n for n in range(len(each.headers)) if any(one.cells[n] for one in each.records)]
        blocks.append(paper.Heading(each.title))
        if not each.records:
            blocks.append(paper.Text(each.empty))
        elif len(filled) > COLUMNS or len(each.records) == 1 or any(one.picture for one in each.records):
            for one in each.records:
                picture = record.pictures.get(one.picture.uuid, b"") if one.picture else b""
                blocks += [paper.Facts(_facts(each, one), picture=picture), paper.Space(6)]
        else:
            headers = [each.headers[n] for n in filled]
            blocks.append(paper.Table(headers, [_cells(one, filled) for one in each.records]))
    blocks += [paper.Heading(_("What was changed")), _changes_table(record)]
    return paper.render(head, blocks)


def _facts(each: Section, one: Record) -> list[tuple[str, str]]:
    said = [(label, cell) for label, cell in zip(each.headers, one.cells, strict=True) if cell]
    return [*said, (_("Counts no more"), one.struck)] if one.struck else said


def _cells(one: Record, filled: Sequence[int]) -> list[str]:
    first, *rest = (one.cells[n] for n in filled)
    return [f"{first} ({one.struck})".lstrip() if one.struck else first, *rest]


def _changes_table(record: OwnRecord) -> Any:
    from soberhouse.documents import paper  # noqa: PLC0415 -- slow to import, and few requests need it

    found = [
        (change, each)
        for each in record.sections
        for one in each.records
        for change in record.changes.get((each.name, one.key), ())
        if change.kind == "changed" and change.fields  # another column may have changed, of which nothing is told
    ]
    found.sort(key=lambda pair: pair[0].at, reverse=True)
    rows = [
        [
            date_format(localtime(change.at), "DATETIME_FORMAT"),
            each.title,
            change.by,
            "\n".join(f"{label}: {old or '–'} → {new or '–'}" for label, old, new in change.fields),
            change.why,
        ]
        for change, each in found
    ]
    headers = [_("When"), _("In"), _("By"), _("What"), _("Why")]
    return paper.Table(headers, rows, widths=[2, 2, 2, 4, 2], empty=_("Nothing was changed since it was written down."))


# --- history ---


KINDS = {"+": "made", "~": "changed", "-": "deleted"}


def _changes(each: Section) -> Iterator[tuple[tuple[str, int], list[Change]]]:
    """The changes of each record of a section whose table keeps history, the first one first."""
    history = getattr(each.model, "history", None)
    if history is None or not each.records:
        return
    kept = {field.name for field in history.model.tracked_fields}
    asked = [each.model._meta.get_field(name) for name in each.fields if name in kept]
    told = [field for field in asked if not field.is_relation]
    labels = dict(zip(each.fields, each.headers, strict=True))
    rows = history.filter(id__in=[one.key for one in each.records]).order_by("id", "history_date", "history_id")
    before: dict[int, Any] = {}
    found: dict[int, list[Change]] = {}
    for row in rows:
        found.setdefault(row.id, []).append(_change(row, before.get(row.id), told, labels))
        before[row.id] = row
    yield from (((each.name, key), changes) for key, changes in found.items())


def _change(row: Any, before: Any | None, told: Sequence[models.Field], labels: Mapping[str, str]) -> Change:
    changed = [
        field for field in told if before is None or getattr(row, field.attname) != getattr(before, field.attname)
    ]
    return Change(
        at=row.history_date,
        kind=KINDS[row.history_type],
        by=row.history_actor_label,
        through=row.history_source,
        why=row.history_change_reason or "",
        fields=[
            (labels[field.name], in_words(before, field) if before else "", in_words(row, field)) for field in changed
        ],
        data={field.name: plainly(row, field) for field in changed},
    )


def _change_data(change: Change) -> dict[str, Any]:
    return {
        "at": change.at.isoformat().replace("+00:00", "Z"),
        "kind": change.kind,
        "by": change.by,
        "through": change.through,
        "reason": change.why,
        "values": dict(change.data),
    }


# --- what the platform has on record ---


def papers_of(resident: Resident) -> list[IssuedDocument]:
    """The papers issued about them that they see, the newest first, with what became of each. One query."""
    mine = IssuedDocument.objects.visible_to(resident.user).filter(resident=resident)
    return list(mine.select_related("house", "organization", "replaces", "withdrawal", "replaced_by"))


def _papers(papers: Sequence[IssuedDocument]) -> Iterator[Section]:
    gone = {"withdrawn": _("withdrawn"), "replaced": _("replaced")}
    yield section(
        "papers",
        _("Papers about me"),
        papers,
        ["title", "kind", "recipient", "purpose", "as_of", "house", "issued_as", "issued_at", "code", "replaces"],
        model=IssuedDocument,
        labels={
            "kind": _("Kind"),
            "house": _("House"),
            "code": _("Code to check it by"),
            "replaces": _("Instead of"),
        },
        struck=lambda row: gone.get(row.state, ""),
        history=False,
        empty=_("No paper was issued about me."),
    )
    yield section(
        "withdrawals",
        _("Papers that were taken back"),
        reversed(hanging(papers, "withdrawal")),
        ["document", "reason", "recorded_as", "recorded_at"],
        model=Withdrawal,
        labels={"document": _("Paper"), "recorded_as": _("By"), "recorded_at": _("Written down")},
        history=False,
        empty=_("None."),
    )


def _account(user: User) -> Iterator[Section]:
    yield section(
        "roles",
        _("My roles"),
        Role.objects.filter(user=user).select_related("organization", "house"),
        ["kind", "organization", "house", "starts_at", "ends_at"],
        model=Role,
        labels={"organization": _("Organization"), "house": _("House")},
        empty=_("None."),
    )
    yield section(
        "account",
        _("My account"),
        [user],
        ["username", "name", "email", "notices_by_mail", "is_active", "created_at", "last_login"],
        model=User,
        labels={"created_at": _("Made"), "last_login": _("Signed in last")},
    )
    yield section(
        "account_events",
        _("What happened to my account"),
        user.account_events.all(),
        ["kind", "happened_at", "recorded_as", "reason"],
        model=AccountEvent,
        labels={"kind": _("What"), "happened_at": _("When"), "recorded_as": _("By"), "reason": _("Reason")},
        history=False,
        empty=_("Nothing yet."),
    )
    yield section(
        "notices",
        _("Notices to me"),
        Notice.objects.visible_to(user),
        ["text", "kind", "url", "made_at", "read_at"],
        model=Notice,
        labels={
            "text": _("Notice"),
            "kind": _("Kind"),
            "url": _("Leads to"),
            "made_at": _("Sent"),
            "read_at": _("Read"),
        },
        words={"kind": lambda slug: capfirst(str(declared.get(slug, slug)))},
        history=False,
        empty=_("No notice yet."),
    )
    yield section(
        "slips",
        _("Invitation slips for me"),
        Invitation.objects.filter(user=user),
        ["made_at", "made_as", "expires_at", "used_at", "revoked_at"],
        model=Invitation,
        labels={"made_at": _("Made"), "made_as": _("By")},
        empty=_("None."),
    )
    yield section(
        "api_keys",
        _("My keys for programs"),
        ApiKey.objects.filter(user=user),
        ["name", "prefix", "scopes", "made_at", "expires_at", "revoked_at", "last_used_at"],
        model=ApiKey,
        labels={"made_at": _("Made")},
        empty=_("None."),
    )
