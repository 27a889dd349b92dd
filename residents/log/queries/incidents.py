"""Where incidents stand, read from the facts about them, now or as it was known at an instant; what is still to be done
after an entry; and who may close an incident."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from residents.houses.models import House, Role
from residents.houses.permissions import MAY, Action, RoleKind
from residents.log.models import (
    Audience,
    Entry,
    EntryAbout,
    EntryTelling,
    FollowUp,
    FollowUpDone,
    Incident,
    IncidentClosing,
    IncidentDraft,
    IncidentStep,
    Kind,
)
from residents.log.queries.entries import counted
from residents.stays.models import Stay
from soberhouse.accounts.models import User

OPEN, WAITS, CLOSED = "open", "follow_ups", "closed"


@dataclass(frozen=True)
class Task:
    """Something to be done after an entry, and what became of it."""

    follow_up: FollowUp
    done: FollowUpDone | None
    today: date

    @property
    def state(self) -> str:
        """open, due (today), overdue, done or dropped."""
        if self.done is not None:
            return self.done.outcome
        if self.follow_up.due_on > self.today:
            return "open"
        return "due" if self.follow_up.due_on == self.today else "overdue"

    @property
    def word(self) -> str:
        return {
            "open": _("open"),
            "due": _("due today"),
            "overdue": _("overdue"),
            "done": _("done"),
            "dropped": _("no longer needed"),
        }[self.state]

    @property
    def css_state(self) -> str:
        """The stylesheet's state of the word."""
        return {"open": "open", "due": "late", "overdue": "missed", "done": "in", "dropped": "out"}[self.state]


@dataclass(frozen=True)
class Course:
    """One incident and what became of it: its steps in the order of time, each as it counts; whom it is about."""

    incident: Incident
    steps: Sequence[IncidentStep]
    about: Sequence[Stay]
    tasks: Sequence[Task]
    closing: IncidentClosing | None

    @property
    def state(self) -> str:
        """open; follow_ups where it is closed and something is still to be done; closed."""
        if self.closing is None:
            return OPEN
        return WAITS if any(task.done is None for task in self.tasks) else CLOSED

    @property
    def word(self) -> str:
        return {OPEN: _("open"), WAITS: _("waits for follow-ups"), CLOSED: _("closed")}[self.state]

    @property
    def css_state(self) -> str:
        """The stylesheet's state of the word."""
        return {OPEN: "late", WAITS: "held", CLOSED: "in"}[self.state]

    @property
    def doses(self) -> int:
        """How many doses of naloxone were given in all."""
        return sum(step.doses or 0 for step in self.steps)


def courses(
    incidents: QuerySet[Incident] | Iterable[Incident], *, known_at: datetime | None = None, now: datetime
) -> list[Course]:
    """Where each stands, in their order. The same number of queries, however many."""
    if isinstance(incidents, QuerySet):
        incidents = incidents.select_related("entry__house__organization", "closing", "begun_by")
    rows = list(incidents)
    asked = FollowUp.objects.select_related("done")
    if known_at is not None:
        asked = asked.filter(recorded_at__lte=known_at)
    prefetch_related_objects(
        rows,
        Prefetch("steps", counted(IncidentStep.objects.all(), known_at).order_by("at", "pk"), to_attr="told"),
        Prefetch("entry__follow_ups", asked, to_attr="asked"),
    )
    about: dict[int, list[Stay]] = {row.entry_id: [] for row in rows}
    tellings = counted(EntryTelling.objects.filter(entry__in=about), known_at)
    named = EntryAbout.objects.filter(telling__in=tellings.values("pk"))
    for each in named.select_related("stay__resident", "telling").order_by("pk"):
        about[each.telling.entry_id].append(each.stay)
    return [_course(row, about[row.entry_id], known_at, now) for row in rows]


def _course(incident: Incident, about: list[Stay], known_at: datetime | None, now: datetime) -> Course:
    today = incident.entry.house.today(known_at or now)
    return Course(
        incident=incident,
        steps=incident.told,
        about=about,
        tasks=[Task(each, _known(each, "done", known_at), today) for each in incident.entry.asked],
        closing=_known(incident, "closing", known_at),
    )


def _known(row: Any, name: str, known_at: datetime | None) -> Any:
    """What hangs on a row one to one under this name, if it was written down by then."""
    found = getattr(row, name, None)
    return None if found is None or (known_at is not None and found.recorded_at > known_at) else found


def course_of(incident: Incident, *, known_at: datetime | None = None, now: datetime) -> Course:
    """Where one stands, read anew."""
    return courses(Incident.objects.filter(pk=incident.pk), known_at=known_at, now=now)[0]


def steps_of(incident: Incident, known_at: datetime | None = None) -> list[IncidentStep]:
    """Every step, in the order of time, those that were put right since too: each of these beside what counts now.
    One query."""
    rows = IncidentStep.objects.filter(incident=incident).select_related("corrected_by")
    if known_at is not None:
        rows = rows.filter(recorded_at__lte=known_at)
    return list(rows.order_by("at", "pk"))


def open_only(incidents: QuerySet[Incident]) -> QuerySet[Incident]:
    """Those that nobody has closed."""
    return incidents.filter(closing=None)


# Drafts


def drafts_of(house: House, user: User) -> list[IncidentDraft]:
    """What was begun in a house and is to be finished, without what is about this user. Two queries at most."""
    rows = list(IncidentDraft.objects.visible_to(user).filter(house=house).select_related("begun_by", "house"))
    mine = own_stays(user) if rows else frozenset()
    return [row for row in rows if not mine & named_in(row)]


def own_stays(user: User) -> frozenset[str]:
    """The public ids of this user's own stays, as a draft names them."""
    return frozenset(str(uuid) for uuid in Stay.objects.filter(resident__user=user).values_list("uuid", flat=True))


def named_in(draft: IncidentDraft) -> frozenset[str]:
    """The public ids of the stays whom a draft is about, as far as they are any."""
    return frozenset(filter(None, map(_uuid, draft.data.get("about", []))))


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""


# What is still to be done


def tasks(follow_ups: QuerySet[FollowUp], *, known_at: datetime | None = None, today: date) -> list[Task]:
    """These follow-ups with what became of them by then. One query."""
    if known_at is not None:
        follow_ups = follow_ups.filter(recorded_at__lte=known_at)
    rows = follow_ups.select_related("entry__house", "done").order_by("due_on", "pk")
    return [Task(row, _known(row, "done", known_at), today) for row in rows]


def why_not_dropped_by(draft: IncidentDraft, user: User) -> str:
    """Why this person does not give up the draft; empty where they may: it is theirs, or they operate the
    organization."""
    operated = House.objects.where_may(user, Action.RUN_ORGANIZATION)
    if draft.begun_by_id == user.pk or operated.filter(pk=draft.house_id).exists():
        return ""
    return _("Whoever began it, or an operator, may give it up. You may finish and file it.")


# Who may close one


@dataclass(frozen=True)
class Closers:
    """Whoever may close incidents of one house now, found once: its managers first, then the operators."""

    users: Sequence[tuple[User, bool]]  # and whether they operate
    about: Collection[tuple[int, int]]  # an entry and one of them (keys) whom it is, or once was, about

    def of(self, incident: Incident) -> list[User]:
        """Those who read it, and neither began it, nor wrote it down, nor are whom it is or was about."""
        kept = {incident.recorded_by_id, incident.begun_by_id, incident.entry.recorded_by_id}
        kept |= {user for entry, user in self.about if entry == incident.entry_id}
        only_operators = incident.entry.audience == Audience.OPERATORS
        return [user for user, operates in self.users if user.pk not in kept and (operates or not only_operators)]


def closers(house: House, *, now: datetime | None = None) -> Closers:
    """Whoever may close incidents in this house now. Two queries."""
    live = Role.objects.live(now=now).filter(
        Q(house=house) | Q(house=None, organization=house.organization_id),
        kind__in=MAY[Action.DECIDE],
        user__is_active=True,
    )
    roles = sorted(live.select_related("user"), key=lambda role: (role.house_id is None, role.user.name, role.pk))
    operates = {role.user_id for role in roles if role.kind == RoleKind.OPERATOR}
    found = {role.user_id: role.user for role in roles}
    about = EntryAbout.objects.filter(telling__entry__kind=Kind.INCIDENT, house=house, stay__resident__user__in=found)
    return Closers(
        [(user, pk in operates) for pk, user in found.items()],
        frozenset(about.values_list("telling__entry", "stay__resident__user")),
    )


def about_now(entry: Entry) -> list[Stay]:
    """Whom an entry is about. One query."""
    rows = EntryAbout.objects.filter(telling__entry=entry, telling__corrected_by=None)
    return [row.stay for row in rows.select_related("stay__resident__user").order_by("pk")]


def who_may_close(incident: Incident) -> list[User]:
    """A second person, who reads it. None: it waits. Two queries."""
    return closers(incident.house).of(incident)


def why_not_closed_by(incident: Incident, user: User) -> str:
    """Why this person does not close it, and who does; empty where they may."""
    people = who_may_close(incident)
    if user in people:
        return ""
    if not people:
        return waits()
    names = ", ".join(str(each) for each in people)
    if user.pk == incident.begun_by_id:
        return _("You began to write it down, so somebody else closes it: %(names)s.") % {"names": names}
    if user.pk in (incident.recorded_by_id, incident.entry.recorded_by_id):
        return _("You wrote it down, so somebody else closes it: %(names)s.") % {"names": names}
    return _("Somebody else closes it: %(names)s.") % {"names": names}


def waits() -> str:
    """What is said where nobody may close it."""
    return _(
        "It waits, because nobody else may close it: whoever wrote it down does not. "
        "Another manager or an operator is needed."
    )
