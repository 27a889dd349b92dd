"""Every write about entries of the log: written, amended, shown to fewer or more, with a photo.

Staff write about whoever lives or lived in the house, never about themselves. What is wrong is told anew with a reason;
the first telling stays on record.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from time import monotonic

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.log import notices
from residents.log.models import LINES, OPEN, Audience, Complaint, Entry, EntryAbout, EntryPhoto, EntryTelling, Kind
from residents.log.queries.entries import fixed
from residents.log.reckoning import day_begins
from residents.people.services import not_about_oneself
from residents.stays.models import Stay
from residents.stays.steps import lock, reason_required, save
from soberhouse.accounts.models import User
from soberhouse.documents import store
from soberhouse.documents.models import StoredFile
from soberhouse.history import because, recorded
from soberhouse.words import tidy

MOST_PHOTOS = 10


def entry_write(
    *,
    house: House,
    text: str,
    kind: str = Kind.NOTE,
    happened_at: datetime | None = None,
    about: Collection[Stay] = (),
    audience: str = Audience.STAFF,
    audience_reason: str = "",
    photos: Sequence[tuple[bytes, str]] = (),
    now: datetime,
) -> Entry:
    """Write a line: what happened, now or at an instant past, and about whom, who are told unless it is kept from them.
    `photos` are pictures, each with what it shows.

    Refuses no words, an instant to come, anybody who never lived in this house, an audience without a reason where it
    is kept from whom it is about, a kind with a form of its own, what is no picture, and that anybody writes about
    themselves.
    """
    if kind not in LINES:
        raise ValidationError({"kind": _("This kind has a form of its own.")})
    happened_at = happened_at or now
    began = monotonic()
    files = [(_stored(data), caption) for data, caption in photos]  # drawn anew before anything is written
    if files:  # that takes long: whoever read the log meanwhile has not read this
        now += timedelta(seconds=monotonic() - began)
    with transaction.atomic():
        entry = begin_entry(
            house=house,
            kind=kind,
            text=text,
            happened_at=happened_at,
            about=about,
            audience=audience,
            audience_reason=audience_reason,
            now=now,
        )
        for file, caption in files:
            _add_photo(entry, file, caption, now=now)
        return entry


def begin_entry(
    *,
    house: House,
    kind: str,
    text: str,
    happened_at: datetime,
    about: Collection[Stay] = (),
    audience: str = Audience.STAFF,
    audience_reason: str = "",
    withheld_from: User | None = None,
    now: datetime,
) -> Entry:
    """The step that every kind of entry begins with, inside its caller's transaction: the entry, its first telling,
    whom it is about. Refuses as `entry_write` says."""
    _check_audience(audience, audience_reason)
    entry = save(
        Entry(
            house=house,
            kind=kind,
            audience=audience,
            audience_reason=audience_reason.strip(),
            withheld_from=withheld_from,
            recorded_at=now,
            **recorded(),
        )
    )
    telling = EntryTelling(entry=entry)
    _tell(telling, text=text, happened_at=happened_at, about=about, now=now)
    if audience in OPEN:
        notices.tell_written_about(telling)
    return entry


@transaction.atomic
def entry_amend(
    *,
    entry: Entry,
    text: str,
    happened_at: datetime,
    about: Collection[Stay],
    reason: str,
    now: datetime,
) -> EntryTelling:
    """Tell an entry anew, with what was wrong put right. The first telling stays on record, marked. Those whom it is
    about now are told, unless it is kept from them.

    Refuses what changes nothing, no reason, what is `fixed`, and as `entry_write` says. Nobody amends what is about
    themselves.
    """
    lock(entry)
    before = EntryTelling.objects.get(entry=entry, corrected_by=None)
    for name, value in (("text", text.strip()), ("happened_at", happened_at)):
        if value != getattr(before, name) and (why := fixed(entry).get(name)):
            raise ValidationError({name: why})
    return tell_anew(entry=entry, text=text, happened_at=happened_at, about=about, reason=reason, now=now)


def tell_anew(
    *,
    entry: Entry,
    text: str,
    happened_at: datetime,
    about: Collection[Stay],
    reason: str,
    now: datetime,
) -> EntryTelling:
    """The step by which every kind of entry is put right, inside its caller's transaction. Refuses as `entry_amend`
    says, but what another form tells."""
    reason_required(reason)
    lock(entry)
    entry = Entry.objects.select_related("house").get(pk=entry.pk)
    before = EntryTelling.objects.get(entry=entry, corrected_by=None)
    was_about = [row.stay for row in before.about.select_related("stay__resident")]
    for stay in was_about:
        not_about_oneself(stay.resident)
    same = (before.text, before.happened_at, {stay.pk for stay in was_about})
    if same == (text.strip(), happened_at, {stay.pk for stay in about}):
        raise ValidationError(_("Nothing is changed: there is nothing to put right."))
    telling = EntryTelling(entry=entry, corrects=before, correction_reason=reason.strip())
    with because(reason.strip()):
        _tell(telling, text=text, happened_at=happened_at, about=about, now=now)
    if entry.audience in OPEN:
        notices.tell_written_about(telling)
    return telling


@transaction.atomic
def entry_show_to(*, entry: Entry, audience: str, reason: str, now: datetime) -> Entry:
    """Let fewer or more people read an entry, with a reason. Whom it is about is told where it is opened to them.

    Refuses no reason; a complaint about somebody of the staff, which stays with the operators; to open to whom it is
    about what a resident filed whose name is withheld; and whoever it is about.
    """
    reason_required(reason)
    lock(entry)
    entry = Entry.objects.select_related("house").get(pk=entry.pk)
    telling = EntryTelling.objects.get(entry=entry, corrected_by=None)
    for row in telling.about.select_related("stay__resident"):
        not_about_oneself(row.stay.resident)
    readers_may_change(entry=entry)
    if audience in OPEN and Complaint.objects.filter(entry=entry, own=True, name_withheld=True).exists():
        raise ValidationError(
            {"audience": _("Whoever filed it asked that their name be withheld: it stays closed to whom it is about.")}
        )
    opened = entry.audience not in OPEN and audience in OPEN
    entry.audience, entry.audience_reason = audience, "" if audience in OPEN else reason.strip()
    with because(reason.strip()):
        save(entry)
    if opened:
        notices.tell_written_about(telling)
    return entry


def readers_may_change(*, entry: Entry) -> None:
    """Raise PermissionDenied for a complaint about somebody of the staff: nobody else comes to read it."""
    if entry.withheld_from_id is not None:
        raise PermissionDenied(_("A complaint about somebody of the staff stays with the operators."))


def photo_add(*, entry: Entry, data: bytes, caption: str, now: datetime) -> EntryPhoto:
    """Add a picture: the picture alone, without where and with what it was taken. Refuses what is none by what it
    holds, one without what it shows, more than ten, and whoever the entry is about."""
    file = _stored(data)
    with transaction.atomic():
        lock(entry)
        for row in EntryAbout.objects.filter(telling__entry=entry).select_related("stay__resident"):
            not_about_oneself(row.stay.resident)
        return _add_photo(entry, file, caption, now=now)


def _stored(data: bytes) -> StoredFile:
    """Raise ValidationError, under `photo`, for what is no picture."""
    try:
        return store.put(data, allow=store.PHOTOS)
    except ValidationError as refusal:
        raise ValidationError({"photo": refusal.messages}) from refusal


def _add_photo(entry: Entry, file: StoredFile, caption: str, *, now: datetime) -> EntryPhoto:
    if not tidy(caption):
        raise ValidationError({"caption": _("Say what it shows.")})
    if entry.photos.count() >= MOST_PHOTOS:
        raise ValidationError({"photo": _("There are %(count)s already.") % {"count": MOST_PHOTOS}})
    facts = {"file": file, "caption": tidy(caption), "recorded_at": now}
    return save(EntryPhoto(house=entry.house, entry=entry, **facts, **recorded()))


def _check_audience(audience: str, reason: str) -> None:
    if audience not in OPEN and not reason.strip():
        raise ValidationError({"audience_reason": _("Say why it is kept from whom it is about.")})


def _tell(
    telling: EntryTelling, *, text: str, happened_at: datetime, about: Collection[Stay], now: datetime
) -> EntryTelling:
    """Write a telling and whom it is about."""
    house = telling.entry.house
    if not text.strip():
        raise ValidationError({"text": _("Say what happened.")})
    if happened_at > now:
        raise ValidationError({"happened_at": _("This time has not come yet: only what happened is written down.")})
    telling.house, telling.text, telling.happened_at, telling.recorded_at = house, text.strip(), happened_at, now
    for name, value in recorded().items():
        setattr(telling, name, value)
    save(telling)
    for stay in sorted(set(about), key=lambda stay: stay.pk):
        not_about_oneself(stay.resident)
        if stay.resident.user_id is not None and stay.resident.user_id == telling.entry.withheld_from_id:
            raise ValidationError({"about": _("It is about them as somebody of the staff: leave them out here.")})
        if stay.house_id != house.pk or stay.voided:
            raise ValidationError({"about": _("%(name)s never lived here.") % {"name": stay.short_name}})
        if happened_at < day_begins(stay.starts_on, house.zone):
            raise ValidationError({"about": _("%(name)s did not live here yet then.") % {"name": stay.short_name}})
        save(EntryAbout(house=house, telling=telling, stay=stay, recorded_at=now, **recorded()))
    return telling
