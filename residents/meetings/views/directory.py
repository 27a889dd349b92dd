"""The directory of meetings: what somebody finds in it, one meeting, feeds, meetings made by hand."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from residents.houses.access import anywhere, in_scope, of, of_house, standing_of
from residents.houses.models import House, Organization
from residents.houses.permissions import Action
from residents.houses.standing import Standing
from residents.meetings import codes, meeting_words, reports
from residents.meetings.forms.directory import (
    ANY,
    EVERYWHERE,
    AsUsualForm,
    CloseForm,
    FeedFileForm,
    FeedForm,
    FindForm,
    MeetingForm,
    OnceForm,
)
from residents.meetings.models import Feed, FeedReading, Kind, Meeting, MeetingChange
from residents.meetings.queries import directory as queries
from residents.meetings.queries.occurrences import Occurrence
from residents.meetings.services import directory as services
from residents.meetings.services.papers_poster import poster_issue
from residents.people.queries import resident_of
from residents.stays.paper_forms import IssueForm
from residents.stays.views.papers import issue_page
from soberhouse.codes import grouped
from soberhouse.form_page import form_page

MOST_FOUND = 200
READINGS = 30
MOST_CHANGES = 500  # of one reading that are shown
CHANGED_AHEAD = 12  # occurrences that can be changed
OF_MEETING = (
    *("name", "kind", "weekday", "starts", "minutes", "time_zone", "starts_on", "types", "venue", "place", "address"),
    *("region", "latitude", "longitude", "conference_url", "conference_phone", "conference_notes", "notes"),
)


# Finding


@anywhere(Action.SEE_HOUSE)
@require_safe
def meetings(request: HttpRequest) -> HttpResponse:
    """What is held today, or what else somebody looks for, for those of one house."""
    houses = House.objects.visible_to(request.user).select_related("organization")
    house = _house(request, houses)
    if house is None:
        raise Http404
    request.house, now = house, timezone.now()
    today = house.today(now)
    place = queries.place_of(house)
    form = FindForm(
        request.GET or None,
        user=request.user,
        today=today,
        houses=houses,
        placed=place is not None,
        initial={"house": house.uuid},
    )
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    day = asked.get("on", today)
    how = asked.get("how", "")
    anywhere = how in (ANY, EVERYWHERE)
    with timezone.override(house.time_zone):
        found = (
            queries.find(
                request.user,
                house,
                day=day,
                online={"online": True, "place": False}.get(how),
                kind=asked.get("kind", ""),
                type_code=asked.get("type", ""),
                near=place if how == "near" else None,
                around=place if how == ANY else None,
                words=asked.get("words", ""),
                now=now,
            )
            if not form.errors
            else []
        )
        if how != "near":  # what is over stands below: nobody goes there any more
            found.sort(key=lambda each: each.occurrence is not None and each.occurrence.ends_at <= now)
        standing = standing_of(request)
        return render(
            request,
            "residents/meetings/find.html",
            {
                "house": house,
                "form": form,
                "day": day,
                "is_today": day == today,
                "found": [_line(each, now) for each in found[:MOST_FOUND]],
                "more": max(0, len(found) - MOST_FOUND),
                "narrowed": not anywhere or any(asked.get(name) for name in ("kind", "type", "words")),
                "around": queries.AROUND_MILES if place is not None and how == ANY else None,
                "everywhere_url": _also(request, how=EVERYWHERE),
                "nowhere": how == "near" and place is None,
                "far": bool(found) and place is None and anywhere and not asked.get("words"),
                "town_url": _also(request, words=house.city) if house.city else "",
                "may_settle": standing.may(Action.SETTLE_HOUSE, house),
                "organization": house.organization
                if standing.may(Action.RUN_ORGANIZATION, house.organization)
                else None,
            },
        )


def _house(request: HttpRequest, houses: Any) -> House | None:
    """The house that is asked for, else the one last looked at, else any."""
    by_uuid = {str(each.uuid): each for each in houses}
    asked = request.GET.get("house") or request.session.get("house") or ""
    return by_uuid.get(asked) or next(iter(by_uuid.values()), None)


def _also(request: HttpRequest, **more: str) -> str:
    """Where the same is looked for, and this."""
    asked = request.GET.copy()
    asked.update(more)
    return f"{reverse('meetings')}?{asked.urlencode()}"


def _line(found: queries.Found, now: datetime) -> dict[str, Any]:
    meeting, held = found.meeting, found.occurrence
    return {
        "meeting": meeting,
        "held": held,
        "over": held is not None and held.ends_at <= now,
        "kind": meeting_words.kind_words(meeting),
        "where": meeting_words.where(meeting),
        "types": found.types,
        "miles": found.miles,
        "map_url": meeting_words.map_url(meeting),
    }


# One meeting


@anywhere(Action.SEE_HOUSE)
@require_safe
def meeting(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """When and where it is held, its next times, and what of them is not as usual; for whoever keeps it, its code."""
    row = in_scope(request, Meeting, uuid, "house", "organization", "feed")
    if row.house is not None:
        request.house = row.house
    standing, now = standing_of(request), timezone.now()
    may = standing.may(Action.SETTLE_HOUSE, row)
    times = queries.next_times(row, now)
    with timezone.override(row.time_zone):
        return render(
            request,
            "residents/meetings/meeting.html",
            {
                "meeting": row,
                "kind": meeting_words.kind_words(row),
                "when": meeting_words.when(row),
                "where": meeting_words.where(row),
                "types": queries.types_of(row),
                "map_url": meeting_words.map_url(row),
                "times": [_time(each) for each in times],
                "changes": list(MeetingChange.objects.visible_to(request.user).filter(meeting=row)[:12]),
                "may": may,
                "may_keep": may and row.feed_id is None,
                "may_look": standing.may(Action.SEE_HISTORY, row),
                "code": grouped(codes.code_of(row), 4) if may else "",
                "may_have_code": row.kind != Kind.HOUSE and row.closed_on is None and bool(row.recurrence),
                "log_url": _log_url(request, row, standing),
            },
        )


def _time(held: Occurrence) -> dict[str, Any]:
    return {"held": held, "changed": held.called_off or held.moved_from is not None}


def _log_url(request: HttpRequest, row: Meeting, standing: Standing) -> str:
    """Where a resident who lives here writes down that they were there; empty for others."""
    if row.kind == Kind.HOUSE or not standing.may_anywhere(Action.OWN_RECORD) or resident_of(request.user) is None:
        return ""
    return reverse("my_attendance_new", args=[row.uuid])


@of_house(Action.SETTLE_HOUSE)
def meeting_new(request: HttpRequest, house: House) -> HttpResponse:
    """A meeting of one house; `kind` in the address says of which kind."""
    return _meeting_new(request, house, house.organization, house)


@of(Organization, Action.RUN_ORGANIZATION)
def meeting_new_for_all(request: HttpRequest, organization: Organization) -> HttpResponse:
    """A meeting for all houses of the organization."""
    return _meeting_new(request, organization, organization, None)


def _meeting_new(
    request: HttpRequest, place: House | Organization, organization: Organization, house: House | None
) -> HttpResponse:
    asked = request.GET.get("kind")
    initial: dict[str, Any] = {"time_zone": place.time_zone, "starts_on": place.today()}
    if asked in Kind.values:
        initial["kind"] = asked
    here, back_label = reverse("meetings"), _("Meetings")
    if house is not None and asked == Kind.HOUSE:
        initial["name"] = _("House meeting")
        here, back_label = reverse("house_meetings", args=[house.uuid]), _("House meetings")
    return form_page(
        request,
        MeetingForm(request.POST or None, user=request.user, house=house, initial=initial),
        lambda data: services.meeting_save(organization=organization, house=house, today=place.today(), **data),
        title=_("A meeting"),
        subtitle=place.name,
        intro=_("For what no directory lists: SMART, faith, therapy, treatment, a meeting of the house."),
        done=_("Saved."),
        to=lambda row: reverse("meeting", args=[row.uuid]),
        cancel_url=here,
        back_url=here,
        back_label=back_label,
    )


@of(Meeting, Action.SETTLE_HOUSE, "house", "organization")
def meeting_edit(request: HttpRequest, row: Meeting) -> HttpResponse:
    """Change what is known of a meeting made by hand."""
    initial = {name: getattr(row, name) for name in OF_MEETING} | meeting_words.rule_parts(row)
    place = row.house or row.organization
    return form_page(
        request,
        MeetingForm(request.POST or None, user=request.user, house=row.house, initial=initial),
        lambda data: services.meeting_save(
            organization=row.organization, house=row.house, meeting=row, today=place.today(), **data
        ),
        title=_("Change the meeting"),
        done=_("Saved."),
        **_back(row),
    )


@of(Meeting, Action.SETTLE_HOUSE, "house", "organization")
def meeting_close(request: HttpRequest, row: Meeting) -> HttpResponse:
    """A meeting made by hand is held no more; or, where it is closed, again."""
    place = row.house or row.organization
    if request.method == "POST" and request.POST.get("reopen"):
        return _done(request, row, lambda: services.meeting_reopen(meeting=row), _("It is held again."))
    return form_page(
        request,
        CloseForm(request.POST or None, user=request.user, house=row.house, initial={"on": place.today()}),
        lambda data: services.meeting_close(meeting=row, today=place.today(), **data),
        title=_("Close the meeting"),
        intro=_("Nobody finds it any more. Who was there stays on record, and it can be opened again."),
        submit=_("Close it"),
        danger=True,
        done=_("It is closed."),
        **_back(row),
    )


@of(Meeting, Action.SETTLE_HOUSE, "house", "organization")
def meeting_once(request: HttpRequest, row: Meeting) -> HttpResponse:
    """One time it is called off, or held at another time."""
    now = timezone.now()
    days = [each.on for each in queries.next_times(row, now, CHANGED_AHEAD)]
    asked = _day_asked(request)
    form = OnceForm(
        request.POST or None,
        user=request.user,
        house=row.house,
        zone=row.time_zone,
        days=days,
        initial={"on": asked.isoformat() if asked in days else None},
    )
    return form_page(
        request,
        form,
        lambda _data: services.meeting_change(meeting=row, now=now, **form.facts),
        title=_("One time it is not as always"),
        intro=_("Whoever looks it up, or has it in a calendar, reads so."),
        done=_("Written down."),
        **_back(row),
    )


@of(Meeting, Action.SETTLE_HOUSE, "house", "organization")
def meeting_as_usual(request: HttpRequest, row: Meeting) -> HttpResponse:
    """A time that was called off or moved is held as always after all. `on` in the address says which."""
    on = _day_asked(request)
    if on is None:
        return redirect("meeting", row.uuid)
    return form_page(
        request,
        AsUsualForm(request.POST or None, user=request.user, house=row.house),
        lambda data: services.meeting_change_undo(meeting=row, on=on, now=timezone.now(), **data),
        title=_("Held as always after all"),
        intro=_("The meeting of %(day)s.") % {"day": date_format(on, "LONG_WEEKDAY_DATE_FORMAT")},
        done=_("Written down."),
        **_back(row),
    )


def _day_asked(request: HttpRequest) -> date | None:
    try:
        return parse_date(request.GET.get("on", ""))
    except ValueError:
        return None


@require_POST
@of(Meeting, Action.SETTLE_HOUSE, "house", "organization")
def meeting_code(request: HttpRequest, row: Meeting) -> HttpResponse:
    """The meeting gets a code, another one, or none any more."""
    if request.POST.get("withdraw"):
        said = _("It has no code any more. What was printed counts no more.")
        return _done(request, row, lambda: services.code_withdraw(meeting=row), said)
    said = _("It has a new code. What was printed before counts no more: print it anew.")
    return _done(request, row, lambda: services.code_renew(meeting=row), said)


def _done(request: HttpRequest, row: Meeting, act: Any, said: str) -> HttpResponse:
    try:
        act()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, said)
    return redirect("meeting", row.uuid)


@of(Meeting, Action.ISSUE_PAPERS, "house__organization", "organization")
def meeting_poster(request: HttpRequest, row: Meeting) -> HttpResponse:
    """Issue the poster with the meeting's code."""
    here = reverse("meeting", args=[row.uuid])
    return issue_page(
        request,
        reports.POSTER,
        IssueForm,
        lambda data: poster_issue(meeting=row, now=timezone.now(), **data),
        house=row.house,
        subject=row.uuid,
        subtitle=row.name,
        back_url=here,
        back_label=row.name,
    )


def _back(row: Meeting) -> dict[str, Any]:
    here = reverse("meeting", args=[row.uuid])
    return {"subtitle": row.name, "to": here, "cancel_url": here, "back_url": here, "back_label": row.name}


# Feeds


@of(Organization, Action.RUN_ORGANIZATION)
@require_safe
def feeds(request: HttpRequest, organization: Organization) -> HttpResponse:
    """The directories that meetings are read from, and how the last reading of each went."""
    context = {"organization": organization, "states": queries.feed_states(organization)}
    return render(request, "residents/meetings/feeds.html", context)


@of(Organization, Action.RUN_ORGANIZATION)
def feed_new(request: HttpRequest, organization: Organization) -> HttpResponse:
    """One more directory."""
    here = reverse("feeds", args=[organization.uuid])
    return form_page(
        request,
        FeedForm(request.POST or None, user=request.user, initial={"time_zone": organization.time_zone}),
        lambda data: services.feed_save(organization=organization, **data),
        title=_("A directory"),
        subtitle=organization.name,
        intro=_("Many intergroups publish their meetings as a feed. Ask them for its address."),
        done=_("Saved. Read it now, or wait for the night."),
        to=lambda row: reverse("feed", args=[row.uuid]),
        cancel_url=here,
        back_url=here,
        back_label=_("Directories of meetings"),
    )


@of(Feed, Action.RUN_ORGANIZATION, "organization")
@require_safe
def feed(request: HttpRequest, row: Feed) -> HttpResponse:
    """One directory: its last readings."""
    readings = FeedReading.objects.visible_to(request.user).filter(feed=row)[:READINGS]
    with timezone.override(row.organization.time_zone):
        return render(
            request,
            "residents/meetings/feed.html",
            {
                "feed": row,
                "readings": [{"row": each, "counted": queries.counted(each)} for each in readings],
                "still_open": Meeting.objects.visible_to(request.user).filter(feed=row, closed_on=None).count(),
            },
        )


@of(Feed, Action.RUN_ORGANIZATION, "organization")
def feed_change(request: HttpRequest, row: Feed) -> HttpResponse:
    """Change what is known of a directory."""
    here = reverse("feed", args=[row.uuid])
    initial = {name: getattr(row, name) for name in ("name", "kind", "url", "time_zone", "in_use")}
    return form_page(
        request,
        FeedForm(request.POST or None, user=request.user, initial=initial),
        lambda data: services.feed_save(organization=row.organization, feed=row, **data),
        title=_("Change the directory"),
        subtitle=row.name,
        done=_("Saved."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=row.name,
    )


@require_POST
@of(Feed, Action.RUN_ORGANIZATION, "organization")
def feed_read_now(request: HttpRequest, row: Feed) -> HttpResponse:
    """Read it from its address."""
    try:
        reading = services.feed_fetch(feed=row, now=timezone.now())
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("feed", row.uuid)
    return _read(request, reading)


@of(Feed, Action.RUN_ORGANIZATION, "organization")
def feed_file(request: HttpRequest, row: Feed) -> HttpResponse:
    """Read it from a file; also one that lists so few that it would be refused."""
    here = reverse("feed", args=[row.uuid])
    form = FeedFileForm(request.POST or None, request.FILES or None, user=request.user)

    def save(data: dict[str, Any]) -> FeedReading:
        return services.feed_read(feed=row, data=data.pop("file").read(), now=timezone.now(), **data)

    return form_page(
        request,
        form,
        save,
        title=_("Read from a file"),
        subtitle=row.name,
        submit=_("Read it"),
        to=lambda reading: reverse("feed_reading", args=[reading.uuid]),
        cancel_url=here,
        back_url=here,
        back_label=row.name,
    )


def _read(request: HttpRequest, reading: FeedReading | None) -> HttpResponse:
    if reading is None:
        raise Http404
    if reading.outcome == FeedReading.Outcome.REFUSED:
        messages.error(request, _("Nothing was changed. %(why)s") % {"why": reading.why})
    return redirect("feed_reading", reading.uuid)


@of(FeedReading, Action.RUN_ORGANIZATION, "feed__organization")
@require_safe
def feed_reading(request: HttpRequest, reading: FeedReading) -> HttpResponse:
    """What one reading changed, and what was wrong with what it read."""
    with timezone.override(reading.feed.organization.time_zone):
        return render(
            request,
            "residents/meetings/feed_reading.html",
            {
                "reading": reading,
                "counted": queries.counted(reading),
                "changes": [_changed(*each) for each in reading.changes[:MOST_CHANGES]],
                "more": max(0, len(reading.changes) - MOST_CHANGES),
            },
        )


def _changed(what: str, uuid: str, name: str, words: list[str]) -> dict[str, Any]:
    tone, word = {
        services.ADDED: ("in", _("new")),
        services.CHANGED: ("late", _("changed")),
        services.CLOSED: ("out", _("closed")),
        services.OPENED: ("in", _("open again")),
    }[what]
    return {"uuid": uuid, "name": name, "words": words, "tone": tone, "word": word}
