"""What people are told about books, violations and what follows from them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.people.notices import tell
from residents.rules.models import Acknowledgement, AcknowledgementUndone, Book
from residents.stays.models import Stay
from soberhouse.language import in_site_language
from soberhouse.notices.services import declare, notify

BOOK_PUBLISHED = declare("book-published", gettext_lazy("there is something of your house to read and sign"))
SIGNED_ON_PAPER = declare("signed-on-paper", gettext_lazy("your signature on paper was recorded"))
SIGNATURE_UNDONE = declare("signature-undone", gettext_lazy("a signature of yours was taken back"))


@in_site_language
def tell_book_published(book: Book) -> None:
    """To everybody who lives in the house."""
    facts = {"house": book.house, "book": book.title, "day": date_format(book.in_force_from)}
    stays = Stay.objects.current().filter(house=book.house).exclude(resident__user=None)
    notify(
        users=[stay.resident.user for stay in stays.select_related("resident__user")],
        kind=BOOK_PUBLISHED,
        text=_("%(house)s published something to read and sign: %(book)s, in force from %(day)s.") % facts,
        url=reverse("book", args=[book.uuid]),
    )


@in_site_language
def tell_signed_on_paper(row: Acknowledgement) -> None:
    facts = {"book": row.book.title, "day": date_format(row.signed_on)}
    text = _("It was recorded that you signed on paper on %(day)s: %(book)s.") % facts
    tell(row.resident, SIGNED_ON_PAPER, text, reverse("book", args=[row.book.uuid]))


@in_site_language
def tell_signature_undone(row: AcknowledgementUndone) -> None:
    book = row.acknowledgement.book
    text = _("Your signature was taken back as recorded by mistake: %(book)s.") % {"book": book.title}
    tell(row.acknowledgement.resident, SIGNATURE_UNDONE, text, reverse("book", args=[book.uuid]))
