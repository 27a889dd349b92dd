"""Every act about beds holds the house before it holds a bed or writes: else two of them could wait for each other, one
with the count of the house's changes, the other with a bed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from residents.models import Discharge
from residents.stays import services
from soberhouse.history import acting_as
from tests.cast import Cast
from tests.residents.stays.stories import ORDINARY, applicant, days, hold, lives

Act = Callable[[], Any]


def discharged(cast: Cast) -> Discharge:
    stay = lives(cast.bed_a("2A"), since=cast.today - days(9))
    return services.discharge(stay=stay, left_on=cast.today - days(1), today=cast.today, **ORDINARY)


def admitting(cast: Cast) -> Act:
    asks = applicant(cast)
    hold(asks, cast.bed_a("3A"), today=cast.today)
    facts = {"starts_on": cast.today, "today": cast.today, "application": asks}
    return lambda: services.admit(resident=asks.resident, bed=cast.bed_a("3B"), **facts)


def declining(cast: Cast) -> Act:
    asks = applicant(cast)
    hold(asks, cast.bed_a("3A"), today=cast.today)
    return lambda: services.application_close(application=asks, declined=True, reason="full", today=cast.today)


def holding(cast: Cast) -> Act:
    asks = applicant(cast)
    return lambda: hold(asks, cast.bed_a("3A"), today=cast.today)


def holding_longer(cast: Cast) -> Act:
    held = hold(applicant(cast), cast.bed_a("3A"), today=cast.today)
    return lambda: services.hold_change(hold=held, ends_on=held.ends_on + days(2), today=cast.today)


def releasing(cast: Cast) -> Act:
    held = hold(applicant(cast), cast.bed_a("3A"), today=cast.today)
    return lambda: services.hold_release(hold=held, reason="came elsewhere", today=cast.today)


def taking_out(cast: Cast) -> Act:
    bed = cast.bed_a("3A")
    return lambda: services.bed_take_out(bed=bed, starts_on=cast.today, ends_on=None, note="wet", today=cast.today)


def bringing_back(cast: Cast) -> Act:
    use = taking_out(cast)()
    return lambda: services.bed_bring_back(use=use, today=cast.today)


def moving(cast: Cast) -> Act:
    return lambda: services.move_bed(
        stay=cast.stay_of_dana, bed=cast.bed_a("2B"), on=cast.today, reason="stairs", today=cast.today
    )


def transferring(cast: Cast) -> Act:
    today = min(cast.today, cast.house_b.today())
    facts = {"on": today, "reason": "work", "today": today}
    return lambda: services.transfer(stay=cast.stay_of_dana, bed=cast.bed_b("2A"), **facts)


def expecting(cast: Cast) -> Act:
    return lambda: services.expect(stay=cast.stay_of_dana, expected_on=cast.today + days(5), today=cast.today)


def discharging(cast: Cast) -> Act:
    return lambda: services.discharge(stay=cast.stay_of_dana, left_on=cast.today, today=cast.today, **ORDINARY)


def correcting(cast: Cast) -> Act:
    first = discharged(cast)
    facts = {"left_on": cast.today - days(2), "correction_reason": "a day early", "today": cast.today}
    return lambda: services.discharge_correct(discharge=first, **facts)


def undoing(cast: Cast) -> Act:
    first = discharged(cast)
    return lambda: services.discharge_undo(discharge=first, reason="came back", bed=cast.bed_a("2B"), today=cast.today)


def voiding(cast: Cast) -> Act:
    moving(cast)()
    return lambda: services.stay_void(stay=cast.stay_of_dana, reason="never came")


def beginning_earlier(cast: Cast) -> Act:
    starts_on = cast.stay_of_dana.starts_on - days(1)
    return lambda: services.stay_correct_start(
        stay=cast.stay_of_dana, starts_on=starts_on, reason="a day late", today=cast.today
    )


ACTS = [
    admitting,
    declining,
    holding,
    holding_longer,
    releasing,
    taking_out,
    bringing_back,
    moving,
    transferring,
    expecting,
    discharging,
    correcting,
    undoing,
    voiding,
    beginning_earlier,
]
COUNTED = ("residents_house", "residents_room", "residents_bed", "residents_beduse", "residents_stay")


def steps(statements: list[str]) -> Iterator[str]:
    """What is held and what is written, in order, of what counts as a change of a house."""
    for sql in statements:
        for table in COUNTED:
            if sql.startswith(f'SELECT "{table}"') and "FOR NO KEY UPDATE" in sql:
                yield f"holds {table}"
            elif sql.startswith((f'INSERT INTO "{table}"', f'UPDATE "{table}"')):
                yield f"writes {table}"


@pytest.mark.postgresql
@pytest.mark.parametrize("prepare", ACTS, ids=lambda act: act.__name__)
def test_house_is_held_first(cast: Cast, prepare: Callable[[Cast], Act]) -> None:
    with acting_as(cast.olive, source="web"):
        act = prepare(cast)
        with CaptureQueriesContext(connection) as asked:
            act()

    done = list(steps([query["sql"] for query in asked.captured_queries]))
    first = done.index("holds residents_house")
    written = [place for place, step in enumerate(done) if step.startswith("writes")]
    assert written
    assert first < min(written)
    assert "holds residents_bed" not in done[:first]
    assert max((place for place, step in enumerate(done) if step == "holds residents_house")) < min(written)
