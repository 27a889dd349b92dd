"""What is read about complaints: where one stands, who may answer and decide it, and about whom one can be filed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet, prefetch_related_objects
from django.utils.translation import gettext as _

from residents.houses.models import House, Organization, Role
from residents.houses.permissions import RoleKind
from residents.log.models import (
    Audience,
    Clock,
    Complainant,
    Complaint,
    ComplaintAnswer,
    ComplaintOutcome,
    Deadline,
)
from residents.log.queries.entries import unnamed
from residents.people.models import Resident
from residents.stays.models import Stay
from soberhouse.accounts.models import User

LEFT_LATELY = timedelta(days=90)  # whoever ran the house so long ago can still be complained about
CHAIN = ("entry__house__organization", "entry__recorded_by", "entry__withheld_from", "house", "outcome", "complainant")


@dataclass(frozen=True)
class Matter:
    """One complaint as its reader may know it: `name` and `contact` of who complains only where they may, `withheld`
    where there is a name and it is kept from them: then `answers` and how they were told are too, which may name them;
    `due` what has to be done because of it next, as long as it is
    open."""

    complaint: Complaint
    name: str
    contact: str
    withheld: bool
    is_answered: bool
    answers: tuple[ComplaintAnswer, ...]
    outcome: ComplaintOutcome | None
    due: Deadline | None

    @property
    def is_open(self) -> bool:
        return self.outcome is None

    @property
    def state(self) -> str:
        """One of the stylesheet's states."""
        if self.outcome is not None:
            return "in"
        return "held" if self.is_answered else "open"

    @property
    def word(self) -> str:
        if self.outcome is not None:
            return str(self.outcome.get_outcome_display())
        return _("answered, not closed") if self.is_answered else _("not answered yet")

    @property
    def last_at(self) -> datetime:
        """When something was last said to it."""
        said = [self.complaint, *self.answers, *([self.outcome] if self.outcome else [])]
        return max(row.recorded_at for row in said)


def matters(
    complaints: QuerySet[Complaint] | Iterable[Complaint], reader: User, known_at: datetime | None = None
) -> list[Matter]:
    """Where these complaints stand: now, or as it was known at `known_at`. They are in scope: whoever reads one reads
    all that hangs on it but a name that is withheld, and what may tell it. Five queries, however many."""
    if isinstance(complaints, QuerySet):
        complaints = complaints.select_related(*CHAIN)
    rows = list(complaints)
    if not rows:
        return []
    answers = ComplaintAnswer.objects.order_by("recorded_at", "pk")
    met = Q(met__isnull=False)
    deadlines = Deadline.objects.select_related("clock").order_by("due_at", "pk")
    if known_at is not None:
        met &= Q(met__recorded_at__lte=known_at)
        answers, deadlines = answers.filter(recorded_at__lte=known_at), deadlines.filter(recorded_at__lte=known_at)
    deadlines = deadlines.exclude(met)
    prefetch_related_objects(
        rows, Prefetch("answers", answers), Prefetch("entry__deadlines", deadlines, to_attr="to_be_met")
    )
    named = Complainant.objects.visible_to(reader).filter(complaint__in=[row.pk for row in rows])
    told = set(named.values_list("complaint", flat=True))
    hidden = unnamed([row.entry for row in rows], reader)
    return [_matter(row, told, known_at, is_hidden=row.entry_id in hidden) for row in rows]


def _matter(complaint: Complaint, told: set[int], known_at: datetime | None, *, is_hidden: bool) -> Matter:
    who = getattr(complaint, "complainant", None)
    outcome = getattr(complaint, "outcome", None)
    if outcome is not None and known_at is not None and outcome.recorded_at > known_at:
        outcome = None
    seen = who is not None and complaint.pk in told
    if outcome is not None and is_hidden:
        outcome.told = ""
    answers = tuple(complaint.answers.all())
    return Matter(
        complaint=complaint,
        name=who.name if seen else "",
        contact=who.contact if seen else "",
        withheld=who is not None and not seen,
        is_answered=bool(answers),
        answers=() if is_hidden else answers,
        outcome=outcome,
        due=next(iter(complaint.entry.to_be_met), None) if outcome is None else None,
    )


def matter_of(complaint: Complaint, reader: User, known_at: datetime | None = None) -> Matter:
    """Where one complaint stands."""
    [found] = matters(Complaint.objects.filter(pk=complaint.pk), reader, known_at)
    return found


def filed_by(user: User) -> QuerySet[Complaint]:
    """What this resident filed for themselves."""
    return Complaint.objects.visible_to(user).filter(own=True, recorded_by=user)


def open_only(rows: QuerySet[Complaint]) -> QuerySet[Complaint]:
    """Those without an outcome, the oldest first."""
    return rows.filter(outcome=None).order_by("recorded_at", "pk")


def clocks_after(organization: Organization) -> list[Clock]:
    """What has to be done within which time after a complaint. One query."""
    return list(Clock.objects.filter(organization=organization, starts=Clock.Starts.COMPLAINT, ended_at=None))


# --- whose hands ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Runners:
    """Whoever runs one house now, found once: its managers, then the operators."""

    managers: Sequence[User]
    operators: Sequence[User]

    def readers(self, complaint: Complaint) -> list[User]:
        """Those who answer and decide what is read by this audience."""
        if complaint.entry.audience == Audience.OPERATORS:
            return list(self.operators)
        return list({user.pk: user for user in [*self.managers, *self.operators]}.values())

    def who_answer(self, complaint: Complaint, about: Iterable[int]) -> list[User]:
        """Those whom it is not about, and who did not file it for themselves."""
        out = {complaint.entry.withheld_from_id, *about}
        return [user for user in self.readers(complaint) if user.pk not in out]

    def who_decide(self, complaint: Complaint, about: Iterable[int]) -> list[User]:
        """Those whom it is not about, and who did not write it down."""
        out = {complaint.entry.withheld_from_id, complaint.recorded_by_id, *about}
        return [user for user in self.readers(complaint) if user.pk not in out]


def runners(house: House, *, now: datetime) -> Runners:
    """Whoever runs this house now. One query."""
    roles = _of_house(house).filter(Q(ends_at=None) | Q(ends_at__gt=now)).order_by("user__name", "pk")
    found = list(roles.filter(starts_at__lte=now).select_related("user"))
    return Runners(
        managers=[role.user for role in found if role.kind == RoleKind.MANAGER],
        operators=[role.user for role in found if role.kind == RoleKind.OPERATOR],
    )


def about_users(complaint: Complaint) -> set[int]:
    """The users (keys) whom it is, or once was, about, and the resident who filed it for themselves. One query."""
    stays = Stay.objects.filter(entries__telling__entry=complaint.entry_id).exclude(resident__user=None)
    found = set(stays.values_list("resident__user", flat=True))
    return found | {complaint.recorded_by_id} if complaint.own else found


def filer_of(complaint: Complaint) -> Resident | None:
    """The resident who filed it for themselves; None where staff wrote it down. One query."""
    if not complaint.own:
        return None
    stays = Stay.objects.real().filter(house=complaint.house_id, resident__user=complaint.recorded_by_id)
    stay = stays.select_related("resident").first()
    return stay.resident if stay is not None else None


def who_answer(complaint: Complaint, *, now: datetime) -> list[User]:
    """Those who may answer it now. Two queries."""
    return runners(complaint.house, now=now).who_answer(complaint, about_users(complaint))


def who_decide(complaint: Complaint, *, now: datetime) -> list[User]:
    """Those who may say now what came of it. None: it waits. Two queries."""
    return runners(complaint.house, now=now).who_decide(complaint, about_users(complaint))


def why_it_waits(complaint: Complaint, deciders: Sequence[User]) -> str:
    """A sentence where nobody may say what came of it; empty where somebody may."""
    if deciders:
        return ""
    if complaint.against is not None:
        return _(
            "It waits, because nobody in the organization may decide it but whom it is about or who wrote it down. "
            "Another operator is needed, or a body outside."
        )
    return _(
        "It waits, because nobody else may decide it: whoever wrote it down, and whom it is about, does not. "
        "Another manager or an operator is needed."
    )


@dataclass(frozen=True)
class Staff:
    """Somebody about whom one can be filed. `alone` where nobody else in the organization could decide it."""

    user: User
    word: str
    alone: bool


def staff_of(house: House, *, but: User | None = None, now: datetime) -> list[Staff]:
    """Who runs the house and who operates the organization, now or until lately, by name; without the one who files.
    One query."""
    lately = Q(ends_at=None) | Q(ends_at__gt=now - LEFT_LATELY)
    roles = list(_of_house(house).filter(lately, starts_at__lte=now).select_related("user"))
    operate = {
        role.user_id
        for role in roles
        if role.kind == RoleKind.OPERATOR and (role.ends_at is None or role.ends_at > now)
    }
    found: dict[int, Staff] = {}
    for role in sorted(roles, key=lambda role: (role.kind, str(role.user).casefold(), role.pk)):
        if but is None or role.user_id != but.pk:
            others = operate - {role.user_id, but.pk if but is not None else None}
            found.setdefault(role.user_id, Staff(role.user, str(role.get_kind_display()), not others))
    return list(found.values())


def _of_house(house: House) -> QuerySet[Role]:
    return Role.objects.filter(
        Q(kind=RoleKind.MANAGER, house=house) | Q(kind=RoleKind.OPERATOR, organization=house.organization_id),
        user__is_active=True,
    )
