"""Complaints and grievances: filed, answered, and closed with what came of them.

Anybody may complain; staff write it down for them, residents file their own. One against somebody of the staff is the
operators' alone, and whom it is against sees nothing of it. Nobody answers or decides what is about themselves, and
whoever wrote it down does not say what came of it. Whoever filed it is told of every step.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.log import notices
from residents.log.hands import hand
from residents.log.models import (
    Audience,
    Complainant,
    Complaint,
    ComplaintAnswer,
    ComplaintOutcome,
    Entry,
    Kind,
)
from residents.log.queries.complaints import staff_of, who_answer, who_decide, why_it_waits
from residents.log.services.clocks import run_clocks
from residents.log.services.entries import begin_entry
from residents.stays.models import Stay
from residents.stays.steps import lock, save
from soberhouse.accounts.models import User
from soberhouse.history import recorded
from soberhouse.words import is_blank, tidy


@transaction.atomic
def complaint_file(
    *,
    house: House,
    by: str,
    text: str,
    happened_at: datetime,
    name: str = "",
    contact: str = "",
    name_withheld: bool = False,
    against: User | None = None,
    about: Collection[Stay] = (),
    wish: str = "",
    own: bool = False,
    now: datetime,
) -> Complaint:
    """File a complaint: staff for anybody, a resident their `own`. `against` is somebody of the staff: then operators
    alone read it, and that person never. A name that a resident wants withheld is kept from whom it is about by keeping
    all of it from them: they wrote it themselves.

    Those who may decide it are told, without what it says. Refuses what `begin_entry` refuses; somebody who neither
    runs the house nor operates the organization, and whom it is also `about` as a resident; one's own by somebody who
    never lived here; and that anybody writes down one against themselves.
    """
    if by not in Complaint.By.values:
        raise ValidationError({"by": _("Say who complains.")})
    if own:
        _check_own(house, by)
    if against is not None:
        _check_against(house, against, now)
    audience, reason = _audience(against, own=own, name_withheld=name_withheld)
    entry = begin_entry(
        house=house,
        kind=Kind.COMPLAINT,
        text=text,
        happened_at=happened_at,
        about=about,
        audience=audience,
        audience_reason=reason,
        withheld_from=against,
        now=now,
    )
    complaint = save(
        Complaint(entry=entry, by=by, own=own, name_withheld=name_withheld, wish=wish.strip(), **_here(entry, now))
    )
    if tidy(name):
        save(Complainant(complaint=complaint, name=tidy(name), contact=tidy(contact), **_here(entry, now)))
    elif tidy(contact):
        raise ValidationError({"name": _("Say whom to reach there.")})
    notices.tell_complaint_filed(complaint, who_decide(complaint, now=now))
    run_clocks(entry=entry, now=now)
    return complaint


def _check_against(house: House, against: User, now: datetime) -> None:
    if against.pk == hand():
        raise PermissionDenied(_("Nobody writes down a complaint against themselves: let them tell an operator."))
    if against.pk not in {staff.user.pk for staff in staff_of(house, now=now)}:
        raise ValidationError({"against": _("They neither run this house nor operate the organization.")})


def _check_own(house: House, by: str) -> None:
    lived_here = Stay.objects.real().filter(house=house, resident__user=hand())
    if by != Complaint.By.RESIDENT or hand() is None or not lived_here.exists():
        raise PermissionDenied(_("A resident of this house files their own."))


def _audience(against: User | None, *, own: bool, name_withheld: bool) -> tuple[str, str]:
    if against is not None:
        return Audience.OPERATORS, _("It is about somebody of the staff.")
    if own and name_withheld:
        return Audience.CONFIDENTIAL, _("Whoever filed it asked that their name be withheld.")
    return Audience.STAFF, ""


@transaction.atomic
def complaint_answer(*, complaint: Complaint, text: str, now: datetime) -> ComplaintAnswer:
    """Answer whoever complains, on the way to an outcome. Whoever filed it is told.

    Refuses one that is closed, no words, whom it is about, and whoever may not read it as a part of running the house:
    one against somebody of the staff is answered by operators alone.
    """
    complaint = _locked(complaint)
    if hand() not in {user.pk for user in who_answer(complaint, now=now)}:
        raise PermissionDenied(_("Somebody else answers it."))
    if is_blank(text):
        raise ValidationError({"text": _("Say it in a few words.")})
    answer = save(ComplaintAnswer(complaint=complaint, text=text.strip(), **_here(complaint.entry, now)))
    notices.tell_complaint_answered(answer)
    return answer


@transaction.atomic
def complaint_close(*, complaint: Complaint, outcome: str, text: str, told: str, now: datetime) -> ComplaintOutcome:
    """Say what came of it, why and what is done, and how whoever complained was told of it.

    Refuses a second outcome, whom it is about, and whoever wrote it down: then it waits for somebody else.
    """
    complaint = _locked(complaint)
    deciders = who_decide(complaint, now=now)
    if hand() not in {user.pk for user in deciders}:
        raise PermissionDenied(why_it_waits(complaint, deciders) or _who_else(complaint))
    for name, words in (("text", text), ("told", told)):
        if is_blank(words):
            raise ValidationError({name: _("Say it in a few words.")})
    row = save(
        ComplaintOutcome(
            complaint=complaint, outcome=outcome, text=text.strip(), told=tidy(told), **_here(complaint.entry, now)
        )
    )
    notices.tell_complaint_closed(row)
    return row


def _who_else(complaint: Complaint) -> str:
    if complaint.recorded_by_id == hand():
        return _("You wrote it down, so somebody else says what came of it.")
    return _("Somebody else says what came of it.")


def _locked(complaint: Complaint) -> Complaint:
    """The complaint as it stands now, its entry locked; refused where it has its outcome."""
    lock(complaint.entry)
    complaint = Complaint.objects.select_related("entry", "house__organization", "outcome").get(pk=complaint.pk)
    if hasattr(complaint, "outcome"):
        raise ValidationError(_("It is closed already: its outcome stands."))
    return complaint


def _here(entry: Entry, now: datetime) -> dict[str, Any]:
    return {"house": entry.house, "recorded_at": now, **recorded()}
