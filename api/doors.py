"""Every address of the API: what each of its methods asks for, as data, and where the endpoint is that answers.

This is all that starting up reads. An endpoint and what it stands on are imported when it is first asked for.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.views.decorators.csrf import csrf_exempt

from residents.houses.permissions import MAY, ONESELF, Action
from soberhouse.accounts.scopes import Scope


@dataclass(frozen=True)
class Need:
    """What one method asks for: of a user an action of the role × action table, of a key one of these scopes.
    `or_else` is another action that opens it as well: what staff do for anybody, residents do for themselves."""

    action: Action
    scopes: frozenset[Scope]
    or_else: Action | None = None

    @property
    def actions(self) -> tuple[Action, ...]:
        """Any of these will do."""
        return (self.action,) if self.or_else is None else (self.action, self.or_else)

    @property
    def of_oneself(self) -> bool:
        """Whether it is open to the person whom a record is about, wherever they live by now."""
        return any(ONESELF in MAY[action] for action in self.actions)


@dataclass(frozen=True)
class Door:
    """One address. `endpoint` is its class below `api.v1`; `needs` says by method what is asked for."""

    path: str
    endpoint: str
    needs: Mapping[str, Need]

    @property
    def name(self) -> str:
        """Its name among the URLs: `api_stays`, `api_stay`, `api_stay_move` …"""
        return f"api_{_snake(self.endpoint.rpartition('.')[2])}"

    @property
    def about_one_row(self) -> bool:
        return "<uuid:uuid>" in self.path

    def open(self) -> Callable[..., HttpResponse]:
        """The view of this address. Guards ask it for `requires`, `scopes` and `needs`."""

        @functools.cache
        def endpoint() -> Callable[..., HttpResponse]:
            return self.load().as_view(door=self)

        @csrf_exempt  # the endpoint itself asks for the token, where a session and no key is what opens it
        def view(request: HttpRequest, **keys: Any) -> HttpResponse:
            return endpoint()(request, **keys)

        view.requires = next(iter(self.needs.values())).action
        view.scopes = frozenset().union(*(need.scopes for need in self.needs.values()))
        view.needs = self.needs
        return view

    def load(self) -> Any:
        return import_string(f"api.v1.{self.endpoint}")


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


_HOUSES = Need(Action.SEE_HOUSE, frozenset({Scope.OCCUPANCY, Scope.READ}))
_COUNTS = Need(Action.SEE_RESIDENTS, frozenset({Scope.OCCUPANCY, Scope.READ}))
_READ = Need(Action.SEE_RESIDENTS, frozenset({Scope.READ}))
_ADMIT = Need(Action.ADMIT, frozenset({Scope.WRITE}))
_REFER = Need(Action.ADMIT, frozenset({Scope.REFERRALS, Scope.WRITE}))
# Of the rules of a house and of who may be away, residents read and do with their own key what is theirs.
_OWN = Action.OWN_RECORD
_BOOKS = Need(Action.SEE_HOUSE, frozenset({Scope.READ}), or_else=_OWN)
_RECORDS = Need(Action.SEE_RECORD, frozenset({Scope.READ}), or_else=_OWN)
_RECORD = Need(Action.RECORD, frozenset({Scope.WRITE}))
_SAY = Need(Action.RECORD, frozenset({Scope.WRITE}), or_else=_OWN)
_CORRECT = Need(Action.CORRECT, frozenset({Scope.WRITE}))
_DECIDE = Need(Action.DECIDE, frozenset({Scope.WRITE}))
_ROLL = Need(Action.TAKE_ROLL, frozenset({Scope.WRITE}))
_SHIFTS = Need(Action.RECORD, frozenset({Scope.READ}))
_OPERATE = Need(Action.RUN_ORGANIZATION, frozenset({Scope.READ}))
_SETTLE = Need(Action.SETTLE_HOUSE, frozenset({Scope.WRITE}))
_OPERATING = Need(Action.RUN_ORGANIZATION, frozenset({Scope.WRITE}))
# What everybody who sees the house may ask for; the endpoint finds out who they are to it.
_AGENDA = Need(Action.RECORD, frozenset({Scope.WRITE}), or_else=Action.SEE_HOUSE)
_PUBLISH = Need(Action.PUBLISH, frozenset({Scope.WRITE}))
_SEE_ROLL = Need(Action.SEE_RESIDENTS, frozenset({Scope.READ}), or_else=Action.TAKE_ROLL)

DOORS = (
    Door("houses", "houses.Houses", {"GET": _HOUSES}),
    Door("houses/<uuid:uuid>", "houses.House", {"GET": _HOUSES}),
    Door("occupancy", "occupancy.Occupancies", {"GET": _COUNTS}),
    Door("occupancy/<uuid:uuid>", "occupancy.Occupancy", {"GET": _COUNTS}),
    Door("beds", "beds.Beds", {"GET": _READ}),
    Door("beds/<uuid:uuid>", "beds.Bed", {"GET": _READ}),
    Door("residents", "residents.Residents", {"GET": _READ}),
    Door("residents/search", "residents.ResidentSearch", {"POST": _READ}),
    Door("residents/<uuid:uuid>", "residents.Resident", {"GET": _READ}),
    Door("stays", "stays.Stays", {"GET": _READ, "POST": _ADMIT}),
    Door("stays/<uuid:uuid>", "stays.Stay", {"GET": _READ}),
    Door("stays/<uuid:uuid>/move", "stays.StayMove", {"POST": _ADMIT}),
    Door("stays/<uuid:uuid>/transfer", "stays.StayTransfer", {"POST": _ADMIT}),
    Door("stays/<uuid:uuid>/expect", "stays.StayExpect", {"POST": _ADMIT}),
    Door("stays/<uuid:uuid>/discharge", "stays.StayDischarge", {"POST": _ADMIT}),
    Door("applications", "applications.Applications", {"GET": _READ, "POST": _REFER}),
    Door("applications/<uuid:uuid>", "applications.Application", {"GET": _READ}),
    Door("applications/<uuid:uuid>/wait", "applications.ApplicationWait", {"POST": _ADMIT}),
    Door("applications/<uuid:uuid>/accept", "applications.ApplicationAccept", {"POST": _ADMIT}),
    Door("applications/<uuid:uuid>/decline", "applications.ApplicationDecline", {"POST": _ADMIT}),
    Door("applications/<uuid:uuid>/withdraw", "applications.ApplicationWithdraw", {"POST": _ADMIT}),
    Door("applications/<uuid:uuid>/hold", "applications.ApplicationHold", {"POST": _ADMIT}),
    Door("holds/<uuid:uuid>/release", "applications.HoldRelease", {"POST": _ADMIT}),
    Door("books", "books.Books", {"GET": _BOOKS}),
    Door("books/<uuid:uuid>", "books.Book", {"GET": _BOOKS}),
    Door("books/<uuid:uuid>/unsigned", "books.BookUnsigned", {"GET": _READ}),
    Door("acknowledgements", "books.Acknowledgements", {"GET": _RECORDS}),
    Door("ladders", "books.Ladders", {"GET": _BOOKS}),
    Door("ladders/<uuid:uuid>", "books.Ladder", {"GET": _BOOKS}),
    Door("violations", "violations.Violations", {"GET": _RECORDS, "POST": _RECORD}),
    Door("violations/<uuid:uuid>", "violations.Violation", {"GET": _RECORDS}),
    Door("violations/<uuid:uuid>/answer", "violations.ViolationAnswer", {"POST": _SAY}),
    Door("violations/<uuid:uuid>/decide", "violations.ViolationDecide", {"POST": _DECIDE}),
    Door("violations/<uuid:uuid>/appeal", "violations.ViolationAppeal", {"POST": _SAY}),
    Door("violations/<uuid:uuid>/opinion", "violations.ViolationOpinion", {"POST": _DECIDE}),
    Door("violations/<uuid:uuid>/withdraw", "violations.ViolationWithdraw", {"POST": _CORRECT}),
    Door("appeals/<uuid:uuid>/decide", "violations.AppealDecide", {"POST": _DECIDE}),
    Door("contracts", "contracts.Contracts", {"GET": _RECORDS, "POST": _RECORD}),
    Door("contracts/<uuid:uuid>", "contracts.Contract", {"GET": _RECORDS}),
    Door("contracts/<uuid:uuid>/review", "contracts.ContractReview", {"POST": _RECORD}),
    Door("removals", "removals.Removals", {"GET": _RECORDS, "POST": _RECORD}),
    Door("removals/<uuid:uuid>", "removals.Removal", {"GET": _RECORDS}),
    Door("removals/<uuid:uuid>/review", "removals.RemovalReview", {"POST": _DECIDE}),
    Door("passes", "passes.Passes", {"GET": _RECORDS, "POST": _SAY}),
    Door("passes/<uuid:uuid>", "passes.Pass", {"GET": _RECORDS}),
    Door("passes/<uuid:uuid>/decide", "passes.PassDecide", {"POST": _DECIDE}),
    Door("passes/<uuid:uuid>/cancel", "passes.PassCancel", {"POST": _SAY}),
    Door("passes/<uuid:uuid>/more-time", "passes.PassMoreTime", {"POST": _SAY}),
    Door("passes/<uuid:uuid>/extend", "passes.PassExtend", {"POST": _DECIDE}),
    Door("passes/<uuid:uuid>/return", "passes.PassReturn", {"POST": _RECORD}),
    Door("houses/<uuid:uuid>/roll", "nights.HouseRoll", {"GET": _SEE_ROLL, "POST": _ROLL}),
    Door("houses/<uuid:uuid>/curfew", "hours.HouseCurfew", {"GET": _BOOKS}),
    Door("houses/<uuid:uuid>/pass-rules", "hours.HousePassRules", {"GET": _BOOKS}),
    Door("curfew-exceptions", "hours.CurfewExceptions", {"GET": _RECORDS}),
    Door("curfew-exceptions/<uuid:uuid>", "hours.CurfewException", {"GET": _RECORDS}),
    Door("curfew-checks", "nights.CurfewChecks", {"GET": _RECORDS}),
    Door("curfew-checks/<uuid:uuid>", "nights.CurfewCheck", {"GET": _RECORDS}),
    Door("curfew-checks/<uuid:uuid>/correct", "nights.CurfewCheckCorrect", {"POST": _CORRECT}),
    Door("houses/<uuid:uuid>/whereabouts", "movements.HouseWhereabouts", {"GET": _READ}),
    Door("movements", "movements.Movements", {"GET": _RECORDS}),
    Door("movements/out", "movements.MovementOut", {"POST": _SAY}),
    Door("movements/in", "movements.MovementIn", {"POST": _SAY}),
    Door("movements/<uuid:uuid>", "movements.Movement", {"GET": _RECORDS}),
    Door("movements/<uuid:uuid>/correct", "movements.MovementCorrect", {"POST": _CORRECT}),
    # The log of a house: its entries.
    Door("entries", "log.Entries", {"GET": _RECORDS, "POST": _RECORD}),
    Door("entries/<uuid:uuid>", "log.Entry", {"GET": _RECORDS}),
    Door("entries/<uuid:uuid>/amend", "log.EntryAmend", {"POST": _CORRECT}),
    Door("entries/<uuid:uuid>/show-to", "log.EntryShowTo", {"POST": _CORRECT}),
    # complaints, searches, visitors
    Door("complaints", "complaints.Complaints", {"GET": _RECORDS, "POST": _SAY}),
    Door("complaints/<uuid:uuid>", "complaints.Complaint", {"GET": _RECORDS}),
    Door("complaints/<uuid:uuid>/answer", "complaints.ComplaintAnswer", {"POST": _RECORD}),
    Door("complaints/<uuid:uuid>/close", "complaints.ComplaintClose", {"POST": _DECIDE}),
    Door("houses/<uuid:uuid>/staff", "complaints.HouseStaff", {"GET": _BOOKS}),
    Door("searches", "searches.Searches", {"GET": _RECORDS, "POST": _RECORD}),
    Door("searches/<uuid:uuid>", "searches.Search", {"GET": _RECORDS}),
    Door("searches/<uuid:uuid>/amend", "searches.SearchAmend", {"POST": _CORRECT}),
    Door("visits", "searches.Visits", {"GET": _RECORDS, "POST": _RECORD}),
    Door("visits/<uuid:uuid>", "searches.Visit", {"GET": _RECORDS}),
    Door("visits/<uuid:uuid>/end", "searches.VisitEnd", {"POST": _RECORD}),
    # incidents
    Door("incidents", "incidents.Incidents", {"GET": _RECORDS, "POST": _RECORD}),
    Door("incidents/<uuid:uuid>", "incidents.Incident", {"GET": _RECORDS}),
    Door("incidents/<uuid:uuid>/steps", "incidents.IncidentSteps", {"POST": _RECORD}),
    Door("incident-steps/<uuid:uuid>/amend", "incidents.IncidentStepAmend", {"POST": _CORRECT}),
    Door("incidents/<uuid:uuid>/close", "incidents.IncidentClose", {"POST": _DECIDE}),
    # what is to be done after entries
    Door("follow-ups", "follow_ups.FollowUps", {"GET": _RECORDS}),
    Door("follow-ups/<uuid:uuid>", "follow_ups.FollowUp", {"GET": _RECORDS}),
    Door("follow-ups/<uuid:uuid>/done", "follow_ups.FollowUpDone", {"POST": _RECORD}),
    Door("entries/<uuid:uuid>/follow-ups", "follow_ups.EntryFollowUps", {"POST": _RECORD}),
    # shifts
    Door("hand-overs", "shifts.HandOvers", {"GET": _SHIFTS, "POST": _RECORD}),
    Door("hand-overs/<uuid:uuid>", "shifts.HandOver", {"GET": _SHIFTS}),
    Door("hand-overs/<uuid:uuid>/read", "shifts.HandOverSign", {"POST": _RECORD}),
    Door("load", "shifts.Load", {"GET": _OPERATE}),
    # clocks, deadlines, safety
    Door("clocks", "deadlines.Clocks", {"GET": _READ}),
    Door("deadlines", "deadlines.Deadlines", {"GET": _READ}),
    Door("deadlines/<uuid:uuid>", "deadlines.Deadline", {"GET": _READ}),
    Door("deadlines/<uuid:uuid>/met", "deadlines.DeadlineMet", {"POST": _RECORD}),
    Door("safety-items", "safety.SafetyItems", {"GET": _BOOKS}),
    Door("safety-items/<uuid:uuid>", "safety.SafetyItem", {"GET": _BOOKS}),
    Door("safety-items/<uuid:uuid>/check", "safety.SafetyItemCheck", {"POST": _RECORD}),
    # the directory of meetings
    Door("meetings", "meetings_directory.DirectoryMeetings", {"GET": _BOOKS, "POST": _SETTLE}),
    Door("meetings/<uuid:uuid>", "meetings_directory.DirectoryMeeting", {"GET": _BOOKS}),
    Door("meetings/<uuid:uuid>/edit", "meetings_directory.DirectoryMeetingEdit", {"POST": _SETTLE}),
    Door("meetings/<uuid:uuid>/close", "meetings_directory.DirectoryMeetingClose", {"POST": _SETTLE}),
    Door("meetings/<uuid:uuid>/reopen", "meetings_directory.DirectoryMeetingReopen", {"POST": _SETTLE}),
    Door("meetings/<uuid:uuid>/occurrences", "meetings_directory.DirectoryMeetingOccurrences", {"GET": _BOOKS}),
    Door("meetings/<uuid:uuid>/changes", "meetings_directory.DirectoryMeetingChanges", {"POST": _SETTLE}),
    Door("feeds", "meetings_directory.Feeds", {"GET": _OPERATE, "POST": _OPERATING}),
    Door("feeds/<uuid:uuid>", "meetings_directory.Feed", {"GET": _OPERATE}),
    Door("feeds/<uuid:uuid>/readings", "meetings_directory.FeedReadings", {"GET": _OPERATE, "POST": _OPERATING}),
    Door("feed-readings/<uuid:uuid>", "meetings_directory.FeedReading", {"GET": _OPERATE}),
    # who was at which meeting
    Door("attendances", "meetings_attendance.Attendances", {"GET": _RECORDS, "POST": _SAY}),
    Door("attendances/<uuid:uuid>", "meetings_attendance.Attendance", {"GET": _RECORDS}),
    Door("attendances/<uuid:uuid>/raise", "meetings_attendance.AttendanceRaise", {"POST": _SAY}),
    Door("attendances/<uuid:uuid>/strike", "meetings_attendance.AttendanceStrike", {"POST": _CORRECT}),
    Door("attendances/<uuid:uuid>/restore", "meetings_attendance.AttendanceRestore", {"POST": _CORRECT}),
    Door("attendances/<uuid:uuid>/settle", "meetings_attendance.AttendanceSettle", {"POST": _CORRECT}),
    Door("meeting-plans", "meetings_attendance.MeetingPlans", {"GET": _RECORDS, "POST": _SAY}),
    Door("meeting-plans/<uuid:uuid>/end", "meetings_attendance.MeetingPlanEnd", {"POST": _SAY}),
    # the meetings that are asked
    Door("requirements", "meetings_requirements.Requirements", {"GET": _BOOKS, "POST": _RECORD}),
    Door("requirements/<uuid:uuid>", "meetings_requirements.Requirement", {"GET": _BOOKS}),
    Door("requirements/<uuid:uuid>/end", "meetings_requirements.RequirementEnd", {"POST": _RECORD}),
    Door("houses/<uuid:uuid>/meeting-week", "meetings_requirements.HouseMeetingWeek", {"GET": _READ}),
    Door("stays/<uuid:uuid>/meeting-weeks", "meetings_requirements.StayMeetingWeeks", {"GET": _RECORDS}),
    Door("excused-weeks", "meetings_requirements.ExcusedWeeks", {"GET": _RECORDS, "POST": _RECORD}),
    Door("excused-weeks/<uuid:uuid>", "meetings_requirements.ExcusedWeek", {"GET": _RECORDS}),
    Door("excused-weeks/<uuid:uuid>/take-back", "meetings_requirements.ExcusedWeekTakeBack", {"POST": _CORRECT}),
    # house meetings
    Door("house-meetings", "meetings_house_meetings.HouseMeetings", {"GET": _BOOKS, "POST": _RECORD}),
    Door("house-meetings/<uuid:uuid>", "meetings_house_meetings.HouseMeeting", {"GET": _BOOKS}),
    Door("house-meetings/<uuid:uuid>/agenda", "meetings_house_meetings.HouseMeetingAgenda", {"POST": _AGENDA}),
    Door("agenda-items/<uuid:uuid>/off", "meetings_house_meetings.AgendaItemOff", {"POST": _AGENDA}),
    Door(
        "house-meetings/<uuid:uuid>/roll",
        "meetings_house_meetings.HouseMeetingRoll",
        {"GET": _SEE_ROLL, "POST": _ROLL},
    ),
    Door("roll-lines/<uuid:uuid>/correct", "meetings_house_meetings.RollLineCorrect", {"POST": _CORRECT}),
    Door("house-meetings/<uuid:uuid>/lines", "meetings_house_meetings.HouseMeetingLines", {"POST": _RECORD}),
    Door("minutes-lines/<uuid:uuid>/correct", "meetings_house_meetings.MinutesLineCorrect", {"POST": _CORRECT}),
    Door("house-meetings/<uuid:uuid>/motions", "meetings_house_meetings.HouseMeetingMotions", {"POST": _RECORD}),
    Door("motions/<uuid:uuid>/correct", "meetings_house_meetings.MotionCorrect", {"POST": _CORRECT}),
    Door("house-meetings/<uuid:uuid>/elections", "meetings_house_meetings.HouseMeetingElections", {"POST": _RECORD}),
    Door("house-meetings/<uuid:uuid>/publish", "meetings_house_meetings.HouseMeetingPublish", {"POST": _PUBLISH}),
    Door("motion-kinds", "meetings_house_meetings.MotionKinds", {"GET": _BOOKS}),
)
