"""Who was at which meeting in the demo: four weeks with evidence of each grade, a question that is open, one that was
settled, and a meeting that was struck. The meetings are three that somebody wrote down by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from random import Random

from residents.away.queries.whereabouts import is_out, last_movement
from residents.houses.models import Organization
from residents.meetings import codes
from residents.meetings.models import Attendance, Grade, Kind, Meeting
from residents.meetings.queries.occurrences import occurrences
from residents.meetings.services import attendance as services
from residents.meetings.services.directory import meeting_save
from residents.stays.models import Stay
from soberhouse.history import acting_as
from soberhouse.pages.demo.diary import Diary
from soberhouse.pages.demo.place import Place, Setting

DAYS = 28
DAY = timedelta(days=1)
SEEN_LATELY = timedelta(hours=30)  # whoever came home so lately is left out: it would not fit
GRADES = (Grade.SELF, Grade.PHOTO, Grade.SIGNED, Grade.CODE, Grade.SEEN)
HOW_OFTEN = (45, 20, 15, 10, 10)
CHAIRS = ("Sam K.", "Ruth", "Teo", "Marge B.", "Len")
INITIAL = "M60 150L110 40L160 150M80 110L140 110"


@dataclass(frozen=True)
class Held:
    """One meeting, every day at an hour."""

    name: str
    kind: Kind
    starts: time
    place: str
    number: int  # of its code: fixed, so that the story is the same each time


MEETINGS = (
    Held("Sunrise Meditation", Kind.SMART, time(7), "Lakeside Library, room 2", 1),
    Held("Noon Step Study", Kind.AA, time(12), "First Street Community Center", 2),
    Held("Early Evening Circle", Kind.NA, time(17, 30), "St. Brendan's parish hall", 3),
)
AT_THE_SAME_TIME = Held("Family and Friends", Kind.ALANON, time(17, 45), "Maple Avenue School", 4)


@dataclass(eq=False)
class Attended:
    """Tells it, act by act, into the diary."""

    setting: Setting
    random: Random
    diary: Diary
    meetings: list[Meeting] = field(default_factory=list)

    def plan(self) -> None:
        aspen = self.setting.places[0]
        first = self.setting.today(aspen) - (DAYS + 2) * DAY
        self.diary.on(aspen, first, time(6), self._meetings)
        for place in self.setting.places:
            for ago in range(DAYS, 0, -1):
                day = self.setting.today(place) - ago * DAY
                for number in range(len(MEETINGS)):
                    self._a_meeting(place, day, number)
        self.diary.on(aspen, first + DAY, time(20), lambda now: self._regular(aspen, now))
        self.diary.at(self.setting.now - 9 * DAY, lambda now: self._twice(aspen, now, settle=True))
        self.diary.at(self.setting.now - 3 * DAY, lambda now: self._twice(aspen, now, settle=False))
        self.diary.at(self.setting.now - 6 * DAY, lambda now: self._struck(aspen, now))

    def _meetings(self, now: datetime) -> None:
        organization = Organization.objects.get(pk=self.setting.places[0].house.organization_id)
        with acting_as(self.setting.users["olive"], source="command"):
            for held in (*MEETINGS, AT_THE_SAME_TIME):
                meeting = meeting_save(
                    organization=organization,
                    name=held.name,
                    kind=held.kind,
                    how="daily",
                    starts=held.starts,
                    place=held.place,
                    starts_on=now.date() - 90 * DAY,
                    today=now.date(),
                )
                meeting.code_number = held.number
                meeting.save()
                self.meetings.append(meeting)

    def _a_meeting(self, place: Place, day: date, number: int) -> None:
        """Before it ends somebody writes it down, so that a code still holds."""
        aspen = self.setting.places[0]
        starts = datetime.combine(day, MEETINGS[number].starts, tzinfo=aspen.house.zone)
        self.diary.at(starts + timedelta(minutes=50), lambda now: self._goes(place, number, now))

    def _goes(self, place: Place, number: int, now: datetime) -> None:
        meeting = self.meetings[number]
        held = occurrences([meeting], now - timedelta(hours=1), now)
        for stay in self._there(place, now):
            chance, grade = self.random.random(), self.random.choices(GRADES, HOW_OFTEN)[0]
            if chance < 0.16 and held and self._fits(stay, now):
                self._log(place, stay, meeting, held[0].starts_at, grade, now)

    def _there(self, place: Place, now: datetime) -> list[Stay]:
        since = place.house.today(now)
        rows = Stay.objects.real().filter(house=place.house, starts_on__lt=since, ends_on=None)
        return list(rows.select_related("resident__user", "house").order_by("starts_on", "pk"))

    def _fits(self, stay: Stay, now: datetime) -> bool:
        last = last_movement(stay)
        return not is_out(stay) and (last is None or last.at < now - SEEN_LATELY)

    def _log(
        self, place: Place, stay: Stay, meeting: Meeting, starts_at: datetime, grade: Grade, now: datetime
    ) -> Attendance:
        user = stay.resident.user
        hand = place.manager if user is None or grade == Grade.SEEN else user
        proof = {
            Grade.PHOTO: {"photo": a_slip()},
            Grade.SIGNED: {"signer": self.random.choice(CHAIRS), "drawing": INITIAL},
            Grade.CODE: {"code": codes.code_of(meeting)},
        }.get(grade, {})
        with acting_as(hand, source="command"):
            return services.attendance_log(
                stay=stay, meeting=meeting, starts_at=starts_at, grade=grade, now=now, **proof
            )

    def _regular(self, place: Place, now: datetime) -> None:
        """Where the two who sign in go regularly."""
        for stay in self._there(place, now):
            if stay.resident.user is None:
                continue
            with acting_as(stay.resident.user, source="command"):
                for meeting in self.meetings[1:3]:
                    services.plan_add(stay=stay, meeting=meeting, today=place.house.today(now))

    def _lately(self, place: Place, now: datetime) -> Attendance | None:
        """Somebody's newest evening of the last week at the third meeting, by their own word."""
        rows = Attendance.objects.filter(
            house=place.house,
            meeting=self.meetings[2],
            starts_at__gt=now - 8 * DAY,
            stay__ends_on=None,
            followed_by=None,
            step=Attendance.Step.LOGGED,
            settled=None,
        )
        rows = rows.exclude(stay__attendances__meeting=self.meetings[3])
        related = ("stay__resident__user", "stay__house", "house", "meeting")
        return rows.select_related(*related).order_by("grade", "-starts_at", "stay").first()

    def _twice(self, place: Place, now: datetime, *, settle: bool) -> None:
        """Somebody was at another meeting a quarter of an hour later, and it does not fit."""
        row = self._lately(place, now)
        if row is None:
            return
        other = self.meetings[3]
        starts_at = row.starts_at + timedelta(minutes=15)
        self._log(place, row.stay, other, starts_at, Grade.SELF, now)
        if not settle:
            return
        with acting_as(place.manager, source="command"):
            services.doubt_settle(
                attendance=row,
                reason="The first one ended early that night; the second is around the corner.",
                now=now + timedelta(hours=3),
            )

    def _struck(self, place: Place, now: datetime) -> None:
        row = self._lately(place, now)
        if row is not None:
            with acting_as(place.manager, source="command"):
                services.attendance_strike(
                    attendance=row, reason="It was the evening before, and stands there already.", now=now
                )


def a_slip() -> bytes:
    """A photo of a slip: lines and a scribble, the same each time."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (360, 480), "#f4efe2")
    draw = ImageDraw.Draw(picture)
    for line in range(8):
        draw.line((30, 60 + 45 * line, 330, 60 + 45 * line), fill="#9aa3ad", width=2)
    draw.line((200, 95, 215, 75, 225, 100, 240, 70, 255, 98, 280, 84), fill="#27446b", width=3)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
