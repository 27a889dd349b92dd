"""What rules and being away can have on record about Dana: so many of each, recorded by Olive, answered by Dana
herself, decided by Alice and by Bob."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from io import BytesIO

from django.utils import timezone
from PIL import Image

from residents.away.services import curfew, movements, nights, passes
from residents.models import Book, Decision, Pass, Rule
from residents.rules.models import Category, Consequence
from residents.rules.services import contracts, removals, reviews, signing, violations
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.rules import given

# Told by somebody who asked not to be named: Dana may read that there is a name, and never which.
WITHHELD = "Wilhelmina Quist"
TOLD = (
    *("signed by the wrong hand", "a cup by the door", "came down the back stairs", "my sister was ill"),
    *(
        "Uli Offenbach",
        "the wet floor",
        "nobody asked me",
        "heard them both",
        "not her shoes",
        "no visitors for a week",
    ),
    *("In by ten o'clock", "a lift to work", "talked about Friday"),
    *("a knife in the hall", "rang three houses", "it was a bread knife"),
    *("Grand Rapids", "the ring road", "be back for supper", "her aunt cancelled"),
    *("the bus broke down", "works nights", "the bakery on 5th", "it was court"),
)


def record_rules(cast: Cast, number: int) -> None:
    book = given.published_book(cast.house_a)
    given.published_ladder(cast.house_a)
    given.signed(book, cast.dana)
    for weekday in range(7):
        curfew.curfew_hour_save(house=cast.house_a, hour=time(22), weekday=weekday)
    chores, grave = (book.rules.get(category=each) for each in (Category.CHORES, Category.SUBSTANCES))
    for n in range(number):
        _signed(cast, n)
        _violation(cast, chores, n)
        _review(cast, grave, n)
        _contract(cast, n)
        _removal(cast, n)
        _away(cast, n)


def _photo(red: int, number: int) -> bytes:
    """A picture like no other here: what is drawn can be told apart."""
    file = BytesIO()
    Image.new("RGB", (40, 40), (red, number * 60, 200)).save(file, "PNG")
    return file.getvalue()


def _signed(cast: Cast, n: int) -> None:
    now, stay = timezone.now(), cast.stay_of_dana
    agreement = given.published_book(cast.house_a, kind=Book.Kind.AGREEMENT)
    with acting_as(cast.dana.user, source="web"):
        signing.book_sign(
            book=agreement, resident=cast.dana, signed_name=cast.dana.name, drawing="M10 10L90 20", now=now
        )
    wrong = given.signed(given.published_book(cast.house_a, kind=Book.Kind.FEES), cast.dana)
    signing.signature_undo(acknowledgement=wrong, reason=f"signed by the wrong hand {n}")
    item = signing.orientation_item_save(house=cast.house_a, text=f"a cup by the door {n}")
    [shown] = signing.items_shown(items=[item], stay=stay, now=now)
    signing.shown_undo(shown=shown, reason="not yet")
    signing.items_shown(items=[item], stay=stay, now=now)


def _violation(cast: Cast, rule: Rule, n: int) -> None:
    """One that is appealed to its end, and one that is taken back."""
    now = timezone.now()
    recorded, mistaken = (
        violations.violation_record(
            stay=cast.stay_of_dana,
            rule=rule,
            happened_on=cast.today - timedelta(days=2),
            what=what,
            reporters=[(f"Uli Offenbach {n}", False), (f"{WITHHELD} {n}", True)],
            attachments=[(_photo(red, n), f"the wet floor {n}")],
            now=now,
        )
        for red, what in ((30, f"came down the back stairs {n}"), (90, f"left the wet floor {n}"))
    )
    violations.violation_withdraw(violation=mistaken, reason=f"not her shoes {n}", now=now)
    with acting_as(cast.dana.user, source="web"):
        violations.violation_answer(violation=recorded, stance="explain", text=f"my sister was ill {n}", now=now)
    with acting_as(cast.alice, source="web"):
        decision = violations.violation_decide(
            violation=recorded,
            outcome=Decision.Outcome.UPHELD,
            consequence=Consequence.RESTRICTION,
            terms=f"no visitors for a week {n}",
            reason="It was seen.",
            deviation=f"third time this year {n}",
            now=now,
        )
    with acting_as(cast.dana.user, source="web"):
        appeal = violations.violation_appeal(decision=decision, text=f"nobody asked me {n}", now=now)
    with acting_as(cast.bob, source="web"):
        violations.appeal_decide(appeal=appeal, outcome="stands", reason=f"heard them both {n}", now=now)


def _review(cast: Cast, rule: Rule, n: int) -> None:
    now = timezone.now()
    graver = given.violation_of(cast.stay_of_dana, rule, by=cast.olive)
    given.decided(graver, by=cast.alice, consequence=Consequence.REVIEW)
    with acting_as(cast.bob, source="web"):
        reviews.opinion_give(violation=graver, leaves=False, reason="She asked.", terms=f"goes to groups {n}", now=now)


def _contract(cast: Cast, n: int) -> None:
    today, now = cast.today, timezone.now()
    contract = contracts.contract_make(
        stay=cast.stay_of_dana,
        terms=f"In by ten o'clock {n}",
        help=f"a lift to work {n}",
        starts_on=today,
        ends_on=today + timedelta(days=30),
        review_on=today + timedelta(days=10),
        now=now,
    )
    contracts.contract_sign_on_paper(
        contract=contract,
        signed_name=cast.dana.name,
        witness="Bob Example",
        signed_at=now,
        paper=_photo(150, n),
        now=now,
    )
    contracts.contract_review(
        contract=contract, result="kept", note=f"talked about Friday {n}", next_on=today + timedelta(days=5), now=now
    )


def _removal(cast: Cast, n: int) -> None:
    now = timezone.now()
    removal = removals.removal_record(
        stay=cast.stay_of_dana,
        happened_at=now,
        reason=f"a knife in the hall {n}",
        help_given=f"rang three houses {n}",
        now=now,
    )
    with acting_as(cast.bob, source="web"):
        removals.removal_review(removal=removal, outcome="wrong", reason=f"it was a bread knife {n}", now=now)


def _away(cast: Cast, n: int) -> None:
    now, stay, dana = timezone.now(), cast.stay_of_dana, cast.dana.user
    asked = given.pass_of(stay, by=dana, starts_in_hours=48, where=f"Grand Rapids {n}", transport="the ring road")
    passes.pass_decide(
        asked=asked, outcome="changed", conditions=f"be back for supper {n}", reason="So she eats.", now=now
    )
    passes.pass_cancel(pass_=Pass.objects.get(pk=asked.pk), reason=f"her aunt cancelled {n}", now=now)
    night = cast.today - timedelta(days=5 + n)
    [check] = nights.roll_take(
        house=cast.house_a, night=night, entries=[nights.RollEntry(stay=stay, status="absent")], now=now
    )
    nights.check_correct(check=check, status="excused", why=f"the bus broke down {n}", reason="a call", now=now)
    curfew.curfew_exception_add(
        stay=stay, source="house", hour=time(23), starts_on=cast.today, reason=f"works nights {n}", today=cast.today
    )
    _out_and_in(cast, now - timedelta(hours=6 - 2 * n), n)


def _out_and_in(cast: Cast, at: datetime, n: int) -> None:
    now, stay = timezone.now(), cast.stay_of_dana
    out = movements.sign_out(stay=stay, purpose="work", where=f"the bakery on 5th {n}", at=at, now=now)
    movements.movement_correct(movement=out, way="out", at=at, purpose="court", reason=f"it was court {n}", now=now)
    movements.sign_in(stay=stay, at=at + timedelta(hours=1), now=now)
