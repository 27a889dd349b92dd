"""What somebody fills in to issue a paper: for whom, what for, as of when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from residents.houses.models import House
from residents.houses.scoped_forms import ScopedForm
from residents.people.models import Resident
from residents.stays.forms import date_field
from soberhouse.documents.models import IssuedDocument

LONGEST = timedelta(days=5 * 366)
NOT_ON_THE_PAPER = _("Only for our own register of papers; it does not stand on the paper.")


class IssueForm(ScopedForm):
    """The part that every paper has. `replaces` is an earlier paper of the same kind about the same person, house and
    matter; the page that leads here names it."""

    recipient = forms.CharField(label=_("for whom"), max_length=200, required=False, help_text=NOT_ON_THE_PAPER)
    purpose = forms.CharField(label=_("what for"), max_length=300, required=False, help_text=NOT_ON_THE_PAPER)
    replaces = forms.ModelChoiceField(
        IssuedDocument.objects.order_by(), required=False, widget=forms.HiddenInput, label=_("the paper it replaces")
    )

    def __init__(
        self,
        *args: Any,
        house: House | None = None,
        kind: str = "",
        resident: Resident | None = None,
        subject: UUID | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, house=house, **kwargs)
        papers = self.fields["replaces"].queryset.filter(kind=kind, house=house, resident=resident, subject=subject)
        self.fields["replaces"].queryset = papers
        named = None if self.is_bound else self._paper(self.initial.get("replaces"))
        if named is None or papers.filter(replaces=named).exists():
            self.initial["replaces"] = ""  # what a page names that cannot be replaced must not come back

    @property
    def replaced(self) -> IssuedDocument | None:
        """The paper that this one will replace, if the address or the form names one that it may."""
        return self._paper(self["replaces"].value())

    def _paper(self, uuid: Any) -> IssuedDocument | None:
        try:
            return self.fields["replaces"].clean(uuid)
        except ValidationError:
            return None


class CensusForm(IssueForm):
    night = date_field(_("night of"), help_text=_("Tonight as it is now, or a past night as the records say now."))
    field_order = ("night",)


class OccupancyForm(IssueForm):
    starts_on = date_field(_("from the night of"))
    last_night = date_field(_("until the night of"), help_text=_("Nights to come are drawn as planned, not counted."))
    field_order = ("starts_on", "last_night")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("starts_on"), cleaned.get("last_night")
        if first and last:
            if last < first:
                self.add_error("last_night", _("The last night is before the first."))
            elif last - first > LONGEST:
                self.add_error("last_night", _("At most five years fit on a report."))
        return cleaned


class LetterForm(IssueForm):
    recipient = forms.CharField(
        label=_("for whom"),
        max_length=200,
        help_text=_("A court, an office or a person, as it shall stand on the letter."),
    )
    purpose = forms.CharField(label=_("what for"), max_length=300, help_text=_("Such as a case number, or benefits."))
    tell_address = forms.BooleanField(
        label=_("The recipient may know the address"),
        required=False,
        help_text=_("The address of this house is confidential. Without this it stays off the letter."),
    )
    tell_birth_date = forms.BooleanField(label=_("State the date of birth"), required=False)

    def __init__(self, *args: Any, asks_address: bool = True, asks_birth_date: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_address:
            del self.fields["tell_address"]
        if not asks_birth_date:
            del self.fields["tell_birth_date"]
