"""Violations, from recording to closing. Each fact is written once: recorded, answered, decided, appealed, decided
again, or taken back.

Whoever recorded a violation does not decide it; whoever recorded or decided it, or wrote down for the resident what
they said to it, does not decide its appeal; nobody does about themselves. The resident is told of each step at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from residents.people.services import not_about_oneself
from residents.rules import notices
from residents.rules.hands import hand
from residents.rules.models import (
    Answer,
    Appeal,
    AppealDecision,
    Attachment,
    Consequence,
    Decision,
    Ladder,
    Reporter,
    Rule,
    Violation,
    ViolationWithdrawal,
)
from residents.rules.queries.binding import binding_book, binding_rules
from residents.rules.queries.cases import Case, advised, case_of, ladder_in_force
from residents.stays.models import Stay
from residents.stays.steps import day_words, lock, save
from soberhouse.accounts.models import User
from soberhouse.documents import store
from soberhouse.documents.models import StoredFile
from soberhouse.history import acting_now, because, recorded
from soberhouse.words import check_reason, is_blank, tidy

APPEAL_DAYS = Ladder._meta.get_field("appeal_days").default  # where the house has no ladder
MOST_ATTACHMENTS = 20


def violation_record(
    *,
    stay: Stay,
    rule: Rule,
    happened_on: date,
    happened_at: time | None = None,
    place: str = "",
    what: str,
    response: str = "",
    reporters: Sequence[tuple[str, bool]] = (),
    attachments: Sequence[tuple[bytes, str]] = (),
    now: datetime,
) -> Violation:
    """Write down what is said to be a breach of `rule` by the resident of `stay`, who is told of it at once.
    `reporters` are names of who saw it, and whether the name is withheld from the resident; `attachments` are pictures
    or PDFs, each with what it shows.

    Refuses a rule that is not in the book that bound them that day, a day outside their stay or in the future, what is
    no picture and no PDF, and whoever would record about themselves.
    """
    not_about_oneself(stay.resident)
    files = [(_stored(data), caption) for data, caption in attachments]  # drawn anew before anything is locked
    with transaction.atomic():
        lock(stay.resident)
        stay = Stay.objects.select_related("resident__user", "house__organization").get(pk=stay.pk)
        if stay.voided:
            raise ValidationError(_("This stay was entered by mistake and is voided."))
        _check_day(stay, happened_on, happened_at, now)
        _check_bound(stay, rule, happened_on)
        by = {"house": stay.house, "recorded_at": now, **recorded()}
        violation = save(
            Violation(
                stay=stay,
                rule=rule,
                happened_on=happened_on,
                happened_at=happened_at,
                place=tidy(place),
                what=what.strip(),
                response=response.strip(),
                **by,
            )
        )
        for name, confidential in reporters:
            if tidy(name):
                save(Reporter(violation=violation, name=tidy(name), confidential=confidential, **by))
        for file, caption in files:
            save(Attachment(violation=violation, file=file, caption=tidy(caption), **by))
        notices.tell_violation_recorded(violation)
        return violation


def _check_day(stay: Stay, day: date, at: time | None, now: datetime) -> None:
    local = now.astimezone(stay.house.zone)
    if day > local.date():
        raise ValidationError({"happened_on": _("This day is in the future: only what happened is recorded.")})
    if at is not None and day == local.date() and at > local.time():
        raise ValidationError({"happened_at": _("This hour is in the future: only what happened is recorded.")})
    if day < stay.starts_on:
        raise ValidationError(
            {
                "happened_on": _("%(name)s moved in on %(day)s: nothing from before can be a violation here.")
                % {"name": stay.short_name, "day": day_words(stay.starts_on)}
            }
        )
    if stay.ends_on is not None and day > stay.ends_on:
        raise ValidationError(
            {
                "happened_on": _("%(name)s left on %(day)s: nothing from after that can be a violation here.")
                % {"name": stay.short_name, "day": day_words(stay.ends_on)}
            }
        )


def _check_bound(stay: Stay, rule: Rule, day: date) -> None:
    """Refuse a rule that did not bind them that day, with what did."""
    if binding_rules(stay, day).filter(pk=rule.pk).exists():
        return
    words = {"name": stay.short_name, "day": day_words(day)}
    book = binding_book(stay.resident, stay.house, day)
    if book is None:
        raise ValidationError(
            {
                "rule": _(
                    "By %(day)s %(name)s had signed no rule book of this house that was in force, so no rule bound "
                    "them. Let them read and sign it first."
                )
                % words
            }
        )
    raise ValidationError(
        {
            "rule": _("This rule did not bind %(name)s on %(day)s. What bound them is version %(number)s, “%(title)s”.")
            % (words | {"number": book.number, "title": book.title})
        }
    )


def attachment_add(*, violation: Violation, data: bytes, caption: str) -> Attachment:
    """Add a picture or a PDF that belongs to it, by whoever acts now: staff, or the resident themselves.

    A picture is kept as the picture alone: where and with what it was taken is thrown away. Refuses what is neither,
    by what it holds; a violation that was taken back; and more than twenty.
    """
    if is_blank(caption):
        raise ValidationError({"caption": _("Say what it shows.")})
    file = _stored(data)
    with transaction.atomic():
        case = _locked_case(violation)
        if Attachment.objects.filter(violation=case.violation).count() >= MOST_ATTACHMENTS:
            raise ValidationError({"file": _("There are %(count)s already.") % {"count": MOST_ATTACHMENTS}})
        attachment = save(
            Attachment(
                house=case.violation.house, violation=case.violation, file=file, caption=tidy(caption), **recorded()
            )
        )
        notices.tell_attachment_added(attachment)
        return attachment


def _stored(data: bytes) -> StoredFile:
    try:
        return store.put(data, allow=store.PAPERS if data.startswith(b"%PDF-") else store.PHOTOS)
    except ValidationError as refusal:
        raise ValidationError({"file": refusal.messages}) from refusal


@transaction.atomic
def violation_answer(*, violation: Violation, stance: str = "", text: str = "", now: datetime) -> Answer:
    """What the resident says to it: from themselves, or written down by somebody who heard it. They may say more until
    it is decided; the newest counts. Without a stance it is the one they took before.

    Refuses one that is decided (an appeal is the way then) or taken back; a first answer without a stance; a dispute
    without words, and saying the same again without any; and that whoever recorded it writes down for the resident that
    it was so.
    """
    case = _locked_case(violation)
    if not case.may_answer:
        raise ValidationError(_("It is decided already. Whoever thinks otherwise can appeal."))
    before = case.answers[-1] if case.answers else None
    stance = stance or (before.stance if before is not None else "")
    if not stance:
        raise ValidationError({"stance": _("Choose what is said to it.")})
    if stance == Answer.Stance.ACCEPT and case.is_recorded_by(hand()):
        raise ValidationError(
            {"stance": _("You recorded it: that it was so, they say themselves, or to somebody else.")}
        )
    is_again = before is not None and (before.stance, before.recorded_by_id) == (stance, hand())
    if (stance != Answer.Stance.ACCEPT or is_again) and is_blank(text):
        raise ValidationError({"text": _("Say it in a few words.")})
    answer = save(
        Answer(
            house=case.violation.house,
            violation=case.violation,
            stance=stance,
            text=text.strip(),
            recorded_at=now,
            **recorded(),
        )
    )
    notices.tell_violation_answered(answer)
    return answer


@transaction.atomic
def violation_decide(
    *,
    violation: Violation,
    outcome: str,
    consequence: str = "",
    terms: str = "",
    reason: str,
    deviation: str = "",
    now: datetime,
) -> Decision:
    """Decide whether it was so and, if it was, what follows. What the ladder says is written down with it, and until
    when the resident can appeal.

    Refuses whoever recorded it, whom it is about, and whoever is no person; a second decision; a consequence other than
    the ladder's without a reason for that, and a chore or a restriction without what exactly.
    """
    case = _locked_case(violation)
    violation = case.violation
    _check_hands(
        case,
        {violation.recorded_by_id: _("You recorded it: another manager or an operator decides it.")},
    )
    if case.decision is not None:
        raise ValidationError(_("It is decided already, and stays so: the resident can appeal."))
    check_reason(reason)
    upheld = outcome == Decision.Outcome.UPHELD
    advice = advised(violation)
    if upheld:
        _check_consequence(consequence, terms)
        if advice.consequence in ("", consequence):
            deviation = ""
        elif is_blank(deviation):
            raise ValidationError(
                {
                    "deviation": _("The ladder says %(advised)s: say why not.")
                    % {"advised": advice.consequence_word.lower()}
                }
            )
    elif consequence or terms.strip():
        raise ValidationError({"consequence": _("What was not so has no consequence.")})
    ladder = advice.ladder or ladder_in_force(violation.house, violation.house.today(now))
    days = ladder.appeal_days if ladder is not None else APPEAL_DAYS
    decision = save(
        Decision(
            house=violation.house,
            violation=violation,
            outcome=outcome,
            ladder=advice.ladder if upheld else None,
            time=advice.time if upheld else None,
            advised=advice.consequence if upheld else "",
            consequence=consequence,
            terms=terms.strip(),
            reason=reason.strip(),
            deviation=deviation.strip() if upheld else "",
            appeal_until=now.astimezone(UTC) + timedelta(days=days),  # real hours, over a change of the clock too
            recorded_at=now,
            **recorded(),
        )
    )
    notices.tell_violation_decided(decision)
    return decision


@transaction.atomic
def violation_appeal(*, decision: Decision | None, text: str, now: datetime) -> Appeal:
    """The resident asks somebody else to decide again: from themselves, or written down by somebody who heard it.

    Refuses a decision that found nothing, one appealed already, and an appeal after its time; and whoever recorded or
    decided the violation: what is to be said against them, they do not write down.
    """
    if decision is None:
        raise ValidationError(_("Nothing is decided yet: there is nothing to appeal."))
    case = _locked_case(decision.violation)
    decision = case.decision
    if case.is_recorded_by(hand()):
        raise PermissionDenied(_("You recorded the violation: they appeal themselves, or tell somebody else."))
    if case.is_decided_by(hand()):
        raise PermissionDenied(_("You decided the violation: they appeal themselves, or tell somebody else."))
    if decision.outcome != Decision.Outcome.UPHELD:
        raise ValidationError(_("It was dismissed: there is nothing to appeal."))
    if case.appeal is not None:
        raise ValidationError(_("It was appealed already."))
    if not case.may_appeal(now):
        raise ValidationError(
            _("The time to appeal ended on %(instant)s and is over.")
            % {"instant": _instant_words(decision.appeal_until, case)}
        )
    if is_blank(text):
        raise ValidationError({"text": _("Say why it should be decided again.")})
    appeal = save(
        Appeal(house=decision.house, decision=decision, text=text.strip(), recorded_at=now, **recorded()),
    )
    notices.tell_violation_appealed(appeal)
    return appeal


@transaction.atomic
def appeal_decide(
    *, appeal: Appeal, outcome: str, consequence: str = "", terms: str = "", reason: str, now: datetime
) -> AppealDecision:
    """Decide again: it stands, has another consequence, or is overturned.

    Refuses whoever recorded or decided the violation or wrote down for the resident what they said to it, whom it is
    about, and whoever is no person; a second decision; a change that changes nothing, or is to a chore or a restriction
    without what exactly.
    """
    case = _locked_case(appeal.decision.violation)
    appeal, decision = case.appeal, case.decision
    _check_hands(
        case,
        {
            case.violation.recorded_by_id: _("You recorded the violation: a third person decides the appeal."),
            decision.recorded_by_id: _("You decided the violation: a third person decides the appeal."),
        },
    )
    if case.is_written_down_by(hand()):
        raise PermissionDenied(_("You wrote down what the resident said: somebody else decides the appeal."))
    if case.appeal_decision is not None:
        raise ValidationError(_("This appeal is decided already."))
    check_reason(reason)
    if outcome == AppealDecision.Outcome.CHANGED:
        _check_consequence(consequence, terms)
        if (consequence, terms.strip()) == (decision.consequence, decision.terms):
            raise ValidationError(
                {"consequence": _("That is the consequence it has: choose another, or let it stand.")}
            )
    elif consequence or terms.strip():
        raise ValidationError({"consequence": _("Choose a consequence only where it becomes another.")})
    row = save(
        AppealDecision(
            house=appeal.house,
            appeal=appeal,
            outcome=outcome,
            consequence=consequence,
            terms=terms.strip(),
            reason=reason.strip(),
            recorded_at=now,
            **recorded(),
        )
    )
    notices.tell_appeal_decided(row)
    return row


@transaction.atomic
def violation_withdraw(*, violation: Violation, reason: str, now: datetime) -> ViolationWithdrawal:
    """It was recorded by mistake: it counts no more, and stays on record with the reason.

    Refuses one taken back already, and whoever it is about. What is decided is taken back by a person who neither
    recorded nor decided it: else one person could make away with what another has appealed.
    """
    not_about_oneself(violation.stay.resident)
    case = _locked_case(violation)
    if case.decision is not None:
        _check_hands(
            case,
            {
                case.violation.recorded_by_id: _("You recorded it, and it is decided: a third person takes it back."),
                case.decision.recorded_by_id: _("You decided it: a third person takes it back."),
            },
        )
    if is_blank(reason):
        raise ValidationError({"reason": _("Say why it is taken back.")})
    with because(reason.strip()):
        row = save(
            ViolationWithdrawal(
                house=case.violation.house,
                violation=case.violation,
                reason=reason.strip(),
                recorded_at=now,
                **recorded(),
            )
        )
    notices.tell_violation_withdrawn(row)
    return row


# Steps


def _locked_case(violation: Violation) -> Case:
    """Where it stands now, with its resident locked; refused where it was taken back, or its stay was entered by
    mistake."""
    lock(violation.stay.resident)
    case = case_of(violation)
    if case.withdrawal is not None:
        raise ValidationError(_("It was recorded by mistake and taken back."))
    if case.is_void:
        raise ValidationError(_("The stay it belongs to was entered by mistake: it counts no more."))
    return case


def _check_hands(case: Case, others: dict[int | None, str]) -> None:
    """Refuse with PermissionDenied whoever is no person, whom it is about, or has had a hand in it."""
    not_about_oneself(case.violation.stay.resident)
    acting = acting_now()
    if acting is None or acting.actor_kind != User.actor_kind:
        raise PermissionDenied(_("A person decides, never a program."))
    if acting.actor_id in others:
        raise PermissionDenied(others[acting.actor_id])


def _check_consequence(consequence: str, terms: str) -> None:
    if consequence not in Consequence.values:
        raise ValidationError({"consequence": _("Choose what follows.")})
    if consequence == Consequence.CHORE and is_blank(terms):
        raise ValidationError({"terms": _("Say which chore, and until when.")})
    if consequence == Consequence.RESTRICTION and is_blank(terms):
        raise ValidationError({"terms": _("Say what is restricted, and until when.")})


def _instant_words(instant: datetime, case: Case) -> str:
    return date_format(timezone.localtime(instant, case.violation.house.zone), "DATETIME_FORMAT")
