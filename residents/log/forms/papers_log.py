"""What somebody fills in to issue the log of a house: which days, and for whom."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from residents.stays.forms import date_field
from residents.stays.paper_forms import IssueForm


class DaysForm(IssueForm):
    first_day = date_field(_("from"))
    last_day = date_field(_("until"), help_text=_("This day included."))
    field_order = ("first_day", "last_day")
