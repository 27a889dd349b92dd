"""House A with rules that bind, and what is posted about them: for every test of the API about rules and being away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from residents.away.services import curfew, movements, nights, passes
from residents.models import Book, CurfewCheck, CurfewException, Ladder, Movement, Pass, Rule, Violation
from residents.rules.models import Category, Consequence
from residents.rules.services import contracts, removals
from residents.rules.services import violations as cases
from soberhouse.history import acting_as
from tests.api.conftest import change
from tests.cast import Cast
from tests.residents.meetings.given import house_meeting_of
from tests.residents.rules import given

# Names given in confidence, that no resident is told.
IN_CONFIDENCE = ("Ottoline Quackenbush", "Bartholomew Inchbald")


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """A rule book that Dana and Frank signed, an older one, a draft of an agreement, and a ladder. `violation` is said
    to be Dana's, recorded by alice; `upheld` was decided by bob."""

    earlier: Book
    book: Book
    draft: Book
    ladder: Ladder
    violation: Violation
    upheld: Violation

    def rule(self, category: str = Category.CURFEW) -> Rule:
        return self.book.rules.get(category=category)


def make_ruled(cast: Cast) -> Ruled:
    change(cast.house_a, curfew_weeknights=time(22), curfew_weekends=time(22))
    earlier = given.published_book(cast.house_a, days_ago=300, rules=given.USUAL[:2])
    book = given.published_book(cast.house_a, days_ago=100)
    given.published_book(cast.house_a, kind=Book.Kind.PRIVACY)
    with acting_as(None, source="command"):
        draft = Book.objects.create(house=cast.house_a, kind=Book.Kind.AGREEMENT, title="What comes next")
    for person in (cast.dana, cast.frank):
        given.signed(book, person, days_ago=30)
    ladder = given.published_ladder(cast.house_a)
    rule = book.rules.get(category=Category.CURFEW)
    with acting_as(cast.alice, source="web"):
        violation = cases.violation_record(
            stay=cast.stay_of_dana,
            rule=rule,
            happened_on=cast.today - timedelta(days=2),
            what="Came in at twenty to twelve.",
            reporters=[("Ignatz Pomerantz", False), *((name, True) for name in IN_CONFIDENCE)],
            now=now(),
        )
    upheld = given.violation_of(cast.stay_of_dana, book.rules.get(category=Category.RESPECT), by=cast.alice)
    given.decided(upheld, by=cast.bob, consequence=Consequence.WRITTEN)
    return Ruled(earlier=earlier, book=book, draft=draft, ladder=ladder, violation=violation, upheld=upheld)


def now() -> datetime:
    return datetime.now(UTC)


def soon(hours: float) -> str:
    return (now() + timedelta(hours=hours)).isoformat()


def make_contract(cast: Cast) -> Any:
    with acting_as(cast.alice, source="web"):
        contract = contracts.contract_make(
            stay=cast.stay_of_dana,
            terms="In by ten.",
            starts_on=cast.today,
            ends_on=cast.today + timedelta(days=30),
            review_on=cast.today + timedelta(days=14),
            now=now(),
        )
    with acting_as(cast.dana.user, source="web"):
        contracts.contract_sign(contract=contract, signed_name=cast.dana.name, now=now())
    return contract


def make_removal(cast: Cast) -> Any:
    with acting_as(cast.alice, source="web"):
        return removals.removal_record(
            stay=cast.stay_of_dana,
            happened_at=now() - timedelta(minutes=5),
            reason="A fight in the kitchen.",
            help_given="Called two houses.",
            where_to="Cloudberry House",
            now=now(),
        )


def make_appeal(cast: Cast, ruled: Ruled) -> Any:
    with acting_as(cast.dana.user, source="web"):
        return cases.violation_appeal(decision=ruled.upheld.decision, text="I had called.", now=now())


def make_review(cast: Cast, ruled: Ruled) -> Violation:
    """A violation that alice recorded and charlie, who helped out here, decided: whether Dana must leave is for two
    others to say."""
    violation = given.violation_of(cast.stay_of_dana, ruled.rule(Category.SUBSTANCES), by=cast.alice)
    given.decided(violation, by=cast.charlie, consequence=Consequence.REVIEW)
    return violation


def make_pass(cast: Cast, **facts: Any) -> Pass:
    """Dana asks, from tomorrow."""
    return given.pass_of(cast.stay_of_dana, by=cast.dana.user, **facts)


def make_given_pass(cast: Cast, **facts: Any) -> Pass:
    row = make_pass(cast, **facts)
    with acting_as(cast.bob, source="web"):
        passes.pass_decide(asked=row, outcome="approved", now=now())
    row.refresh_from_db()
    return row


def make_check(cast: Cast, status: str = CurfewCheck.Status.ABSENT, nights_ago: int = 1) -> CurfewCheck:
    with acting_as(cast.alice, source="web"):
        (check,) = nights.roll_take(
            house=cast.house_a,
            night=cast.today - timedelta(days=nights_ago + 1),
            entries=[nights.RollEntry(stay=cast.stay_of_dana, status=status)],
            now=now(),
        )
    return check


def make_exception(cast: Cast) -> CurfewException:
    """Dana's officer wants her in by eight."""
    with acting_as(cast.alice, source="web"):
        facts = {"hour": time(20), "starts_on": cast.today, "reason": "Condition of probation.", "today": cast.today}
        return curfew.curfew_exception_add(stay=cast.stay_of_dana, source="officer", **facts)


def make_movement(cast: Cast) -> Movement:
    with acting_as(cast.alice, source="web"):
        return movements.sign_out(
            stay=cast.stay_of_dana, purpose="work", where="Tamarack Bakery", at=now() - timedelta(minutes=9), now=now()
        )


# Everything that is posted about Dana or her house: who posts it, and what. Staff: alice, bob, olive.
Post = tuple[str, str, dict[str, Any]]


def posts(cast: Cast, ruled: Ruled) -> dict[str, Callable[[], Post]]:
    stay, today = str(cast.stay_of_dana.uuid), cast.today
    night = str(today - timedelta(days=2))
    return {
        "record a violation": lambda: (
            "alice",
            "/violations",
            {
                "stay": stay,
                "rule": str(ruled.rule().uuid),
                "happened_on": str(today - timedelta(days=1)),
                "happened_at": "23:40",
                "what": "Came in late.",
                "reporters": [{"name": "Olu Zelenkovic", "confidential": True}],
            },
        ),
        "answer": lambda: ("bob", f"/violations/{ruled.violation.uuid}/answer", {"stance": "accept"}),
        "decide": lambda: (
            "bob",
            f"/violations/{ruled.violation.uuid}/decide",
            {"outcome": "upheld", "consequence": "verbal", "reason": "They say so."},
        ),
        "appeal": lambda: ("olive", f"/violations/{ruled.upheld.uuid}/appeal", {"text": "They had called."}),
        "decide an appeal": lambda: (
            "olive",
            f"/appeals/{make_appeal(cast, ruled).uuid}/decide",
            {"outcome": "overturned", "reason": "It is in the log."},
        ),
        "speak in a review": lambda: (
            "olive",
            f"/violations/{make_review(cast, ruled).uuid}/opinion",
            {"leaves": True, "reason": "It was the third time."},
        ),
        "withdraw": lambda: ("alice", f"/violations/{ruled.violation.uuid}/withdraw", {"reason": "Somebody else's."}),
        "make a contract": lambda: (
            "alice",
            "/contracts",
            {
                "stay": stay,
                "violation": str(ruled.upheld.uuid),
                "terms": "In by ten.",
                "starts_on": str(today),
                "ends_on": str(today + timedelta(days=30)),
                "review_on": str(today + timedelta(days=14)),
            },
        ),
        "review a contract": lambda: (
            "alice",
            f"/contracts/{make_contract(cast).uuid}/review",
            {"result": "kept", "note": "In by ten.", "next_on": str(today + timedelta(days=20))},
        ),
        "record a removal": lambda: (
            "alice",
            "/removals",
            {"stay": stay, "happened_at": soon(-0.1), "reason": "A fight.", "help_given": "Called two houses."},
        ),
        "review a removal": lambda: (
            "bob",
            f"/removals/{make_removal(cast).uuid}/review",
            {"outcome": "right", "reason": "I was told the same."},
        ),
        "ask for a pass": lambda: (
            "alice",
            "/passes",
            {"stay": stay, "kind": "family", "starts_at": soon(24), "ends_at": soon(30), "where": "Her sister's"},
        ),
        "decide a pass": lambda: ("alice", f"/passes/{make_pass(cast).uuid}/decide", {"outcome": "approved"}),
        "cancel a pass": lambda: ("alice", f"/passes/{make_pass(cast).uuid}/cancel", {"reason": "ill"}),
        "ask for more time": lambda: (
            "alice",
            f"/passes/{make_given_pass(cast).uuid}/more-time",
            {"until": soon(60), "note": "the train"},
        ),
        "extend a pass": lambda: (
            "alice",
            f"/passes/{make_given_pass(cast).uuid}/extend",
            {"until": soon(60), "reason": "the train"},
        ),
        "record a return": lambda: (
            "alice",
            f"/passes/{make_given_pass(cast, starts_in_hours=-3, hours=8).uuid}/return",
            {"at": soon(-0.1), "test_asked": True},
        ),
        "take the roll": lambda: (
            "alice",
            f"/houses/{cast.house_a.uuid}/roll",
            {"night": night, "entries": [{"stay": stay, "status": "in"}]},
        ),
        "take the roll of a house meeting": lambda: (
            "alice",
            f"/house-meetings/{house_meeting_of(cast.house_a, cast.bob).uuid}/roll",
            {"lines": [{"stay": stay, "status": "unexcused"}]},
        ),
        "correct a check": lambda: (
            "alice",
            f"/curfew-checks/{make_check(cast).uuid}/correct",
            {"status": "in", "reason": "She was in her room."},
        ),
        "sign out": lambda: ("alice", "/movements/out", {"stay": stay, "purpose": "work"}),
        "sign in": lambda: ("alice", "/movements/in", {"stay": str(make_movement(cast).stay.uuid)}),
        "correct a movement": lambda: (
            "alice",
            f"/movements/{make_movement(cast).uuid}/correct",
            {"way": "out", "at": soon(-0.1), "purpose": "court", "reason": "It was court."},
        ),
    }


ACTS = (
    "record a violation",
    "answer",
    "decide",
    "appeal",
    "decide an appeal",
    "speak in a review",
    "withdraw",
    "make a contract",
    "review a contract",
    "record a removal",
    "review a removal",
    "ask for a pass",
    "decide a pass",
    "cancel a pass",
    "ask for more time",
    "extend a pass",
    "record a return",
    "take the roll",
    "take the roll of a house meeting",
    "correct a check",
    "sign out",
    "sign in",
    "correct a movement",
)
# Of everybody in a house at once: no look at one of them.
ROLLS = ("take the roll", "take the roll of a house meeting")
# What a resident does for themselves with their own key as well.
OWN_ACTS = ("answer", "appeal", "ask for a pass", "cancel a pass", "ask for more time", "sign out", "sign in")
