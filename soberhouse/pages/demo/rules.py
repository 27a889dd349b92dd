"""What the demo's houses ask in writing, who signed it, what is said to have been broken, and what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.db.models import Q

from residents.houses.models import House
from residents.people.models import Resident
from residents.rules.models import (
    AppealDecision,
    Book,
    Category,
    Consequence,
    Decision,
    OrientationItem,
    Severity,
    Violation,
)
from residents.rules.queries.binding import binding_rules
from residents.rules.queries.cases import advised
from residents.rules.services import books, contracts, ladders, reviews, signing, violations
from residents.stays.models import Stay
from soberhouse.accounts.models import User
from soberhouse.history import acting_as
from soberhouse.pages.demo.diary import Diary
from soberhouse.pages.demo.place import ORGANIZATION, Place, Setting

SINCE = 405  # days: before the first of the story moves in
MORE_TEXTS = 100
NEW_BOOK = 45
IN_FORCE_AFTER = 5
EXACTLY = {
    Consequence.CHORE: "The porch and the steps, swept on Saturday and on Sunday.",
    Consequence.RESTRICTION: "In by eight for a week, on weekends too.",
}
BRACKETS = {
    "the operator": ORGANIZATION,
    "the state's affiliate of NARR": "the state's alliance of recovery residences",
    "the outside office": "the state's alliance of recovery residences",
}
DAY = timedelta(days=1)

ASPEN, BRIAR, CANYON = range(3)
MINOR, SERIOUS, CRITICAL = Severity.MINOR, Severity.SERIOUS, Severity.CRITICAL


@dataclass(frozen=True, kw_only=True)
class Tale:
    """One violation and how far it came. Without `decided`, it waits. `follows` is the consequence where it is another
    than the ladder's, and `why` the reason for that."""

    place: int
    ago: int
    rule: tuple[str, str]
    what: str
    where: str = ""
    clock: time = time(19)
    who: str = ""  # a resident who signs in; else anybody
    here: bool = False  # somebody who still lives there
    seen_by: tuple[tuple[str, bool], ...] = ()
    answer: tuple[str, str] | None = None
    withdrawn: str = ""
    decided: str = ""
    because: str = ""
    follows: str = ""
    why: str = ""
    by_operator: bool = False
    by_manager: bool = False  # recorded by the second manager, decided by the first
    appeal: str = ""
    again: tuple[str, str, str] | None = None  # the outcome of the appeal, its consequence, why
    then: str = ""  # contract or review


TALES = (
    Tale(
        place=ASPEN,
        ago=160,
        rule=(Category.CURFEW, MINOR),
        clock=time(22, 40),
        what="Came in at 10:40 in the evening; the hour was 10. Had not called.",
        where="Front door",
        answer=("accept", ""),
        decided="upheld",
        because="Says so. The bus was late, and calling would have been enough.",
    ),
    Tale(
        place=BRIAR,
        ago=150,
        rule=(Category.RESPECT, MINOR),
        clock=time(23, 30),
        what="Music from the Rose room half an hour after quiet hours began.",
        where="Rose",
        answer=("dispute", "I was at work until midnight that evening. Ask the others."),
        decided="dismissed",
        because="Two people say that she was at work. Whose music it was, nobody knows.",
    ),
    Tale(
        place=ASPEN,
        ago=140,
        rule=(Category.CHORES, MINOR),
        what="The kitchen had not been done by seven, for the second evening.",
        where="Kitchen",
        answer=("accept", "I will swap with somebody next time I work late."),
        decided="upheld",
        because="Nobody disputes it.",
    ),
    Tale(
        place=ASPEN,
        ago=120,
        rule=(Category.VISITORS, MINOR),
        what="A visitor was in a bedroom after nine in the evening.",
        where="Upstairs",
        seen_by=(("A housemate", True),),
        answer=("dispute", "He carried a box up for me and left. It took two minutes."),
        decided="upheld",
        because="A visitor was upstairs, whatever for.",
        appeal="Somebody who carries a box is no visit. The rule means guests who stay.",
        again=("overturned", "", "Both who saw it say that he only carried a box. The rule is about visits."),
    ),
    Tale(
        place=CANYON,
        ago=110,
        rule=(Category.CURFEW, MINOR),
        clock=time(23, 50),
        what="Came in fifty minutes after the hour.",
        answer=("explain", "My shift ran over, and my phone was dead."),
        decided="upheld",
        because="The shift ran over; he could have borrowed a phone.",
    ),
    Tale(
        place=ASPEN,
        ago=80,
        rule=(Category.CURFEW, MINOR),
        clock=time(22, 45),
        what="Came in three quarters of an hour after the hour, and had not called.",
        where="Front door",
        answer=("explain", "The bus was late."),
        decided="upheld",
        because="Came in late and had not called.",
        follows=Consequence.RESTRICTION,
        why="The third person that week; it has to stop.",
        by_operator=True,
    ),
    Tale(
        place=ASPEN,
        ago=60,
        rule=(Category.MEDICATION, SERIOUS),
        what="A bottle with tablets lay open on the bed. The count was right.",
        where="Bedroom",
        answer=("explain", "I was called to the phone while I took them."),
        decided="upheld",
        because="It was open and nobody was in the room.",
        appeal="Nothing was missing. A written warning is too much for two minutes.",
        again=("stands", "", "Others live in that room. The warning says what to do next time, and no more."),
    ),
    Tale(
        place=BRIAR,
        ago=35,
        rule=(Category.MONEY, MINOR),
        what="The fee of the week was not paid by Friday.",
        withdrawn="It had been paid on Thursday, and entered for her roommate.",
    ),
    Tale(
        place=ASPEN,
        ago=24,
        rule=(Category.CHORES, MINOR),
        who="dana",
        what="The bathroom upstairs was not done on Sunday.",
        where="Upstairs bathroom",
        answer=("accept", "I forgot, and did it on Monday."),
        decided="upheld",
        because="She says so, and it was done a day later.",
    ),
    Tale(
        place=BRIAR,
        ago=19,
        rule=(Category.SUBSTANCES, CRITICAL),
        here=True,
        what="Came home in the evening and said at once that she had drunk two glasses of wine at a wedding.",
        where="Office",
        answer=("accept", "I want to stay, and I want it to be the last time."),
        decided="upheld",
        because="She told it herself the same hour, which counts for her.",
        then="contract",
    ),
    Tale(
        place=ASPEN,
        ago=9,
        rule=(Category.SAFETY, SERIOUS),
        here=True,
        clock=time(2, 15),
        what="A candle was burning in the bedroom at a quarter past two while everybody slept.",
        where="Bedroom",
        by_manager=True,
        answer=("explain", "I had a bad night and fell asleep. I know that it is dangerous."),
        decided="upheld",
        because="It was so, and it could have ended badly.",
        follows=Consequence.REVIEW,
        why="The second open flame in that room within two weeks, after a talk about the first.",
        then="review",
    ),
    Tale(
        place=ASPEN,
        ago=6,
        rule=(Category.RESPECT, MINOR),
        who="frank",
        clock=time(23, 40),
        what="Loud talk on the porch at twenty to twelve; three people came down to ask for quiet.",
        where="Porch",
        seen_by=(("Somebody in the Porch room", True), ("Alice Thornton", False)),
        answer=("dispute", "We were two and spoke quietly. The bar next door had its music on."),
        decided="upheld",
        because="Three people heard voices, and could tell whose.",
        appeal="Nobody asked the neighbor, who was there the whole evening.",
    ),
    Tale(
        place=ASPEN,
        ago=3,
        rule=(Category.CURFEW, MINOR),
        here=True,
        clock=time(22, 35),
        what="Was not in the house at the night roll; came in at 10:35.",
        where="Front door",
        answer=("explain", "I went out for air after a call with my mother and forgot the time."),
    ),
    Tale(
        place=BRIAR,
        ago=4,
        rule=(Category.CHORES, MINOR),
        here=True,
        what="The stairs were not swept this week.",
        answer=("accept", "I traded the week and then forgot whose it was."),
        decided="upheld",
        because="It was her week by the list.",
    ),
    Tale(
        place=CANYON,
        ago=2,
        rule=(Category.CHORES, MINOR),
        here=True,
        what="The grill was left out in the rain, with the coals in it.",
        where="Yard",
    ),
    Tale(
        place=ASPEN,
        ago=1,
        rule=(Category.CURFEW, MINOR),
        who="dana",
        clock=time(18, 30),
        what="Left for the evening without signing out; the board had her in.",
    ),
)


@dataclass(eq=False)
class Rules:
    """Tells it, act by act, into the diary."""

    setting: Setting
    random: Random
    diary: Diary
    newest: dict[tuple[int, str], Book] = field(default_factory=dict)  # of a house and kind, published so far
    known: set[tuple[int, int]] = field(default_factory=set)  # who signed which book
    asked: set[int] = field(default_factory=set)  # stays that a tale was about

    def plan(self) -> None:
        for place in self.setting.places:
            today = self.setting.today(place)
            self.diary.on(
                place, today - timedelta(days=SINCE), time(10), lambda now, place=place: self._begin(place, now)
            )
            if place is not self.setting.places[CANYON]:
                day = today - timedelta(days=MORE_TEXTS)
                self.diary.on(place, day, time(11), lambda now, place=place: self._more_texts(place, now))
        aspen = self.setting.places[ASPEN]
        day = self.setting.today(aspen) - timedelta(days=NEW_BOOK)
        self.diary.on(aspen, day, time(11), lambda now: self._new_book(aspen, now))
        for tale in TALES:
            place = self.setting.places[tale.place]
            day = self.setting.today(place) - timedelta(days=tale.ago)
            self.diary.on(place, day, tale.clock, lambda now, tale=tale: self._happens(tale, now))

    # Books, and who signs them

    def _begin(self, place: Place, now: datetime) -> None:
        today = place.house.today(now)
        with acting_as(place.manager, source="command"):
            ladders.ladder_publish(ladder=ladders.ladder_draft(house=place.house), in_force_from=today, today=today)
            kinds = (Book.Kind.RULES, Book.Kind.AGREEMENT)
            found = [self._publish(place, kind, today) for kind in kinds]
            items = signing.starter_orientation(house=place.house) if place is self.setting.places[ASPEN] else []
        for book in found:
            self._have_signed(place, book)
        for stay in self._stays(place.house).filter(ends_on=None) if items else ():
            self.diary.on(place, stay.starts_on, time(18), lambda at, stay=stay: self._shown(place, stay, items, at))

    def _publish(self, place: Place, kind: str, today: date) -> Book:
        book = books.starter_book(house=place.house, kind=kind)
        book = books.book_change(book=book, title=book.title, text=self._filled(place, book.text))
        for rule in book.rules.filter(text__contains="["):
            books.rule_change(rule=rule, text=self._filled(place, rule.text))
        return books.book_publish(book=book, in_force_from=today, today=today)

    def _filled(self, place: Place, text: str) -> str:
        """A text to begin with, as this house means it."""
        facts = place.plan.facts
        monthly = facts.get("fee_period") == House.FeePeriod.MONTH
        text = text.replace("[$180 a week]", f"${facts['fee']} a {'month' if monthly else 'week'}")
        if monthly:
            text = text.replace("every [Friday] for the week that follows", "on the first, for the month that begins")
        text = text.replace("[nothing], or: [tests", "[tests")
        return re.sub(r"\[([^]]*)\]", lambda found: BRACKETS.get(found[1], found[1]), text)

    def _more_texts(self, place: Place, now: datetime) -> None:
        today = place.house.today(now)
        with acting_as(place.manager, source="command"):
            found = [self._publish(place, kind, today) for kind in ("fees", "testing", "privacy")]
        for book in found:
            self._have_signed(place, book)

    def _new_book(self, place: Place, now: datetime) -> None:
        today = place.house.today(now)
        with acting_as(place.manager, source="command"):
            draft = books.book_draft(house=place.house, kind=Book.Kind.RULES)
            bell = draft.rules.get(title="Good neighbors")
            text = f"{bell.text} After ten in the evening nobody talks on the porch or the front steps."
            books.rule_change(rule=bell, text=text)
            books.rule_add(
                book=draft,
                category=Category.SAFETY,
                severity=Severity.MINOR,
                title="Batteries outside",
                text="Batteries of bicycles and scooters are charged in the yard, and never overnight.",
            )
            draft = books.book_change(
                book=draft,
                title=draft.title,
                text=draft.text,
                changes="The porch is quiet after ten, and batteries are charged outside.",
            )
            book = books.book_publish(book=draft, in_force_from=today + timedelta(days=IN_FORCE_AFTER), today=today)
        self._have_signed(place, book)

    def _stays(self, house: House) -> Any:
        """Everybody who lived there, in the order of the story."""
        return (
            Stay.objects.real()
            .filter(house=house)
            .select_related("resident__user", "house")
            .order_by("starts_on", "pk")
        )

    def _have_signed(self, place: Place, book: Book) -> None:
        """Everybody signs: on the day they move in, or in the week after it is published; all but one who just came."""
        self.newest[book.house_id, book.kind] = book
        newcomer = self._newcomer()
        for stay in self._stays(place.house):
            if stay.pk == newcomer.pk or (stay.ends_on is not None and stay.ends_on <= book.published_on):
                continue
            day = stay.starts_on
            if day <= book.published_on:
                day = book.published_on + timedelta(days=self.random.randint(1, 5))
            if stay.ends_on is None or day <= stay.ends_on:
                self.diary.on(place, day, time(17), lambda now, stay=stay: self._sign(place, book, stay, now))

    def _newcomer(self) -> Stay:
        """Who moved into Aspen House last."""
        return self._stays(self.setting.places[ASPEN].house).filter(ends_on=None).last()

    def _sign(self, place: Place, book: Book, stay: Stay, now: datetime) -> None:
        newest = self.newest[book.house_id, book.kind]
        replaced = newest != book and newest.in_force_from <= book.house.today(now)
        if (stay.resident_id, book.pk) in self.known or replaced:
            return
        self.known.add((stay.resident_id, book.pk))
        user, about = stay.resident.user, {"book": book, "resident": stay.resident, "now": now}
        if user is not None:
            with acting_as(user, source="command"):
                signing.book_sign(signed_name=stay.resident.name, **about)
            return
        with acting_as(place.manager, source="command"):
            signing.book_sign_on_paper(
                signed_name=stay.resident.name, witness=place.manager.name, signed_at=now, **about
            )

    def _shown(self, place: Place, stay: Stay, items: list[OrientationItem], now: datetime) -> None:
        if stay.pk == self._newcomer().pk:
            items = items[:-3]
        with acting_as(place.manager, source="command"):
            signing.items_shown(items=items, stay=stay, now=now)

    # What is said to have been broken

    def _happens(self, tale: Tale, now: datetime) -> None:
        place = self.setting.places[tale.place]
        day = place.house.today(now)
        stay = next(self._bound(tale, place, day), None)
        if stay is None:
            return
        self.asked.add(stay.pk)
        rules = binding_rules(stay, day)
        rule = rules.filter(category=tale.rule[0], severity=tale.rule[1]).order_by("number").first()
        hand = place.second if tale.by_manager else place.manager
        with acting_as(hand, source="command"):
            violation = violations.violation_record(
                stay=stay,
                rule=rule,
                happened_on=day,
                happened_at=now.astimezone(place.house.zone).time(),
                place=tale.where,
                what=tale.what,
                response="Talked with them the same evening." if tale.answer else "",
                reporters=tale.seen_by,
                now=now,
            )
        if tale.answer:
            self.diary.at(now + timedelta(hours=11), lambda at: self._answers(tale, violation, at))
        if tale.withdrawn:
            self.diary.at(now + DAY, lambda at: self._withdraws(tale, violation, at))
        if tale.decided:
            self.diary.at(now + 2 * DAY, lambda at: self._decides(tale, violation, at))

    def _bound(self, tale: Tale, place: Place, day: date) -> Iterator[Stay]:
        """Who may be meant: those bound that day, first those whom no other tale is about."""
        there = self._stays(place.house).filter(
            Q(ends_on=None) | Q(ends_on__gt=day + timedelta(days=12)), starts_on__lte=day - timedelta(days=3)
        )
        named = {"resident__user__username": tale.who} if tale.who else {"resident__user": None}
        there = there.filter(**named)
        if tale.here:
            there = there.filter(ends_on=None)
        found = list(there)
        self.random.shuffle(found)
        for stay in sorted(found, key=lambda stay: stay.pk in self.asked):
            if binding_rules(stay, day).exists():
                yield stay

    def _as_resident(self, place: Place, resident: Resident, *but: int | None) -> Any:
        """Themselves where they sign in, else whoever was told; not those with a hand in it, whose keys are `but`, nor
        the operator, who decides an appeal."""
        told = (place.manager, place.second, self.setting.users["bob"])
        hand = resident.user or next(user for user in told if user.pk not in but)
        return acting_as(hand, source="command")

    def _answers(self, tale: Tale, violation: Violation, now: datetime) -> None:
        place = self.setting.places[tale.place]
        stance, text = tale.answer or ("", "")
        with self._as_resident(place, violation.stay.resident, violation.recorded_by_id):
            violations.violation_answer(violation=violation, stance=stance, text=text, now=now)

    def _withdraws(self, tale: Tale, violation: Violation, now: datetime) -> None:
        with acting_as(self.setting.places[tale.place].manager, source="command"):
            violations.violation_withdraw(violation=violation, reason=tale.withdrawn, now=now)

    def _decides(self, tale: Tale, violation: Violation, now: datetime) -> None:
        place = self.setting.places[tale.place]
        with acting_as(self._decider(tale, place), source="command"):
            upheld = tale.decided == Decision.Outcome.UPHELD
            consequence = (tale.follows or advised(violation).consequence or Consequence.VERBAL) if upheld else ""
            decision = violations.violation_decide(
                violation=violation,
                outcome=tale.decided,
                consequence=consequence,
                terms=EXACTLY.get(consequence, ""),
                reason=tale.because,
                deviation=tale.why,
                now=now,
            )
        if tale.appeal:
            self.diary.at(now + 2 * DAY, lambda at: self._appeals(tale, decision, at))
        if tale.then == "contract":
            self.diary.at(now + timedelta(hours=2), lambda at: self._agree(place, violation, at))
        if tale.then == "review":
            self.diary.at(now + DAY, lambda at: self._speaks(place, violation, at))

    def _decider(self, tale: Tale, place: Place) -> User:
        if tale.by_operator:
            return self.setting.users["olive"]
        return place.manager if tale.by_manager else place.second

    def _appeals(self, tale: Tale, decision: Decision, now: datetime) -> None:
        place = self.setting.places[tale.place]
        violation = decision.violation
        with self._as_resident(place, violation.stay.resident, violation.recorded_by_id, decision.recorded_by_id):
            appeal = violations.violation_appeal(decision=decision, text=tale.appeal, now=now)
        if tale.again:
            self.diary.at(now + 2 * DAY, lambda at: self._decides_again(tale, appeal, at))

    def _decides_again(self, tale: Tale, appeal: Any, now: datetime) -> None:
        outcome, consequence, reason = tale.again or (AppealDecision.Outcome.STANDS, "", "")
        with acting_as(self.setting.users["olive"], source="command"):
            violations.appeal_decide(appeal=appeal, outcome=outcome, consequence=consequence, reason=reason, now=now)

    # What the gravest ask for

    def _agree(self, place: Place, violation: Violation, now: datetime) -> None:
        """A contract, signed the next day, that is looked at since yesterday."""
        today = place.house.today(now)
        with acting_as(place.manager, source="command"):
            contract = contracts.contract_make(
                stay=violation.stay,
                violation=violation,
                terms="Five meetings a week, and one with her counselor. Home by nine. "
                "Calls her sponsor or the house before she goes to a party.",
                help="The house drives her to the Tuesday meeting, and speaks with her every Sunday.",
                starts_on=today,
                ends_on=today + timedelta(days=60),
                review_on=max(self.setting.today(place) - DAY, today + DAY),
                now=now,
            )
        self.diary.at(now + DAY, lambda at: self._signs_contract(place, contract, at))

    def _signs_contract(self, place: Place, contract: Any, now: datetime) -> None:
        with acting_as(place.manager, source="command"):
            contracts.contract_sign_on_paper(
                contract=contract,
                signed_name=contract.stay.resident.name,
                witness=place.manager.name,
                signed_at=now,
                now=now,
            )

    def _speaks(self, place: Place, violation: Violation, now: datetime) -> None:
        """One of the two who must say so; the other has not spoken yet."""
        with acting_as(self.setting.users["olive"], source="command"):
            reviews.opinion_give(
                violation=violation,
                leaves=True,
                reason="Eleven people sleep here. A third candle could be the last.",
                now=now,
            )
