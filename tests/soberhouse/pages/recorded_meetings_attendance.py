"""What can be on record about where Dana was: so many of each, written down by whoever acts."""

from __future__ import annotations

from io import BytesIO

from django.utils import timezone
from PIL import Image

from residents.meetings.models import Grade
from residents.meetings.services import attendance
from tests.cast import Cast
from tests.residents.meetings import given

TOLD = ("Thursday Lanterns", "brought a cake", "Ottoline Q.", "was at the dentist", "the other began late")


def record_attendance(cast: Cast, number: int) -> None:
    """Of each day a meeting with a photo, proved better and struck; and another at the same time, which stands."""
    now, dana = timezone.now(), cast.stay_of_dana
    for n in range(number):
        first = given.meeting_of(cast.organization, name=f"Thursday Lanterns {n}")
        second = given.meeting_of(cast.organization, name=f"At the same time {n}")
        starts_at = given.held(first, dana.house, n + 1)
        picture = BytesIO()
        Image.new("RGB", (40, 40), (40, n * 60, 200)).save(picture, "PNG")
        row = attendance.attendance_log(
            stay=dana,
            meeting=first,
            starts_at=starts_at,
            grade=Grade.PHOTO,
            photo=picture.getvalue(),
            note=f"brought a cake {n}",
            now=now,
        )
        other = attendance.attendance_log(
            stay=dana, meeting=second, starts_at=starts_at, grade=Grade.SEEN, online=False, now=now
        )
        attendance.doubt_settle(attendance=other, reason=f"the other began late {n}", now=now)
        row = attendance.attendance_raise(
            attendance=row, grade=Grade.SIGNED, signer="Ottoline Q.", drawing="M1 1L2 2", now=now
        )
        attendance.attendance_strike(attendance=row, reason=f"was at the dentist {n}", now=now)
        plan = attendance.plan_add(stay=dana, meeting=first, today=cast.today)
        attendance.plan_end(plan=plan, today=cast.today)
