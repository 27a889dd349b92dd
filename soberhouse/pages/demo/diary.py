"""What happens at an instant, in the order of the instants: the part of the story that is told hour by hour."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from soberhouse.pages.demo.place import Place, Setting

A_MOMENT = timedelta(minutes=5)
Act = Callable[[datetime], object]


@dataclass
class Diary:
    """Acts and when each is done. An act may write down what follows from it."""

    setting: Setting
    acts: list[tuple[datetime, int, Act]] = field(default_factory=list)
    order: itertools.count[int] = field(default_factory=itertools.count)

    def on(self, place: Place, day: date, clock: time, act: Act) -> None:
        """At this hour of the house's clock."""
        self.at(datetime.combine(day, clock, tzinfo=place.house.zone), act)

    def at(self, instant: datetime, act: Act) -> None:
        """At this instant, or just before now where it lies ahead."""
        instant = min(instant, self.setting.now - A_MOMENT).replace(second=0, microsecond=0)
        heapq.heappush(self.acts, (instant, next(self.order), act))

    def tell(self, until: datetime) -> None:
        """Do all that is due by then."""
        while self.acts and self.acts[0][0] <= until:
            instant, _order, act = heapq.heappop(self.acts)
            act(instant)
