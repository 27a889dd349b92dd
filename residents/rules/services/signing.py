"""Signatures under books, and the house shown to whoever moves in.

Residents sign for themselves; on paper, somebody else writes down that they did. A signature is never changed: one that
was recorded by mistake is taken back, with a reason, and stays on record.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.people.models import Resident
from residents.people.services import not_about_oneself, only_oneself
from residents.rules import notices, starter
from residents.rules.models import (
    Acknowledgement,
    AcknowledgementUndone,
    Book,
    OrientationItem,
    OrientationShown,
    Signed,
    Violation,
)
from residents.stays.models import Application, Stay
from residents.stays.steps import lock, locked_stay, save
from soberhouse.documents import store
from soberhouse.documents.models import StoredFile
from soberhouse.history import because, recorded
from soberhouse.words import check_reason, tidy


@transaction.atomic
def book_sign(
    *,
    book: Book,
    resident: Resident,
    signed_name: str,
    drawing: str = "",
    on_tablet: bool = False,
    now: datetime,
) -> Acknowledgement:
    """The acting resident signs this version of a book, by typing their name and, if they like, drawing it.

    Refuses anybody else; a name that is neither what they are called nor their legal name; a draft; a version that a
    newer one has replaced; a house they do not live in; and what they have signed already.
    """
    only_oneself(resident)
    lock(resident)
    _require_published(book)
    if not Stay.objects.current().filter(house=book.house, resident=resident).exists():
        raise ValidationError(_("You do not live in this house, so there is nothing for you to sign."))
    today = book.house.today(now)
    newer = Book.objects.out().filter(
        house=book.house, kind=book.kind, number__gt=book.number, in_force_from__lte=max(today, book.in_force_from)
    )
    if newer.exists():
        raise ValidationError(_("There is a newer version. Read and sign that one."))
    require_own_name(resident=resident, typed=signed_name)
    return _sign(
        book,
        resident,
        signed_name=tidy(signed_name),
        drawing=drawing,
        signed_at=now,
        how=Signed.How.TABLET if on_tablet else Signed.How.OWN,
        now=now,
    )


def book_sign_on_paper(
    *,
    book: Book,
    resident: Resident,
    signed_name: str,
    witness: str,
    signed_at: datetime,
    paper: bytes | None = None,
    now: datetime,
) -> Acknowledgement:
    """Write down that `resident` signed this version on paper, before a witness; with a photo of the paper, if given.

    Refuses to record about oneself; what `check_paper_signature` refuses; somebody who did not live in the house that
    day and does not apply to it; what they have signed already; a day after which a violation of an older version
    stands that this one would not have let stand; and what is no picture.
    """
    not_about_oneself(resident)
    file = kept_paper(data=paper)
    with transaction.atomic():
        lock(resident)
        _require_published(book)
        _require_known(book.house, resident, signed_at)
        check_paper_signature(
            signer=resident,
            house=book.house,
            signed_name=signed_name,
            witness=witness,
            signed_at=signed_at,
            earliest=book.published_on,
            too_early=_("This version was published on %(day)s. It cannot have been signed before."),
            now=now,
        )
        row = _sign(
            book,
            resident,
            signed_name=tidy(signed_name),
            witness=witness.strip(),
            paper=file,
            signed_at=signed_at,
            how=Signed.How.PAPER,
            now=now,
        )
        notices.tell_signed_on_paper(row)
        return row


def check_paper_signature(
    *,
    signer: Resident,
    house: House,
    signed_name: str,
    witness: str,
    signed_at: datetime,
    earliest: date,
    too_early: str,
    now: datetime,
) -> None:
    """Raise ValidationError where nobody can have signed on paper like this, whatever it was: without a name, without a
    witness or as one's own; at a moment that is still to come; or before `earliest`, the day it was written in this
    house, of which `too_early` tells as `%(day)s`."""
    if not tidy(signed_name):
        raise ValidationError({"signed_name": _("Write the name as they signed it.")})
    if not tidy(witness):
        raise ValidationError({"witness": _("Say who saw them sign.")})
    if _plain(witness) in {_plain(name) for name in (signer.name, signer.legal_name, signed_name)}:
        raise ValidationError({"witness": _("The witness is somebody else than the one who signed.")})
    if signed_at > now:
        raise ValidationError({"signed_at": _("That moment is still to come.")})
    if house.today(signed_at) < earliest:
        raise ValidationError({"signed_at": too_early % {"day": date_format(earliest)}})


def kept_paper(*, data: bytes | None) -> StoredFile | None:
    """The photo of a paper, drawn anew and kept; nothing where there is none. Refuses what is no picture. To be done
    before anything is locked."""
    if not data:
        return None
    try:
        return store.put(data, allow=store.PHOTOS)
    except ValidationError as refusal:
        raise ValidationError({"paper": refusal.messages}) from refusal


def _require_known(house: House, resident: Resident, signed_at: datetime) -> None:
    """Refuse whoever neither lived in the house on the day of this moment nor applies to it now, telling no more of
    them than the house knows."""
    if Application.objects.live().filter(house=house, resident=resident).exists():
        return
    stays = list(Stay.objects.real().filter(house=house, resident=resident).select_related("resident"))
    if not stays:
        raise ValidationError(_("This person has no stay in this house."))
    day = house.today(signed_at)
    if not any(stay.starts_on <= day and (stay.ends_on is None or day <= stay.ends_on) for stay in stays):
        raise ValidationError(
            {
                "signed_at": _("%(name)s did not live in this house on %(day)s.")
                % {"name": stays[0].name, "day": date_format(day)}
            }
        )


@transaction.atomic
def signature_undo(*, acknowledgement: Acknowledgement, reason: str) -> AcknowledgementUndone:
    """This signature was recorded by mistake: it binds nobody any more, and stays on record with the reason.

    Refuses to undo one's own, without a reason, twice, and where a violation rests on it: take that back first.
    """
    resident = acknowledgement.resident
    not_about_oneself(resident)
    check_reason(reason)
    lock(resident)
    if AcknowledgementUndone.objects.filter(acknowledgement=acknowledgement).exists():
        raise ValidationError(_("This signature has been taken back already."))
    if rests_on(acknowledgement=acknowledgement):
        raise ValidationError(
            _(
                "A violation rests on this signature: without it the rule did not bind them. "
                "If the violation is wrong too, take that back first."
            )
        )
    with because(reason.strip()):
        row = save(
            AcknowledgementUndone(
                house=acknowledgement.house, acknowledgement=acknowledgement, reason=reason.strip(), **recorded()
            )
        )
    notices.tell_signature_undone(row)
    return row


def rests_on(*, acknowledgement: Acknowledgement) -> int:
    """How many violations that were not taken back would be of a book that did not bind, were it not for this
    signature."""
    others = (
        Acknowledgement.objects.good()
        .filter(
            book=acknowledgement.book,
            resident=acknowledgement.resident,
            signed_on__lte=OuterRef("happened_on"),
        )
        .exclude(pk=acknowledgement.pk)
    )
    return Violation.objects.filter(
        ~Exists(others),
        stay__resident=acknowledgement.resident,
        rule__book=acknowledgement.book,
        happened_on__gte=acknowledgement.signed_on,
        withdrawal=None,
    ).count()


def require_own_name(*, resident: Resident, typed: str) -> None:
    """Raise ValidationError unless this is the person's name, as they are called or as in their papers."""
    if _plain(typed) not in {_plain(resident.name), _plain(resident.legal_name)}:
        raise ValidationError(
            {"signed_name": _("Type your own name to sign: %(name)s.") % {"name": resident.name}},
        )


def _plain(name: str) -> str:
    """The name without case, accents and kinds of apostrophe, which a phone does not type alike."""
    letters = unicodedata.normalize("NFKD", tidy(name, "NFKC").casefold().replace("’", "'"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _require_published(book: Book) -> None:
    if book.is_draft:
        raise ValidationError(_("This is a draft. It can be signed when it is published."))


def _sign(book: Book, resident: Resident, *, signed_at: datetime, now: datetime, **facts: Any) -> Acknowledgement:
    """The person is locked."""
    before = Acknowledgement.objects.good().filter(book=book, resident=resident).first()
    if before is not None:
        raise ValidationError(
            _("This version was signed already, on %(day)s.") % {"day": date_format(before.signed_on)}
        )
    signed_on = book.house.today(signed_at)
    _require_none_rebound(book, resident, signed_on)
    row = Acknowledgement(
        house=book.house,
        book=book,
        resident=resident,
        signed_at=signed_at,
        signed_on=signed_on,
        recorded_at=now,
        **facts,
        **recorded(),
    )
    row.full_clean()
    row.save(force_insert=True)
    return row


def _require_none_rebound(book: Book, resident: Resident, signed_on: date) -> None:
    """Refuse where this version would have bound them on a day of which a violation of an older one stands: that would
    be of a book that did not bind. What happened on the very day of the signature counts as before it."""
    standing = Violation.objects.filter(
        stay__resident=resident,
        rule__book__house=book.house,
        rule__book__kind=book.kind,
        rule__book__number__lt=book.number,
        happened_on__gt=signed_on,
        happened_on__gte=book.in_force_from,
        withdrawal=None,
    )
    last = standing.select_related("rule__book").order_by("-happened_on", "-id").first()
    if last is not None:
        raise ValidationError(
            {
                "signed_at": _(
                    "A violation of version %(number)s is on record for %(day)s. Had they signed this version before, "
                    "that one would not have bound them any more. If they had, take the violation back first; if "
                    "not, correct the day."
                )
                % {"number": last.rule.book.number, "day": date_format(last.happened_on)}
            }
        )


# --- orientation ----------------------------------------------------------------------------------------------------


@transaction.atomic
def items_shown(*, items: Iterable[OrientationItem], stay: Stay, now: datetime) -> list[OrientationShown]:
    """Write down that all of these were shown to this resident, by whoever acts, now; all or none.

    Refuses to record about oneself, an item of another house or off the list, one that was shown already, and a stay
    that is over.
    """
    stay = locked_stay(stay)
    rows = []
    there = set(OrientationShown.objects.filter(stay=stay, voided=False).values_list("item", flat=True))
    for item in items:
        if item.house_id != stay.house_id:
            raise ValidationError(_("This is on another house's list."))
        if not item.in_use:
            raise ValidationError(_("“%(item)s” is not on the list any more.") % {"item": item})
        if item.pk in there:
            raise ValidationError(_("“%(item)s” was shown already.") % {"item": item})
        there.add(item.pk)
        row = OrientationShown(house=stay.house, item=item, stay=stay, recorded_at=now, **recorded())
        rows.append(save(row))
    return rows


@transaction.atomic
def shown_undo(*, shown: OrientationShown, reason: str) -> OrientationShown:
    """This was ticked by mistake; the row stays on record, marked. Refuses to undo about oneself, without a reason,
    and twice."""
    not_about_oneself(shown.stay.resident)
    check_reason(reason)
    lock(shown.stay.resident)
    shown = OrientationShown.objects.select_related("house", "item", "stay__resident").get(pk=shown.pk)
    if shown.voided:
        raise ValidationError(_("This has been marked as a mistake already."))
    shown.voided = True
    with because(reason.strip()):
        return save(shown)


@transaction.atomic
def orientation_item_save(
    *, house: House, text: str, position: int | None = None, in_use: bool = True, item: OrientationItem | None = None
) -> OrientationItem:
    """Put something on the house's list, at its end unless a place is given; or change an item. Off the list
    (`in_use`), it is asked for no more; what was shown stays on record. Refuses what is on the list already."""
    lock(house)
    item = item or OrientationItem(house=house)
    if item.house_id != house.pk:
        raise ValidationError(_("This is on another house's list."))
    text = text.strip()
    same = OrientationItem.objects.filter(house=house, in_use=True, text__iexact=text).exclude(pk=item.pk)
    if in_use and same.exists():
        raise ValidationError({"text": _("This is on the list already.")})
    if position is None and item.pk is None:
        last = OrientationItem.objects.filter(house=house).aggregate(last=Max("position"))["last"] or 0
        position = last + 1
    if position is not None:
        item.position = position
    item.text, item.in_use = text, in_use
    return save(item)


@transaction.atomic
def starter_orientation(*, house: House) -> list[OrientationItem]:
    """A list to begin with. Refuses where the house has one already."""
    lock(house)
    if OrientationItem.objects.filter(house=house).exists():
        raise ValidationError(_("This house has a list already."))
    return OrientationItem.objects.bulk_create(
        OrientationItem(house=house, position=position, text=text)
        for position, text in enumerate(starter.ORIENTATION, start=1)
    )
