"""Every write about a person: who they are, their sobriety date, alerts, contacts, weekly hours and duties.

Each service is one transaction, is done as whoever acts now (`soberhouse.history.acting_as`), and refuses
with a ValidationError that says what would be right. Nobody records about themselves: PermissionDenied.
"""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import Organization
from residents.people.models import Resident, SobrietyDate
from soberhouse.history import acting_now, because

EARLIEST = date(1900, 1, 1)


def recorded() -> dict[str, Any]:
    """Who records a `Fact` now: the fields for its row. RuntimeError where nobody acts."""
    acting = acting_now()
    if acting is None:
        raise RuntimeError("Nobody acts; use acting_as().")
    by = acting.actor_id if acting.actor_kind == "user" else None
    return {"recorded_by_id": by, "recorded_as": acting.actor_label}


def not_about_oneself(resident: Resident) -> None:
    """Raise PermissionDenied where the acting user is this resident."""
    acting = acting_now()
    about = resident.user_id is not None and acting is not None
    if about and acting.actor_kind == "user" and acting.actor_id == resident.user_id:
        raise PermissionDenied(_("Nobody records about themselves."))


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
        legal_first_name=_tidy(legal_first_name),
        legal_last_name=_tidy(legal_last_name),
        preferred_name=_tidy(preferred_name),
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
    *, organization: Organization, legal_first_name: str, legal_last_name: str, birth_date: date | None
) -> Resident | None:
    """Somebody of the organization with exactly these legal names, whatever their case, and this birth date.

    Without a birth date a name alone says nothing, and nobody is the same; nor where two people match. The
    names are compared here, because the engines fold the case of é differently.
    """
    if birth_date is None:
        return None
    wanted = (_folded(legal_first_name), _folded(legal_last_name))
    same = [
        resident
        for resident in Resident.objects.filter(organization=organization, birth_date=birth_date)
        if (_folded(resident.legal_first_name), _folded(resident.legal_last_name)) == wanted
    ]
    return same[0] if len(same) == 1 else None


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


def _locked(resident: Resident) -> Resident:
    """The person's row, locked, so that two people recording at once see each other."""
    return Resident.objects.select_for_update(no_key=True).get(pk=resident.pk)


def _tidy(name: str) -> str:
    """Composed, and without spaces to spare."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", _tidy(name).casefold())
