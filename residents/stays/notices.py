"""What people are told about applications and stays: managers that somebody asks, residents what became of them."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.houses.models import Bed
from residents.houses.notices import who_runs
from residents.people.models import Resident
from residents.people.notices import RECORD_CORRECTED, tell
from residents.stays.models import Application, Phase, Stay
from soberhouse.accounts.models import Partner
from soberhouse.documents.models import IssuedDocument
from soberhouse.history import acting_now
from soberhouse.language import in_site_language
from soberhouse.notices.services import declare, notify

APPLICATION_RECEIVED = declare("application-received", gettext_lazy("an application came in"))
REFERRAL_RECEIVED = declare("referral-received", gettext_lazy("a partner's program sent a referral"))
APPLICATION_ACCEPTED = declare("application-accepted", gettext_lazy("your application was accepted"))
APPLICATION_DECLINED = declare("application-declined", gettext_lazy("your application was declined"))
MOVED_IN = declare("moved-in", gettext_lazy("you moved in"))
BED_CHANGED = declare("bed-changed", gettext_lazy("you have another bed"))
HOUSE_CHANGED = declare("house-changed", gettext_lazy("you moved to another house"))
MOVE_OUT_PLANNED = declare("move-out-planned", gettext_lazy("your expected move-out changed"))
PHASE_SET = declare("phase-set", gettext_lazy("you are in another phase"))
STAY_ENDED = declare("stay-ended", gettext_lazy("your stay ended"))
DISCHARGE_CORRECTED = declare("discharge-corrected", gettext_lazy("the end of your stay was corrected"))
PAPER_ISSUED = declare("paper-issued", gettext_lazy("a paper about you was issued"))
PAPER_WITHDRAWN = declare("paper-withdrawn", gettext_lazy("a paper about you was withdrawn"))


@in_site_language
def tell_application_received(application: Application) -> None:
    """To whoever runs the house, except the one who applies: that somebody did, not who."""
    house = application.house
    acting = acting_now()
    by_program = acting is not None and acting.actor_kind == Partner.actor_kind
    if by_program:
        facts = {"house": house, "partner": acting.actor_label}
        text = _("A referral came in at %(house)s, from %(partner)s.") % facts
    else:
        text = _("An application came in at %(house)s.") % {"house": house}
    notify(
        users=[user for user in who_runs(house) if user.pk != application.resident.user_id],
        kind=REFERRAL_RECEIVED if by_program else APPLICATION_RECEIVED,
        text=text,
        url=reverse("application", args=[application.uuid]),
    )


@in_site_language
def tell_application_decided(application: Application) -> None:
    """To the applicant, who has an account only if they lived here before."""
    if application.status == Application.Status.ACCEPTED:
        text = _("Your application to %(house)s was accepted.") % {"house": application.house}
        tell(application.resident, APPLICATION_ACCEPTED, text)
    else:
        text = _("Your application to %(house)s was declined.") % {"house": application.house}
        tell(application.resident, APPLICATION_DECLINED, text)


@in_site_language
def tell_moved_in(stay: Stay, bed: Bed) -> None:
    if stay.resident.user_id is None:  # the bed's name may cost a query, and imports move in hundreds
        return
    facts = {"house": stay.house, "bed": bed.label}
    tell(stay.resident, MOVED_IN, _("Welcome to %(house)s. Your bed is %(bed)s.") % facts, reverse("my_week"))


@in_site_language
def tell_bed_changed(stay: Stay, bed: Bed, on: date) -> None:
    facts = {"house": stay.house, "bed": bed.label, "day": date_format(on)}
    tell(stay.resident, BED_CHANGED, _("Your bed at %(house)s from %(day)s is %(bed)s.") % facts)


@in_site_language
def tell_house_changed(stay: Stay, bed: Bed) -> None:
    facts = {"house": stay.house, "bed": bed.label, "day": date_format(stay.starts_on)}
    text = _("From %(day)s you live at %(house)s. Your bed is %(bed)s; your days go on counting.") % facts
    tell(stay.resident, HOUSE_CHANGED, text, reverse("my_house"))


@in_site_language
def tell_move_out_planned(stay: Stay) -> None:
    facts = {"house": stay.house}
    if stay.expected_on is None:
        text = _("No move-out from %(house)s is planned for you now.") % facts
    else:
        facts["day"] = date_format(stay.expected_on)
        text = _("You are expected to move out of %(house)s on %(day)s.") % facts
    tell(stay.resident, MOVE_OUT_PLANNED, text)


@in_site_language
def tell_phase_set(phase: Phase) -> None:
    facts = {"phase": phase.kind, "day": date_format(phase.starts_on)}
    tell(phase.stay.resident, PHASE_SET, _("Your phase from %(day)s: %(phase)s.") % facts)


@in_site_language
def tell_stay_ended(stay: Stay) -> None:
    facts = {"house": stay.house, "day": date_format(stay.ends_on)}
    tell(stay.resident, STAY_ENDED, _("Your stay at %(house)s ended on %(day)s.") % facts)


@in_site_language
def tell_discharge_corrected(stay: Stay) -> None:
    facts = {"house": stay.house}
    if stay.ends_on is None:
        text = _("The end of your stay at %(house)s was taken back: your stay goes on.") % facts
    else:
        text = _("What is recorded about the end of your stay at %(house)s was corrected.") % facts
    tell(stay.resident, DISCHARGE_CORRECTED, text)


@in_site_language
def tell_start_corrected(stay: Stay) -> None:
    facts = {"house": stay.house, "day": date_format(stay.starts_on)}
    tell(stay.resident, RECORD_CORRECTED, _("Your move-in at %(house)s was corrected. Now recorded: %(day)s.") % facts)


@in_site_language
def tell_stay_voided(stay: Stay) -> None:
    facts = {"house": stay.house}
    text = _("Your move-in at %(house)s was taken back: it was recorded by mistake.") % facts
    tell(stay.resident, RECORD_CORRECTED, text)


@in_site_language
def tell_paper_issued(resident: Resident, document: IssuedDocument) -> None:
    """To the one it is about: that there is one, and what kind it is. Whom it is for stands in the register."""
    text = _("A paper about you was issued: %(title)s.") % {"title": document.title}
    tell(resident, PAPER_ISSUED, text, reverse("paper", args=[document.uuid]))


@in_site_language
def tell_paper_withdrawn(resident: Resident, document: IssuedDocument) -> None:
    """To the one it is about, who may have handed it to somebody."""
    text = _("A paper about you was withdrawn and counts no more: %(title)s.") % {"title": document.title}
    tell(resident, PAPER_WITHDRAWN, text, reverse("paper", args=[document.uuid]))
