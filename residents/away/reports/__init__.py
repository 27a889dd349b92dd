"""The papers about being away. Each takes a dataclass of facts and gives the bytes of a PDF: no query inside, and the
same facts under the same head give the same bytes. Facts are gathered in `residents.away.papers`."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from soberhouse.documents.kinds import declare

PASS_SLIP = declare(
    "pass-slip", _("Pass"), holds=_("who may be away, from when until when, and whom to call; small, to carry")
)
CURFEW_LOG = declare(
    "curfew-log", _("Curfew log"), holds=_("night by night who was in, late, excused or not in, with every correction")
)
CURFEW_RECORD = declare(
    "curfew-record",
    _("Curfew record"),
    holds=_("one resident's nights: by when, whether they were in, who counted, every correction"),
)
ALL = (PASS_SLIP, CURFEW_LOG, CURFEW_RECORD)
