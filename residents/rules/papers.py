"""The facts of each paper about rules, read from the database as they are now.

Each costs the same number of queries however many rows it finds, and holds only what the paper says: of whoever asked
not to be named no paper holds a name. What is refused is a ValidationError that says why there can be no such paper.
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from residents.houses.models import House
from residents.rules.models import (
    Acknowledgement,
    Answer,
    Appeal,
    Book,
    Category,
    Contract,
    Decision,
    Rule,
    Signed,
    Violation,
)
from residents.rules.queries.books import before, what_changed
from residents.rules.queries.cases import Case, ladder_in_force, time_words, witnesses
from residents.rules.queries.cases import case_of as case_as_it_is
from residents.rules.queries.contracts import agreed, outcome
from residents.rules.reports.acknowledgement import AcknowledgementPaper, Signature, Undone
from residents.rules.reports.appeal_decision import AppealPaper
from residents.rules.reports.book import BookPaper, Newer, RuleLine, Version
from residents.rules.reports.contract import ContractPaper, Reviewed
from residents.rules.reports.violation_notice import (
    Decided,
    DecidedAgain,
    Opinion,
    Said,
    SignedRule,
    ViolationNotice,
)
from soberhouse.documents.digests import facts_digest

_PLACE = {value: place for place, value in enumerate(Category.values)}

# --- books ----------------------------------------------------------------------------------------------------------


def book_facts(book: Book, *, to_sign: bool = False) -> BookPaper:
    """A published version, what it changed, and whether there is a newer one. Refuses a draft. Five queries."""
    version = version_of(book)
    earlier, changes = before(book), None
    if earlier is not None:
        changes = what_changed(earlier, book)
    newest = Book.objects.out().filter(house=book.house_id, kind=book.kind).order_by("-number").first()
    return BookPaper(
        version=version,
        fingerprint=facts_digest(version),
        before=earlier.number if earlier else None,
        new=tuple(rule.number for rule in changes.added) if changes else (),
        changed=tuple(each.new.number for each in changes.changed) if changes else (),
        dropped=tuple(str(rule) for rule in changes.dropped) if changes else (),
        newer=None
        if newest is None or newest.number == book.number
        else Newer(number=newest.number, in_force_from=newest.in_force_from),
        to_sign=to_sign,
    )


def version_of(book: Book) -> Version:
    """What is signed with this version, the same whenever it is read. One query."""
    if book.is_draft:
        raise ValidationError(_("This is a draft. Publish it first: a paper holds what counts."))
    rules = sorted(book.rules.standing(), key=lambda rule: (_PLACE[rule.category], rule.number))
    return Version(
        house=book.house.name,
        kind=str(book.get_kind_display()),
        is_rules=book.kind == Book.Kind.RULES,
        number=book.number,
        title=book.title,
        text=book.text,
        changes=book.changes,
        published_on=book.published_on,
        in_force_from=book.in_force_from,
        rules=tuple(_rule_line(rule) for rule in rules),
    )


def _rule_line(rule: Rule) -> RuleLine:
    return RuleLine(
        number=rule.number,
        about=capfirst(str(rule.get_category_display())),
        severity=str(rule.get_severity_display()),
        title=rule.title,
        text=rule.text,
    )


def acknowledgement_facts(acknowledgement: Acknowledgement) -> AcknowledgementPaper:
    """One signature, and the version it stands under. Two queries."""
    book = acknowledgement.book
    version = version_of(book)
    undone = getattr(acknowledgement, "undone", None)
    return AcknowledgementPaper(
        house=book.house.name,
        book=version.label,
        title=book.title,
        in_force_from=book.in_force_from,
        fingerprint=facts_digest(version),
        rules=tuple(rule.name for rule in sorted(version.rules, key=lambda rule: rule.number)),
        signature=_signature(acknowledgement, book.house),
        undone=_taken_back(undone, book.house) if undone else None,
    )


def _signature(signed: Signed, house: House) -> Signature:
    return Signature(
        name=signed.signed_name,
        drawing=signed.drawing,
        signed_at=_local(signed.signed_at, house),
        how=str(signed.get_how_display()),
        witness=signed.witness,
        recorded_as=signed.recorded_as,
        recorded_at=_local(signed.recorded_at, house),
        has_sheet=signed.paper_id is not None,
    )


# --- violations -----------------------------------------------------------------------------------------------------


def violation_facts(violation: Violation, *, now: datetime) -> ViolationNotice:
    """One violation as its resident may read it, from the rule to the last word. The same queries however much was
    said."""
    case = case_as_it_is(violation, now=now)
    violation = case.violation
    house, decision, appeal = violation.house, case.decision, case.appeal
    seen_by = witnesses(violation, reader=None)
    opinions = list(violation.opinions.order_by("recorded_at", "id"))
    return ViolationNotice(
        name=violation.stay.name,
        house=house.name,
        rule=_signed_rule(violation),
        happened_on=violation.happened_on,
        happened_at=violation.happened_at,
        place=violation.place,
        what=violation.what,
        response=violation.response,
        recorded_as=violation.recorded_as,
        recorded_at=_local(violation.recorded_at, house),
        saw_it=tuple(seen_by.named),
        withheld=seen_by.withheld,
        attachments=tuple(violation.attachments.order_by("id").values_list("caption", flat=True)),
        answers=tuple(_said(answer, case) for answer in case.answers),
        decision=_decided(decision, house) if decision else None,
        may_appeal=case.may_appeal(now),
        appeal_days=None if decision else _appeal_days(violation, now),
        appeal=_said(appeal, case) if appeal else None,
        appeal_decision=_decided_again(case) if case.appeal_decision else None,
        opinions=tuple(
            Opinion(
                at=_local(each.recorded_at, house),
                by=each.recorded_as,
                word=str(each),
                reason=each.reason,
                terms=each.terms,
            )
            for each in opinions
        ),
        review=_review_words(outcome(opinions)) if opinions else "",
        holds=capfirst(case.consequence_word),
        withdrawal=_taken_back(case.withdrawal, house) if case.withdrawal else None,
        is_of_mistaken_stay=violation.stay.voided,
    )


def appeal_facts(violation: Violation, *, now: datetime) -> AppealPaper:
    """What became of the appeal of a violation. Refuses where there is none, or nobody has decided it."""
    case = case_as_it_is(violation, now=now)
    if case.appeal is None or case.decision is None:
        raise ValidationError(_("Nobody appealed, so there is no decision on it."))
    if case.appeal_decision is None:
        raise ValidationError(_("The appeal waits for a decision. The violation notice tells what is known by now."))
    violation = case.violation
    house = violation.house
    return AppealPaper(
        name=violation.stay.name,
        house=house.name,
        rule=str(violation.rule),
        book=capfirst(str(violation.rule.book.label)),
        happened_on=violation.happened_on,
        recorded_at=_local(violation.recorded_at, house),
        decision=_decided(case.decision, house),
        appeal=_said(case.appeal, case),
        appeal_decision=_decided_again(case),
        holds=capfirst(case.consequence_word),
        terms=case.terms,
        withdrawal=_taken_back(case.withdrawal, house) if case.withdrawal else None,
    )


def _signed_rule(violation: Violation) -> SignedRule:
    """The rule, and the signature by which it bound them that day: the first one that was not taken back; where that
    was done since, the first there was. One query."""
    rule, house = violation.rule, violation.house
    signatures = Acknowledgement.objects.filter(
        book=rule.book_id, resident=violation.stay.resident_id, signed_on__lte=violation.happened_on
    ).select_related("undone")
    found = sorted(signatures, key=lambda each: (hasattr(each, "undone"), each.signed_at, each.pk))
    signature = found[0]
    return SignedRule(
        number=rule.number,
        title=rule.title,
        text=rule.text,
        about=str(rule.get_category_display()),
        severity=str(rule.get_severity_display()),
        book=capfirst(str(rule.book.label)),
        in_force_from=rule.book.in_force_from,
        signed_name=signature.signed_name,
        signed_at=_local(signature.signed_at, house),
        how=str(signature.get_how_display()),
        witness=signature.witness,
    )


def _said(row: Answer | Appeal, case: Case) -> Said:
    about = case.violation.stay.resident.user_id
    return Said(
        at=_local(row.recorded_at, case.violation.house),
        stance=str(row.get_stance_display()) if isinstance(row, Answer) else "",
        text=row.text,
        written_by="" if about is not None and row.recorded_by_id == about else row.recorded_as,
    )


def _decided(decision: Decision, house: House) -> Decided:
    ladder = decision.ladder
    upheld = decision.outcome == Decision.Outcome.UPHELD
    return Decided(
        at=_local(decision.recorded_at, house),
        by=decision.recorded_as,
        outcome=str(decision.get_outcome_display()),
        is_upheld=upheld,
        consequence=str(decision.get_consequence_display()) if upheld else "",
        terms=decision.terms,
        reason=decision.reason,
        ladder=str(ladder) if ladder else "",
        time=time_words(decision.time) if decision.time else "",
        look_back_days=ladder.look_back_days if ladder else None,
        advised=str(decision.get_advised_display()) if decision.advised else "",
        deviation=decision.deviation,
        appeal_until=_local(decision.appeal_until, house) if upheld else None,
    )


def _decided_again(case: Case) -> DecidedAgain:
    row = case.appeal_decision
    return DecidedAgain(
        at=_local(row.recorded_at, case.violation.house),
        by=row.recorded_as,
        outcome=str(row.get_outcome_display()),
        consequence=str(row.get_consequence_display()) if row.consequence else "",
        terms=row.terms,
        reason=row.reason,
    )


def _appeal_days(violation: Violation, now: datetime) -> int | None:
    """How long they would have, by the ladder that would be asked; None where there is none."""
    house = violation.house
    ladder = ladder_in_force(house, violation.happened_on) or ladder_in_force(house, house.today(now))
    return ladder.appeal_days if ladder else None


def _review_words(came: str) -> str:
    return {
        "leaves": _("Two people say that they must leave."),
        "stays": _("It ends with them staying: not everybody who spoke says that they must leave."),
        "open": _("It is not over: two people must agree before anybody has to leave."),
    }[came]


# --- contracts ------------------------------------------------------------------------------------------------------


def contract_facts(contract: Contract) -> ContractPaper:
    """One contract, who signed it, and how it goes. Three queries at most."""
    [each] = agreed(Contract.objects.filter(pk=contract.pk).select_related("violation__rule"))
    row, house = each.contract, each.contract.house
    return ContractPaper(
        name=row.stay.name,
        house=house.name,
        terms=row.terms,
        help=row.help,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        review_on=row.review_on,
        ended_on=row.ended_on,
        never_began=each.never_began,
        written_at=_local(row.recorded_at, house),
        written_by=row.recorded_as,
        follows=str(row.violation.rule) if row.violation else "",
        signature=_signature(each.signature, house) if each.signature else None,
        reviews=tuple(
            Reviewed(
                at=_local(review.recorded_at, house),
                by=review.recorded_as,
                result=str(review.get_result_display()),
                note=review.note,
                next_on=review.next_on,
                ends_it=review.ends_it,
            )
            for review in each.reviews
        ),
    )


# --- what they have in common ---------------------------------------------------------------------------------------


def _taken_back(row: object, house: House) -> Undone:
    return Undone(at=_local(row.recorded_at, house), by=row.recorded_as, reason=row.reason)


def _local(instant: datetime, house: House) -> datetime:
    return timezone.localtime(instant, house.zone)
