"""One violation from the rule to the last word, in the order in which it happened. Until it is decided nothing here
says that it was so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from residents.rules.reports.acknowledgement import Undone, undone_blocks
from soberhouse.documents import paper


@dataclass(frozen=True, kw_only=True)
class SignedRule:
    """The rule as it stood in the version that they had signed by that day. Categories and severities in words."""

    number: int
    title: str
    text: str
    about: str
    severity: str
    book: str
    in_force_from: date
    signed_name: str
    signed_at: datetime
    how: str
    witness: str = ""

    @property
    def name(self) -> str:
        return f"{self.number}. {self.title}"


@dataclass(frozen=True, kw_only=True)
class Said:
    """Words of the resident, by the clock of the house; `written_by` whoever wrote down what they told."""

    at: datetime
    stance: str = ""
    text: str = ""
    written_by: str = ""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What was decided. `advised` is what the ladder said, `time`, in words, the how manieth within the days it looks
    back."""

    at: datetime
    by: str
    outcome: str
    is_upheld: bool
    consequence: str = ""
    terms: str = ""
    reason: str
    ladder: str = ""
    time: str = ""
    look_back_days: int | None = None
    advised: str = ""
    deviation: str = ""
    appeal_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class DecidedAgain:
    """What became of an appeal."""

    at: datetime
    by: str
    outcome: str
    consequence: str = ""
    terms: str = ""
    reason: str


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One person's word in a discharge review."""

    at: datetime
    by: str
    word: str
    reason: str
    terms: str = ""


@dataclass(frozen=True, kw_only=True)
class ViolationNotice:
    """One violation as its paper tells it. Of whoever saw it and asked not to be named it holds how many they are, and
    no name. `holds` is the consequence that stands in the end, empty where there is none; `may_appeal` says that there
    is still time; `is_of_mistaken_stay` that the stay was entered by mistake, and all that was recorded in it."""

    name: str
    house: str
    rule: SignedRule
    happened_on: date
    happened_at: time | None = None
    place: str = ""
    what: str
    response: str = ""
    recorded_as: str
    recorded_at: datetime
    saw_it: tuple[str, ...] = ()
    withheld: int = 0
    attachments: tuple[str, ...] = ()
    answers: tuple[Said, ...] = ()
    decision: Decided | None = None
    may_appeal: bool = False
    appeal_days: int | None = None
    appeal: Said | None = None
    appeal_decision: DecidedAgain | None = None
    opinions: tuple[Opinion, ...] = ()
    review: str = ""
    holds: str = ""
    withdrawal: Undone | None = None
    is_of_mistaken_stay: bool = False

    @property
    def is_void(self) -> bool:
        """It counts no more, and nobody does anything about it."""
        return self.withdrawal is not None or self.is_of_mistaken_stay


def draw(facts: ViolationNotice, head: paper.Head) -> bytes:
    """The story as a PDF."""
    blocks: list[paper.Block] = [paper.Heading(facts.name)]
    if facts.withdrawal is not None:
        blocks += undone_blocks(_("TAKEN BACK: recorded by mistake, it counts no more"), facts.withdrawal)
    elif facts.is_of_mistaken_stay:
        blocks += [
            paper.Heading(_("THE STAY WAS ENTERED BY MISTAKE: this counts no more")),
            paper.Text(_("So was what was recorded in it. Nobody answers, decides or appeals it any more.")),
        ]
    blocks += [
        paper.Facts(
            [
                (_("House"), facts.house),
                (_("Recorded under rule"), facts.rule.name),
                (_("Where it stands"), standing_words(facts)),
            ]
        ),
        *_rule(facts.rule),
        *_said_to_have_happened(facts),
        *_answers(facts),
        *_decision(facts),
        *_appeal(facts),
        *_review(facts),
        paper.Space(),
        paper.Text(
            _(
                "Not on this paper: names of whoever asked not to be named, pictures and papers kept with it, and "
                "anything about other residents."
            ),
            small=True,
        ),
        paper.Signature(
            [_("Received, and date. To sign is not to agree."), _("Handed over for the house by, and date")]
        ),
    ]
    return paper.render(head, blocks)


def standing_words(facts: ViolationNotice) -> str:
    """Where the matter stands, in a sentence. Undecided, it says that nothing is found."""
    if facts.withdrawal is not None:
        return _("Taken back. It counts no more.")
    if facts.is_of_mistaken_stay:
        return _("The stay was entered by mistake. It counts no more.")
    if facts.decision is None:
        return _("Not decided yet. It is recorded, and nobody has found that it was so.")
    if facts.appeal is not None and facts.appeal_decision is None:
        return _("Decided and appealed. The appeal waits for a decision.")
    decision = facts.decision.outcome if facts.appeal_decision is None else facts.appeal_decision.outcome
    words = _("Decided: %(outcome)s.") if facts.appeal_decision is None else _("Decided on appeal: %(outcome)s.")
    sentence = words % {"outcome": decision}
    if facts.holds:
        sentence += " " + _("What holds: %(consequence)s.") % {"consequence": facts.holds}
    elif facts.decision.is_upheld:
        sentence += " " + _("No consequence holds.")
    return sentence


def _rule(rule: SignedRule) -> list[paper.Block]:
    signed = _("by %(name)s on %(when)s, %(how)s") % {
        "name": paper.isolated(rule.signed_name),
        "when": date_format(rule.signed_at, "DATETIME_FORMAT"),
        "how": rule.how,
    }
    if rule.witness:
        signed = _("%(signed)s, %(witness)s being the witness") % {
            "signed": signed,
            "witness": paper.isolated(rule.witness),
        }
    book = _("%(book)s, in force from %(day)s") % {"book": rule.book, "day": date_format(rule.in_force_from)}
    return [
        paper.Heading(_("1. The rule, as it was signed")),
        paper.Facts(
            [
                (_("Rule"), rule.name),
                (_("Its words"), rule.text),
                (_("About"), f"{capfirst(rule.about)} · {rule.severity}"),
                (_("Stands in"), book),
                (_("Signed"), signed),
            ]
        ),
    ]


def _said_to_have_happened(facts: ViolationNotice) -> list[paper.Block]:
    day = date_format(facts.happened_on)
    if facts.happened_at is not None:
        day = _("%(day)s at %(hour)s") % {"day": day, "hour": time_format(facts.happened_at)}
    rows = [
        (_("When"), day),
        (_("Where"), facts.place),
        (_("What was seen and heard"), facts.what),
        (_("Who saw it"), _who_saw_it(facts)),
        (_("What was done at once"), facts.response),
        (_("Kept with it"), "; ".join(facts.attachments)),
    ]
    recorded = f"{facts.recorded_as} · {date_format(facts.recorded_at, 'DATETIME_FORMAT')}"
    return [
        paper.Heading(_("2. What is said to have happened")),
        paper.Facts([*((label, text) for label, text in rows if text), (_("Recorded by"), recorded)]),
    ]


def _who_saw_it(facts: ViolationNotice) -> str:
    told = [paper.isolated(name) for name in facts.saw_it]
    if facts.withheld:
        told.append(
            ngettext("somebody whose name is withheld", "%(count)s people whose names are withheld", facts.withheld)
            % {"count": facts.withheld}
        )
    return "; ".join(told)


def _answers(facts: ViolationNotice) -> list[paper.Block]:
    title = paper.Heading(_("3. What %(name)s says to it") % {"name": paper.isolated(facts.name)})
    if facts.answers:
        return [title, *(said_block(answer) for answer in facts.answers)]
    if facts.decision is None and not facts.is_void:
        text = _("No answer yet. They can answer on their own page, or tell a manager, until it is decided.")
    else:
        text = _("No answer is on record.")
    return [title, paper.Text(text)]


def said_block(said: Said) -> paper.Block:
    """What the resident said, and how it came here."""
    rows = [(_("They say"), capfirst(said.stance))] if said.stance else []
    if said.text:
        rows.append((_("In their words"), said.text))
    when = date_format(said.at, "DATETIME_FORMAT")
    if said.written_by:
        when = _("%(when)s, told to %(name)s") % {"when": when, "name": paper.isolated(said.written_by)}
    return paper.Facts([*rows, (_("When"), when)])


def _decision(facts: ViolationNotice) -> list[paper.Block]:
    title = paper.Heading(_("4. The decision"))
    if facts.decision is not None:
        return [title, paper.Facts(decision_rows(facts.decision))]
    if facts.withdrawal is not None:
        return [title, paper.Text(_("There is none: it was taken back before."))]
    if facts.is_of_mistaken_stay:
        return [title, paper.Text(_("There is none, and nobody decides it: the stay was entered by mistake."))]
    return [
        title,
        paper.Text(
            _(
                "It waits for a decision by somebody who neither recorded it nor is whom it is about. Until then it "
                "counts as nothing but a record of what was said."
            )
        ),
    ]


def decision_rows(decision: Decided) -> list[tuple[str, str]]:
    """What was decided, what the ladder says to it, and why."""
    rows = [(_("Decision"), capfirst(decision.outcome))]
    if decision.is_upheld:
        rows += [
            (_("Consequence"), capfirst(decision.consequence)),
            (_("What exactly"), decision.terms),
            (_("The ladder says"), _ladder_words(decision)),
            (_("Why not that"), decision.deviation),
        ]
    return [
        *((label, text) for label, text in rows if text),
        (_("Why"), decision.reason),
        (_("Decided by"), f"{decision.by} · {date_format(decision.at, 'DATETIME_FORMAT')}"),
    ]


def _ladder_words(decision: Decided) -> str:
    if not decision.ladder:
        return _("The house had no ladder for this.")
    if not decision.advised:
        return _("%(ladder)s has no step for this.") % {"ladder": decision.ladder}
    words = {"advised": decision.advised, "ladder": decision.ladder, "time": decision.time}
    if not decision.time or decision.look_back_days is None:
        return _("%(advised)s (%(ladder)s)") % words
    return ngettext(
        "%(advised)s, for the %(time)s within %(count)s day (%(ladder)s)",
        "%(advised)s, for the %(time)s within %(count)s days (%(ladder)s)",
        decision.look_back_days,
    ) % {**words, "count": decision.look_back_days}


def _appeal(facts: ViolationNotice) -> list[paper.Block]:
    title = paper.Heading(_("5. Appeal"))
    if facts.is_void and facts.appeal is None:
        return []
    if facts.appeal is None:
        return [title, paper.Text(_how_to_appeal(facts))]
    blocks: list[paper.Block] = [title, said_block(facts.appeal), paper.Heading(_("6. The decision on the appeal"))]
    if facts.appeal_decision is not None:
        blocks.append(paper.Facts(decided_again_rows(facts.appeal_decision)))
    elif facts.withdrawal is not None:
        blocks.append(paper.Text(_("There is none: the matter was taken back before.")))
    elif facts.is_of_mistaken_stay:
        blocks.append(paper.Text(_("There is none: the stay was entered by mistake.")))
    else:
        blocks.append(
            paper.Text(_("The appeal waits for a decision by somebody who neither recorded nor decided the matter."))
        )
    return blocks


def decided_again_rows(decision: DecidedAgain) -> list[tuple[str, str]]:
    """What became of an appeal, and why."""
    rows = [
        (_("Decision"), capfirst(decision.outcome)),
        (_("Consequence"), capfirst(decision.consequence)),
        (_("What exactly"), decision.terms),
        (_("Why"), decision.reason),
        (_("Decided by"), f"{decision.by} · {date_format(decision.at, 'DATETIME_FORMAT')}"),
    ]
    return [(label, text) for label, text in rows if text]


def _how_to_appeal(facts: ViolationNotice) -> str:
    decision = facts.decision
    if decision is None:
        if facts.appeal_days is None:
            return _("If it is decided against them, they can appeal. Somebody else decides then.")
        return ngettext(
            "If it is decided against them, they can appeal within %(count)s day. Somebody else decides then.",
            "If it is decided against them, they can appeal within %(count)s days. Somebody else decides then.",
            facts.appeal_days,
        ) % {"count": facts.appeal_days}
    if not decision.is_upheld or decision.appeal_until is None:
        return _("There is nothing to appeal: it was decided in their favor.")
    until = date_format(decision.appeal_until, "DATETIME_FORMAT")
    if not facts.may_appeal:
        return _("Until %(when)s it could be appealed. Nobody did.") % {"when": until}
    return _(
        "It can be appealed until %(when)s: on their own page, under the violation, or by telling a manager or the "
        "operator, who writes it down. Say why it should be decided again. Somebody decides who neither recorded nor "
        "decided it."
    ) % {"when": until}


def _review(facts: ViolationNotice) -> list[paper.Block]:
    if not facts.opinions:
        return []
    return [
        paper.Heading(_("Discharge review")),
        paper.Text(facts.review),
        paper.Table(
            headers=[_("When"), _("Who"), _("Says"), _("Why")],
            rows=[
                [
                    date_format(each.at, "DATETIME_FORMAT"),
                    each.by,
                    each.word,
                    each.reason + (f"\n{_('Terms: %(terms)s') % {'terms': each.terms}}" if each.terms else ""),
                ]
                for each in facts.opinions
            ],
            widths=(20, 20, 14, 46),
        ),
    ]
