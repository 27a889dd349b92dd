"""The facts of each paper about being away, read from the database as they are now.

Each costs the same number of queries however many rows it finds, and holds only what the paper says. What is refused
is a ValidationError that says why there can be no such paper.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from residents.away import hours
from residents.away.models import CurfewCheck, Pass, PassEvent
from residents.away.queries.passes import late_and_longer, with_back
from residents.away.reports.curfew_log import Correction, Counted, CurfewLog, CurfewRecord, Person
from residents.away.reports.pass_slip import PassSlip
from residents.houses.models import House
from residents.stays.models import Stay

LONGEST_LOG, LONGEST_RECORD = 92, 366  # nights

# --- passes ---------------------------------------------------------------------------------------------------------


def slip_facts(pass_: Pass) -> PassSlip:
    """A pass as it holds now. Refuses one that was not given, or that is over. Two queries."""
    rows = with_back(Pass.objects.filter(pk=pass_.pk))
    row = rows.select_related("house__organization", "stay__resident", "decision").get()
    if row.status == Pass.Status.ASKED:
        raise ValidationError(_("It is not decided yet: there is nothing to carry."))
    if row.status != Pass.Status.APPROVED:
        raise ValidationError(_("Only a pass that holds is carried. This one does not: %(state)s.") % _state(row))
    house = row.house
    return PassSlip(
        name=row.stay.name,
        house=house.name,
        phone=house.phone or house.organization.phone,
        starts_at=_local(row.starts_at, house),
        until=_local(row.ends_at, house),
        extended=row.events.filter(kind=PassEvent.Kind.EXTENDED).exists(),
        late_since=_local(row.stood_until, house) if late_and_longer(row) else None,
        conditions=row.decision.conditions,
        given_by=row.decision.recorded_as,
        given_at=_local(row.decision.recorded_at, house),
    )


def _state(row: Pass) -> dict[str, str]:
    return {"state": str(row.get_status_display())}


# --- nights ---------------------------------------------------------------------------------------------------------


def log_facts(house: House, first: date, last: date, *, now: datetime) -> CurfewLog:
    """The house night by night. Refuses nights to come, and more than fit on a paper. Two queries."""
    _check_span(house, first, last, now=now, longest=LONGEST_LOG)
    there = Stay.objects.real().filter(house=house, starts_on__lte=last).filter(Q(ends_on=None) | Q(ends_on__gt=first))
    stays = list(there.select_related("resident"))
    rows = list(_checks(house, first, last))
    counts = _by_night(rows)
    people = [(stay.name, stay.pk, _nights(stay, first, last, counts, house)) for stay in stays]
    return CurfewLog(
        house=house.name,
        first=first,
        last=last,
        people=tuple(Person(name=name, nights=nights) for name, _key, nights in sorted(people) if nights),
        corrections=_corrections(rows, house),
    )


def record_facts(stay: Stay, first: date, last: date, *, now: datetime) -> CurfewRecord:
    """One resident night by night. Refuses nights to come, and more than fit on a paper. One query."""
    house = stay.house
    if stay.voided:
        raise ValidationError(_("This stay was entered by mistake, so no paper can be made of it."))
    _check_span(house, first, last, now=now, longest=LONGEST_RECORD)
    rows = list(_checks(house, first, last).filter(stay=stay))
    return CurfewRecord(
        name=stay.name,
        house=house.name,
        first=first,
        last=last,
        nights=_nights(stay, first, last, _by_night(rows), house),
        corrections=_corrections(rows, house),
    )


def _check_span(house: House, first: date, last: date, *, now: datetime, longest: int) -> None:
    if last < first:
        raise ValidationError({"last_night": _("The last night is before the first.")})
    if last > hours.night_of(now, house.zone):
        raise ValidationError({"last_night": _("Only nights that have come can have been counted.")})
    if (last - first).days >= longest:
        raise ValidationError({"first_night": _("At most %(count)s nights fit on a paper.") % {"count": longest}})


def _checks(house: House, first: date, last: date) -> QuerySet[CurfewCheck]:
    rows = CurfewCheck.objects.filter(house=house, night__range=(first, last))
    return rows.select_related("stay__resident", "corrects", "corrected_by").order_by("night", "pk")


def _by_night(rows: Iterable[CurfewCheck]) -> dict[tuple[int, date], CurfewCheck]:
    """Of each stay and night the check that counts."""
    return {(row.stay_id, row.night): row for row in rows if not hasattr(row, "corrected_by")}


def _nights(
    stay: Stay, first: date, last: date, counts: dict[tuple[int, date], CurfewCheck], house: House
) -> tuple[Counted, ...]:
    """Each night in which they had a bed, and any other in which they were counted all the same."""
    nights = (first + timedelta(days=n) for n in range((last - first).days + 1))
    found = []
    for night in nights:
        row = counts.get((stay.pk, night))
        if row is not None:
            found.append(_counted(row, house))
        elif stay.starts_on <= night and (stay.ends_on is None or night < stay.ends_on):
            found.append(Counted(night=night))
    return tuple(found)


def _counted(row: CurfewCheck, house: House) -> Counted:
    return Counted(
        night=row.night,
        status=row.status,
        due_at=_local(row.due_at, house) if row.due_at else None,
        in_at=_local(row.in_at, house) if row.in_at else None,
        why=row.why,
        by=row.recorded_as,
        at=_local(row.recorded_at, house),
        corrected=row.corrects_id is not None,
    )


def _corrections(rows: Iterable[CurfewCheck], house: House) -> tuple[Correction, ...]:
    return tuple(
        Correction(
            night=row.night,
            name=row.stay.name,
            before=_counted(row.corrects, house),
            after=_counted(row, house),
            reason=row.correction_reason,
        )
        for row in rows
        if row.corrects_id is not None
    )


def _local(instant: datetime, house: House) -> datetime:
    return timezone.localtime(instant, house.zone)
