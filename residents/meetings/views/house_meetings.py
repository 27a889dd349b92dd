"""House meetings: those of a house, one of them, its roll, what it says, and its publication."""

from __future__ import annotations

import logging
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from residents.away.forms.passes import NothingForm
from residents.houses.access import of, of_house, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.meetings import codes, reports
from residents.meetings.forms import house_meetings as forms
from residents.meetings.house_meeting_cards import papers_of
from residents.meetings.house_meeting_words import (
    STATE_TONES,
    STATE_WORDS,
    TONES,
    WORDS,
    agenda_words,
    needed_words,
    roll_words,
    threshold_words,
    votes_words,
    when_words,
)
from residents.meetings.models import AgendaItem, HouseMeeting, Kind, MinutesLine, Motion, MotionKind, RollLine
from residents.meetings.queries import house_meetings as queries
from residents.meetings.services import house_meetings as services
from residents.meetings.services.papers_minutes import minutes_issue, minutes_publish
from residents.people.looks import note_look
from residents.people.models import Look
from residents.stays.paper_forms import IssueForm
from residents.stays.views.papers import issue_page
from soberhouse.documents import store
from soberhouse.form_page import form_page

log = logging.getLogger("soberhouse.meetings")
ON_A_PAGE = 20
MOST_COMING = 4
OF_LINE = ("stay__resident", "stay__house", "house__organization", "house_meeting__meeting", "house_meeting__house")
OF_PART = ("house__organization", "house_meeting__meeting", "house_meeting__house")


# --- those of a house -----------------------------------------------------------------------------------------------


@of_house(Action.SEE_HOUSE)
@require_safe
def house_meetings(request: HttpRequest, house: House) -> HttpResponse:
    """The next ones and those that were held. Residents are told what comes and what is published."""
    now, standing = timezone.now(), standing_of(request)
    staff = standing.may(Action.SEE_RESIDENTS, house)
    coming = queries.coming(house, now)
    # What is prepared or under way stands above.
    above = [each.row.pk for each in coming if each.row is not None]
    held = queries.of_house(house).filter(pk__in=HouseMeeting.objects.visible_to(request.user).values("pk"))
    held = held.exclude(pk__in=above)
    if not staff:
        held = held.filter(published_at__isnull=False)
    page = Paginator(held, ON_A_PAGE).get_page(request.GET.get("page"))
    gone = queries.called_off(page)
    has_meeting = queries.meetings_of(house).exists()
    write_down = f"{reverse('meeting_new', args=[house.uuid])}?kind={Kind.HOUSE}"
    return render(
        request,
        "residents/meetings/house_meetings.html",
        {
            "house": house,
            "coming": [_coming(each, house, now) for each in coming[:MOST_COMING]],
            "page": page,
            "held": [_held(row, queries.state(row, now, called_off=row.pk in gone)) for row in page],
            "staff": staff,
            "may_record": standing.may(Action.RECORD, house),
            "may_publish": standing.may(Action.PUBLISH, house),
            "has_meeting": has_meeting,
            "write_down_url": "" if has_meeting or not standing.may(Action.SETTLE_HOUSE, house) else write_down,
        },
    )


def _coming(each: queries.Coming, house: House, now: datetime) -> dict[str, Any]:
    how = queries.CALLED_OFF if each.called_off else queries.state(each.row, now) if each.row else queries.COMES
    return {
        "coming": each,
        "fact": each.meeting.name,
        "reason": " · ".join(filter(None, [when_words(each.starts_at, house, house.today(now)), each.why])),
        "tone": STATE_TONES[how],
        "word": _("called off") if each.called_off else _("prepared") if each.row and how == queries.COMES else "",
        "state": STATE_WORDS[how] if how in (queries.NO_ROLL, queries.NO_MINUTES) else "",
    }


def _held(row: HouseMeeting, how: str) -> dict[str, Any]:
    return {
        "row": row,
        "fact": date_format(row.on, "DATE_FORMAT"),
        "reason": row.meeting.name,
        "tone": STATE_TONES[how],
        "word": STATE_WORDS[how],
    }


@of_house(Action.RECORD)
def house_meeting_begin(request: HttpRequest, house: House) -> HttpResponse:
    """Prepare one or begin it; one that recurs by one tap."""
    here = reverse("house_meetings", args=[house.uuid])
    first = queries.meetings_of(house).first()
    if first is None:
        messages.error(request, _("Write the house meeting down first: on which day of the week it is held, and when."))
        return redirect(here)
    asked = parse_date_asked(request.GET.get("on", ""))
    initial = {"meeting": first, "on": asked or house.today()}
    form = forms.BeginForm(request.POST or None, user=request.user, house=house, initial=initial)
    return form_page(
        request,
        form,
        lambda data: services.house_meeting_begin(now=timezone.now(), **data),
        title=_("Prepare a house meeting"),
        intro=_("Its agenda is open from then on: everybody who lives there can put something on it."),
        submit=_("Prepare it"),
        to=_page_of,
        cancel_url=here,
        back_url=here,
        back_label=_("House meetings"),
    )


def parse_date_asked(text: str) -> Any:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _page_of(row: HouseMeeting, part: str = "") -> str:
    return reverse("house_meeting", args=[row.uuid]) + (f"#{part}" if part else "")


# --- one of them ----------------------------------------------------------------------------------------------------


@of(HouseMeeting, Action.SEE_HOUSE, "house__organization", "meeting")
@require_safe
def house_meeting(request: HttpRequest, row: HouseMeeting) -> HttpResponse:
    """One house meeting, in the order in which it goes. Who lives there reads the agenda; the rest, once it is
    published."""
    now, standing, house = timezone.now(), standing_of(request), row.house
    staff = standing.may(Action.SEE_RESIDENTS, house)
    mine = None if staff else queries.resident_in(request.user, house)
    published = row.published_at is not None
    minutes = queries.minutes_of(row)
    roll = queries.roll_of(row) if staff and not published else None
    how = queries.state(row, now, called_off=bool(queries.called_off([row])))
    recording = standing.may(Action.RECORD, house) and not published
    begun = now >= row.starts_at - queries.EARLY
    return render(
        request,
        "residents/meetings/house_meeting.html",
        {
            "house": house,
            "row": row,
            "when": when_words(row.starts_at, house, house.today(now)),
            "tone": STATE_TONES[how],
            "word": STATE_WORDS[how],
            "minutes": minutes,
            "items": [
                {
                    "item": item,
                    "lines": minutes.lines_on(item),
                    "by": item.by_stay.short_name if item.by_stay else item.recorded_as,
                    "may_take_off": not published
                    and (recording or (mine is not None and item.by_stay_id == mine.pk and now < row.starts_at)),
                }
                for item in minutes.items
            ],
            "others": minutes.lines_on(None),
            "agenda_words": agenda_words(len(minutes.items)),
            "roll": roll,
            "own_open": [each.stay for each in roll.open if each.stay.resident.user_id == request.user.pk]
            if roll
            else [],
            "roll_lines": [(line, TONES[line.status], WORDS[line.status]) for line in minutes.roll],
            "roll_words": roll_words(minutes),
            "motions": [(each, votes_words(each), needed_words(each)) for each in minutes.motions],
            "sections": queries.sections_of(row) if staff or published else [],
            "told": staff or published,
            "staff": staff,
            "published": published,
            "begun": begun,
            "may_add": recording or (mine is not None and not published and now < row.starts_at),
            "form": forms.AgendaForm(),
            "recording": recording,
            "correcting": standing.may(Action.CORRECT, house) and not published,
            "takes_roll": standing.may(Action.TAKE_ROLL, house) and not published and begun,
            "may_publish": standing.may(Action.PUBLISH, house) and not published and now >= row.starts_at,
            "shows_code": standing.may(Action.TAKE_ROLL, house) and not published and begun,
            "paper": queries.paper_of(row) if published else None,
            "papers": papers_of(row, standing) if staff and published else None,
        },
    )


@of(HouseMeeting, Action.SEE_HOUSE, "house__organization", "meeting")
def agenda_new(request: HttpRequest, row: HouseMeeting) -> HttpResponse:
    """Put something on the agenda, as staff or as somebody who lives there."""
    stay = None
    if not standing_of(request).may(Action.RECORD, row.house):
        stay = queries.resident_in(request.user, row.house)
        if stay is None:
            raise PermissionDenied
    return form_page(
        request,
        forms.AgendaForm(request.POST or None),
        lambda data: services.agenda_add(house_meeting=row, stay=stay, now=timezone.now(), **data),
        title=_("Put something on the agenda"),
        subtitle=_subtitle(row),
        intro=_("Everybody who lives here reads it, with your first name and initial.") if stay else "",
        submit=_("Put it there"),
        done=_("It is on the agenda."),
        **_round(row, "agenda"),
    )


@of(AgendaItem, Action.SEE_HOUSE, *OF_PART, "by_stay__resident")
def agenda_take_off(request: HttpRequest, item: AgendaItem) -> HttpResponse:
    """Take something off the agenda: staff anything, residents what they put there."""
    stay = None
    if not standing_of(request).may(Action.RECORD, item.house):
        stay = item.by_stay
        if stay is None or stay.resident.user_id != request.user.pk:
            raise PermissionDenied
    return form_page(
        request,
        forms.TakeOffForm(request.POST or None),
        lambda data: services.agenda_take_off(item=item, stay=stay, now=timezone.now(), **data),
        title=_("Take it off the agenda?"),
        subtitle=item.title,
        intro=_("It stays on record that it was there. Whoever put it there is told."),
        submit=_("Take it off"),
        done=_("It is off the agenda."),
        danger=True,
        **_round(item.house_meeting, "agenda"),
    )


def _subtitle(row: HouseMeeting) -> str:
    return f"{row.house.name} · {date_format(row.on, 'DATE_FORMAT')}"


def _round(row: HouseMeeting, part: str) -> dict[str, Any]:
    """Where a form of this meeting leads to and came from."""
    page = _page_of(row)
    return {
        "to": _page_of(row, part),
        "cancel_url": page,
        "back_url": page,
        "back_label": _("House meeting"),
    }


# --- the roll -------------------------------------------------------------------------------------------------------


@of(HouseMeeting, Action.TAKE_ROLL, "house__organization", "meeting")
def house_meeting_roll(request: HttpRequest, row: HouseMeeting) -> HttpResponse:
    """Who is there: everybody on one screen, saved by one request. House officers learn nobody's reasons."""
    now, standing = timezone.now(), standing_of(request)
    plain = not standing.may(Action.SEE_RESIDENTS, row.house)
    roll = queries.roll_of(row)
    form = _roll_form(request, roll, plain=plain)
    if request.method == "POST" and form.is_valid():
        try:
            lines = services.roll_take(house_meeting=row, lines=form.entries(), now=now)
        except ValidationError as refusal:
            roll = queries.roll_of(row)
            form = _roll_form(request, roll, plain=plain)
            form.full_clean()
            form.show_refusal(refusal)
        else:
            messages.success(request, _("Saved: %(counts)s.") % {"counts": _counts(lines)})
            return redirect("house_meeting_roll", uuid=row.uuid) if plain else redirect(_page_of(row))
    return render(
        request,
        "residents/meetings/house_meeting_roll.html",
        {
            "house": row.house,
            "row": row,
            "roll": roll,
            "form": form,
            "begun": now >= row.starts_at - queries.EARLY,
            "published": row.published_at is not None,
            "lines": list(form.lines()),
            "own": [each for each in roll.open if _is_own(request, each)],
            "counted": [
                {"row": each, "tone": TONES[each.line.status], "word": WORDS[each.line.status]} for each in roll.counted
            ],
            "plain": plain,
            "may_correct": standing.may(Action.CORRECT, row.house) and row.published_at is None,
            "when": when_words(row.starts_at, row.house, row.house.today(now)),
        },
    )


def _roll_form(request: HttpRequest, roll: queries.Roll, *, plain: bool) -> forms.RollForm:
    """Asks about everybody who has no line, and answers for whoever was counted while the page lay open."""
    sent = request.POST if request.method == "POST" else {}
    rows = [
        each
        for each in roll.rows
        if (each.line is None or f"status_{each.stay.uuid.hex}" in sent) and not _is_own(request, each)
    ]
    return forms.RollForm(request.POST if request.method == "POST" else None, rows=rows, plain=plain)


def _is_own(request: HttpRequest, each: queries.RollRow) -> bool:
    return each.stay.resident.user_id is not None and each.stay.resident.user_id == request.user.pk


def _counts(lines: list[RollLine]) -> str:
    counts = {status: sum(line.status == status for line in lines) for status in RollLine.Status}
    said = [f"{count} {str(WORDS[status]).lower()}" for status, count in counts.items() if count]
    return ", ".join(said) or _("everybody was counted already")


@of(RollLine, Action.CORRECT, *OF_LINE)
def roll_line_correct(request: HttpRequest, line: RollLine) -> HttpResponse:
    """Whether somebody was there, put right."""
    note_look(line.stay.resident, Look.What.PAGE, user=request.user, detail=_("a house meeting"))
    initial = {"status": line.status, "why": line.why}
    return form_page(
        request,
        forms.RollLineForm(request.POST or None, initial=initial),
        lambda data: services.roll_correct(line=line, now=timezone.now(), **data),
        title=_("%(name)s at the house meeting") % {"name": line.stay.short_name},
        subtitle=_subtitle(line.house_meeting),
        intro=_("What was written first stays on record, marked as corrected. Their meetings are counted accordingly."),
        submit=_("Save the correction"),
        done=_("Corrected."),
        **_round(line.house_meeting, "roll"),
    )


@of(HouseMeeting, Action.TAKE_ROLL, "house__organization", "meeting")
@never_cache
@require_safe
def house_meeting_code(request: HttpRequest, row: HouseMeeting) -> HttpResponse:
    """The code that those who are there enter on their own phones; a new one every half minute."""
    now = timezone.now()
    context = {"house": row.house, "row": row, "code": codes.house_code(row, now), "published": row.published_at}
    template = "house_meeting_code_part.html" if request.htmx else "house_meeting_code.html"
    return render(request, f"residents/meetings/{template}", context)


# --- minutes --------------------------------------------------------------------------------------------------------


@of(HouseMeeting, Action.RECORD, "house__organization", "meeting")
def minutes_line_new(request: HttpRequest, row: HouseMeeting) -> HttpResponse:
    """Write down what was said or decided."""
    initial = {"item": request.GET.get("item", "")}
    form = forms.MinutesForm(request.POST or None, user=request.user, house_meeting=row, initial=initial)
    return form_page(
        request,
        form,
        lambda data: services.minutes_add(house_meeting=row, now=timezone.now(), **data),
        title=_("Write it down"),
        subtitle=_subtitle(row),
        done=_("Written down."),
        **_round(row, "agenda"),
    )


@of(MinutesLine, Action.CORRECT, *OF_PART, "item")
def minutes_line_correct(request: HttpRequest, line: MinutesLine) -> HttpResponse:
    """What was written down, put right."""
    form = forms.MinutesCorrectForm(
        request.POST or None,
        user=request.user,
        house_meeting=line.house_meeting,
        initial={"what": line.what, "item": line.item, "text": line.text},
    )
    return form_page(
        request,
        form,
        lambda data: services.minutes_correct(line=line, now=timezone.now(), **data),
        title=_("Put it right"),
        subtitle=_subtitle(line.house_meeting),
        intro=_("What was written first stays on record, marked as corrected."),
        done=_("Put right."),
        **_round(line.house_meeting, "agenda"),
    )


# --- motions and elections ------------------------------------------------------------------------------------------


@of(HouseMeeting, Action.RECORD, "house__organization", "meeting")
def motion_new(request: HttpRequest, row: HouseMeeting) -> HttpResponse:
    """A vote was taken."""
    kinds = MotionKind.objects.visible_to(request.user).filter(house=row.house, in_use=True)
    if not kinds.exists():
        messages.error(request, _("Say first which kinds of motions this house has, and how many votes each needs."))
        return redirect("motion_kinds", uuid=row.house.uuid)
    form = forms.MotionForm(request.POST or None, user=request.user, house=row.house)
    form.fields["kind"].label_from_instance = _kind_words
    return form_page(
        request,
        form,
        lambda data: services.motion_record(house_meeting=row, now=timezone.now(), **data),
        title=_("A vote was taken"),
        subtitle=_subtitle(row),
        intro=_("Whether it is carried is worked out from the count. Nobody's vote is written down."),
        done=_("Written down."),
        **_round(row, "motions"),
    )


def _kind_words(kind: MotionKind) -> str:
    return f"{kind.name}: {threshold_words(kind)}"


@of(Motion, Action.CORRECT, *OF_PART, "kind", "corrects")
def motion_correct(request: HttpRequest, motion: Motion) -> HttpResponse:
    """A motion or its count, put right."""
    initial = {name: getattr(motion, name) for name in ("text", "in_favour", "against", "abstained")}
    form = forms.MotionCorrectForm(request.POST or None, user=request.user, house=motion.house, initial=initial)
    return form_page(
        request,
        form,
        lambda data: services.motion_correct(motion=motion, now=timezone.now(), **data),
        title=_("Put it right"),
        subtitle=_kind_words_of(motion),
        intro=_("What was written first stays on record, marked as corrected."),
        done=_("Put right."),
        **_round(motion.house_meeting, "motions"),
    )


def _kind_words_of(motion: Motion) -> str:
    return f"{motion.kind.name}: {threshold_words(motion)}"


@of(HouseMeeting, Action.RECORD, "house__organization", "meeting")
def election_new(request: HttpRequest, row: HouseMeeting) -> HttpResponse:
    """Somebody was elected to a duty."""
    now = timezone.now()
    form = forms.ElectForm(request.POST or None, user=request.user, house_meeting=row, today=row.on)

    def save(data: dict[str, Any]) -> Any:
        stay = data.pop("stay")
        return services.officer_elect(house_meeting=row, resident=stay.resident, now=now, **data)

    return form_page(
        request,
        form,
        save,
        title=_("Somebody was elected"),
        subtitle=_subtitle(row),
        intro=_("They are told. A duty ends by itself; before that, on the person's page."),
        done=_("Written down."),
        **_round(row, "elections"),
    )


# --- published ------------------------------------------------------------------------------------------------------


@of(HouseMeeting, Action.PUBLISH, "house__organization", "meeting")
def minutes_publish_page(request: HttpRequest, row: HouseMeeting) -> HttpResponse:
    """Publish the minutes: asked for once more, with what will happen."""
    minutes = queries.minutes_of(row)
    count = len(minutes.lines) + len(minutes.motions) + len(minutes.elections)
    lines = ngettext("%(count)s thing is written down.", "%(count)s things are written down.", count)
    return form_page(
        request,
        NothingForm(request.POST if request.method == "POST" else None),
        lambda data: minutes_publish(house_meeting=row, now=timezone.now()),
        title=_("Publish the minutes?"),
        subtitle=_subtitle(row),
        consequences=[
            _("Roll: %(roll)s.") % {"roll": roll_words(minutes) or _("not taken")},
            lines % {"count": count},
            _("Everybody who lives here is told, and can read them. The paper is made."),
            _("Nothing of this meeting can be changed any more."),
        ],
        kept=[_("What turns out to be wrong is written into the next minutes, as a correction.")],
        submit=_("Publish"),
        done=_("The minutes are published."),
        template="soberhouse/confirm.html",
        **_round(row, ""),
    )


@of(HouseMeeting, Action.SEE_HOUSE, "house__organization", "meeting")
@require_safe
def minutes_file(request: HttpRequest, row: HouseMeeting) -> HttpResponse:
    """The published minutes as a paper, for everybody who may read them."""
    document = queries.paper_of(row) if row.published_at is not None else None
    if document is None:
        raise Http404
    try:
        return store.serve(document.file, name=f"{document.kind}.pdf")
    except store.Damaged:
        log.error("A stored file is damaged.", extra={"file": str(document.file.uuid)})
        return render(request, "soberhouse/paper_lost.html", {"document": document}, status=HTTPStatus.GONE)


@of(HouseMeeting, Action.ISSUE_PAPERS, "house__organization", "meeting")
def minutes_issue_page(request: HttpRequest, row: HouseMeeting) -> HttpResponse:
    """Issue published minutes once more, for somebody by name."""
    return issue_page(
        request,
        reports.MINUTES,
        IssueForm,
        lambda data: minutes_issue(house_meeting=row, now=timezone.now(), **data),
        house=row.house,
        subject=row.uuid,
        subtitle=_subtitle(row),
        back_url=_page_of(row),
        back_label=_("House meeting"),
    )


# --- kinds of motions -----------------------------------------------------------------------------------------------


@of_house(Action.SEE_HOUSE)
@require_safe
def motion_kinds(request: HttpRequest, house: House) -> HttpResponse:
    """Which kinds of motions there are, and how many votes each needs."""
    kinds = MotionKind.objects.visible_to(request.user).filter(house=house, in_use=True)
    standing = standing_of(request)
    return render(
        request,
        "residents/meetings/motion_kinds.html",
        {
            "house": house,
            "kinds": [(kind, threshold_words(kind)) for kind in kinds],
            "may_publish": standing.may(Action.PUBLISH, house),
            "ever": MotionKind.objects.visible_to(request.user).filter(house=house).exists(),
        },
    )


@require_POST
@of_house(Action.PUBLISH)
def motion_kinds_start(request: HttpRequest, house: House) -> HttpResponse:
    """The usual kinds, for a house that has none."""
    try:
        services.motion_kinds_start(house=house)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _("These kinds are in use now. Change what is different here."))
    return redirect("motion_kinds", uuid=house.uuid)


@of_house(Action.PUBLISH)
def motion_kind_new(request: HttpRequest, house: House) -> HttpResponse:
    return _kind_form(request, house, None)


@of(MotionKind, Action.PUBLISH, "house__organization")
def motion_kind_change(request: HttpRequest, kind: MotionKind) -> HttpResponse:
    return _kind_form(request, kind.house, kind)


def _kind_form(request: HttpRequest, house: House, kind: MotionKind | None) -> HttpResponse:
    here = reverse("motion_kinds", args=[house.uuid])
    instance = kind or MotionKind(house=house, percent=50, more_than=True, of=MotionKind.Of.PRESENT)
    form = forms.MotionKindForm(request.POST or None, user=request.user, house=house, instance=instance)
    return form_page(
        request,
        form,
        lambda data: services.motion_kind_save(house=house, kind=kind, **data),
        title=_("Kind of motion"),
        intro=_("What was voted on already keeps what it needed then."),
        done=_("Saved."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Kinds of motions"),
        template="residents/meetings/motion_kind_form.html",
        drop_url=reverse("motion_kind_drop", args=[kind.uuid]) if kind and kind.in_use else "",
    )


@of(MotionKind, Action.PUBLISH, "house__organization")
def motion_kind_drop(request: HttpRequest, kind: MotionKind) -> HttpResponse:
    """Do not use a kind any more."""
    here = reverse("motion_kinds", args=[kind.house.uuid])
    return form_page(
        request,
        NothingForm(request.POST if request.method == "POST" else None),
        lambda data: services.motion_kind_drop(kind=kind),
        title=_("Drop this kind of motion?"),
        subtitle=_kind_words(kind),
        consequences=[_("It cannot be chosen any more.")],
        kept=[_("What was voted on stays as it is.")],
        submit=_("Drop it"),
        done=_("It is not in use any more."),
        template="soberhouse/confirm.html",
        danger=True,
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Kinds of motions"),
    )
