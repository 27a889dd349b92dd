"""Forms about books, signatures and orientation. They check what a field can hold; the services judge the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from residents.houses.forms import LocalTimeInput
from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm
from residents.people.forms import why
from residents.rules.models import STROKES, Book, OrientationItem, Rule
from soberhouse.accounts.models import User
from soberhouse.forms import ChangeForm, DateInput, Segmented


class BookBeginForm(forms.Form):
    """How a version begins. Only the first of its kind has a choice."""

    STARTER, EMPTY = "starter", "empty"
    begin = forms.ChoiceField(
        label=_("Begin with"),
        choices=[(STARTER, _("our words")), (EMPTY, _("an empty page"))],
        initial=STARTER,
        widget=Segmented,
    )

    def __init__(self, *args: Any, is_first: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_first:
            del self.fields["begin"]


class BookForm(ChangeForm):
    class Meta:
        model = Book
        fields = ["title", "text", "changes"]
        widgets = {"text": forms.Textarea(attrs={"rows": 12}), "changes": forms.Textarea(attrs={"rows": 3})}


class RuleForm(ChangeForm):
    class Meta:
        model = Rule
        fields = ["title", "text", "category", "severity"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5}), "severity": Segmented}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["severity"]
        field.choices = [choice for choice in field.choices if choice[0]]


TO_READ = timedelta(days=7)  # so long before it is in force those who live there can read it, unless chosen otherwise


class BookPublishForm(forms.Form):
    in_force_from = forms.DateField(
        label=_("In force from"),
        widget=DateInput,
        help_text=_("Leave a few days for everybody to read and sign it."),
    )


class SignForm(forms.Form):
    """One's own signature."""

    has_read = forms.BooleanField(
        label=_("I have read this and understand it."),
        error_messages={"required": _("Read it first, then tick this.")},
    )
    signed_name = forms.CharField(
        label=_("Your name"), max_length=210, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    drawing = forms.CharField(
        required=False, max_length=20_000, strip=True, validators=[STROKES], widget=forms.HiddenInput
    )


class PaperForm(forms.Form):
    """A signature on paper, whatever was signed."""

    signed_at = forms.DateTimeField(label=_("When"), widget=LocalTimeInput)
    signed_name = forms.CharField(label=_("Name as signed"), max_length=210)
    witness = forms.CharField(
        label=_("Who saw them sign"), max_length=120, help_text=_("Somebody else than the one who signed.")
    )
    paper = forms.FileField(
        label=_("Photo of the paper"),
        required=False,
        help_text=_("JPEG, PNG or WebP, up to 10 MB."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )


class PaperSignForm(PaperForm, ScopedForm):
    """A signature on paper under a book. `house` is where; the books are those published there."""

    book = forms.ModelChoiceField(label=_("What they signed"), queryset=Book.objects.none())
    field_order = ("book",)

    def __init__(self, *args: Any, user: User, house: House, **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        books = Book.objects.visible_to(user).out().filter(house=house).order_by("-in_force_from", "kind", "-number")
        field = self.fields["book"]
        field.queryset = books
        field.label_from_instance = lambda book: f"{book.title} ({book.label})"


class ReasonForm(forms.Form):
    reason = why()


class ItemForm(ChangeForm):
    class Meta:
        model = OrientationItem
        fields = ["text"]


class ItemChangeForm(ItemForm):
    class Meta(ItemForm.Meta):
        fields = ["text", "position", "in_use"]


class ShownForm(ScopedForm):
    """What was shown just now, of what was not yet."""

    items = forms.ModelMultipleChoiceField(
        label=_("Shown just now"),
        queryset=OrientationItem.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick what was shown.")},
    )

    def __init__(self, *args: Any, user: User, house: House, shown: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, user=user, house=house, **kwargs)
        items = OrientationItem.objects.visible_to(user).filter(house=house, in_use=True)
        self.fields["items"].queryset = items.exclude(pk__in=shown)
