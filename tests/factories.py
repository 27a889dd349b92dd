"""A valid row of any audited model, and a valid change to it, made from the model itself.

A test that walks `audited_models()` covers a new model without being touched. Where a model's rules ask for more than
its fields tell, it needs a line in RECIPES; without it the walking tests fail and say so.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Concat

from residents.houses.permissions import RoleKind
from residents.models import (
    Acknowledgement,
    AcknowledgementUndone,
    AgendaItem,
    Answer,
    Appeal,
    AppealDecision,
    Application,
    Attachment,
    Attendance,
    Bed,
    BedUse,
    Book,
    Clock,
    Complaint,
    ComplaintOutcome,
    Contract,
    ContractReview,
    ContractSignature,
    CurfewCheck,
    CurfewHour,
    Deadline,
    Decision,
    DoubtSettled,
    Election,
    Entry,
    EntryTelling,
    Feed,
    FollowUp,
    HandOver,
    HandOverRead,
    House,
    HouseMeeting,
    Incident,
    IncidentClosing,
    IncidentStep,
    Ladder,
    LadderStep,
    Meeting,
    MeetingChange,
    MeetingPlan,
    Motion,
    MotionKind,
    Movement,
    Officer,
    Organization,
    OrientationItem,
    Pass,
    PassDecision,
    PassEvent,
    PassRule,
    PhaseKind,
    Removal,
    RemovalReview,
    Reporter,
    Requirement,
    RequirementPart,
    Resident,
    ReviewOpinion,
    Role,
    RollLine,
    Room,
    RosterUpload,
    Rule,
    SafetyCheck,
    SafetyItem,
    Search,
    Stay,
    Violation,
    ViolationWithdrawal,
    Visit,
    VisitEnd,
    WeekExcused,
)
from soberhouse.accounts.models import ApiKey, Invitation, User
from soberhouse.database.constraints import AppendOnly, Frozen
from soberhouse.documents.models import IssuedDocument, StoredFile
from tests.cast import Cast

_numbers = itertools.count(1)


def next_number() -> int:
    return next(_numbers)


def next_day() -> date:
    """A day long past, ten days after the one before."""
    return date(2001, 1, 1) + timedelta(days=10 * (next_number() % 900))


# What stands around a new row


def new_user() -> User:
    number = next_number()
    return User.objects.create(username=f"person{number}", name=f"Person Number {number}")


def new_resident(cast: Cast) -> Resident:
    return Resident.objects.create(
        organization=cast.organization, legal_first_name="Nadia", legal_last_name=f"Number {next_number()}"
    )


def new_stay(cast: Cast) -> Stay:
    """A stay of a new person in house A, since long ago."""
    return Stay.objects.create(house=cast.house_a, resident=new_resident(cast), starts_on=date(2000, 1, 1))


def new_application(cast: Cast) -> Application:
    return Application.objects.create(house=cast.house_a, resident=new_resident(cast), received_on=date(2000, 1, 1))


def new_file() -> StoredFile:
    return StoredFile.objects.create(digest=f"{next_number():064x}", content_type="application/pdf", size=1)


def new_phase_kind(cast: Cast) -> PhaseKind:
    number = next_number() % 30_000
    return PhaseKind.objects.create(house=cast.house_a, number=number, name=f"Phase {number}")


def new_house(cast: Cast) -> House:
    """A house of its own that alice manages too: of what a house has one draft of, each new draft needs another."""
    house = House.objects.create(
        organization=cast.organization, name=f"House {next_number()}", time_zone="America/New_York"
    )
    Role.objects.create(
        user=cast.alice,
        kind=RoleKind.MANAGER,
        organization=cast.organization,
        house=house,
        starts_at=datetime(2001, 1, 1, tzinfo=UTC),
    )
    return house


def new_book(cast: Cast) -> Book:
    """A rule book that is a draft."""
    return Book.objects.create(house=new_house(cast), kind=Book.Kind.RULES, title="House rules")


def new_rule(cast: Cast) -> Rule:
    """A rule of a rule book that is published, and in force since long ago."""
    book = new_book(cast)
    rule = Rule.objects.create(
        house=book.house, book=book, number=1, category="curfew", severity="minor", title="Be in", text="Be in by 10."
    )
    published(book)
    return rule


def published(row: Any) -> Any:
    """A draft, published as the first version long ago; the minutes of a house meeting, when it was held."""
    if isinstance(row, HouseMeeting):
        row.roll_taken_at = row.published_at = row.starts_at
    else:
        row.number, row.published_on, row.in_force_from = 1, date(2000, 1, 1), date(2000, 1, 1)
    row.save()
    return row


def new_acknowledgement(cast: Cast, *, rule: Rule | None = None, resident: Resident | None = None) -> Acknowledgement:
    return Acknowledgement.objects.create(**signature_of(cast, rule=rule, resident=resident))


def signature_of(cast: Cast, *, rule: Rule | None = None, resident: Resident | None = None) -> dict[str, Any]:
    rule = rule or new_rule(cast)
    return {
        "house": rule.house,
        "book": rule.book,
        "resident": resident or new_resident(cast),
        **on_paper(),
    }


def on_paper() -> dict[str, Any]:
    day = {"signed_at": datetime(2000, 1, 1, 17, tzinfo=UTC), "signed_on": date(2000, 1, 1)}
    return day | {"how": "paper", "signed_name": "Nadia Number", "witness": "Walter Witness", "recorded_as": "a test"}


def what_violation(cast: Cast) -> dict[str, Any]:
    """Somebody new, who signed a book, and one of its rules."""
    rule = new_rule(cast)
    stay = Stay.objects.create(house=rule.house, resident=new_resident(cast), starts_on=date(2000, 1, 1))
    new_acknowledgement(cast, rule=rule, resident=stay.resident)
    return {"house": stay.house, "stay": stay, "rule": rule, "happened_on": next_day()}


def new_violation(cast: Cast) -> Violation:
    return Violation.objects.create(**what_violation(cast), what="They came in at midnight.", recorded_by=cast.alice)


def of(parent: Any, name: str, **values: Any) -> dict[str, Any]:
    """What hangs on `parent`, in its house."""
    return {name: parent, "house": parent.house, **values}


def what_decision(cast: Cast) -> dict[str, Any]:
    never = datetime(2100, 1, 1, tzinfo=UTC)
    return of(new_violation(cast), "violation", consequence="verbal", recorded_by=cast.olive, appeal_until=never)


def two_days() -> dict[str, Any]:
    leaves = next_day()
    hour = datetime(leaves.year, leaves.month, leaves.day, 17, tzinfo=UTC)
    return {"starts_at": hour, "ends_at": hour + timedelta(days=2)}


def what_pass(cast: Cast) -> dict[str, Any]:
    given = two_days() | {"recorded_by": cast.alice}
    return given | {"starts_on": given["starts_at"].date(), "ends_on": given["ends_at"].date()}


def what_contract(cast: Cast) -> dict[str, Any]:
    day = next_day()
    return {"starts_on": day, "review_on": day + timedelta(days=1), "ends_on": day + timedelta(days=30)}


def new_entry(cast: Cast, kind: str = "note", **facts: Any) -> Entry:
    return Entry.objects.create(house=cast.house_a, recorded_by=new_user(), kind=kind, **facts)


def new_grievance(cast: Cast) -> Complaint:
    """A complaint about somebody of the staff."""
    withheld = {"audience": "operators", "audience_reason": "x", "withheld_from": new_user()}
    return Complaint.objects.create(
        **of(new_entry(cast, "complaint", **withheld), "entry", by="neighbor", recorded_by=new_user())
    )


def new_telling(cast: Cast) -> EntryTelling:
    day = next_day()
    happened_at = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    return EntryTelling.objects.create(**of(new_entry(cast), "entry"), text="A knock.", happened_at=happened_at)


def what_deadline(cast: Cast) -> dict[str, Any]:
    hour = two_days()
    return of(new_entry(cast), "entry", started_at=hour["starts_at"], due_at=hour["ends_at"])


def new_meeting(cast: Cast) -> Meeting:
    return Meeting.objects.create(
        organization=cast.organization,
        name=f"Meeting {next_number()}",
        kind="aa",
        starts=time(19),
        recurrence="FREQ=DAILY",
        starts_on=date(1990, 1, 1),
        time_zone="America/New_York",
    )


def what_attendance(cast: Cast) -> dict[str, Any]:
    day = next_day()
    starts_at = datetime(day.year, day.month, day.day, 17, tzinfo=UTC)
    ends_at = starts_at + timedelta(hours=1)
    return {"starts_at": starts_at, "ends_at": ends_at, "on": day, "recorded_by": new_user(), "house": cast.house_a}


def what_visit_end(cast: Cast) -> dict[str, Any]:
    visit = saved(Visit, cast)
    return of(visit, "visit", came_at=visit.came_at, left_at=visit.came_at + timedelta(hours=2))


def new_house_meeting(cast: Cast) -> HouseMeeting:
    """One whose minutes are not published."""
    return HouseMeeting.objects.create(**what_house_meeting(cast))


def what_house_meeting(cast: Cast) -> dict[str, Any]:
    house, day = cast.house_a, next_day()
    meeting = Meeting.objects.create(
        organization=house.organization,
        house=house,
        name=f"House meeting {next_number()}",
        kind="house",
        time_zone=house.time_zone,
        starts_on=day,
    )
    return {
        "house": house,
        "meeting": meeting,
        "starts_at": datetime(day.year, day.month, day.day, 17, tzinfo=UTC),
        "on": day,
    }


def what_motion(cast: Cast) -> dict[str, Any]:
    """Carried with the one vote that was cast."""
    needs = {"percent": 50, "more_than": False, "of": "cast", "of_how_many": 1, "carried": True}
    return of(new_house_meeting(cast), "house_meeting", in_favour=1, **needs)


def what_election(cast: Cast) -> dict[str, Any]:
    day = next_day()
    officer = Officer.objects.create(
        house=cast.house_a,
        resident=new_resident(cast),
        duty="senior",
        starts_on=day,
        ends_on=day + timedelta(days=90),
    )
    return of(new_house_meeting(cast), "house_meeting", officer=officer)


PARENTS: dict[type[models.Model], Callable[[Cast], models.Model]] = {
    Acknowledgement: new_acknowledgement,
    Appeal: lambda cast: saved(Appeal, cast),
    Application: new_application,
    Attendance: lambda cast: saved(Attendance, cast),
    Bed: lambda cast: cast.bed_a("3A"),
    Book: new_book,
    Clock: lambda cast: saved(Clock, cast),
    Complaint: lambda cast: saved(Complaint, cast),
    Contract: lambda cast: saved(Contract, cast),
    CurfewCheck: lambda cast: saved(CurfewCheck, cast),
    Deadline: lambda cast: saved(Deadline, cast),
    Decision: lambda cast: saved(Decision, cast),
    Entry: new_entry,
    EntryTelling: new_telling,
    Feed: lambda cast: saved(Feed, cast),
    FollowUp: lambda cast: saved(FollowUp, cast),
    AgendaItem: lambda cast: saved(AgendaItem, cast),
    HandOver: lambda cast: saved(HandOver, cast),
    HouseMeeting: new_house_meeting,
    MotionKind: lambda cast: saved(MotionKind, cast),
    House: lambda cast: cast.house_a,
    Incident: lambda cast: saved(Incident, cast),
    Ladder: lambda cast: Ladder.objects.create(house=new_house(cast)),
    Meeting: new_meeting,
    Movement: lambda cast: saved(Movement, cast),
    Organization: lambda cast: cast.organization,
    OrientationItem: lambda cast: saved(OrientationItem, cast),
    Pass: lambda cast: saved(Pass, cast),
    PhaseKind: new_phase_kind,
    Removal: lambda cast: saved(Removal, cast),
    Resident: new_resident,
    Room: lambda cast: cast.bed_a("3A").room,
    Rule: new_rule,
    SafetyItem: lambda cast: saved(SafetyItem, cast),
    Stay: new_stay,
    StoredFile: lambda cast: new_file(),
    User: lambda cast: cast.olive,
    Violation: new_violation,
    Visit: lambda cast: saved(Visit, cast),
}
# Values that the fields alone do not tell.
RECIPES: dict[type[models.Model], Callable[[Cast], dict[str, Any]]] = {
    Acknowledgement: signature_of,
    AcknowledgementUndone: lambda cast: of(new_acknowledgement(cast), "acknowledgement"),
    Answer: lambda cast: of(new_violation(cast), "violation"),
    ApiKey: lambda cast: {"user": cast.alice, "scopes": "read"},
    Appeal: lambda cast: of(saved(Decision, cast), "decision"),
    AppealDecision: lambda cast: of(saved(Appeal, cast), "appeal", recorded_by=cast.bob),
    Attachment: lambda cast: of(new_violation(cast), "violation"),
    Attendance: what_attendance,
    BedUse: lambda cast: {"kind": BedUse.Kind.OUT, "ends_on": date(2000, 1, 1), "starts_on": date(2000, 1, 1)},
    Book: lambda cast: {"house": new_house(cast)},
    Clock: lambda cast: {"amount": 3},
    Complaint: lambda cast: of(new_entry(cast, "complaint"), "entry", recorded_by=new_user()),
    ComplaintOutcome: lambda cast: {"recorded_by": cast.olive},
    Contract: what_contract,
    ContractReview: lambda cast: {"recorded_by": cast.olive, "next_on": date(2020, 1, 1)},
    ContractSignature: lambda cast: on_paper(),
    CurfewHour: lambda cast: {"phase": new_phase_kind(cast), "hour": time(22)},
    Deadline: what_deadline,
    Decision: what_decision,
    DoubtSettled: lambda cast: of(saved(Attendance, cast), "attendance", recorded_by=new_user()),
    Feed: lambda cast: {"time_zone": "America/New_York"},
    Election: what_election,
    HandOver: lambda cast: {"recorded_by": new_user()},
    HandOverRead: lambda cast: {"recorded_by": cast.olive},
    House: lambda cast: {"time_zone": "America/New_York"},
    HouseMeeting: what_house_meeting,
    Incident: lambda cast: of(new_entry(cast, "incident"), "entry", recorded_by=new_user(), begun_by=new_user()),
    IncidentClosing: lambda cast: {"recorded_by": cast.olive},
    IncidentStep: lambda cast: {"kind": "happened", "what": "Found on the floor"},
    Invitation: lambda cast: {"user": new_user()},
    IssuedDocument: lambda cast: {"house": cast.house_a, "resident": new_resident(cast), "file": new_file()},
    Ladder: lambda cast: {"house": new_house(cast)},
    LadderStep: lambda cast: of(PARENTS[Ladder](cast), "ladder", position=1, consequence="verbal"),
    MeetingChange: lambda cast: {"called_off": True},
    MeetingPlan: lambda cast: {"house": cast.house_a, "meeting": new_meeting(cast)},
    Motion: what_motion,
    MotionKind: lambda cast: {"percent": 50},
    Movement: lambda cast: {"purpose": "work"},
    Organization: lambda cast: {"time_zone": "America/New_York"},
    Pass: what_pass,
    PassDecision: lambda cast: two_days() | {"recorded_by": cast.olive},
    PassEvent: lambda cast: {"note": "they stay at home"},
    PassRule: lambda cast: {"phase": new_phase_kind(cast)},
    Removal: lambda cast: {"recorded_by": cast.olive},
    RemovalReview: lambda cast: {"recorded_by": cast.bob},
    Reporter: lambda cast: of(new_violation(cast), "violation"),
    ReviewOpinion: lambda cast: of(new_violation(cast), "violation", recorded_by=cast.olive),
    Requirement: lambda cast: {"count": 3},
    RequirementPart: lambda cast: of(saved(Requirement, cast), "requirement", kind="aa", count=1),
    RollLine: lambda cast: {"recorded_by": cast.olive},
    RosterUpload: lambda cast: {"content": b"Bed,Name,Move in\n"},
    Rule: lambda cast: of(new_book(cast), "book"),
    SafetyCheck: lambda cast: {"in_order": True},
    SafetyItem: lambda cast: {"every_days": 30},
    Search: lambda cast: of(new_entry(cast, "search"), "entry"),
    WeekExcused: lambda cast: {
        "week": date(2001, 1, 1) + timedelta(weeks=next_number() % 900),
        "recorded_by": cast.olive,
    },
    Violation: what_violation,
    ViolationWithdrawal: lambda cast: of(new_violation(cast), "violation"),
    Visit: lambda cast: of(new_entry(cast, "visitor"), "entry"),
    VisitEnd: what_visit_end,
}


# Rows


def unsaved(model: type[models.Model], cast: Cast) -> Any:
    """A valid row of the model, different from every other, not yet in the database; its parents are."""
    values = RECIPES[model](cast) if model in RECIPES else {}
    for field in model._meta.concrete_fields:
        if field.name not in values and is_needed(field):
            values[field.name] = value_for(field, cast)
    return model(**values)


def saved(model: type[models.Model], cast: Cast) -> Any:
    row = unsaved(model, cast)
    row.save()
    row.refresh_from_db()
    return row


def is_needed(field: models.Field) -> bool:
    return not (field.primary_key or field.null or field.has_default() or field.blank)


def value_for(field: models.Field, cast: Cast) -> Any:
    """Some valid value for a field that must have one."""
    if field.is_relation:
        if field.related_model not in PARENTS:
            raise LookupError(f"{field.related_model.__name__} needs a line in PARENTS of tests/factories.py")
        return PARENTS[field.related_model](cast)
    if field.choices:
        return field.flatchoices[0][0]
    number = next_number()
    match field:
        case models.EmailField():
            return f"person{number}@example.org"
        case models.CharField() | models.TextField():
            return f"{field.name[:20]} {number}"[: field.max_length]
        case models.BooleanField():
            return False
        case models.DateTimeField():
            return datetime(2001, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        case models.DateField():
            return next_day()
        case models.TimeField():
            return time(number % 24)
        case models.DecimalField():
            return Decimal(number % 100)
        case models.IntegerField():
            return number % 30_000
    raise LookupError(f"{field} needs a line in RECIPES of tests/factories.py")


# Changes


def has_field(model: type[models.Model], name: str) -> bool:
    """Whether it is a column of its own, not words for what another row says."""
    return any(field.name == name for field in model._meta.concrete_fields)


def is_append_only(model: type[models.Model]) -> bool:
    return any(isinstance(constraint, AppendOnly) for constraint in model._meta.constraints)


def frozen_fields(model: type[models.Model]) -> set[str]:
    """What keeps the value it was born with; what may be set once, and is empty in a new row, can still change."""
    rules = [rule for rule in model._meta.constraints if type(rule) is Frozen]
    return {name for rule in rules for name in rule.fields}


def free_fields(model: type[models.Model]) -> Iterator[models.Field]:
    """Audited fields that may take another value of their own kind."""
    kept = {field.name for field in model.history.model.tracked_fields}
    frozen = frozen_fields(model) | {"id", "uuid"}
    for field in model._meta.concrete_fields:
        if field.name in kept - frozen and not field.is_relation and not field.choices:
            yield field


def changeable(model: type[models.Model]) -> models.Field:
    """The field that the tests change: a text where there is one, else an instant, a day, an hour, a number, or a yes
    and no."""
    fields = list(free_fields(model))
    texts, times = (models.CharField, models.TextField), (models.DateTimeField, models.DateField, models.TimeField)
    for kind in (*texts, *times, models.IntegerField, models.BooleanField):
        for field in fields:
            # A day that may be empty is the end of a range: it can always be set to the start.
            if isinstance(field, kind) and (kind is not models.DateField or is_an_end(field)):
                return field
    raise LookupError(f"{model.__name__} has no field that tests/factories.py knows how to change")


def is_an_end(field: models.Field) -> bool:
    return field.null and field.name in ("ends_on", "ended_on")


def changed_value(row: models.Model, field: models.Field) -> Any:
    old = getattr(row, field.attname)
    match field:
        case models.CharField() | models.TextField():
            return f"{old}x"
        case models.DateTimeField():
            return old + timedelta(minutes=1) if old else datetime(2050, 1, 1, tzinfo=UTC)
        case models.TimeField():
            return time(23, 59)
        case models.IntegerField():
            return 9 if old is None else old + 1
        case models.BooleanField():
            return not old
        case models.JSONField():
            return [*old, "x"]
    return row.starts_on  # type: ignore[attr-defined]


def changing_expression(field: models.Field) -> Any:
    """The same change, reckoned by the database from the row as it is."""
    match field:
        case models.CharField() | models.TextField():
            return Concat(F(field.name), Value("x"), output_field=type(field)())
        case models.DateTimeField():
            return Coalesce(F(field.name), Value(datetime(2050, 1, 1, tzinfo=UTC))) + timedelta(minutes=1)
        case models.TimeField():
            return Value(time(23, 59))
        case models.IntegerField():
            return F(field.name) + 1
        case models.BooleanField():
            return ~F(field.name)
    return F("starts_on")


# Plain SQL


def insert_sql(row: models.Model) -> tuple[str, list[Any]]:
    """The INSERT that a person in a shell would write: without what the database fills in by itself."""

    def is_left_out(field: models.Field) -> bool:
        usual = callable(field.default) or getattr(row, field.attname) == field.default
        return field.primary_key or (field.db_default is not models.NOT_PROVIDED and usual)

    fields = [field for field in row._meta.concrete_fields if not is_left_out(field)]
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join("%s" for _ in fields)
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    return f'INSERT INTO "{row._meta.db_table}" ({names}) VALUES ({marks})', values
