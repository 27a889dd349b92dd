"""What people are told about books, violations and what follows from them."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from residents.people.notices import tell
from residents.rules.models import (
    Acknowledgement,
    AcknowledgementUndone,
    Answer,
    Appeal,
    AppealDecision,
    Attachment,
    Book,
    Decision,
    Ladder,
    Violation,
    ViolationWithdrawal,
)
from residents.rules.queries.cases import who_may_decide, who_may_decide_appeal
from residents.stays.models import Stay
from soberhouse.history import acting_now
from soberhouse.language import in_site_language
from soberhouse.notices.services import declare, notify

VIOLATION_RECORDED = declare("violation-recorded", gettext_lazy("a violation was recorded about you"))
VIOLATION_TO_DECIDE = declare("violation-to-decide", gettext_lazy("a violation waits for a decision"))
VIOLATION_ANSWERED = declare("violation-answered", gettext_lazy("a resident answered a recorded violation"))
ANSWER_WRITTEN_DOWN = declare("answer-written-down", gettext_lazy("what you said to a violation was written down"))
VIOLATION_ATTACHMENT = declare("violation-attachment", gettext_lazy("something was added to a recorded violation"))
VIOLATION_DECIDED = declare("violation-decided", gettext_lazy("a violation recorded about you was decided"))
VIOLATION_APPEALED = declare("violation-appealed", gettext_lazy("an appeal waits for a decision"))
APPEAL_WRITTEN_DOWN = declare("appeal-written-down", gettext_lazy("your appeal was written down"))
APPEAL_DECIDED = declare("appeal-decided", gettext_lazy("your appeal was decided"))
VIOLATION_WITHDRAWN = declare("violation-withdrawn", gettext_lazy("a violation recorded about you was taken back"))
LADDER_PUBLISHED = declare("ladder-published", gettext_lazy("your house has a new consequence ladder"))
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


# --- violations -----------------------------------------------------------------------------------------------------


@in_site_language
def tell_violation_recorded(violation: Violation) -> None:
    """To whom it is about, at once; and to those who may decide it, without who it is about."""
    facts = {"rule": violation.rule.number, "house": violation.house}
    text = _("Something was recorded about you, under rule %(rule)s. Nothing is decided: read it and say your side.")
    tell(violation.stay.resident, VIOLATION_RECORDED, text % facts, _violation_url(violation))
    text = _("A violation was recorded at %(house)s. It waits for a decision, which you may make.") % facts
    notify(users=who_may_decide(violation), kind=VIOLATION_TO_DECIDE, text=text, url=_violation_url(violation))


@in_site_language
def tell_violation_answered(answer: Answer) -> None:
    """To those who may decide it, and to the resident where somebody else wrote down what they said."""
    violation = answer.violation
    facts = {"house": violation.house}
    text = _("A resident answered a violation recorded at %(house)s.") % facts
    notify(users=who_may_decide(violation), kind=VIOLATION_ANSWERED, text=text, url=_violation_url(violation))
    text = _("What you said to a recorded violation was written down. Read whether it is what you said.")
    tell(violation.stay.resident, ANSWER_WRITTEN_DOWN, text, _violation_url(violation))


@in_site_language
def tell_attachment_added(attachment: Attachment) -> None:
    """To whom it is about; where they added it, to those who decide next."""
    violation = attachment.violation
    text = _("Something was added to a violation recorded about you.")
    tell(violation.stay.resident, VIOLATION_ATTACHMENT, text, _violation_url(violation))
    acting = acting_now()
    if acting is not None and (acting.actor_kind, acting.actor_id) == ("user", violation.stay.resident.user_id):
        text = _("A resident added something to a violation recorded at %(house)s.") % {"house": violation.house}
        notify(users=who_may_decide(violation), kind=VIOLATION_ATTACHMENT, text=text, url=_violation_url(violation))


@in_site_language
def tell_violation_decided(decision: Decision) -> None:
    violation = decision.violation
    facts = {"rule": violation.rule.number}
    if decision.outcome == Decision.Outcome.DISMISSED:
        text = _("What was recorded about you under rule %(rule)s was dismissed. It does not count.") % facts
    else:
        facts["consequence"] = decision.get_consequence_display()
        facts["until"] = date_format(timezone.localtime(decision.appeal_until, violation.house.zone), "DATETIME_FORMAT")
        text = (
            _(
                "What was recorded about you under rule %(rule)s was decided: %(consequence)s. "
                "You can appeal until %(until)s."
            )
            % facts
        )
    tell(violation.stay.resident, VIOLATION_DECIDED, text, _violation_url(violation))


@in_site_language
def tell_violation_appealed(appeal: Appeal) -> None:
    """To those who may decide it, and to the resident where somebody else wrote it down."""
    violation = appeal.decision.violation
    text = _("An appeal at %(house)s waits for a decision, which you may make.") % {"house": violation.house}
    notify(users=who_may_decide_appeal(appeal), kind=VIOLATION_APPEALED, text=text, url=_violation_url(violation))
    text = _("Your appeal was written down. Read whether it is what you said.")
    tell(violation.stay.resident, APPEAL_WRITTEN_DOWN, text, _violation_url(violation))


@in_site_language
def tell_appeal_decided(row: AppealDecision) -> None:
    violation = row.appeal.decision.violation
    words = {
        AppealDecision.Outcome.STANDS: _("Your appeal was decided: the decision stands."),
        AppealDecision.Outcome.OVERTURNED: _("Your appeal was decided: the decision is overturned and does not count."),
        AppealDecision.Outcome.CHANGED: _("Your appeal was decided: now %(consequence)s.")
        % {"consequence": row.get_consequence_display()},
    }
    tell(violation.stay.resident, APPEAL_DECIDED, words[row.outcome], _violation_url(violation))


@in_site_language
def tell_violation_withdrawn(row: ViolationWithdrawal) -> None:
    violation = row.violation
    text = _("What was recorded about you under rule %(rule)s was taken back: it was recorded by mistake.")
    tell(
        violation.stay.resident,
        VIOLATION_WITHDRAWN,
        text % {"rule": violation.rule.number},
        _violation_url(violation),
    )


def _violation_url(violation: Violation) -> str:
    return reverse("violation", args=[violation.uuid])


@in_site_language
def tell_ladder_published(ladder: Ladder) -> None:
    """To everybody who lives in the house: what it answers violations with."""
    facts = {"house": ladder.house, "day": date_format(ladder.in_force_from)}
    stays = Stay.objects.current().filter(house=ladder.house).exclude(resident__user=None)
    notify(
        users=[stay.resident.user for stay in stays.select_related("resident__user")],
        kind=LADDER_PUBLISHED,
        text=_("From %(day)s %(house)s answers violations by a new consequence ladder. Read it beforehand.") % facts,
        url=reverse("ladder", args=[ladder.house.uuid]),
    )
