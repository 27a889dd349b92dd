"""Signing books: by residents themselves, on paper before a witness; who has signed; and showing the house to whoever
moves in."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from residents.houses.access import in_scope, of, of_house, require, standing_of
from residents.houses.models import House
from residents.houses.permissions import Action
from residents.people.looks import note_look
from residents.people.models import Look, Resident
from residents.people.own import oneself
from residents.rules.forms.books import (
    ItemChangeForm,
    ItemForm,
    PaperSignForm,
    ReasonForm,
    ShownForm,
    SignForm,
)
from residents.rules.models import Acknowledgement, Book, OrientationItem, OrientationShown, Rule
from residents.rules.queries import binding
from residents.rules.queries import books as queries
from residents.rules.rule_paper_cards import papers_of_signature
from residents.rules.services import signing as services
from residents.stays.models import Stay
from soberhouse.documents import store
from soberhouse.form_page import form_page, show_refusal

log = logging.getLogger(__name__)


# --- signing --------------------------------------------------------------------------------------------------------


@oneself
def book_sign(request: HttpRequest, resident: Resident, uuid: UUID) -> HttpResponse:
    """Read a version, and sign it. What is new is marked for whoever signed an earlier one."""
    book = in_scope(request, Book, uuid, "house")
    if book.is_draft:
        raise Http404
    mine = Acknowledgement.objects.visible_to(request.user).good().filter(resident=resident, book=book).first()
    if mine is not None:
        return redirect("signature", uuid=mine.uuid)
    require(request, Action.SEE_HOUSE, book)
    signed = queries.signed_before(resident, book)
    return form_page(
        request,
        SignForm(request.POST or None),
        lambda data: services.book_sign(
            book=book,
            resident=resident,
            signed_name=data["signed_name"],
            drawing=data["drawing"],
            on_tablet=request.on_tablet,
            now=timezone.now(),
        ),
        title=book.title,
        done=_("Signed. Thank you."),
        to=reverse("my_week"),
        cancel_url=reverse("my_week"),
        submit=_("Sign"),
        template="residents/rules/sign.html",
        book=book,
        rules=Rule.objects.visible_to(request.user).standing().filter(book=book),
        signed=signed,
        changes=queries.what_changed(signed, book) if signed else None,
        name=resident.name,
        on_tablet=request.on_tablet,
    )


@of(Stay, Action.RECORD, "resident", "house")
def book_sign_paper(request: HttpRequest, stay: Stay) -> HttpResponse:
    """Write down that somebody signed on paper."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("a signature"))
    asked = request.GET.get("book", "")
    initial = {
        "book": asked,
        "signed_at": timezone.now().replace(second=0, microsecond=0) if stay.ends_on is None else None,
        "signed_name": stay.name,
        "witness": str(request.user),
    }
    form = PaperSignForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        user=request.user,
        house=stay.house,
        initial=initial,
    )

    def save(data: dict[str, Any]) -> Acknowledgement:
        photo = data.pop("paper")
        return services.book_sign_on_paper(
            resident=stay.resident, paper=photo.read() if photo else None, now=timezone.now(), **data
        )

    here = reverse("books", args=[stay.house.uuid])
    return form_page(
        request,
        form,
        save,
        title=_("%(name)s signed on paper") % {"name": stay.short_name},
        intro=_("Keep the paper. What is written here counts as their signature, so they are told of it."),
        done=_("Written down."),
        to=lambda row: reverse("signatures", args=[row.book.uuid]),
        cancel_url=here,
        back_url=here,
        back_label=_("Rules"),
    )


@of(Book, Action.SEE_RESIDENTS, "house")
def signatures(request: HttpRequest, book: Book) -> HttpResponse:
    """Who lives in the house and has signed this version, and who has not."""
    if book.is_draft:
        raise Http404
    standing = standing_of(request)
    found = queries.signers(book, request.user)
    return render(
        request,
        "residents/rules/signatures.html",
        {
            "house": book.house,
            "book": book,
            "book_key": str(book.uuid),
            "signers": [(each, standing.may(Action.RECORD, each.stay)) for each in found],
            "signed": sum(each.signature is not None for each in found),
        },
    )


@of(Acknowledgement, Action.SEE_RECORD, "book", "house", "resident", "paper", "undone")
def signature(request: HttpRequest, row: Acknowledgement) -> HttpResponse:
    """One signature, with everything that was signed."""
    note_look(row.resident, Look.What.PAGE, user=request.user, detail=_("a signature"))
    is_undone = hasattr(row, "undone")
    return render(
        request,
        "residents/rules/signature.html",
        {
            "house": row.house,
            "row": row,
            "book": row.book,
            "rules": Rule.objects.visible_to(request.user).standing().filter(book=row.book),
            "is_undone": is_undone,
            "is_mine": row.resident.user_id == request.user.pk,
            "may_undo": not is_undone and standing_of(request).may(Action.CORRECT, row),
            "papers": papers_of_signature(row, standing_of(request)),
        },
    )


@of(Acknowledgement, Action.SEE_RECORD, "resident", "paper")
@require_safe
def signature_paper(request: HttpRequest, row: Acknowledgement) -> HttpResponse:
    """The photo of the paper that was signed."""
    if row.paper is None:
        raise Http404
    try:
        answer = store.serve(row.paper, name="signature.jpg")
    except store.Damaged as problem:
        log.error("A stored file is damaged.", extra={"file": str(row.paper.uuid)})
        raise Http404 from problem
    note_look(row.resident, Look.What.PAPER, user=request.user, detail=_("a signature"))
    return answer


@of(Acknowledgement, Action.CORRECT, "book", "house", "resident", "undone")
def signature_undo(request: HttpRequest, row: Acknowledgement) -> HttpResponse:
    """A signature was recorded by mistake."""
    note_look(row.resident, Look.What.PAGE, user=request.user, detail=_("a signature"))
    here = reverse("signature", args=[row.uuid])
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: services.signature_undo(acknowledgement=row, **data),
        title=_("Take this signature back?"),
        consequences=[
            _("It counts as not signed: “%(book)s”.") % {"book": row.book.title},
            _("The version they signed before, if any, binds them again. They are told."),
        ],
        kept=[_("The signature stays on record, marked, with your reason.")],
        submit=_("Take it back"),
        done=_("Taken back."),
        danger=True,
        to=here,
        cancel_url=here,
        template="soberhouse/confirm.html",
    )


# --- orientation ----------------------------------------------------------------------------------------------------


@of(Stay, Action.SEE_RECORD, "resident", "house")
def orientation(request: HttpRequest, stay: Stay) -> HttpResponse:
    """What whoever moved in was shown, by whom and when; and, for those who show it, what is left to tick."""
    note_look(stay.resident, Look.What.PAGE, user=request.user, detail=_("orientation"))
    standing = standing_of(request)
    may_record = standing.may(Action.RECORD, stay) and stay.ends_on is None and not stay.voided
    if request.method == "POST":
        require(request, Action.RECORD, stay)
    rows = list(
        OrientationShown.objects.visible_to(request.user)
        .filter(stay=stay)
        .select_related("item")
        .order_by("recorded_at", "id")
    )
    shown = [row for row in rows if not row.voided]
    form = ShownForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        house=stay.house,
        shown=[row.item_id for row in shown],
    )
    if request.method == "POST" and form.is_valid():
        try:
            done = services.items_shown(items=form.cleaned_data["items"], stay=stay, now=timezone.now())
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            saved = ngettext("Saved %(count)s item.", "Saved %(count)s items.", len(done)) % {"count": len(done)}
            messages.success(request, saved)
            return redirect("orientation", uuid=stay.uuid)
    due_at = binding.orientation_due_at(stay)
    left = list(form.fields["items"].queryset)
    mine = stay.resident.user_id == request.user.pk
    return render(
        request,
        "residents/rules/orientation.html",
        {
            "house": stay.house,
            "stay": stay,
            "form": form,
            "left": left,
            "shown": shown,
            "voided": [row for row in rows if row.voided],
            "wanted": len(left) + sum(row.item.in_use for row in shown),
            "done": sum(row.item.in_use for row in shown),
            "due_at": due_at,
            "is_overdue": bool(left) and due_at <= timezone.now(),
            "may_record": may_record,
            "may_correct": standing.may(Action.CORRECT, stay),
            "may_settle": standing.may(Action.SETTLE_HOUSE, stay.house),
            "is_mine": mine,
        },
    )


@of_house(Action.SEE_RESIDENTS)
def orientations(request: HttpRequest, house: House) -> HttpResponse:
    """Who lives here and has not been shown everything."""
    return render(
        request,
        "residents/rules/orientations.html",
        {
            "house": house,
            "waiting": binding.not_oriented(house, timezone.now()),
            "has_list": OrientationItem.objects.visible_to(request.user).filter(house=house, in_use=True).exists(),
            "may_settle": standing_of(request).may(Action.SETTLE_HOUSE, house),
        },
    )


@of(OrientationShown, Action.CORRECT, "item", "stay__resident", "stay__house", "house")
def orientation_undo(request: HttpRequest, row: OrientationShown) -> HttpResponse:
    """Something was ticked by mistake."""
    note_look(row.stay.resident, Look.What.PAGE, user=request.user, detail=_("orientation"))
    here = reverse("orientation", args=[row.stay.uuid])
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda data: services.shown_undo(shown=row, **data),
        title=_("Was this not shown?"),
        consequences=[_("“%(item)s” counts as not shown and is due again.") % {"item": row.item}],
        kept=[_("What was ticked stays on record, marked, with your reason.")],
        submit=_("It was not shown"),
        done=_("Marked."),
        to=here,
        cancel_url=here,
        template="soberhouse/confirm.html",
    )


@of_house(Action.SETTLE_HOUSE)
def orientation_list(request: HttpRequest, house: House) -> HttpResponse:
    """What whoever moves into this house is shown."""
    items = OrientationItem.objects.visible_to(request.user).filter(house=house)
    return render(
        request,
        "residents/rules/orientation_list.html",
        {
            "house": house,
            "items": [item for item in items if item.in_use],
            "off": [item for item in items if not item.in_use],
        },
    )


@of_house(Action.SETTLE_HOUSE)
@require_POST
def orientation_start(request: HttpRequest, house: House) -> HttpResponse:
    """Begin with our list."""
    try:
        services.starter_orientation(house=house)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    return redirect("orientation_list", uuid=house.uuid)


@of_house(Action.SETTLE_HOUSE)
def orientation_item_add(request: HttpRequest, house: House) -> HttpResponse:
    """Another item at the end of the list."""
    here = reverse("orientation_list", args=[house.uuid])
    return form_page(
        request,
        ItemForm(request.POST or None),
        lambda data: services.orientation_item_save(house=house, text=data["text"]),
        title=_("What else is shown?"),
        submit=_("Add"),
        done=_("Added."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Orientation"),
    )


@of(OrientationItem, Action.SETTLE_HOUSE, "house")
def orientation_item_change(request: HttpRequest, item: OrientationItem) -> HttpResponse:
    """What an item says, where it stands, whether it is on the list."""
    here = reverse("orientation_list", args=[item.house.uuid])
    form = ItemChangeForm(
        request.POST or None, instance=OrientationItem.objects.visible_to(request.user).get(pk=item.pk)
    )
    now = {"text": item.text, "position": item.position, "in_use": item.in_use}
    return form_page(
        request,
        form,
        lambda data: services.orientation_item_save(house=item.house, item=item, **(now | form.changes)),
        title=_("What is shown"),
        done=_("Saved."),
        to=here,
        cancel_url=here,
        back_url=here,
        back_label=_("Orientation"),
    )
