"""Every write about house meetings: prepared, roll, minutes, motions, elections, and their publication.

Once the minutes are published nothing of the meeting changes any more: what turns out to be wrong stands in the minutes
of the next one, as a correction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from residents.houses.models import House
from residents.log.hands import hand
from residents.meetings import house_meeting_notices as notices
from residents.meetings import recurrence
from residents.meetings.models import (
    AgendaItem,
    Attendance,
    Election,
    Grade,
    HouseMeeting,
    Kind,
    Meeting,
    MinutesLine,
    Motion,
    MotionKind,
    RollLine,
)
from residents.meetings.queries.house_meetings import EARLY, PREPARED, Roll, lines_of, members, roll_of
from residents.meetings.queries.occurrences import occurrence_on
from residents.meetings.services import attendance
from residents.people.models import Officer, Resident
from residents.people.services import not_about_oneself, officer_appoint, only_oneself
from residents.stays.models import Stay
from residents.stays.steps import lock, reason_required, save
from soberhouse.history import because, recorded
from soberhouse.words import check_reason, tidy

Status = RollLine.Status
What = MinutesLine.What
Of = MotionKind.Of

BACK = timedelta(days=7)  # so long afterwards one can still be begun
LONGEST_AGENDA = 50
TERM = relativedelta(months=6)
STARTER = (  # name, percent, more than that, of whom
    (gettext_lazy("Admission"), 80, False, Of.MEMBERS),
    (gettext_lazy("Expulsion"), 50, True, Of.MEMBERS),
    (gettext_lazy("Election of an officer"), 50, True, Of.PRESENT),
    (gettext_lazy("Other business"), 50, True, Of.PRESENT),
)


# --- prepared -------------------------------------------------------------------------------------------------------


@transaction.atomic
def house_meeting_begin(*, meeting: Meeting, on: date, at: time | None = None, now: datetime) -> HouseMeeting:
    """Prepare or begin the house meeting of a day: as it recurs; or, with a time `at`, one that is called for that
    day and hour, by the clock of the house.

    Refuses what is no house meeting; a day on which it is not held, or called off, unless a time is given; a day more
    than a week ago or more than two weeks ahead; and one that is there already.
    """
    if meeting.kind != Kind.HOUSE or meeting.house is None:
        raise ValidationError({"meeting": _("This is no house meeting.")})
    house = meeting.house
    lock(house)
    today = house.today(now)
    if on > today + PREPARED:
        days = {"count": PREPARED.days}
        raise ValidationError({"on": _("This is too far ahead: at most %(count)s days.") % days})
    if on < today - BACK:
        raise ValidationError({"on": _("This is too long ago: at most %(count)s days.") % {"count": BACK.days}})
    if at is None:
        usual = occurrence_on(meeting, on)
        if usual is None:
            raise ValidationError({"on": _("It is not held on this day. Choose another, or say at what time it is.")})
        if usual.called_off:
            raise ValidationError({"on": _("It is called off on this day: %(why)s") % {"why": usual.why}})
        starts_at = usual.starts_at
    else:
        starts_at = recurrence.instant(on, at, house.time_zone)
    day = starts_at.astimezone(house.zone).date()
    if HouseMeeting.objects.filter(meeting=meeting, on=day).exists():
        raise ValidationError({"on": _("The house meeting of this day is there already.")})
    facts = {"meeting": meeting, "starts_at": starts_at, "on": day, "recorded_at": now}
    return save(HouseMeeting(house=house, **facts, **recorded()))


@transaction.atomic
def agenda_add(*, house_meeting: HouseMeeting, title: str, stay: Stay | None = None, now: datetime) -> AgendaItem:
    """Put something on the agenda: as staff, or for oneself as a resident, whose `stay` in the house it is.

    Refuses no words, the same words twice, more than 50 items, published minutes; for residents also a meeting that has
    begun, and that they do not live there.
    """
    house_meeting = _locked(house_meeting)
    if not tidy(title):
        raise ValidationError({"title": _("Say what about.")})
    if stay is not None:
        only_oneself(stay.resident)
        if stay.house_id != house_meeting.house_id or stay.voided or stay.ends_on is not None:
            raise PermissionDenied(_("Only who lives in the house puts something on its agenda."))
        if now >= house_meeting.starts_at:
            raise ValidationError(_("This meeting has begun. Say it there, or put it on the next one."))
    there = AgendaItem.objects.filter(house_meeting=house_meeting, taken_off=False)
    if there.count() >= LONGEST_AGENDA:
        raise ValidationError(_("There are %(count)s items already.") % {"count": LONGEST_AGENDA})
    if there.filter(title__iexact=tidy(title)).exists():
        raise ValidationError({"title": _("This is on the agenda already.")})
    facts = {"title": tidy(title), "by_stay": stay, "recorded_at": now}
    return save(AgendaItem(house=house_meeting.house, house_meeting=house_meeting, **facts, **recorded()))


@transaction.atomic
def agenda_take_off(*, item: AgendaItem, reason: str, stay: Stay | None = None, now: datetime) -> AgendaItem:
    """Take something off the agenda, as staff or, as a resident, what one put there by one's own `stay`. It stays on
    record. The resident who put it there is told, unless it was themselves.

    Refuses no reason, what is off already, what the minutes say something about, and published minutes; for residents
    also what others put there, and a meeting that has begun.
    """
    check_reason(reason)
    house_meeting = _locked(item.house_meeting)
    item = AgendaItem.objects.select_related("house", "house_meeting", "by_stay__resident__user").get(pk=item.pk)
    if stay is not None:
        only_oneself(stay.resident)
        if item.by_stay_id != stay.pk:
            raise PermissionDenied(_("Only who put it there takes it off."))
        if now >= house_meeting.starts_at:
            raise ValidationError(_("This meeting has begun. Say there that it is settled."))
    if item.taken_off:
        raise ValidationError(_("This is off the agenda already."))
    if MinutesLine.objects.filter(item=item, corrected_by=None).exists():
        raise ValidationError(_("The minutes say something about it, so it stays."))
    item.taken_off = True
    with because(reason.strip()):
        save(item)
    notices.tell_taken_off(item, by=hand())
    return item


# --- the roll -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RollEntry:
    """How one resident is counted, where they are not simply present."""

    stay: Stay
    status: str
    why: str = ""


class RollRefused(ValidationError):
    """What a roll was refused for: for each resident the field and what is wrong with it."""

    def __init__(self, by_stay: list[tuple[Stay, str, str]]) -> None:
        self.by_stay = by_stay
        super().__init__([f"{stay.short_name}: {text}" for stay, _field, text in by_stay])


@transaction.atomic
def roll_take(*, house_meeting: HouseMeeting, lines: Sequence[RollEntry], now: datetime) -> list[RollLine]:
    """Take the roll: whoever lives there that day and is not in `lines` is present. Each who is present gets an
    attendance that staff saw. Whoever acts is left out: another person records whether they were there, and until then
    the roll is not taken.

    A line that says what is written down already is passed over, so that a roll sent twice counts once. Refuses,
    naming the resident, whoever did not live there that day, whoever somebody counted otherwise meanwhile, and excused
    without saying why; oneself; a meeting that has not begun; published minutes.
    """
    house_meeting = _begun(house_meeting, now)
    by_stay = {entry.stay.pk: entry for entry in lines}
    for entry in lines:
        not_about_oneself(entry.stay.resident)
    roll = roll_of(house_meeting)
    if not roll.rows:
        raise ValidationError(_("Nobody lived here that day: there is no roll to take."))
    there = {row.stay.pk for row in roll.rows}
    refused: list[tuple[Stay, str, str]] = [
        (entry.stay, "status", _("did not live here that day. Open the page anew."))
        for entry in lines
        if entry.stay.pk not in there
    ]
    made = []
    for row in roll.rows:
        own = row.stay.resident.user_id is not None and row.stay.resident.user_id == hand()
        if own or (row.line is not None and row.stay.pk not in by_stay):
            continue
        entry = by_stay.get(row.stay.pk) or RollEntry(row.stay, Status.PRESENT)
        line = _line(house_meeting, row.stay, entry.status, entry.why, now)
        if row.line is not None:
            if (row.line.status, row.line.why) != (line.status, line.why):
                words = {"who": row.line.recorded_as, "state": row.line.get_status_display()}
                refused.append((row.stay, "status", _("counted by %(who)s meanwhile: %(state)s.") % words))
            continue
        try:
            _check_line(line)
        except ValidationError as refusal:
            refused += [(row.stay, name, text) for name, texts in refusal.message_dict.items() for text in texts]
        made.append(line)
    if refused:
        raise RollRefused(refused)
    if made:
        lock(*(line.stay.resident for line in made))
    for line in made:
        save(line)
        if line.status == Status.PRESENT:
            attendance.attendance_from_roll(house_meeting=house_meeting, stay=line.stay, now=now)
    _note_taken(house_meeting, now)
    return made


@transaction.atomic
def roll_correct(*, line: RollLine, status: str, why: str = "", reason: str, now: datetime) -> RollLine:
    """Put right whether somebody was there. The first line stays on record, marked. Their attendance is struck, or
    counts again, accordingly.

    Refuses no reason, what changes nothing, a line that was put right already, excused without saying why, oneself, and
    published minutes.
    """
    reason_required(reason)
    not_about_oneself(line.stay.resident)
    house_meeting = _locked(line.house_meeting)
    line = RollLine.objects.select_related("stay__resident", "stay__house", "house").get(pk=line.pk)
    if RollLine.objects.filter(corrects=line).exists():
        raise ValidationError(_("This has been put right already. Look at the newest one."))
    row = _line(house_meeting, line.stay, status, why, now)
    row.corrects, row.correction_reason = line, reason.strip()
    if (row.status, row.why) == (line.status, line.why):
        raise ValidationError(_("Nothing is changed: there is nothing to put right."))
    _check_line(row)
    with because(reason.strip()):
        save(row)
        _follow_in_attendance(line, row, reason.strip(), now)
    return row


def _line(house_meeting: HouseMeeting, stay: Stay, status: str, why: str, now: datetime) -> RollLine:
    return RollLine(
        house=house_meeting.house,
        house_meeting=house_meeting,
        stay=stay,
        status=status,
        why=tidy(why) if status == Status.EXCUSED else "",
        recorded_at=now,
        **recorded(),
    )


def _check_line(line: RollLine) -> None:
    if line.status not in Status.values:
        raise ValidationError({"status": _("Choose how they are counted.")})
    if line.status == Status.EXCUSED and not line.why:
        raise ValidationError({"why": _("Say what excuses them.")})
    line.clean_fields(exclude=["house", "house_meeting", "stay", "corrects", "recorded_by"])


def _follow_in_attendance(before: RollLine, after: RollLine, reason: str, now: datetime) -> None:
    """Let the attendance say what the roll says."""
    was, now_is = before.status == Status.PRESENT, after.status == Status.PRESENT
    if was == now_is:
        return
    house_meeting, stay = after.house_meeting, after.stay
    if now_is:
        attendance.attendance_from_roll(house_meeting=house_meeting, stay=stay, now=now)
        return
    newest = Attendance.objects.filter(
        stay=stay, meeting=house_meeting.meeting, starts_at=house_meeting.starts_at, followed_by=None
    )
    for row in newest.filter(grade=Grade.SEEN).exclude(step=Attendance.Step.STRUCK).select_related("stay__resident"):
        attendance.attendance_strike(attendance=row, reason=reason, now=now)


def _note_taken(house_meeting: HouseMeeting, now: datetime) -> None:
    """The roll is taken from when everybody has a line."""
    if house_meeting.roll_taken_at is None and roll_of(house_meeting).taken:
        house_meeting.roll_taken_at = now
        save(house_meeting)


# --- minutes --------------------------------------------------------------------------------------------------------


@transaction.atomic
def minutes_add(
    *, house_meeting: HouseMeeting, text: str, what: str = What.SAID, item: AgendaItem | None = None, now: datetime
) -> MinutesLine:
    """Write down what was said or decided, about an item of the agenda or about none; or a correction of earlier
    minutes. Refuses no words, an item of another meeting or one that was taken off, a meeting that has not begun, and
    published minutes."""
    house_meeting = _begun(house_meeting, now)
    line = MinutesLine(house=house_meeting.house, house_meeting=house_meeting, recorded_at=now, **recorded())
    return _say(line, text=text, what=what, item=item)


@transaction.atomic
def minutes_correct(
    *, line: MinutesLine, text: str, what: str, item: AgendaItem | None, reason: str, now: datetime
) -> MinutesLine:
    """Put right what was written down. The first words stay on record, marked. Refuses no reason, what changes nothing,
    a line that was put right already, and as `minutes_add` says."""
    reason_required(reason)
    house_meeting = _locked(line.house_meeting)
    if MinutesLine.objects.filter(corrects=line).exists():
        raise ValidationError(_("This has been put right already. Look at the newest one."))
    if (text.strip(), what, item) == (line.text, line.what, line.item):
        raise ValidationError(_("Nothing is changed: there is nothing to put right."))
    row = MinutesLine(house=house_meeting.house, house_meeting=house_meeting, recorded_at=now, **recorded())
    row.corrects, row.correction_reason = line, reason.strip()
    with because(reason.strip()):
        return _say(row, text=text, what=what, item=item)


def _say(line: MinutesLine, *, text: str, what: str, item: AgendaItem | None) -> MinutesLine:
    if not tidy(text):
        raise ValidationError({"text": _("Say what was said or decided.")})
    if item is not None:
        item.refresh_from_db()
        if item.house_meeting_id != line.house_meeting_id or item.taken_off:
            raise ValidationError({"item": _("This is not on the agenda of this meeting.")})
    line.text, line.what, line.item = text.strip(), what, item
    return save(line)


# --- motions --------------------------------------------------------------------------------------------------------


def carried(*, in_favour: int, of_how_many: int, percent: int, more_than: bool) -> bool:
    """Whether so many of so many are enough, in whole numbers. Of nobody nothing is carried."""
    if of_how_many <= 0:
        return False
    needed = of_how_many * percent
    return in_favour * 100 > needed if more_than else in_favour * 100 >= needed


@transaction.atomic
def motion_record(
    *,
    house_meeting: HouseMeeting,
    kind: MotionKind,
    text: str,
    in_favour: int,
    against: int = 0,
    abstained: int = 0,
    now: datetime,
) -> Motion:
    """Write down a motion and its count. What it needs is copied from its kind, and stays with it: percent of all who
    live there that day, of those present by the roll, or of those who voted for or against.

    Refuses no words, a kind that is not of the house or not in use, more votes than people, a meeting that has not
    begun, published minutes; and to count those present before the roll is taken.
    """
    house_meeting = _begun(house_meeting, now)
    if kind.house_id != house_meeting.house_id or not kind.in_use:
        raise ValidationError({"kind": _("Choose a kind of motion that this house uses.")})
    motion = Motion(house=house_meeting.house, house_meeting=house_meeting, recorded_at=now, **recorded())
    motion.kind, motion.percent, motion.more_than, motion.of = kind, kind.percent, kind.more_than, kind.of
    return _vote(motion, text=text, in_favour=in_favour, against=against, abstained=abstained)


@transaction.atomic
def motion_correct(
    *,
    motion: Motion,
    text: str,
    in_favour: int,
    against: int = 0,
    abstained: int = 0,
    reason: str,
    now: datetime,
) -> Motion:
    """Put a motion or its count right, by what it needed then. The first stays on record, marked. The people it is
    counted against are counted anew. Refuses no reason, what changes nothing, a motion that was put right already,
    one by which somebody was elected, whose duty has not ended, and that would not be carried, and as `motion_record`
    says."""
    reason_required(reason)
    house_meeting = _begun(motion.house_meeting, now)
    if Motion.objects.filter(corrects=motion).exists():
        raise ValidationError(_("This has been put right already. Look at the newest one."))
    row = Motion(house=house_meeting.house, house_meeting=house_meeting, recorded_at=now, **recorded())
    row.corrects, row.correction_reason = motion, reason.strip()
    row.kind, row.percent, row.more_than, row.of = motion.kind, motion.percent, motion.more_than, motion.of
    with because(reason.strip()):
        row = _vote(row, text=text, in_favour=in_favour, against=against, abstained=abstained)
    same = ("text", "in_favour", "against", "abstained", "of_how_many")
    if all(getattr(row, name) == getattr(motion, name) for name in same):
        raise ValidationError(_("Nothing is changed: there is nothing to put right."))
    elected = Officer.objects.filter(elected__motion__in=_same_motion(motion))
    if not row.carried and any(not _is_over(each, house_meeting.house.today(now)) for each in elected):
        raise ValidationError(_("Somebody was elected by this vote. End their duty first."))
    return row


def _same_motion(motion: Motion | None) -> list[int]:
    """The keys of a motion and of all that it corrects."""
    keys = []
    while motion is not None:
        keys.append(motion.pk)
        motion = motion.corrects
    return keys


def _vote(motion: Motion, *, text: str, in_favour: int, against: int, abstained: int) -> Motion:
    if not tidy(text):
        raise ValidationError({"text": _("Say what was voted on.")})
    house_meeting = motion.house_meeting
    live_there = members(house_meeting).count()
    present = lines_of(house_meeting).filter(status=Status.PRESENT).count()
    taken = house_meeting.roll_taken_at is not None
    if motion.of == Of.PRESENT and not taken:
        raise ValidationError(
            {"kind": _("It is counted against those who are present: take the roll first, all of it.")}
        )
    votes, people = in_favour + against + abstained, present if taken else live_there
    if votes > people:
        words = {"votes": votes, "people": people}
        said = ngettext(
            "%(votes)s votes, but only %(people)s person is there.",
            "%(votes)s votes, but only %(people)s people are there.",
            people,
        )
        raise ValidationError({"in_favour": said % words})
    motion.text, motion.in_favour, motion.against, motion.abstained = tidy(text), in_favour, against, abstained
    motion.of_how_many = {Of.MEMBERS: live_there, Of.PRESENT: present, Of.CAST: in_favour + against}[Of(motion.of)]
    motion.carried = carried(
        in_favour=in_favour, of_how_many=motion.of_how_many, percent=motion.percent, more_than=motion.more_than
    )
    return save(motion)


@transaction.atomic
def motion_kind_save(
    *, house: House, name: str, percent: int, more_than: bool, of: str, kind: MotionKind | None = None
) -> MotionKind:
    """A kind of motion and how many it needs, new or changed. What was voted on keeps what it needed then. Refuses no
    name, a second of the same name, and a percentage that is not between 1 and 100."""
    lock(house)
    kind = MotionKind.objects.get(pk=kind.pk, house=house) if kind is not None else MotionKind(house=house)
    if not tidy(name):
        raise ValidationError({"name": _("Give it a name.")})
    kind.name, kind.percent, kind.more_than, kind.of, kind.in_use = tidy(name), percent, more_than, of, True
    return save(kind)


@transaction.atomic
def motion_kind_drop(*, kind: MotionKind) -> MotionKind:
    """Do not use a kind any more. What was voted on stays. Refuses one that is not in use."""
    lock(kind.house)
    kind = MotionKind.objects.select_related("house").get(pk=kind.pk)
    if not kind.in_use:
        raise ValidationError(_("It is not in use any more."))
    kind.in_use = False
    return save(kind)


@transaction.atomic
def motion_kinds_start(*, house: House) -> list[MotionKind]:
    """The usual kinds, for a house that has none. Refuses one that has some."""
    lock(house)
    if MotionKind.objects.filter(house=house).exists():
        raise ValidationError(_("There are kinds of motions already."))
    return [
        motion_kind_save(house=house, name=str(name), percent=percent, more_than=more, of=of)
        for name, percent, more, of in STARTER
    ]


# --- elections ------------------------------------------------------------------------------------------------------


def last_day_of_term(*, starts_on: date) -> date:
    """The day on which the longest term that begins then is over."""
    return starts_on + TERM


@transaction.atomic
def officer_elect(
    *,
    house_meeting: HouseMeeting,
    resident: Resident,
    duty: str,
    starts_on: date,
    ends_on: date,
    motion: Motion | None = None,
    now: datetime,
) -> Election:
    """Somebody who lives in the house is elected to a duty, for [starts_on, ends_on), six months at most; they are
    told. `motion` is the vote by which they were.

    Refuses whoever the election before or after elected to the same duty, a longer term, one that begins before the
    meeting, a motion of another meeting, one that was not carried or that was put right since, oneself, a meeting that
    has not begun, published minutes, and what `officer_appoint` refuses.
    """
    house_meeting = _begun(house_meeting, now)
    house = house_meeting.house
    if starts_on < house_meeting.on:
        raise ValidationError({"starts_on": _("This is before the meeting that elects them.")})
    if ends_on <= starts_on:
        raise ValidationError({"ends_on": _("A term ends after it begins.")})
    if ends_on > last_day_of_term(starts_on=starts_on):
        words = {"day": date_format(last_day_of_term(starts_on=starts_on))}
        raise ValidationError({"ends_on": _("A term is six months at most: until %(day)s.") % words})
    if motion is not None and not _elects(motion, house_meeting):
        raise ValidationError({"motion": _("Choose a vote of this meeting that was carried.")})
    lock(resident)
    lock(house)  # of two elections at once, one sees the other
    officer = officer_appoint(
        resident=resident, house=house, duty=duty, starts_on=starts_on, ends_on=ends_on, today=house.today(now)
    )
    before, after = _elected_beside(officer)
    words = {"name": resident.short_name, "duty": officer.get_duty_display()}
    if before is not None and before.resident_id == resident.pk:
        raise ValidationError(
            {"resident": _("%(name)s was elected %(duty)s the last time. Nobody is twice running.") % words}
        )
    if after is not None and after.resident_id == resident.pk:
        raise ValidationError(
            {"resident": _("%(name)s is elected %(duty)s for the time after it. Nobody is twice running.") % words}
        )
    facts = {"officer": officer, "motion": motion, "recorded_at": now}
    return save(Election(house=house, house_meeting=house_meeting, **facts, **recorded()))


def _elected_beside(officer: Officer) -> tuple[Officer | None, Officer | None]:
    """Whom the elections before and after elected to the same duty; a term that ended as it began counts as none."""
    terms = Officer.objects.filter(house=officer.house, duty=officer.duty, elected__isnull=False)
    terms = terms.exclude(ends_on=F("starts_on"))
    before = terms.filter(starts_on__lt=officer.starts_on).order_by("-starts_on", "-pk").first()
    return before, terms.filter(starts_on__gt=officer.starts_on).order_by("starts_on", "pk").first()


def _elects(motion: Motion, house_meeting: HouseMeeting) -> bool:
    """Whether somebody can be elected by this vote."""
    counts = not Motion.objects.filter(corrects=motion).exists()
    return counts and motion.carried and motion.house_meeting_id == house_meeting.pk


def _is_over(officer: Officer, today: date) -> bool:
    return officer.ends_on is not None and (officer.ends_on <= today or officer.ends_on == officer.starts_on)


# --- steps ----------------------------------------------------------------------------------------------------------


def require_complete(*, house_meeting: HouseMeeting, roll: Roll) -> None:
    """Raise ValidationError unless the minutes can be published: everybody is on the roll, and each motion is counted
    against the people it says, with no more votes than people are present by the roll."""
    if house_meeting.roll_taken_at is None and not roll.counted:
        raise ValidationError(_("Take the roll first."))
    if roll.open:
        names = ", ".join(row.stay.short_name for row in roll.open)
        raise ValidationError(
            _("The roll is not complete: somebody has still to say whether %(names)s was there.") % {"names": names}
        )
    present = roll.count(Status.PRESENT)
    people = {Of.MEMBERS: members(house_meeting).count(), Of.PRESENT: present}
    for motion in Motion.objects.filter(house_meeting=house_meeting, corrected_by=None):
        if motion.of != Of.CAST and motion.of_how_many != people[Of(motion.of)]:
            words = {"motion": motion.text, "then": motion.of_how_many, "now": people[Of(motion.of)]}
            raise ValidationError(
                _("“%(motion)s” was counted against %(then)s people, who now are %(now)s: put it right.") % words
            )
        votes = motion.in_favour + motion.against + motion.abstained
        if votes > present:  # it was written down before the roll was taken, or the roll was put right since
            words = {"motion": motion.text, "votes": votes, "present": present}
            raise ValidationError(
                _("“%(motion)s” has %(votes)s votes, but the roll has %(present)s present: put one of them right.")
                % words
            )


def _locked(house_meeting: HouseMeeting) -> HouseMeeting:
    """The meeting as it is now, locked; refused where its minutes are published."""
    lock(house_meeting)
    house_meeting = (
        HouseMeeting.objects.select_for_update(no_key=True, of=("self",))
        .select_related("house__organization", "meeting__house")
        .get(pk=house_meeting.pk)
    )
    if house_meeting.published_at is not None:
        raise ValidationError(
            _("The minutes are published and stay as they are. What is wrong is written into the next ones.")
        )
    return house_meeting


def _begun(house_meeting: HouseMeeting, now: datetime) -> HouseMeeting:
    """The same; refused also long before it begins."""
    house_meeting = _locked(house_meeting)
    if now < house_meeting.starts_at - EARLY:
        starts = localtime(house_meeting.starts_at, house_meeting.house.zone)
        words = {"day": date_format(starts), "hour": time_format(starts, "TIME_FORMAT")}
        raise ValidationError(_("It begins on %(day)s at %(hour)s.") % words)
    return house_meeting


def minutes_freeze(*, house_meeting: HouseMeeting, sections: list[Any], now: datetime) -> HouseMeeting:
    """The step by which minutes are published, inside the caller's transaction: nothing changes from then on, and
    everybody who lives there is told. Refuses what is not complete, and a meeting that has not begun: its roll may be
    taken as people come, but nothing can have been decided."""
    house_meeting = _locked(house_meeting)
    if now < house_meeting.starts_at:
        raise ValidationError(_("It has not begun: there is nothing to publish yet."))
    require_complete(house_meeting=house_meeting, roll=roll_of(house_meeting))
    house_meeting.roll_taken_at = house_meeting.roll_taken_at or now
    house_meeting.sections, house_meeting.published_at = sections, now
    save(house_meeting)
    notices.tell_published(house_meeting)
    return house_meeting
