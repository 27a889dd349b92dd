"""Every write about a person: who they are, their sobriety date, alerts, contacts, weekly hours and duties.

Each service is one transaction, is done as whoever acts now (`soberhouse.history.acting_as`), and refuses
with a ValidationError that says what would be right. Nobody records about themselves: PermissionDenied. What is theirs
to keep, their own contacts, has services of its own (`own_…`), which refuse everybody else.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Min, Model, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import House, Organization, Role
from residents.houses.permissions import RoleKind
from residents.houses.queries import works_somewhere
from residents.people import notices
from residents.people.models import Alert, Contact, Officer, Resident, SobrietyDate, WeeklyHours
from soberhouse.accounts import services as accounts
from soberhouse.accounts.invitations import invitation_make
from soberhouse.accounts.models import Invitation, User
from soberhouse.accounts.upkeep import check_not_shared
from soberhouse.accounts.upkeep import locked as locked_account
from soberhouse.history import acting_now, because, recorded
from soberhouse.words import tidy

R = TypeVar("R", bound=Model)
EARLIEST = date(1900, 1, 1)
NAMES = ("legal_first_name", "legal_last_name", "preferred_name")
ABOUT_THEM = (*NAMES, "gender", "pronouns", "birth_date", "phone")
# What stands in papers: once written down, a change of it is a correction.
ON_RECORD = ("legal_first_name", "legal_last_name", "birth_date")
# Contacts that the house keeps, because a court relies on them.
KEPT_BY_STAFF = frozenset({Contact.Kind.OFFICER})


def not_about_oneself(resident: Resident) -> None:
    """Raise PermissionDenied where the acting user is this resident."""
    acting = acting_now()
    about = resident.user_id is not None and acting is not None
    if about and acting.actor_kind == "user" and acting.actor_id == resident.user_id:
        raise PermissionDenied(_("Nobody records about themselves."))


def only_oneself(resident: Resident) -> None:
    """Raise PermissionDenied unless the acting user is this resident."""
    acting = acting_now()
    if acting is None or resident.user_id is None or (acting.actor_kind, acting.actor_id) != ("user", resident.user_id):
        raise PermissionDenied(_("Only they themselves keep this."))


@transaction.atomic
def resident_create(
    *,
    organization: Organization,
    legal_first_name: str,
    legal_last_name: str = "",
    preferred_name: str = "",
    gender: str = "",
    pronouns: str = "",
    birth_date: date | None = None,
    phone: str = "",
    today: date,
) -> Resident:
    """A new person of the organization. Refuses a birth date in the future or before 1900."""
    resident = Resident(
        organization=organization,
        legal_first_name=tidy(legal_first_name),
        legal_last_name=tidy(legal_last_name),
        preferred_name=tidy(preferred_name),
        gender=gender,
        pronouns=pronouns,
        birth_date=birth_date,
        phone=phone,
    )
    _check_birth(birth_date, today=today)
    resident.full_clean()
    resident.save()
    return resident


def resident_find_same(
    *,
    organization: Organization,
    legal_first_name: str,
    legal_last_name: str,
    birth_date: date | None,
    among: QuerySet[Resident] | None = None,
) -> Resident | None:
    """Somebody of the organization (and `among` these) with exactly these legal names, whatever their case, and this
    birth date.

    Without a birth date a name alone says nothing, and nobody is the same; nor where two people match. The
    names are compared here, because the engines fold the case of é differently.
    """
    if birth_date is None:
        return None
    wanted = (_folded(legal_first_name), _folded(legal_last_name))
    same = [
        resident
        for resident in (Resident.objects.all() if among is None else among).filter(
            organization=organization, birth_date=birth_date
        )
        if (_folded(resident.legal_first_name), _folded(resident.legal_last_name)) == wanted
    ]
    return same[0] if len(same) == 1 else None


@transaction.atomic
def resident_change(*, resident: Resident, changes: Mapping[str, Any], reason: str, today: date) -> Resident:
    """Write down what is new about `resident`; fields not in `changes` stay as they are.

    A legal name or birth date already on record changes only with a reason. Refuses a birth date in the future,
    before 1900, after the first move-in or after a day since which the person is sober.
    """
    not_about_oneself(resident)
    unknown = set(changes) - set(ABOUT_THEM)
    if unknown:
        raise ValueError(f"Not a fact about a person: {', '.join(sorted(unknown))}.")
    resident = _locked(resident)
    new = {name: tidy(value) if name in NAMES else value for name, value in changes.items()}
    new = {name: value for name, value in new.items() if value != getattr(resident, name)}
    if "birth_date" in new:
        _check_birth(new["birth_date"], today=today)
        _check_lived_after(new["birth_date"], resident=resident)
    corrected = any(getattr(resident, name) for name in ON_RECORD if name in new)
    if not reason.strip() and corrected:
        raise ValidationError({"reason": _("Say why the legal name or date of birth on record is wrong.")})
    _write(resident, new, reason=reason)
    if corrected:
        notices.tell_person_corrected(resident)
    return resident


@transaction.atomic
def account_give(*, resident: Resident, username: str, email: str = "", password: str | None = None) -> User:
    """A sign-in of their own for `resident`, under the name they go by.

    Refuses somebody who has one, and what `user_create` refuses.
    """
    resident = _locked(resident)
    if resident.user_id is not None:
        raise ValidationError(_("%(name)s signs in already.") % {"name": resident})
    longest = User._meta.get_field("name").max_length
    name = resident.name[:longest].strip()
    resident.user = accounts.user_create(username=username, name=name, email=email, password=password)
    resident.full_clean()
    resident.save(update_fields=["user"])
    return resident.user


@transaction.atomic
def slip_give(*, resident: Resident, now: datetime) -> tuple[Invitation, str]:
    """An invitation slip for `resident`, and its code; where they have no sign-in of their own yet, that too.

    Refuses what `slip_check` and `invitation_make` refuse.
    """
    resident = _locked(resident)
    user = resident.user
    if user is None:
        user = account_give(resident=resident, username=accounts.username_for(name=resident.name))
    locked_account(user)  # nobody gives them a role between the check and the slip
    slip_check(resident=resident, now=now)
    return invitation_make(user=user, now=now)


def slip_check(*, resident: Resident, now: datetime) -> None:
    """Raise PermissionDenied where whoever acts may let nobody into the account of `resident`.

    Nobody for themselves. Where more than the resident's own record hangs on the account, the operator does; where it
    is also another organization's, nobody here.
    """
    not_about_oneself(resident)
    user, acting = resident.user, acting_now()
    if user is None or acting is None or acting.source == "command":
        return
    check_not_shared(user)
    runs = Role.objects.live(now=now).filter(kind=RoleKind.OPERATOR, organization=resident.organization_id)
    if works_somewhere(user, now=now) and not runs.filter(user=acting.actor_id).exists():
        raise PermissionDenied(_("They have a role here too, so the operator makes their slip."))


@transaction.atomic
def sobriety_record(*, resident: Resident, since: date, reason: str = "", today: date) -> SobrietyDate:
    """The day since which `resident` is sober, from now on; the same day again changes nothing.

    Refuses a day that is still to come or before birth, and a day before the one on record: that is a
    correction (`sobriety_correct`), which says why.
    """
    not_about_oneself(resident)
    resident = _locked(resident)
    _check_since(since, resident=resident, today=today)
    last = _sobriety_now(resident)
    if last is not None and last.since == since:
        return last
    if last is not None and since < last.since:
        raise ValidationError(
            {
                "since": _("The day on record, %(since)s, is later. If it is wrong, correct it and say why.")
                % {"since": date_format(last.since)}
            }
        )
    return _sobriety_save(SobrietyDate(resident=resident, since=since, reason=reason.strip(), **recorded()))


@transaction.atomic
def sobriety_correct(*, date: SobrietyDate, since: date, reason: str, today: date) -> SobrietyDate:
    """A new row instead of `date`, which stays on record as corrected. Needs a reason.

    Refuses any row but the one that counts now, because the newest row always counts.
    """
    not_about_oneself(date.resident)
    resident = _locked(date.resident)
    _check_reason(reason)
    _check_since(since, resident=resident, today=today)
    if _sobriety_now(resident) != date:
        raise ValidationError(_("Another day has been written down since. Correct that one."))
    if since == date.since:
        raise ValidationError({"since": _("This is the day on record already.")})
    row = _sobriety_save(
        SobrietyDate(resident=resident, since=since, reason=reason.strip(), corrects=date, **recorded())
    )
    notices.tell_sobriety_corrected(row)
    return row


@transaction.atomic
def alert_add(*, resident: Resident, kind: str, text: str) -> Alert:
    """Something to know in an emergency. Refuses what is on record as still true."""
    not_about_oneself(resident)
    resident = _locked(resident)
    alert = Alert(resident=resident, kind=kind, text=text.strip())
    if Alert.objects.filter(resident=resident, kind=kind, text=alert.text, is_current=True).exists():
        raise ValidationError({"text": _("This is on record already.")})
    alert.full_clean()
    alert.save()
    return alert


@transaction.atomic
def alert_change(*, alert: Alert, changes: Mapping[str, Any], reason: str) -> Alert:
    """Correct an alert, or say with `is_current` that it is no longer true; it stays on record. Needs a reason."""
    not_about_oneself(alert.resident)
    alert = _locked(alert)
    _check_reason(reason)
    return _write(alert, changes, reason=reason)


@transaction.atomic
def contact_add(
    *,
    resident: Resident,
    kind: str,
    name: str,
    relationship: str = "",
    phone: str = "",
    email: str = "",
    note: str = "",
) -> Contact:
    """Somebody to call, or who may call. Refuses one of the same kind and name who is on record already."""
    not_about_oneself(resident)
    return _contact_save(
        Contact(kind=kind, name=name, relationship=relationship, phone=phone, email=email, note=note), resident=resident
    )


@transaction.atomic
def contact_change(*, contact: Contact, changes: Mapping[str, Any], reason: str = "") -> Contact:
    """Change a contact, or end it with `is_current`; it stays on record."""
    not_about_oneself(contact.resident)
    return _contact_write(_locked(contact), changes, reason=reason)


@transaction.atomic
def own_contact_add(
    *,
    resident: Resident,
    kind: str,
    name: str,
    relationship: str = "",
    phone: str = "",
    email: str = "",
    note: str = "",
) -> Contact:
    """Somebody whom the acting resident themselves writes down; the staff of their house see it at once.

    Refuses anybody else, the kinds that staff keep, and one of the same kind and name who is on record already.
    """
    only_oneself(resident)
    _check_own_kind(kind)
    return _contact_save(
        Contact(kind=kind, name=name, relationship=relationship, phone=phone, email=email, note=note), resident=resident
    )


@transaction.atomic
def own_contact_change(*, contact: Contact, changes: Mapping[str, Any]) -> Contact:
    """The acting resident changes a contact of their own, whoever wrote it down, or ends it with `is_current`; it stays
    on record. Refuses anybody else, and contacts of the kinds that staff keep."""
    only_oneself(contact.resident)
    contact = _locked(contact)
    if contact.kind in KEPT_BY_STAFF:
        raise PermissionDenied(_("The staff of the house keep this contact."))
    _check_own_kind(changes.get("kind", contact.kind))
    return _contact_write(contact, changes, reason="")


@transaction.atomic
def hours_add(
    *,
    resident: Resident,
    kind: str,
    weekdays: Iterable[int],
    starts: time,
    ends: time,
    starts_on: date,
    where: str = "",
    ends_on: date | None = None,
) -> list[WeeklyHours]:
    """The same hours on each of these days of the week, one row for each; all or none.

    `ends` before `starts` is the next morning. Refuses no day, an empty span, and hours on record already.
    """
    not_about_oneself(resident)
    resident = _locked(resident)
    rows = [
        WeeklyHours(
            resident=resident,
            kind=kind,
            where=where,
            weekday=weekday,
            starts=starts,
            ends=ends,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        for weekday in sorted(set(weekdays))
    ]
    if not rows:
        raise ValidationError({"weekdays": _("Choose at least one day.")})
    for row in rows:
        _check_hours(row)
        row.full_clean()
        row.save()
    return rows


@transaction.atomic
def hours_change(*, hours: WeeklyHours, changes: Mapping[str, Any], reason: str) -> WeeklyHours:
    """Correct hours that were written down wrong. Needs a reason. Hours that were right until now are ended instead."""
    not_about_oneself(hours.resident)
    hours = _locked(hours)
    _check_reason(reason)
    for name, value in changes.items():
        setattr(hours, name, value)
    _check_hours(hours)
    return _write(hours, changes, reason=reason)


@transaction.atomic
def hours_end(*, hours: WeeklyHours, ends_on: date, reason: str = "") -> WeeklyHours:
    """These hours no longer count from `ends_on` on. Refuses a day before they began, and hours that ended already."""
    not_about_oneself(hours.resident)
    hours = _locked(hours)
    if hours.ends_on is not None:
        raise ValidationError({"ends_on": _("They ended on %(day)s.") % {"day": date_format(hours.ends_on)}})
    return _write(hours, {"ends_on": ends_on}, reason=reason)


@transaction.atomic
def officer_appoint(
    *, resident: Resident, house: House, duty: str, starts_on: date, ends_on: date | None = None, today: date
) -> Officer:
    """A duty in the house for a resident who lives there on `starts_on` and now.

    Refuses a day more than a year from `today`, and a duty that the person has already in that time.
    """
    not_about_oneself(resident)
    resident = _locked(resident)
    if abs((starts_on - today).days) > 366:
        raise ValidationError({"starts_on": _("This is more than a year from today.")})
    if not resident.stays.filter(house=house, voided=False, ends_on=None, starts_on__lte=starts_on).exists():
        raise ValidationError(
            {"starts_on": _("%(name)s does not live in %(house)s then.") % {"name": resident, "house": house}}
        )
    officer = Officer(resident=resident, house=house, duty=duty, starts_on=starts_on, ends_on=ends_on)
    others = Officer.objects.filter(resident=resident, house=house, duty=duty)
    if any(_overlap(officer, other) for other in others):
        raise ValidationError({"duty": _("%(name)s has this duty then already.") % {"name": resident}})
    officer.full_clean()
    officer.save()
    notices.tell_duty_given(officer)
    return officer


@transaction.atomic
def officer_end(*, officer: Officer, ends_on: date, reason: str, today: date) -> Officer:
    """End a duty, on `ends_on` or, where it begins later, on the day it would begin. Needs a reason.

    Refuses a duty that has ended by `today`.
    """
    not_about_oneself(officer.resident)
    officer = _locked(officer)
    _check_reason(reason)
    if officer.ends_on is not None and officer.ends_on <= today:
        raise ValidationError(_("This duty ended on %(day)s.") % {"day": date_format(officer.ends_on)})
    _write(officer, {"ends_on": max(ends_on, officer.starts_on)}, reason=reason)
    notices.tell_duty_ended(officer)
    return officer


def _write(row: R, changes: Mapping[str, Any], *, reason: str) -> R:
    """Check and save these fields of a row, and only these; nothing where nothing is new."""
    for name, value in changes.items():
        setattr(row, name, value)
    if changes:
        row.full_clean()
        with because(reason.strip()):
            row.save(update_fields=list(changes))
    return row


def _contact_save(contact: Contact, *, resident: Resident) -> Contact:
    contact.resident = resident = _locked(resident)
    contact.name = tidy(contact.name)
    if Contact.objects.filter(resident=resident, kind=contact.kind, name=contact.name, is_current=True).exists():
        raise ValidationError({"name": _("This contact is on record already. Change what is new about them.")})
    contact.full_clean()
    contact.save()
    return contact


def _contact_write(contact: Contact, changes: Mapping[str, Any], *, reason: str) -> Contact:
    new = {name: tidy(value) if name == "name" else value for name, value in changes.items()}
    return _write(contact, new, reason=reason)


def _check_own_kind(kind: str) -> None:
    if kind in KEPT_BY_STAFF:
        raise ValidationError({"kind": _("The staff of the house keep this contact. Ask them to write it down.")})


def _sobriety_save(row: SobrietyDate) -> SobrietyDate:
    row.full_clean()
    with because(row.reason):
        row.save()
    return row


def _sobriety_now(resident: Resident) -> SobrietyDate | None:
    return SobrietyDate.objects.filter(resident=resident).first()


def _check_since(since: date, *, resident: Resident, today: date) -> None:
    if since > today:
        raise ValidationError({"since": _("This day is still to come. The latest possible is today.")})
    if since < (resident.birth_date or EARLIEST):
        raise ValidationError({"since": _("This day is before the person was born.")})


def _check_birth(birth_date: date | None, *, today: date) -> None:
    if birth_date is None:
        return
    if birth_date > today:
        raise ValidationError({"birth_date": _("This day is still to come.")})
    if birth_date < EARLIEST:
        raise ValidationError({"birth_date": _("Nobody living here was born before 1900.")})


def _check_lived_after(birth_date: date | None, *, resident: Resident) -> None:
    if birth_date is None:
        return
    moved_in = resident.stays.filter(voided=False).aggregate(first=Min("starts_on"))["first"]
    if moved_in is not None and birth_date >= moved_in:
        raise ValidationError({"birth_date": _("They moved in before, on %(day)s.") % {"day": date_format(moved_in)}})
    sober = _sobriety_now(resident)
    if sober is not None and birth_date > sober.since:
        raise ValidationError(
            {"birth_date": _("They are sober since before, %(day)s.") % {"day": date_format(sober.since)}}
        )


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise ValidationError({"reason": _("Say why: a correction needs a reason.")})


def _check_hours(hours: WeeklyHours) -> None:
    if hours.starts == hours.ends:
        raise ValidationError({"ends": _("They begin and end at the same time.")})
    same = WeeklyHours.objects.filter(
        resident=hours.resident, weekday=hours.weekday, starts=hours.starts, ends=hours.ends
    ).exclude(pk=hours.pk)
    if any(_overlap(hours, other) for other in same):
        raise ValidationError({"weekdays": _("These hours are on record already.")})


def _overlap(one: Any, other: Any) -> bool:
    """Whether two half-open ranges of days share a day. An empty range shares none."""
    starts = max(one.starts_on, other.starts_on)
    ends = [row.ends_on for row in (one, other) if row.ends_on is not None]
    return not ends or starts < min(ends)


def _locked(row: R) -> R:
    """The row as it is now, locked, so that two people recording at once see each other."""
    return type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", tidy(name).casefold())
