"""What is known of the person themselves: for one resident's page, for their own week, and all of it for them to
keep."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.houses.permissions import Action
from residents.houses.queries import people_of
from residents.houses.standing import Standing
from residents.people.models import (
    Alert,
    Contact,
    Look,
    Officer,
    Photo,
    Resident,
    SobrietyDate,
    WeeklyHours,
)
from residents.people.queries import (
    age,
    contacts_of,
    duties_of,
    hours_in_words,
    hours_of,
    lookers_since,
    looks_at,
    sobriety_of,
    span_in_words,
    start_of_week,
    week_of,
)
from soberhouse.accounts.invitations import open_invitation
from soberhouse.cards import Card, Entry, Order, Row, Section, section
from soberhouse.documents.models import IssuedDocument

PAPERS_OF_LATE = timedelta(days=21)  # before this week
RESIDENT_FACTS = (
    "preferred_name",
    "legal_first_name",
    "legal_last_name",
    "pronouns",
    "gender",
    "birth_date",
    "phone",
)


def about(resident: Resident, stays: Any, standing: Standing, today: date) -> Iterator[Card | Entry]:
    may_record = standing.may(Action.RECORD, resident)

    def door(name: str, label: str) -> dict[str, str]:
        url = reverse(name, kwargs={"uuid": resident.uuid})
        return {"more_url": url, "more_label": label} if may_record else {}

    user = standing.user
    current, former = contacts_of(resident, user=user)
    yield Card(
        title=_("Contacts"),
        order=Order.DUE,
        template="residents/people/contacts.html",
        context={"current": current, "former": former, "may_record": may_record},
        **door("contact_add", _("Add")),
    )
    if standing.may(Action.SEE_GUARDED, resident):
        yield Card(
            title=_("Alerts"),
            order=Order.DUE,
            rows=list(_alert_rows(resident, standing, may_record)),
            empty=_("Nothing is written down."),
            **door("alert_add", _("Add")),
        )
    yield Card(
        title=_("Weekly hours"),
        order=Order.DUE,
        rows=[
            Row(
                fact=hours_in_words(hours),
                reason=" · ".join(
                    filter(
                        None,
                        [
                            hours.get_kind_display(),
                            hours.where,
                            span_in_words(hours.starts_on, hours.ends_on)
                            if hours.ends_on or hours.starts_on > today
                            else "",
                        ],
                    )
                ),
                url=reverse("hours_change", kwargs={"uuid": hours.uuid}) if may_record else "",
            )
            for hours in hours_of(resident, user=user, today=today)
        ],
        empty=_("No work, school or treatment is written down."),
        **door("hours_add", _("Add")),
    )
    dates = sobriety_of(resident, user=user)
    yield Card(
        title=_("Sobriety date"),
        order=Order.LATER,
        template="residents/people/sobriety.html",
        context={"dates": dates, "may_record": may_record},
        **door("sobriety_record", _("Write down")),
    )
    duties = list(duties_of(resident, user=user))
    yield Card(
        title=_("Duties in the house"),
        order=Order.LATER,
        rows=[_duty_row(duty, today, may_record) for duty in duties],
        empty=_("No duty until now."),
        **(door("officer_appoint", _("Appoint")) if resident.reach().house_ids else {}),
    )
    yield Card(
        title=_("About"),
        order=Order.LATER,
        template="residents/people/about.html",
        context={"resident": resident, "age": age(resident.birth_date, today=today)},
        **door("resident_change", _("Change")),
    )
    if may_record:
        yield Card(
            title=_("Sign-in"),
            order=Order.LATER,
            template="residents/people/sign_in.html",
            context={"said": _sign_in(resident), "account_url": _account_url(resident, standing)},
            **door("resident_slip", _("Invitation slip")),
        )
    yield from map(_sobriety_entry, dates)
    for duty in duties:
        name = {"duty": duty.get_duty_display(), "house": duty.house}
        yield Entry(day=duty.starts_on, fact=_("Became %(duty)s of %(house)s") % name)
        if duty.ends_on is not None:
            yield Entry(day=duty.ends_on, fact=_("Was %(duty)s of %(house)s until this day") % name)


def _sign_in(resident: Resident) -> str:
    """How far they have come with an account of their own."""
    user = resident.user
    if user is None:
        return _("No account yet. With an invitation slip they choose their own password.")
    if not user.is_active:
        return _("Their account is closed.")
    if user.has_usable_password():
        return _("Has an account here.")
    slip = open_invitation(user=user, now=timezone.now())
    if slip is None:
        return _("Not signed in yet, and no slip is out. With a new one they choose their own password.")
    until = date_format(timezone.localtime(slip.expires_at), "MONTH_DAY_FORMAT")
    return _("A slip is out until %(day)s; not used yet.") % {"day": until}


def _account_url(resident: Resident, standing: Standing) -> str:
    """Where whoever runs the organization sees to their account."""
    organization, user = resident.organization, resident.user
    if user is None or not standing.may(Action.RUN_ORGANIZATION, organization):
        return ""
    if not people_of(organization).filter(pk=user.pk).exists():
        return ""
    return reverse("person", kwargs={"uuid": organization.uuid, "person": user.uuid})


def week(resident: Resident, stays: Any, standing: Standing, today: date) -> Iterator[Card]:
    """The hours of this week that are spoken for, duties, and who looked."""
    user = resident.user
    if hours := hours_of(resident, user=user, today=today):
        yield Card(
            title=_("My hours this week"),
            order=Order.DUE,
            template="residents/people/week.html",
            context={"days": week_of(hours, today=today), "lines": _alike(hours)},
        )
    duties = [duty for duty in duties_of(resident, user=user) if duty.ends_on is None or duty.ends_on > today]
    if duties:
        yield Card(
            title=_("My duties in the house"),
            order=Order.DUE,
            rows=[
                Row(
                    fact=capfirst(duty.get_duty_display()),
                    reason=f"{duty.house} · {span_in_words(duty.starts_on, duty.ends_on)}",
                )
                for duty in duties
            ],
        )
    papers = IssuedDocument.objects.visible_to(user).filter(
        resident=resident, issued_at__gte=start_of_week(today) - PAPERS_OF_LATE
    )
    if rows := [_paper_row(paper) for paper in papers.select_related("withdrawal", "replaced_by")[:3]]:
        yield Card(
            title=_("Papers about me"),
            order=Order.WAITING,
            rows=rows,
            more_url=reverse("my_record"),
            more_label=_("All"),
        )
    yield Card(
        title=_("Who looked this week"),
        order=Order.LATER,
        rows=[
            Row(
                fact=looker.name,
                reason=looker.whats,
                word=ngettext("once", "%(count)s times", looker.times) % {"count": looker.times},
            )
            for looker in lookers_since(resident, user=user, since=start_of_week(today))
        ],
        empty=_("Nobody looked at my record this week."),
        more_url=reverse("my_looks"),
        more_label=_("All"),
    )


def own(resident: Resident, today: date) -> Iterator[Section]:
    """All that is on record about the person themselves."""
    yield _own_facts(resident)
    yield _own_sobriety_dates(resident)
    yield _own_contacts(resident)
    yield _own_alerts(resident)
    yield _own_hours(resident)
    yield _own_duties(resident)
    yield _own_photos(resident)
    yield _own_looks(resident)


def _own_facts(resident: Resident) -> Section:
    return section(
        "person",
        _("About me"),
        [resident],
        [*RESIDENT_FACTS, "organization"],
        model=Resident,
        labels={"organization": _("Organization")},
    )


def _own_sobriety_dates(resident: Resident) -> Section:
    dates = SobrietyDate.objects.visible_to(resident.user).filter(resident=resident)
    return section(
        "sobriety_dates",
        _("Sobriety dates"),
        dates.select_related("corrects", "corrected_by"),
        ["since", "reason", "recorded_as", "recorded_at", "corrects"],
        model=SobrietyDate,
        labels=_by() | {"corrects": _("Instead of")},
        struck=lambda row: _("corrected") if hasattr(row, "corrected_by") else "",
        empty=_("No day is written down."),
    )


def _own_contacts(resident: Resident) -> Section:
    return section(
        "contacts",
        _("Contacts"),
        Contact.objects.visible_to(resident.user).filter(resident=resident),
        ["kind", "name", "relationship", "phone", "email", "note", "is_current"],
        model=Contact,
        empty=_("Nobody to call is written down."),
    )


def _own_alerts(resident: Resident) -> Section:
    return section(
        "alerts",
        _("Alerts for an emergency"),
        Alert.objects.visible_to(resident.user).filter(resident=resident),
        ["kind", "text", "is_current"],
        model=Alert,
        empty=_("Nothing is written down."),
    )


def _own_hours(resident: Resident) -> Section:
    return section(
        "weekly_hours",
        _("Weekly hours"),
        WeeklyHours.objects.visible_to(resident.user).filter(resident=resident),
        ["kind", "where", "weekday", "starts", "ends", "starts_on", "ends_on"],
        model=WeeklyHours,
        empty=_("No work, school or treatment is written down."),
    )


def _own_duties(resident: Resident) -> Section:
    return section(
        "duties",
        _("Duties in the house"),
        duties_of(resident, user=resident.user),
        ["duty", "house", "starts_on", "ends_on"],
        model=Officer,
        labels={"house": _("House")},
        empty=_("No duty until now."),
    )


def _own_photos(resident: Resident) -> Section:
    return section(
        "photos",
        _("Photos"),
        Photo.objects.visible_to(resident.user).filter(resident=resident).select_related("file"),
        ["file", "recorded_as", "recorded_at"],
        model=Photo,
        labels=_by() | {"file": _("Kind of picture")},
        picture=lambda row: row.file,
        empty=_("There is no photo."),
    )


def _own_looks(resident: Resident) -> Section:
    return section(
        "looks",
        _("Who looked"),
        looks_at(resident, user=resident.user),
        ["looked_at", "actor_label", "actor_kind", "what", "detail"],
        model=Look,
        labels={
            "looked_at": _("When"),
            "actor_label": _("Who"),
            "actor_kind": _("As"),
            "what": _("At"),
            "detail": _("Which"),
        },
        history=False,
        empty=_("Nobody looked yet."),
    )


def _by() -> dict[str, str]:
    return {"recorded_as": _("By"), "recorded_at": _("Written down")}


def _paper_row(paper: IssuedDocument) -> Row:
    told = _("issued on %(day)s by %(who)s") % {
        "day": date_format(timezone.localtime(paper.issued_at)),
        "who": paper.issued_as,
    }
    words = {"withdrawn": _("withdrawn"), "replaced": _("replaced")}
    return Row(
        fact=paper.title,
        reason=f"{told} · {_('for %(name)s') % {'name': paper.recipient}}" if paper.recipient else told,
        url=reverse("paper", kwargs={"uuid": paper.uuid}),
        word=words.get(paper.state, ""),
    )


def _alike(hours: list[WeeklyHours]) -> list[Row]:
    """The same hours on several days in one line."""
    days: dict[tuple[str, ...], list[str]] = {}
    for one in hours:
        span = {"starts": time_format(one.starts), "ends": time_format(one.ends)}
        said = f"{capfirst(one.get_kind_display())} · {one.where}" if one.where else capfirst(one.get_kind_display())
        days.setdefault((said, _("%(starts)s to %(ends)s") % span), []).append(one.get_weekday_display())
    return [Row(fact=said, reason=f"{span} · {', '.join(on)}") for (said, span), on in days.items()]


def _sobriety_entry(written: SobrietyDate) -> Entry:
    return Entry(
        day=timezone.localtime(written.recorded_at).date(),
        fact=_("Sober since %(day)s") % {"day": date_format(written.since)},
        detail=_("Corrected: %(reason)s") % {"reason": written.reason} if written.corrects_id else written.reason,
        by=written.recorded_as,
        struck=written.correction is not None,
    )


def _alert_rows(resident: Resident, standing: Standing, may_record: bool) -> Iterator[Row]:
    alerts = Alert.objects.visible_to(standing.user).filter(resident=resident).order_by("-is_current", "kind", "id")
    for alert in alerts:
        yield Row(
            fact=alert.text,
            reason=alert.get_kind_display(),
            url=reverse("alert_change", kwargs={"uuid": alert.uuid}) if may_record else "",
            state="missed" if alert.is_current else "plain",
            word=_("alert") if alert.is_current else _("no longer true"),
        )


def _duty_row(duty: Officer, today: date, may_record: bool) -> Row:
    live = duty.ends_on is None or duty.ends_on > today
    end = reverse("officer_end", kwargs={"uuid": duty.uuid}) if live and may_record else ""
    return Row(
        fact=str(duty.get_duty_display()),
        reason=f"{duty.house} · {span_in_words(duty.starts_on, duty.ends_on)}",
        state="" if live else "plain",
        word="" if live else _("past"),
        button=_("End") if end else "",
        button_url=end,
    )
