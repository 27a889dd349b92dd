"""The meetings that are asked in the demo: of everybody, in the first phase, and by a court of one resident; and a week
that is excused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from residents.away.models import Pass
from residents.meetings.models import Grade, Kind, Requirement, WeekExcused
from residents.meetings.services.requirements import requirement_add, week_excuse
from residents.meetings.standing import monday
from residents.stays.models import Stay
from soberhouse.history import acting_as
from soberhouse.pages.demo.diary import Diary
from soberhouse.pages.demo.place import Place, Setting

SINCE = timedelta(days=70)
COURT_SINCE = timedelta(days=41)
DAY = timedelta(days=1)


@dataclass(eq=False)
class Requirements:
    """Tells it, act by act, into the diary."""

    setting: Setting
    diary: Diary

    def plan(self) -> None:
        aspen = self.setting.places[0]
        for place in self.setting.places:
            begins = monday(self.setting.today(place) - SINCE)
            self.diary.on(place, begins, time(9), lambda now, place=place: self._house_asks(place, now))
        self.diary.at(self.setting.now - COURT_SINCE, lambda now: self._court_asks(aspen, now))
        self.diary.at(self.setting.now - 3 * DAY, lambda now: self._excused(aspen, now))

    def _house_asks(self, place: Place, now: datetime) -> None:
        """Three a week, and five in the first phase, one of them the house meeting."""
        today = place.house.today(now)
        with acting_as(place.manager, source="command"):
            requirement_add(house=place.house, count=3, starts_on=today, today=today)
            requirement_add(
                house=place.house,
                phase=place.phases[0],
                count=5,
                parts={Kind.HOUSE: 1},
                starts_on=today,
                reason="The first weeks are the hardest.",
                today=today,
            )

    def _court_asks(self, place: Place, now: datetime) -> None:
        """Ninety in ninety, of somebody who has settled."""
        today = place.house.today(now)
        stays = Stay.objects.current().filter(house=place.house, starts_on__lte=today, resident__user=None)
        stay = stays.select_related("resident", "house").order_by("-starts_on", "pk").first()
        if stay is None:
            return
        with acting_as(place.manager, source="command"):
            requirement_add(
                house=place.house,
                stay=stay,
                per=Requirement.Per.PERIOD,
                count=90,
                days=90,
                least_grade=Grade.SIGNED,
                besides=True,
                starts_on=today,
                reason="Ordered by the drug court; the slips go to the case manager.",
                today=today,
            )

    def _excused(self, place: Place, now: datetime) -> None:
        """The week of somebody's last pass that is over."""
        today = place.house.today(now)
        over = Pass.objects.filter(
            house=place.house, status=Pass.Status.RETURNED, stay__ends_on=None, ends_on__lt=today
        )
        last = over.select_related("stay__resident", "stay__house").order_by("-starts_at", "pk").first()
        if last is None:
            return
        with acting_as(place.manager, source="command"):
            week_excuse(stay=last.stay, week=monday(last.starts_on), cause=WeekExcused.Cause.PASS, today=today)
