"""What clocks run, what is due by them and when, and who is told of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from residents.houses.models import House, Organization, Role
from residents.houses.permissions import MAY, Action
from residents.log.models import (
    Clock,
    Deadline,
    DeadlineCall,
    DeadlineMet,
    Entry,
    EntryAbout,
    EntryTelling,
    Holiday,
    Kind,
)
from residents.log.queries.entries import unnamed
from residents.log.reckoning import DAY, day_begins
from residents.people.models import Resident
from residents.stays.models import Discharge, Stay
from soberhouse.accounts.models import User

A_DAY = timedelta(hours=24)
MET, OVER, NEAR, RUNS = "met", "over", "near", "runs"
STARTS_OF_KIND = {Kind.INCIDENT: Clock.Starts.INCIDENT, Kind.COMPLAINT: Clock.Starts.COMPLAINT}
STARTS_OF_STAY = (Clock.Starts.MOVE_IN, Clock.Starts.DISCHARGE)


# --- deadlines ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """One deadline, and where it stands at an instant."""

    deadline: Deadline
    met: DeadlineMet | None
    state: str  # met, over, near, runs

    @property
    def is_open(self) -> bool:
        return self.met is None


def near_at(deadline: Deadline) -> datetime:
    """From when on it is near: a quarter of its time is left, or a day, whichever is less."""
    return deadline.due_at - min((deadline.due_at - deadline.started_at) / 4, A_DAY)


def counting(rows: QuerySet[Deadline]) -> QuerySet[Deadline]:
    """Those that still stand: not of a stay that was entered by mistake, nor of a discharge that was undone."""
    undone = Discharge.objects.filter(stay=OuterRef("stay"), undone=True, pk__gt=OuterRef("discharge"))
    return rows.exclude(stay__voided=True).exclude(Exists(undone))


def met_or_not(rows: QuerySet[Deadline], *, met: bool, at: datetime) -> QuerySet[Deadline]:
    """Those that were done, as it was known at an instant; or those that were not."""
    done = Q(met__isnull=False, met__recorded_at__lte=at)
    rows = rows.filter(recorded_at__lte=at)
    return rows.filter(done) if met else rows.exclude(done)


def deadlines(
    rows: QuerySet[Deadline], *, now: datetime, known_at: datetime | None = None, reader: User | None = None
) -> list[Due]:
    """Where each of these stands now, or as it was known at an instant; what is due first comes first. Two queries, and
    one more where something was done after a complaint. A `reader` who is not told who complains is told no proof,
    which may say to whom it was given."""
    at = known_at or now
    told = EntryTelling.objects.filter(corrected_by=None)
    rows = rows.select_related("clock", "house", "entry__incident", "entry__house", "stay__resident", "met__file")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    found = []
    for row in rows.prefetch_related(Prefetch("entry__tellings", told)).order_by("due_at", "pk"):
        met = getattr(row, "met", None)
        if met is not None and met.recorded_at > at:
            met = None
        found.append(Due(row, met, _state(row, met, at)))
    _keep_names([each.met for each in found if each.met and each.deadline.entry], reader)
    return found


def _keep_names(done: list[DeadlineMet], reader: User | None) -> None:
    withheld = unnamed([met.deadline.entry for met in done], reader) if reader is not None else set()
    for met in done:
        if met.deadline.entry_id in withheld:
            met.proof, met.file = "", None


def each_of(rows: Iterable[Deadline], *, now: datetime, reader: User) -> list[Due]:
    """Where each of these stands now, in their order, as `reader` may know it. Two queries, and one more where
    something was done after a complaint."""
    keys = [row.pk for row in rows]
    found = {due.deadline.pk: due for due in deadlines(Deadline.objects.filter(pk__in=keys), now=now, reader=reader)}
    return [found[key] for key in keys]


def _state(row: Deadline, met: DeadlineMet | None, at: datetime) -> str:
    if met is not None:
        return MET
    if row.due_at <= at:
        return OVER
    return NEAR if near_at(row) <= at else RUNS


def pressing(house: House, user: User, *, now: datetime) -> list[Due]:
    """What is overdue in a house, or near, of what this person may see. Two queries; one where there is none."""
    rows = counting(Deadline.objects.visible_to(user).filter(house=house, met=None, due_at__lte=now + A_DAY))
    return [each for each in deadlines(rows, now=now) if each.state in (OVER, NEAR)]


def about_oneself(user: User, found: Iterable[Due]) -> set[int]:
    """Of these the keys of those that are about this person, who meets none of them. One query."""
    about = EntryAbout.objects.filter(telling__corrected_by=None, stay__resident__user=user)
    mine = Q(stay__resident__user=user) | Q(entry__in=about.values("telling__entry"))
    rows = Deadline.objects.filter(mine, pk__in=[each.deadline.pk for each in found])
    return set(rows.values_list("pk", flat=True))


def people_of(deadline: Deadline) -> list[Resident]:
    """Whom it is about. One query."""
    rows = Resident.objects.filter(stays=deadline.stay_id) if deadline.stay_id else _about(deadline)
    return list(rows.order_by("pk"))


def _about(deadline: Deadline) -> QuerySet[Resident]:
    counts = EntryAbout.objects.filter(telling__entry=deadline.entry_id, telling__corrected_by=None)
    return Resident.objects.filter(stays__in=counts.values("stay"))


# --- clocks and holidays --------------------------------------------------------------------------------------------


def clocks_of(organization: Organization) -> list[Clock]:
    """Those that run, by name, and those that ended after them. One query."""
    rows = Clock.objects.filter(organization=organization)
    return list(rows.order_by(F("ended_at").desc(nulls_first=True), "name", "pk"))


def holidays_of(organization: Organization, since: date) -> QuerySet[Holiday]:
    return Holiday.objects.filter(organization=organization, dropped=False, day__gte=since)


# --- what a clock has not run for yet -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Begun:
    """From when a clock runs: when it was written down, which says whether a clock holds for it, and when it was."""

    written_at: datetime
    started_at: datetime
    discharge: Discharge | None = None  # the first row of the one that starts it, after any that was undone


def begun(of: Entry | Stay, starts: str) -> Begun | None:
    """What starts clocks of this kind for an entry or a stay; None where nothing does.

    An incident runs from when it happened, a complaint from when it was written down. A move-in or a discharge runs
    from when it was written down, where that was on its day; else from the end of that day. A move to another of our
    houses is no discharge.
    """
    if isinstance(of, Entry):
        if starts == Clock.Starts.COMPLAINT:
            return Begun(of.recorded_at, of.recorded_at)
        return Begun(of.recorded_at, of.tellings.get(corrected_by=None).happened_at)
    if of.voided:
        return None
    if starts == Clock.Starts.MOVE_IN:
        return Begun(of.entered_at, _on_the_day(of.starts_on, of.entered_at, of.house))
    rows = {row.pk: row for row in of.discharges.all()} if of.ends_on is not None else {}
    corrected = {row.corrects_id for row in rows.values()}
    row = next((row for row in rows.values() if row.pk not in corrected and not row.undone), None)
    if row is None or row.reason == Discharge.Reason.TRANSFER:
        return None
    first = row
    while first.corrects_id is not None and not rows[first.corrects_id].undone:
        first = rows[first.corrects_id]
    return Begun(row.recorded_at, _on_the_day(row.left_on, row.recorded_at, of.house), first)


def _on_the_day(day: date, written_at: datetime, house: House) -> datetime:
    return written_at if house.today(written_at) == day else day_begins(day + DAY, house.zone)


def clocks_for(of: Entry | Stay) -> list[tuple[Clock, Begun]]:
    """The clocks that hold for this entry or stay and have not run for it yet, each with what it runs from.

    A clock holds for what was written down while it was in force; of stays only from the day on which it began.
    """
    kinds = [STARTS_OF_KIND.get(of.kind, "")] if isinstance(of, Entry) else list(STARTS_OF_STAY)
    rows = Clock.objects.filter(organization=of.house.organization_id, starts__in=kinds)
    rows = rows.exclude(deadlines__in=counting(of.deadlines.all()))
    if isinstance(of, Entry):
        incident = getattr(of, "incident", None)
        rows = rows.filter(incident_type__in=["", incident.type] if incident else [""])
    found = []
    for clock in rows.order_by("pk"):
        start = begun(of, clock.starts)
        if start is not None and _holds(clock, start, of):
            found.append((clock, start))
    return found


def _holds(clock: Clock, start: Begun, of: Entry | Stay) -> bool:
    if start.written_at < clock.begins_at or (clock.ended_at is not None and start.written_at >= clock.ended_at):
        return False
    return isinstance(of, Entry) or start.started_at >= clock.begins_at


def not_run_for() -> Iterator[Entry | Stay]:
    """Every entry and stay for which some clock may have to run yet. One query for each clock."""
    for clock in Clock.objects.order_by("pk"):
        has = counting(Deadline.objects.filter(clock=clock))
        here = Q(house__organization=clock.organization_id)
        if clock.starts in STARTS_OF_STAY:
            yield from _stays_without(clock, here).exclude(Exists(has.filter(stay=OuterRef("pk"))))
            continue
        kind = next(kind for kind, starts in STARTS_OF_KIND.items() if starts == clock.starts)
        rows = Entry.objects.filter(here, _written(clock, "recorded_at"), kind=kind)
        if clock.incident_type:
            rows = rows.filter(incident__type=clock.incident_type)
        rows = rows.exclude(Exists(has.filter(entry=OuterRef("pk"))))
        yield from rows.select_related("house", "incident").order_by("pk")


def _written(clock: Clock, path: str) -> Q:
    since = Q(**{f"{path}__gte": clock.begins_at})
    return since if clock.ended_at is None else since & Q(**{f"{path}__lt": clock.ended_at})


def _stays_without(clock: Clock, here: Q) -> QuerySet[Stay]:
    rows = Stay.objects.real().filter(here).select_related("house").order_by("pk")
    first = clock.begins_at.date() - DAY  # a day before or after it by the house's clock
    if clock.starts == Clock.Starts.MOVE_IN:
        return rows.filter(_written(clock, "entered_at"), starts_on__gte=first)
    counts = Discharge.objects.filter(
        _written(clock, "recorded_at"), stay=OuterRef("pk"), undone=False, corrected_by=None, left_on__gte=first
    ).exclude(reason=Discharge.Reason.TRANSFER)
    return rows.filter(Exists(counts), ends_on__isnull=False)


# --- whom to call, and when -----------------------------------------------------------------------------------------


def stages(deadline: Deadline, *, now: datetime) -> list[str]:
    """What people are to have been told of it by now, if it is not met."""
    found = [DeadlineCall.Stage.RUNS]
    if near_at(deadline) <= now:
        found.append(DeadlineCall.Stage.NEAR)
    if deadline.due_at <= now:
        found.append(DeadlineCall.Stage.OVER)
    return found


def to_call(*, now: datetime) -> list[Deadline]:
    """The open deadlines of which people were not told all that they are to know by now. One query."""

    def called(stage: str) -> Exists:
        return Exists(DeadlineCall.objects.filter(deadline=OuterRef("pk"), stage=stage))

    missing = (
        Q(~called(DeadlineCall.Stage.RUNS))
        | Q(~called(DeadlineCall.Stage.NEAR), due_at__lte=now + A_DAY)
        | Q(~called(DeadlineCall.Stage.OVER), due_at__lte=now)
    )
    return list(counting(Deadline.objects.filter(missing, met=None)).order_by("pk"))


def who_is_told(deadline: Deadline, *, now: datetime | None = None) -> Sequence[User]:
    """Managers of the house and operators who may see it: so never the one from whom it is withheld, nor whom it is
    about."""
    house = deadline.house
    roles = Role.objects.live(now=now).filter(
        Q(house=house) | Q(house=None, organization=house.organization_id),
        kind__in=MAY[Action.RECORD],
        user__is_active=True,
    )
    about = {person.user_id for person in people_of(deadline)}
    users = {role.user_id: role.user for role in roles.select_related("user").order_by("pk")}
    return [user for key, user in users.items() if key not in about and _sees(user, deadline)]


def _sees(user: User, deadline: Deadline) -> bool:
    return Deadline.objects.visible_to(user).filter(pk=deadline.pk).exists()
