"""Searches: written down as they were made, and put right with a reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.log.models import EntryTelling, Kind, Search
from residents.log.services.entries import begin_entry, tell_anew
from residents.people.services import not_about_oneself
from residents.stays.models import Stay
from residents.stays.steps import lock, reason_required, save
from soberhouse.history import because, recorded
from soberhouse.words import tidy

FACTS = ("place", "why", "by", "witness", "resident_present", "found", "became", "policy")


@transaction.atomic
def search_record(
    *,
    house: House,
    place: str,
    why: str,
    by: str,
    witness: str = "",
    resident_present: bool,
    found: str = "",
    became: str = "",
    policy: Any = None,
    about: Collection[Stay] = (),
    happened_at: datetime,
    now: datetime,
) -> Search:
    """Write down a search: what was searched and why, by whom, before whom, whether the resident was there, what was
    found (empty: nothing) and what became of it, and by which published version of a policy. Whose things were searched
    is told.

    Refuses what `begin_entry` refuses, no place or reason, something found of which nothing became, and a policy that
    is no published one of this house.
    """
    facts = _checked(
        house,
        {
            "place": place,
            "why": why,
            "by": by,
            "witness": witness,
            "resident_present": resident_present,
            "found": found,
            "became": became,
            "policy": policy,
        },
    )
    entry = begin_entry(
        house=house, kind=Kind.SEARCH, text=_words(facts), happened_at=happened_at, about=about, now=now
    )
    return save(Search(house=house, entry=entry, recorded_at=now, **facts, **recorded()))


@transaction.atomic
def search_amend(*, search: Search, reason: str, now: datetime, **facts: Any) -> Search:
    """Put a search right, with a reason; the first stays on record, marked. What is not among `facts` stays as it was.

    Refuses no reason, what changes nothing, one that was put right already, whose things were searched, and as
    `search_record` says.
    """
    reason_required(reason)
    lock(search.entry)
    before = Search.objects.select_related("house", "entry__house", "policy").get(pk=search.pk)
    if Search.objects.filter(corrects=before).exists():
        raise ValidationError(_("Somebody put it right meanwhile. Look at the newest one."))
    telling = EntryTelling.objects.get(entry=before.entry, corrected_by=None)
    about = [row.stay for row in telling.about.select_related("stay__resident", "stay__house")]
    for stay in about:
        not_about_oneself(stay.resident)
    was = {name: getattr(before, name) for name in FACTS}
    told = _checked(before.house, was | facts)
    if told == was:
        raise ValidationError(_("Nothing is changed: there is nothing to put right."))
    with because(reason.strip()):
        row = save(
            Search(
                house=before.house,
                entry=before.entry,
                corrects=before,
                correction_reason=reason.strip(),
                recorded_at=now,
                **told,
                **recorded(),
            )
        )
    if _words(told) != _words(was):  # the line of the log tells the same
        tell_anew(
            entry=before.entry,
            text=_words(told),
            happened_at=telling.happened_at,
            about=about,
            reason=reason,
            now=now,
        )
    return row


def _checked(house: House, facts: dict[str, Any]) -> dict[str, Any]:
    """The facts, tidied; refused where one is missing that every search has."""
    facts = {name: tidy(value) if isinstance(value, str) else value for name, value in facts.items()}
    for name, sentence in (
        ("place", _("Say what was searched.")),
        ("why", _("Say why it was searched.")),
        ("by", _("Say who searched.")),
    ):
        if not facts[name]:
            raise ValidationError({name: sentence})
    if facts["found"] and not facts["became"]:
        raise ValidationError({"became": _("Say what became of what was found.")})
    if facts["became"] and not facts["found"]:
        raise ValidationError({"found": _("Say what was found.")})
    policy = facts["policy"]
    if policy is not None and (policy.house_id != house.pk or policy.published_on is None):
        raise ValidationError({"policy": _("This is no published version of this house.")})
    return facts


def _words(facts: dict[str, Any]) -> str:
    """A search in a line."""
    return f"{facts['place']}: {facts['why']}"
