"""So many of everything that can be on record about Dana, through the services that write it."""

from __future__ import annotations

from datetime import time, timedelta
from io import BytesIO

from django.db import transaction
from django.utils import timezone
from PIL import Image

from residents.houses.permissions import RoleKind
from residents.people import photos
from residents.people import services as people
from residents.people.looks import note_look
from residents.people.models import Look
from residents.stays import services as stays
from residents.stays.services import papers
from soberhouse.accounts.invitations import invitation_make
from soberhouse.accounts.keys import key_create
from soberhouse.accounts.models import AccountEvent
from soberhouse.documents import services as documents
from soberhouse.history import acting_as
from soberhouse.notices.kinds import declared
from soberhouse.notices.services import notify
from tests.cast import Cast, grant
from tests.residents.stays.stories import ORDINARY, hold
from tests.soberhouse.pages import (
    recorded_log,
    recorded_meetings_attendance,
    recorded_meetings_calendars,
    recorded_meetings_house_meetings,
    recorded_meetings_requirements,
    recorded_rules,
)

SECRETS = ("Aunt Petra", "bee stings", "Harbor Bakery", "wrong month", "Judge Whitcomb", "rested at home")
SECRETS += (*recorded_rules.TOLD, *recorded_log.TOLD, *recorded_meetings_requirements.TOLD)
SECRETS += recorded_meetings_attendance.TOLD
SECRETS += recorded_meetings_house_meetings.TOLD
SECRETS += recorded_meetings_calendars.TOLD


def picture(number: int) -> bytes:
    file = BytesIO()
    Image.new("RGB", (40, 40), (number * 40, 90, 120)).save(file, "PNG")
    return file.getvalue()


def record_everything(cast: Cast, number: int = 1) -> None:
    """Recorded by Olive: so many of each kind, a correction with each, nothing of which ends the stay."""
    dana, today, now = cast.dana, cast.today, timezone.now()
    with acting_as(cast.olive, source="web"):
        people.resident_change(
            resident=dana,
            changes={"preferred_name": "Day", "phone": "+1 555 010 2299", "legal_last_name": "Renner-Voss"},
            reason="her passport",
            today=today,
        )
        people.sobriety_record(resident=dana, since=today - timedelta(days=50), today=today)
        for n in range(number):
            _about_the_person(cast, n)
            _about_the_stay(cast, n)
            _about_the_account(cast, n)
            note_look(dana, Look.What.PAGE, user=[cast.alice, cast.bob, cast.audra][n])
        recorded_rules.record_rules(cast, number)
        recorded_log.record_log(cast, number)
        recorded_meetings_attendance.record_attendance(cast, number)
        recorded_meetings_requirements.record_requirements(cast, number)
        recorded_meetings_house_meetings.record_house_meetings(cast, number)
        recorded_meetings_calendars.record_calendars(cast, number)
    with transaction.atomic(), acting_as(cast.olive, source="web"):
        dana.user.roles.update(ends_at=now)


def _about_the_person(cast: Cast, n: int) -> None:
    dana, today = cast.dana, cast.today
    people.sobriety_correct(
        date=dana.sobrietydates.first(),
        since=today - timedelta(days=80 + n),
        reason=f"wrong month {n}",
        today=today,
    )
    people.alert_add(resident=dana, kind="allergy", text=f"bee stings {n}")
    contact = people.contact_add(resident=dana, kind="family", name=f"Aunt Petra {n}", phone="555 010 7788")
    people.contact_change(contact=contact, changes={"relationship": "aunt"})
    people.hours_add(
        resident=dana,
        kind="work",
        where="Harbor Bakery",
        weekdays=[n],
        starts=time(5),
        ends=time(13),
        starts_on=today - timedelta(days=7),
    )
    people.officer_appoint(
        resident=dana, house=cast.house_a, duty=["secretary", "treasurer", "senior"][n], starts_on=today, today=today
    )
    photos.photo_take(resident=dana, data=picture(n))


def _about_the_stay(cast: Cast, n: int) -> None:
    dana, stay, today = cast.dana, cast.stay_of_dana, cast.today
    kind = stays.phase_kind_save(house=cast.house_a, number=n + 1, name=f"Phase {n + 1}")
    stays.phase_set(stay=stay, kind=kind, starts_on=today - timedelta(days=20 - n), today=today)
    issued = papers.letter_issue(
        stay=stay, user=cast.olive, recipient=f"Judge Whitcomb {n}", purpose="a hearing", now=timezone.now()
    )
    documents.withdraw(document=issued, reason=f"the wrong day {n}")
    there = cast.house_b.today()
    application = stays.application_receive(
        house=cast.house_b, resident=dana, received_on=there, note=f"rested at home {n}", today=there
    )
    stays.application_accept(application=application)
    hold(application, cast.bed_b("2A"), today=there)
    stays.application_close(application=application, declined=False, reason=f"changed her mind {n}", today=there)


def _about_the_account(cast: Cast, n: int) -> None:
    user, now = cast.dana.user, timezone.now()
    with transaction.atomic():
        grant(user, RoleKind.MANAGER, cast.organization, cast.house_b)
    notify(users=[user], kind=next(iter(declared.values())), text=f"Something is new {n}")
    key_create(user=user, name=f"my calendar {n}", scopes=["occupancy"], expires_at=now + timedelta(days=30))
    invitation_make(user=user, now=now)
    AccountEvent.objects.create(user=user, kind=AccountEvent.Kind.PASSWORD, recorded_as="Dana Example")


def leave(cast: Cast) -> None:
    """Dana is discharged today, and the discharge corrected."""
    today = cast.today
    with acting_as(cast.alice, source="web"):
        first = stays.discharge(stay=cast.stay_of_dana, left_on=today, today=today, **ORDINARY)
        stays.discharge_correct(
            discharge=first, correction_reason="went to her sister", where_to="her sister in Troy", today=today
        )
