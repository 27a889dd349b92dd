"""The facts of each paper about beds and stays, read from the database as they are now; and the papers that tell of a
stay what is no longer so.

Each costs the same number of queries however many rows it finds, and holds only what the paper says. What is refused
is a ValidationError that says why there can be no such paper.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.people.models import Alert, Resident, days_sober
from residents.people.photos import photo_of
from residents.people.queries import age, contacts_of, duties_of, hours_in_words, hours_of, span_in_words
from residents.stays.models import Discharge, Phase, Stay, in_range
from residents.stays.queries import (
    BedTonight,
    bed_nights,
    board,
    chain_starts,
    chains,
    occupancy,
    occupancy_curve,
    sober_since,
)
from residents.stays.reports import DISCHARGE_SUMMARY
from residents.stays.reports.census import BedLine, Census
from residents.stays.reports.discharge_summary import DischargeSummary, Written
from residents.stays.reports.face_sheet import ContactLine, FaceSheet
from residents.stays.reports.occupancy import HouseLine, OccupancyReport
from residents.stays.reports.residency_letter import ResidencyLetter
from soberhouse.accounts.models import User
from soberhouse.curve import Point
from soberhouse.documents import store
from soberhouse.documents.models import IssuedDocument

# --- the house ------------------------------------------------------------------------------------------------------


def census_facts(house: House, night: date, *, today: date) -> Census:
    """Every bed of the house in that night, which must have come. Nine queries."""
    if night > today:
        raise ValidationError({"night": _("A census counts a night that has come: today at the latest.")})
    rooms = board(house, night, today=today)
    phases = Phase.objects.filter(in_range(night), house=house, voided=False).select_related("kind")
    phase_of = {phase.stay_id: phase.kind.name for phase in phases}
    return Census(
        house=house.name,
        night=night,
        beds=tuple(_bed_line(each.room.name, bed, phase_of, night) for each in rooms for bed in each.beds),
    )


def _bed_line(room: str, bed: BedTonight, phase_of: dict[int, str], night: date) -> BedLine:
    use = bed.use
    stay, application = (use.stay, use.application) if use else (None, None)
    until = use.ends_on if use else None
    if stay:
        until = None if stay.ends_on else stay.expected_on
    return BedLine(
        room=room,
        bed=bed.bed.name,
        state=bed.state,
        name=stay.name if stay else application.name if application else "",
        days=bed.days_here,
        phase=phase_of.get(stay.pk, "") if stay else "",
        until=until,
        overdue=bed.overdue and use.ends_on < night,  # on the day itself there is time to leave
        note=use.note if use else "",
    )


def occupancy_facts(
    houses: QuerySet[House], place: str, starts_on: date, ends_on: date, *, today: date
) -> OccupancyReport:
    """How full `houses` are over the nights in [starts_on, ends_on), as the occupancy page draws them. Six queries."""
    counted_until = min(ends_on, today + timedelta(days=1))
    if starts_on >= counted_until:
        raise ValidationError({"starts_on": _("Begin with a night that has come: today at the latest.")})
    there_were, taken = bed_nights(houses, starts_on, counted_until, today=today)
    tonight = occupancy(houses, counted_until - timedelta(days=1), today=today)
    nights = occupancy_curve(houses, starts_on, ends_on, today=today)
    return OccupancyReport(
        place=place,
        starts_on=starts_on,
        ends_on=ends_on,
        today=today,
        houses=tuple(
            HouseLine(
                house=name,
                beds=tonight[pk].capacity,
                occupied=tonight[pk].occupied,
                held=tonight[pk].held,
                out_of_service=tonight[pk].out_of_service,
                open=tonight[pk].open,
                bed_nights=there_were[pk],
                nights_occupied=taken[pk],
            )
            for pk, name in houses.order_by("name", "pk").values_list("pk", "name")
        ),
        nights=tuple(
            Point(day=each.day, occupied=each.occupied, held=each.held, capacity=each.capacity) for each in nights
        ),
    )


# --- one person -----------------------------------------------------------------------------------------------------


def face_sheet_facts(resident: Resident, *, standing: Standing, today: date) -> FaceSheet:
    """What is known of `resident` today, as far as whoever issues the sheet sees it."""
    user = standing.user
    stay = Stay.objects.visible_to(user).current().filter(resident=resident).select_related("house").first()
    since = sober_since([resident.pk]).get(resident.pk)
    facts: dict = {}
    if stay is not None:
        use = stay.uses.filter(voided=False, starts_on__lte=today).select_related("bed__room").last()
        phase = stay.phases.filter(in_range(today), voided=False).select_related("kind").first()
        began = chain_starts([resident.pk])[stay.pk]
        facts = {
            "house": stay.house.name,
            "bed": use.bed.label if use else "",
            "moved_in": stay.starts_on,
            "days_here": max((today - began).days, 0),
            "counted_from": began if began != stay.starts_on else None,
            "expected_on": stay.expected_on,
            "phase": phase.kind.name if phase else "",
        }
    alerts = None
    if standing.may(Action.SEE_GUARDED, resident):
        seen = Alert.objects.visible_to(user).filter(resident=resident, is_current=True).order_by("kind", "id")
        alerts = tuple((capfirst(alert.get_kind_display()), alert.text) for alert in seen)
    current, _former = contacts_of(resident, user=user)
    return FaceSheet(
        legal_name=resident.legal_name,
        called=resident.called if resident.called != resident.legal_first_name else "",
        pronouns=resident.pronouns,
        gender=resident.gender,
        birth_date=resident.birth_date,
        age=age(resident.birth_date, today=today),
        phone=resident.phone,
        sober_since=since,
        days_sober=days_sober(since, today=today),
        alerts=alerts,
        contacts=tuple(
            ContactLine(
                kind=capfirst(contact.get_kind_display()),
                name=contact.name,
                relationship=contact.relationship,
                phone=contact.phone,
                email=contact.email,
                note=contact.note,
            )
            for contact in current
        ),
        hours=tuple(
            (hours_in_words(hours), " · ".join(filter(None, [capfirst(hours.get_kind_display()), hours.where])))
            for hours in hours_of(resident, user=user, today=today)
        ),
        duties=tuple(
            f"{capfirst(duty.get_duty_display())} · {duty.house} · {span_in_words(duty.starts_on, duty.ends_on)}"
            for duty in duties_of(resident, user=user)
            if duty.ends_on is None or duty.ends_on > today
        ),
        photo=_photo(resident, user=user),
        **facts,
    )


def _photo(resident: Resident, *, user: User) -> bytes:
    """The photo that counts. None where the store has lost it: in an emergency the rest is needed all the same."""
    photo = photo_of(resident, user=user)
    try:
        return store.read(photo.file) if photo else b""
    except store.Damaged:
        return b""


def letter_facts(
    stay: Stay,
    *,
    user: User,
    recipient: str,
    purpose: str,
    tell_address: bool = False,
    tell_birth_date: bool = False,
    today: date,
) -> ResidencyLetter:
    """That somebody lives or lived in the house of `stay`. By their legal name as long as `user` sees the person;
    afterwards by the name they left under, which is all the house goes on knowing. Three queries."""
    _require_real(stay)
    if stay.starts_on > today:
        raise ValidationError(_("They have not moved in yet."))
    house, seen = stay.house, Resident.objects.visible_to(user).filter(pk=stay.resident_id).exists()
    if tell_birth_date and not seen:
        raise ValidationError(
            {"tell_birth_date": _("They live here no more: their date of birth is no longer this house's to tell.")}
        )
    if tell_birth_date and stay.resident.birth_date is None:
        raise ValidationError({"tell_birth_date": _("No date of birth is written down.")})
    address = address_of(house)
    tells = bool(address) and (tell_address or not house.address_confidential)
    until = stay.ends_on or today
    counted_from, days_in_all, here_before = _chain(stay, until)
    return ResidencyLetter(
        recipient=recipient,
        purpose=purpose,
        dated=today,
        name=stay.resident.legal_name if seen else stay.name,
        birth_date=stay.resident.birth_date if tell_birth_date else None,
        organization=house.organization.name,
        house=house.name,
        phone=house.phone or house.organization.phone,
        address=address if tells else "",
        address_withheld=bool(address) and not tells,
        starts_on=stay.starts_on,
        ends_on=stay.ends_on,
        days=(until - stay.starts_on).days,
        counted_from=counted_from,
        days_in_all=days_in_all,
        here_before=here_before,
    )


def discharge_facts(stay: Stay, *, today: date) -> DischargeSummary:
    """How `stay` ended, with every correction. Three queries."""
    _require_real(stay)
    written = tuple(_written(row, stay.house) for row in stay.discharges.all())
    if not written:
        raise ValidationError(_("They were not discharged, so there is nothing to sum up."))
    uses = stay.uses.filter(voided=False).select_related("bed__room").order_by("starts_on", "id")
    until = stay.ends_on or today
    counted_from, days_in_all, _here_before = _chain(stay, until)
    return DischargeSummary(
        name=stay.name,
        house=stay.house.name,
        starts_on=stay.starts_on,
        ends_on=stay.ends_on,
        nights=max((until - stay.starts_on).days, 0),
        counted_from=counted_from,
        days_in_all=days_in_all,
        beds=tuple((use.bed.label, use.starts_on) for use in uses),
        written=written,
    )


def address_of(house: House) -> str:
    """Street, place and code in one line; empty where none is written down."""
    place = " ".join(filter(None, [house.state, house.postal_code]))
    return ", ".join(filter(None, [house.street, house.city, place]))


def _chain(stay: Stay, until: date) -> tuple[date | None, int | None, bool]:
    """Where the stay continues others: since when days are counted, how many, and whether one of the others was in the
    same house. One query."""
    _itself, *earlier = chains([stay.resident_id])[stay.pk]
    if not earlier or earlier[-1].starts_on == stay.starts_on:
        return None, None, False
    began = earlier[-1].starts_on
    return began, (until - began).days, any(link.house_id == stay.house_id for link in earlier)


def _require_real(stay: Stay) -> None:
    if stay.voided:
        raise ValidationError(_("This stay was entered by mistake, so no paper can be made of it."))


def _written(row: Discharge, house: House) -> Written:
    words = str(row.get_destination_display()).removesuffix(f" ({row.destination})")
    return Written(
        left_on=row.left_on,
        reason=capfirst(row.get_reason_display()),
        destination_code=row.destination,
        destination=words,
        where_to=row.where_to,
        decided_by=row.decided_by,
        belongings=capfirst(row.get_belongings_display()),
        medications=capfirst(row.get_medications_display()),
        money=capfirst(row.get_money_display()),
        naloxone=capfirst(row.get_naloxone_display()),
        may_return=capfirst(row.get_may_return_display()),
        return_terms=row.return_terms,
        note=row.note,
        correction_reason=row.correction_reason,
        undone=row.undone,
        recorded_as=row.recorded_as,
        recorded_at=timezone.localtime(row.recorded_at, house.zone),
    )


# --- papers that were issued ----------------------------------------------------------------------------------------


def valid_papers_of(stay: Stay) -> QuerySet[IssuedDocument]:
    """The papers that tell of this stay and count, the newest first."""
    return IssuedDocument.objects.filter(house=stay.house_id, subject=stay.uuid).valid()


def no_longer_so(house: House) -> list[tuple[IssuedDocument, Stay]]:
    """The papers of this house that count and tell of a stay what is no longer so, each with the stay: that was entered
    by mistake, or lasted from another day or until another, or its discharge was written anew. Two queries.

    Whoever left on the very day of a letter lived there when it was written.
    """
    stay = Stay.objects.filter(uuid=OuterRef("subject"))
    anew = Discharge.objects.filter(stay__uuid=OuterRef("subject"), recorded_at__gt=OuterRef("issued_at"))
    papers = list(
        IssuedDocument.objects.filter(house=house, subject__isnull=False)
        .valid()
        .annotate(written_on=TruncDate("as_of", tzinfo=house.zone))
        .filter(
            Exists(stay.filter(Q(voided=True) | ~Q(starts_on=OuterRef("tells_from"))))
            | Q(Exists(stay.filter(ends_on__lt=OuterRef("written_on"))), tells_until=None)
            | Q(~Exists(stay.filter(ends_on=OuterRef("tells_until"))), tells_until__isnull=False)
            | Q(Exists(anew), kind=DISCHARGE_SUMMARY.slug)
        )
    )
    stays = Stay.objects.filter(uuid__in={paper.subject for paper in papers}).select_related("resident")
    by_uuid = {stay.uuid: stay for stay in stays}
    return [(paper, by_uuid[paper.subject]) for paper in papers]
