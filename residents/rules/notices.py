"""What people are told about books, violations and what follows from them."""

from __future__ import annotations

from collections.abc import Iterable

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
    Contract,
    ContractReview,
    ContractSignature,
    Decision,
    Ladder,
    Removal,
    RemovalReview,
    Violation,
    ViolationWithdrawal,
)
from residents.rules.queries.cases import who_may_decide, who_may_decide_appeal
from residents.stays.models import Stay
from soberhouse.accounts.models import User
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
                "Until %(until)s you can appeal."
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


# --- contracts, discharge reviews, removals -------------------------------------------------------------------------

CONTRACT_MADE = declare("contract-made", gettext_lazy("there is a contract for you to read and sign"))
CONTRACT_SIGNED_ON_PAPER = declare("contract-signed-on-paper", gettext_lazy("your contract was signed on paper"))
CONTRACT_REVIEWED = declare("contract-reviewed", gettext_lazy("somebody wrote down how your contract goes"))
REVIEW_WAITS = declare("discharge-review-waits", gettext_lazy("a discharge review waits for another person"))
REVIEW_OVER = declare("discharge-review-over", gettext_lazy("a discharge review about you is over"))
REMOVED = declare("removed", gettext_lazy("it was written down that you had to leave at once"))
REMOVAL_WAITS = declare("removal-waits", gettext_lazy("an immediate removal waits to be looked at"))
REMOVAL_REVIEWED = declare("removal-reviewed", gettext_lazy("an immediate removal was looked at"))


@in_site_language
def tell_contract_made(contract: Contract) -> None:
    facts = {"house": contract.house, "start": date_format(contract.starts_on), "end": date_format(contract.ends_on)}
    text = _("There is a contract between you and %(house)s, from %(start)s until %(end)s: read it, and sign it.")
    tell(contract.stay.resident, CONTRACT_MADE, text % facts, reverse("contract", args=[contract.uuid]))


@in_site_language
def tell_contract_signed_on_paper(row: ContractSignature) -> None:
    text = _("It was recorded that you signed your contract on paper on %(day)s.") % {"day": date_format(row.signed_on)}
    tell(row.contract.stay.resident, CONTRACT_SIGNED_ON_PAPER, text, reverse("contract", args=[row.contract.uuid]))


@in_site_language
def tell_contract_reviewed(review: ContractReview) -> None:
    facts = {"result": review.get_result_display()}
    if review.ends_it:
        text = _("Your contract was looked at a last time: %(result)s. It is over.") % facts
    else:
        facts["day"] = date_format(review.next_on)
        text = _("Your contract was looked at: %(result)s. It is looked at again on %(day)s.") % facts
    contract = review.contract
    tell(contract.stay.resident, CONTRACT_REVIEWED, text, reverse("contract", args=[contract.uuid]))


@in_site_language
def tell_review_waits(violation: Violation, users: Iterable[User]) -> None:
    """To those who may speak next; not who it is about, nor what was said."""
    text = _("A discharge review at %(house)s waits for another person, which you may be.") % {"house": violation.house}
    notify(users=users, kind=REVIEW_WAITS, text=text, url=reverse("review_opinion", args=[violation.uuid]))


@in_site_language
def tell_review_over(violation: Violation, outcome: str) -> None:
    """To whom it is about."""
    if outcome == "stays":
        text = _("The discharge review is over: you stay.")
    else:
        text = _("The discharge review is over: two people say that you must leave. Talk with them about where to.")
    tell(violation.stay.resident, REVIEW_OVER, text, _violation_url(violation))


@in_site_language
def tell_removed(removal: Removal, users: Iterable[User]) -> None:
    """To whom it is about; and to those who may look at it, without who it is about."""
    url, by = reverse("removal", args=[removal.uuid]), timezone.localtime(removal.review_by, removal.house.zone)
    facts = {"house": removal.house, "until": date_format(by, "DATETIME_FORMAT")}
    text = _("It was written down that you had to leave %(house)s at once. By %(until)s another person looks at it.")
    tell(removal.stay.resident, REMOVED, text % facts, url)
    text = _("Somebody had to leave %(house)s at once. Another person looks at it by %(until)s, which you may be.")
    notify(users=users, kind=REMOVAL_WAITS, text=text % facts, url=url)


@in_site_language
def tell_removal_reviewed(review: RemovalReview) -> None:
    """To whom it is about, and to whoever recorded it."""
    removal, facts = review.removal, {"house": review.house}
    url = reverse("removal", args=[removal.uuid])
    if review.outcome == RemovalReview.Outcome.WRONG:
        text = _("Another person looked at it: you need not have left. %(house)s offers you your bed back.") % facts
        said = _("The removal at %(house)s that you recorded was looked at: the bed is offered back.") % facts
    else:
        text = _("Another person looked at it: it was necessary that you left %(house)s at once.") % facts
        said = _("The removal at %(house)s that you recorded was looked at: it was necessary.") % facts
    tell(removal.stay.resident, REMOVAL_REVIEWED, text, url)
    if removal.recorded_by is not None:
        notify(users=[removal.recorded_by], kind=REMOVAL_REVIEWED, text=said, url=url)
