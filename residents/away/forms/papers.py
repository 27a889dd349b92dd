"""What somebody fills in to issue a paper about nights: which ones, and for whom."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from residents.stays.forms import date_field
from residents.stays.paper_forms import IssueForm


class NightsForm(IssueForm):
    first_night = date_field(_("from the night of"))
    last_night = date_field(_("until the night of"), help_text=_("A night is named by its evening."))
    field_order = ("first_night", "last_night")
