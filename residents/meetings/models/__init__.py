"""Meetings: the directory, who was there and how that is proved, house meetings, and how many are asked of whom."""

from __future__ import annotations

from residents.meetings.models.attendance import Attendance, DoubtSettled, MeetingPlan
from residents.meetings.models.directory import Feed, FeedReading, Meeting, MeetingChange, MeetingVersion
from residents.meetings.models.house_meetings import (
    AgendaItem,
    Election,
    HouseMeeting,
    MinutesLine,
    Motion,
    MotionKind,
    RollLine,
)
from residents.meetings.models.own import CalendarLink, StepNote
from residents.meetings.models.requirements import Requirement, RequirementPart, WeekExcused
from residents.meetings.models.words import FIRST_NAME, Grade, Kind, Venue

__all__ = [
    "FIRST_NAME",
    "AgendaItem",
    "Attendance",
    "CalendarLink",
    "DoubtSettled",
    "Election",
    "Feed",
    "FeedReading",
    "Grade",
    "HouseMeeting",
    "Kind",
    "Meeting",
    "MeetingChange",
    "MeetingPlan",
    "MeetingVersion",
    "MinutesLine",
    "Motion",
    "MotionKind",
    "Requirement",
    "RequirementPart",
    "RollLine",
    "StepNote",
    "Venue",
    "WeekExcused",
]
