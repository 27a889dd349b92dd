"""What the tests about stays tell: people who apply, move in and stay too long, and refusals that leave no trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.formats import date_format

from residents.houses.models import Bed, House
from residents.people.services import resident_create
from residents.stays import services
from residents.stays.models import Application, BedUse, Stay
from residents.stays.queries import OPENING_DAYS
from soberhouse.history.records import audited_models
from tests.cast import Cast

# The ordinary end of a stay.
ORDINARY: dict[str, Any] = {
    "reason": "completed",
    "destination": 410,
    "belongings": "yes",
    "medications": "nothing",
    "money": "nothing",
    "naloxone": "taken",
    "may_return": "welcome",
}


def days(number: int) -> timedelta:
    return timedelta(days=number)


def shown(day: date) -> str:
    """A day as the sentences name it."""
    return date_format(day)


def written() -> dict[str, int]:
    """How many changes are on record, by model: one more whenever anything at all is written."""
    return {model._meta.object_name: model.history.count() for model in audited_models()}


@contextmanager
def refused(sentence: str, *, about: str = NON_FIELD_ERRORS) -> Iterator[None]:
    """What happens inside is refused with exactly this sentence about this field, and leaves nothing written."""
    before = written()
    with pytest.raises(ValidationError) as caught:
        yield
    said = (
        caught.value.message_dict if hasattr(caught.value, "error_dict") else {NON_FIELD_ERRORS: caught.value.messages}
    )
    assert said == {about: [sentence]}, said
    assert written() == before, "Something was written."


def applicant(cast: Cast, name: str = "Nia Okafor", *, house: Any = None) -> Application:
    """Somebody new who asks for a bed, today, in house A."""
    first, last = name.split()
    person = resident_create(
        organization=cast.organization, legal_first_name=first, legal_last_name=last, today=cast.today
    )
    return services.application_receive(
        house=house or cast.house_a, resident=person, received_on=cast.today, today=cast.today
    )


def lives(bed: Bed, name: str = "Nia Okafor", *, since: date, expected_on: date | None = None) -> Stay:
    """Somebody new who has moved into the bed that day."""
    first, last = name.split()
    return services.admit_newcomer(
        bed=bed,
        person={"legal_first_name": first, "legal_last_name": last},
        starts_on=since,
        expected_on=expected_on,
        today=since,
    )


def overstays(bed: Bed, name: str = "Olu Late", *, today: date, by: int = 2) -> Stay:
    """Somebody who should have left the bed so many days ago."""
    return lives(bed, name, since=today - days(30), expected_on=today - days(by))


def hold(application: Application, bed: Bed, *, today: date, starts: int = 0, nights: int = 3) -> BedUse:
    begins = today + days(starts)
    return services.hold_place(
        application=application, bed=bed, starts_on=begins, ends_on=begins + days(nights), today=today
    )


def uses_of(stay: Stay) -> list[tuple[str, date, date | None]]:
    """The beds of a stay in their order: name, from, until."""
    rows = stay.uses.filter(voided=False).order_by("starts_on", "id")
    return list(rows.values_list("bed__name", "starts_on", "ends_on"))


# What must be true of beds, reckoned use by use and night by night.


def has_bed(use: BedUse, night: date, *, today: date) -> bool:
    """Whether this use has its bed that night; whoever is overdue today stays until discharged."""
    if use.voided or use.starts_on > night:
        return False
    if use.ends_on is None or use.ends_on > night:
        return True
    planned = use.kind == BedUse.Kind.STAY and use.stay.ends_on is None and use.ends_on == use.stay.expected_on
    return planned and use.ends_on <= min(night, today)


def counted(house: House, night: date, *, today: date) -> dict[str, int]:
    """How full the house is that night, counted bed by bed."""
    counts = {"capacity": 0, "occupied": 0, "held": 0, "out_of_service": 0, "opening": 0}
    for bed in house.beds.all():
        if (bed.opened_on and night < bed.opened_on) or (bed.closed_on and night >= bed.closed_on):
            continue
        counts["capacity"] += 1
        there = [use for use in bed.uses.select_related("stay") if has_bed(use, night, today=today)]
        kinds = {use.kind for use in there}
        if "stay" in kinds:
            counts["occupied"] += 1
            leaves = max(use.ends_on or date.max for use in there if use.kind == "stay")
            counts["opening"] += leaves <= night + days(OPENING_DAYS)
        elif "out" in kinds:
            counts["out_of_service"] += 1
        elif "hold" in kinds:
            counts["held"] += 1
    return counts
