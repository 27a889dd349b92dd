"""Every write about who was at which meeting, and how well that is proved: written down, proved better, struck,
restored; a doubt that was looked at; and the meetings that somebody goes to regularly."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.away.queries.passes import moment
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.meetings import code_tries, codes, notices_attendance
from residents.meetings.models import FIRST_NAME, Attendance, DoubtSettled, Grade, HouseMeeting, Meeting, MeetingPlan
from residents.meetings.models.words import Venue
from residents.meetings.queries.attendance import CODE_AFTER, CODE_BEFORE, doubts_of
from residents.meetings.queries.house_meetings import called_off
from residents.meetings.queries.occurrences import occurrences
from residents.people.services import not_about_oneself
from residents.stays.models import Stay
from residents.stays.steps import lock, save
from soberhouse.documents import store
from soberhouse.documents.models import StoredFile
from soberhouse.history import acting_now, because, recorded
from soberhouse.words import check_reason, is_blank, tidy

Step = Attendance.Step
BACK, BACK_OF_STAFF = timedelta(days=14), timedelta(days=366)
LONGEST = 1440  # minutes


@transaction.atomic
def attendance_log(
    *,
    stay: Stay,
    meeting: Meeting,
    starts_at: datetime,
    minutes: int | None = None,
    grade: int,
    photo: bytes | None = None,
    signer: str = "",
    drawing: str = "",
    code: str = "",
    online: bool = False,
    note: str = "",
    now: datetime,
) -> Attendance:
    """They were at the meeting that began at `starts_at`, proved as well as `grade` says and no better. `minutes` only
    where it is held by appointment; `photo` is a picture, `drawing` the strokes of a signature.

    Refuses what has not begun, and what is longer ago than two weeks for whoever writes about themselves, a year for
    staff; a time at which it is not held or was called off; a meeting of another house; somebody who had moved out; the
    same meeting twice; and a grade without what it asks for (`_evidence`).
    """
    lock(stay.resident)
    stay = Stay.objects.select_related("house", "resident__user").get(pk=stay.pk)
    _of_this_house(meeting, stay)
    _lives_here(stay, now)
    by_appointment = not meeting.recurrence
    if by_appointment:
        starts_at = starts_at.replace(second=0, microsecond=0)
    _in_time(stay, starts_at, now, early=CODE_BEFORE if grade == Grade.CODE else timedelta(0))
    on = starts_at.astimezone(stay.house.zone).date()
    if stay.ends_on is not None and on > stay.ends_on:
        raise ValidationError({"starts_at": _("%(name)s had moved out by then.") % {"name": stay.short_name}})
    if not by_appointment:
        _is_held(meeting, starts_at)
    lasts = _minutes(meeting, minutes, by_appointment=by_appointment)
    _not_twice(stay, meeting, starts_at)
    ends_at = starts_at + timedelta(minutes=lasts)
    return _write(
        stay,
        now,
        meeting=meeting,
        starts_at=starts_at,
        ends_at=ends_at,
        on=on,
        called=meeting.name,
        kind=meeting.kind,
        online=_online(meeting, online=online),
        note=note.strip(),
        **_evidence(stay, meeting, (starts_at, ends_at), grade, photo, signer, drawing, code, now),
    )


@transaction.atomic
def attendance_raise(
    *,
    attendance: Attendance,
    grade: int,
    photo: bytes | None = None,
    signer: str = "",
    drawing: str = "",
    code: str = "",
    now: datetime,
) -> Attendance:
    """Better evidence for the same meeting: a new row, which counts from now on. What was written down first stays.

    Refuses evidence that is no better, a row that is not the newest or does not count, a meeting too long ago, and a
    grade without what it asks for.
    """
    attendance = _newest(attendance)
    stay = attendance.stay
    _lives_here(stay, now)
    if attendance.step == Step.STRUCK:
        raise ValidationError(_("This does not count. Your manager can let it count again."))
    if grade <= attendance.grade:
        facts = {"grade": attendance.get_grade_display()}
        raise ValidationError({"grade": _("There is evidence at least as good: %(grade)s.") % facts})
    _in_time(stay, attendance.starts_at, now, early=CODE_BEFORE)
    span = (attendance.starts_at, attendance.ends_at)
    evidence = _evidence(stay, attendance.meeting, span, grade, photo, signer, drawing, code, now)
    return _follow(attendance, now, step=Step.RAISED, **evidence)


@transaction.atomic
def attendance_strike(*, attendance: Attendance, reason: str, now: datetime) -> Attendance:
    """It does not count, for this reason. It stays on record, marked, and can be restored. They are told.

    Nobody strikes their own. Refuses no reason, and what does not count already.
    """
    check_reason(reason)
    attendance = _newest(attendance)
    not_about_oneself(attendance.stay.resident)
    if attendance.step == Step.STRUCK:
        raise ValidationError(_("This does not count already."))
    with because(reason.strip()):
        row = _follow(attendance, now, step=Step.STRUCK, grade=attendance.grade, reason=reason.strip())
    notices_attendance.tell_struck(row)
    return row


@transaction.atomic
def attendance_restore(*, attendance: Attendance, reason: str, now: datetime) -> Attendance:
    """It counts after all, as it did before it was struck. They are told. Nobody restores their own. Refuses no reason,
    and what counts."""
    check_reason(reason)
    attendance = _newest(attendance)
    not_about_oneself(attendance.stay.resident)
    if attendance.step != Step.STRUCK:
        raise ValidationError(_("This counts already."))
    before = attendance.follows
    with because(reason.strip()):
        row = _follow(
            attendance,
            now,
            step=Step.RESTORED,
            grade=attendance.grade,
            reason=reason.strip(),
            photo=before.photo,
            signer=before.signer,
            drawing=before.drawing,
        )
    notices_attendance.tell_restored(row)
    return row


@transaction.atomic
def doubt_settle(*, attendance: Attendance, reason: str, now: datetime) -> DoubtSettled:
    """Somebody looked at what does not fit and lets the attendance stand, for this reason. They are told. What does not
    fit from some other cause later is asked anew. Where two overlap, both stand by one decision; a third that is
    written down later is asked about.

    Nobody decides about their own. Refuses no reason, and where there is nothing open.
    """
    check_reason(reason)
    attendance = _newest(attendance)
    not_about_oneself(attendance.stay.resident)
    found = doubts_of([attendance])[attendance.pk]
    if not found:
        raise ValidationError(_("Nothing is open about this one any more."))
    with because(reason.strip()):
        row = save(
            DoubtSettled(
                house=attendance.house,
                attendance=attendance,
                doubts=" ".join(dict.fromkeys(str(each.kind) for each in found)),
                reason=reason.strip(),
                recorded_at=now,
                **recorded(),
            )
        )
    notices_attendance.tell_settled(row)
    return row


@transaction.atomic
def attendance_from_roll(*, house_meeting: HouseMeeting, stay: Stay, now: datetime) -> Attendance:
    """They were at the house meeting, as its roll says: written down as seen, or what they wrote down proved so; what
    was struck counts again. The same roll twice writes nothing more. Nobody who takes the roll says so of
    themselves."""
    lock(stay.resident)
    not_about_oneself(stay.resident)
    stay = Stay.objects.select_related("house", "resident__user").get(pk=stay.pk)
    meeting, starts_at = house_meeting.meeting, house_meeting.starts_at
    rows = Attendance.objects.select_related("meeting", "stay__house", "stay__resident", "house", "follows")
    newest = rows.filter(stay=stay, meeting=meeting, starts_at=starts_at, followed_by=None).first()
    if newest is None:
        return _write(
            stay,
            now,
            meeting=meeting,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=meeting.minutes),
            on=house_meeting.on,
            called=meeting.name,
            kind=meeting.kind,
            grade=Grade.SEEN,
        )
    if newest.step == Step.STRUCK:
        newest = attendance_restore(attendance=newest, reason=_("The roll of the house meeting says so."), now=now)
    if newest.grade < Grade.SEEN:
        newest = _follow(newest, now, step=Step.RAISED, grade=Grade.SEEN)
    return newest


@transaction.atomic
def plan_add(*, stay: Stay, meeting: Meeting, today: date) -> MeetingPlan:
    """They go to this meeting regularly, from today on. Refuses one that is by appointment, closed, of another house,
    or in their week already."""
    lock(stay.resident)
    stay = Stay.objects.select_related("house", "resident").get(pk=stay.pk)
    _of_this_house(meeting, stay)
    if stay.voided or stay.ends_on is not None:
        raise ValidationError(_("%(name)s does not live here any more.") % {"name": stay.short_name})
    if not meeting.recurrence:
        raise ValidationError({"meeting": _("This one is by appointment: it has no day of its own.")})
    if meeting.closed_on is not None and meeting.closed_on <= today:
        facts = {"day": date_format(meeting.closed_on), "why": meeting.closed_why}
        raise ValidationError({"meeting": _("This meeting is closed since %(day)s: %(why)s") % facts})
    if MeetingPlan.objects.filter(stay=stay, meeting=meeting, ends_on=None).exists():
        raise ValidationError({"meeting": _("This meeting is in your week already.")})
    return save(MeetingPlan(house=stay.house, stay=stay, meeting=meeting, starts_on=today))


@transaction.atomic
def plan_end(*, plan: MeetingPlan, today: date) -> MeetingPlan:
    """They do not go there regularly any more. Refuses a plan that has ended."""
    lock(plan.stay.resident)
    plan = MeetingPlan.objects.select_related("stay__resident", "house", "meeting").get(pk=plan.pk)
    if plan.ends_on is not None:
        raise ValidationError(_("This was taken out of the week already."))
    plan.ends_on = max(today, plan.starts_on)
    return save(plan)


# --- what stands behind a grade -------------------------------------------------------------------------------------


def _evidence(
    stay: Stay,
    meeting: Meeting,
    span: tuple[datetime, datetime],
    grade: int,
    photo: bytes | None,
    signer: str,
    drawing: str,
    code: str,
    now: datetime,
) -> dict[str, Any]:
    """What the row keeps. Each grade asks for its own; what is given besides is kept too, and proves no more.

    Refuses a photo that is none, a chair without a first name or a drawing, a code that is not the meeting's or is
    entered at another time, after too many wrong ones or by somebody whose own screen shows it, and that somebody was
    seen, where they say it of themselves.
    """
    facts: dict[str, Any] = {"grade": grade}
    if grade not in Grade.values:
        raise ValidationError({"grade": _("Choose how it is proved.")})
    if grade == Grade.SEEN and _acts_for_oneself(stay):
        raise ValidationError({"grade": _("That you were seen is said by whoever saw you: your manager, or the roll.")})
    if grade == Grade.CODE:
        _check_code(stay, meeting, span, code, now)
    if grade == Grade.SIGNED or drawing or not is_blank(signer):
        facts |= _signed(signer, drawing)
    if photo:
        facts["photo"] = _stored(photo)
    elif grade == Grade.PHOTO:
        raise ValidationError({"photo": _("Add the photo of the slip.")})
    return facts


def _signed(signer: str, drawing: str) -> dict[str, str]:
    signer = tidy(signer)
    if not signer:
        raise ValidationError({"signer": _("Write the first name of whoever chaired the meeting.")})
    try:
        FIRST_NAME(signer)
    except ValidationError as refusal:
        raise ValidationError({"signer": refusal.messages}) from refusal
    if not drawing:
        raise ValidationError(
            {
                "signer": _(
                    "A name that is typed is no signature. The chair draws an initial on your phone; where that does "
                    "not work, let them sign a paper slip and add a photo of it."
                )
            }
        )
    return {"signer": signer, "drawing": drawing}


def _check_code(stay: Stay, meeting: Meeting, span: tuple[datetime, datetime], code: str, now: datetime) -> None:
    starts_at, ends_at = span
    if not meeting.recurrence:  # nobody but whoever writes it down says when it was
        raise ValidationError(
            {
                "code": _(
                    "This one is by appointment: a code cannot show that it was held now. Say that you were there "
                    "without it, or add a photo of a slip."
                )
            }
        )
    if is_blank(code):
        raise ValidationError({"code": _("Type the code that hangs at the meeting.")})
    if not starts_at - CODE_BEFORE <= now <= ends_at + CODE_AFTER:
        raise ValidationError(
            {
                "code": _(
                    "A code counts only while the meeting lasts, and half an hour after it. Say that you were there "
                    "without it, or add a photo of a slip."
                )
            }
        )
    code_tries.require_left(stay.resident)
    held = HouseMeeting.objects.filter(meeting=meeting, starts_at=starts_at).first()
    if held is not None and codes.is_house_code(held, code, now):
        _check_not_shown_by_oneself(stay, Action.TAKE_ROLL, now)
        return
    if codes.is_code_of(meeting, code):
        _check_not_shown_by_oneself(stay, Action.SETTLE_HOUSE, now)
        return
    code_tries.count_wrong(stay.resident)
    raise ValidationError({"code": _("This is not the code of this meeting. Look again, letter by letter.")})


def _check_not_shown_by_oneself(stay: Stay, shows: Action, now: datetime) -> None:
    """Whoever can have this code shown to them wherever they are proves nothing with it about themselves."""
    if _acts_for_oneself(stay) and Standing(stay.resident.user, now=now).may(shows, stay.house):
        raise ValidationError(
            {
                "code": _(
                    "You can see this code wherever you are, so it proves nothing about you. Say that you were there "
                    "without it; another person can put you on the roll, or write down that they saw you."
                )
            }
        )


def _stored(photo: bytes) -> StoredFile:
    try:
        return store.put(photo, allow=store.PHOTOS)
    except ValidationError as refusal:
        raise ValidationError({"photo": refusal.messages}) from refusal


# --- whose, and when ------------------------------------------------------------------------------------------------


def _acts_for_oneself(stay: Stay) -> bool:
    acting, user_id = acting_now(), stay.resident.user_id
    return user_id is not None and acting is not None and (acting.actor_kind, acting.actor_id) == ("user", user_id)


def _of_this_house(meeting: Meeting, stay: Stay) -> None:
    if meeting.organization_id != stay.house.organization_id or meeting.house_id not in (None, stay.house_id):
        raise ValidationError({"meeting": _("This is a meeting of another house.")})


def _lives_here(stay: Stay, now: datetime) -> None:
    if stay.voided:
        raise ValidationError(_("This stay was entered by mistake: nothing is written down about it."))
    if stay.ends_on is not None and stay.ends_on <= stay.house.today(now) and _acts_for_oneself(stay):
        raise ValidationError(_("You have moved out of this house. Meetings count while you live in it."))


def _in_time(stay: Stay, starts_at: datetime, now: datetime, *, early: timedelta) -> None:
    if starts_at > now + early:
        raise ValidationError({"starts_at": _("This meeting has not begun. It can be written down from its start on.")})
    oneself = _acts_for_oneself(stay)
    if starts_at < now - (BACK if oneself else BACK_OF_STAFF):
        said = (
            _("This is more than two weeks ago. Tell your manager, who can write it down.")
            if oneself
            else _("This is more than a year ago.")
        )
        raise ValidationError({"starts_at": said})


def _is_held(meeting: Meeting, starts_at: datetime) -> None:
    found = occurrences([meeting], starts_at, starts_at + timedelta(seconds=1))
    if any(not each.called_off for each in found):
        return
    once = HouseMeeting.objects.select_related("meeting").filter(meeting=meeting, starts_at=starts_at)
    if once.exists() and not called_off(once):  # a house meeting that was called for once
        return
    if found:
        facts = {"why": found[0].why}
        raise ValidationError({"starts_at": _("This meeting was called off that day: %(why)s") % facts})
    raise ValidationError({"starts_at": _("This meeting is not held then. Choose one of its times.")})


def _minutes(meeting: Meeting, minutes: int | None, *, by_appointment: bool) -> int:
    if not by_appointment:
        return meeting.minutes
    if minutes is None or not 1 <= minutes <= LONGEST:
        raise ValidationError({"minutes": _("Say how many minutes it lasted.")})
    return minutes


def _online(meeting: Meeting, *, online: bool) -> bool:
    if meeting.venue == Venue.ONLINE:
        return True
    if online and meeting.venue == Venue.IN_PERSON:
        raise ValidationError({"online": _("This meeting is held in person only.")})
    return online


def _not_twice(stay: Stay, meeting: Meeting, starts_at: datetime) -> None:
    if Attendance.objects.filter(stay=stay, meeting=meeting, starts_at=starts_at).exists():
        when = moment(starts_at, stay.house)
        raise ValidationError(
            _("%(meeting)s, %(when)s, is written down already. You can add better evidence to it.")
            % {"meeting": meeting.name, "when": when},
            code="twice",
        )


# --- rows -----------------------------------------------------------------------------------------------------------


def _newest(attendance: Attendance) -> Attendance:
    """The row as it is now, its person locked; refused where another follows it."""
    lock(attendance.stay.resident)
    rows = Attendance.objects.select_related(
        *("house", "meeting", "stay__house", "stay__resident__user", "follows__photo", "photo")
    )
    row = rows.get(pk=attendance.pk)
    if Attendance.objects.filter(follows=row).exists():
        raise ValidationError(_("This has changed meanwhile. Look at it as it is now."))
    return row


def _follow(row: Attendance, now: datetime, **facts: Any) -> Attendance:
    same = ("meeting", "starts_at", "ends_at", "on", "called", "kind", "online", "note")
    return _write(row.stay, now, follows=row, **{name: getattr(row, name) for name in same}, **facts)


def _write(stay: Stay, now: datetime, **facts: Any) -> Attendance:
    return save(Attendance(house=stay.house, stay=stay, recorded_at=now, **facts, **recorded()))
