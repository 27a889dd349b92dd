"""What stands in answers about the rules of a house, and about what is said to have been broken."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from residents.rules import models as rows
from residents.rules.queries import cases

STATES = (cases.RECORDED, cases.ANSWERED, cases.DECIDED, cases.APPEALED, cases.CLOSED, cases.WITHDRAWN)
OUTCOMES = (*rows.Decision.Outcome.values, rows.AppealDecision.Outcome.OVERTURNED.value)
NOTHING = [("", "")]  # beside the choices of what may be left open


# Books and ladders


class BookLine(serializers.Serializer):
    """One version of a book, as a list shows it."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    kind = serializers.ChoiceField(rows.Book.Kind.choices)
    number = serializers.IntegerField(allow_null=True, help_text=_("The version, from 1; null while it is a draft."))
    title = serializers.CharField()
    published_on = serializers.DateField(allow_null=True)
    in_force_from = serializers.DateField(allow_null=True)
    in_force = serializers.BooleanField(
        help_text=_("Whether it is the newest in force. Of whoever signed only an older one, that binds.")
    )


class Books(Page):
    items = BookLine(many=True)


class Rule(serializers.Serializer):
    """One rule of a rule book. Its number stays its own from version to version."""

    uuid = serializers.UUIDField()
    number = serializers.IntegerField()
    category = serializers.ChoiceField(rows.Category.choices)
    severity = serializers.ChoiceField(rows.Severity.choices)
    title = serializers.CharField()
    text = serializers.CharField()


class BookChanges(serializers.Serializer):
    """What a version says otherwise than the one before: the numbers of the rules."""

    before = serializers.UUIDField(help_text=_("The version before."))
    added = serializers.ListField(child=serializers.IntegerField())
    changed = serializers.ListField(child=serializers.IntegerField())
    dropped = serializers.ListField(child=serializers.IntegerField())
    text = serializers.BooleanField(help_text=_("Whether title or text changed."))


class Book(BookLine):
    """One version of a book, whole."""

    text = serializers.CharField(allow_blank=True)
    changes = serializers.CharField(allow_blank=True, help_text=_("What is new, in the house's own words."))
    changed = BookChanges(allow_null=True, help_text=_("Null where there is no version before that you see."))
    rules = Rule(many=True, help_text=_("Those that stand, by number."))


class Acknowledgement(serializers.Serializer):
    """A resident's signature under one version of a book."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    book = serializers.UUIDField()
    resident = serializers.UUIDField(allow_null=True, help_text=_("Null where you do not see the person any more."))
    signed_name = serializers.CharField()
    signed_at = serializers.DateTimeField()
    how = serializers.ChoiceField(rows.Signed.How.choices)
    undone = serializers.BooleanField(help_text=_("Taken back as recorded by mistake: it binds nobody."))


class Acknowledgements(Page):
    items = Acknowledgement(many=True)


class LadderLine(serializers.Serializer):
    """One version of a consequence ladder, as a list shows it."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    number = serializers.IntegerField(allow_null=True, help_text=_("The version, from 1; null while it is a draft."))
    look_back_days = serializers.IntegerField()
    appeal_days = serializers.IntegerField()
    published_on = serializers.DateField(allow_null=True)
    in_force_from = serializers.DateField(allow_null=True)
    in_force = serializers.BooleanField(help_text=_("Whether it is the newest in force."))


class Ladders(Page):
    items = LadderLine(many=True)


class LadderSteps(serializers.Serializer):
    """What follows the first, the second … violation of this kind within the days the ladder looks back; the last step
    is for every one after it."""

    category = serializers.ChoiceField(
        [*NOTHING, *rows.Category.choices], help_text=_("Empty: all categories without steps of their own.")
    )
    severity = serializers.ChoiceField(rows.Severity.choices)
    consequences = serializers.ListField(child=serializers.ChoiceField(rows.Consequence.choices))


class Ladder(LadderLine):
    """One version of a consequence ladder, whole."""

    text = serializers.CharField(allow_blank=True)
    steps = LadderSteps(many=True)


# Violations


class Record(serializers.Serializer):
    """What every record about a resident begins with."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    stay = serializers.UUIDField()
    resident = serializers.UUIDField(allow_null=True, help_text=_("Null where you see the stay and not the person."))
    name = serializers.CharField(help_text=_("The name they go by; of a stay that is over, the one they had then."))


class Recorded(serializers.Serializer):
    """Who recorded a fact, and when."""

    recorded_by = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class RuleNamed(serializers.Serializer):
    """The rule that is said to have been broken, in the version that bound the resident that day."""

    uuid = serializers.UUIDField()
    book = serializers.UUIDField()
    number = serializers.IntegerField()
    category = serializers.ChoiceField(rows.Category.choices)
    severity = serializers.ChoiceField(rows.Severity.choices)
    title = serializers.CharField()


class ViolationLine(Record):
    """What is said to be a breach of one rule, as a list shows it. It says nothing about guilt before it is decided."""

    rule = RuleNamed()
    happened_on = serializers.DateField()
    state = serializers.ChoiceField(
        STATES,
        help_text=_(
            "`decided`: it can still be appealed. `withdrawn`: taken back, or the stay was entered by mistake."
        ),
    )
    outcome = serializers.ChoiceField(
        [*NOTHING, *((each, each) for each in OUTCOMES)],
        help_text=_("What it came to in the end; empty before that, also while an appeal waits."),
    )
    consequence = serializers.ChoiceField(
        [*NOTHING, *rows.Consequence.choices],
        help_text=_("The one that holds in the end, also after an appeal; empty while an appeal waits."),
    )


class Violations(Page):
    items = ViolationLine(many=True)


class Reporter(serializers.Serializer):
    """Who saw it, or told of it."""

    name = serializers.CharField(allow_null=True, help_text=_("Null where it is withheld from you."))
    confidential = serializers.BooleanField(help_text=_("Whether it is withheld from the resident."))


class Attachment(serializers.Serializer):
    """A picture or a paper that belongs to it; it is looked at on its page."""

    uuid = serializers.UUIDField()
    caption = serializers.CharField()


class Answer(Recorded):
    """What the resident says to it."""

    stance = serializers.ChoiceField(rows.Answer.Stance.choices)
    text = serializers.CharField(allow_blank=True)


class ViolationDecision(Recorded):
    """What it turned out to be, and what follows."""

    outcome = serializers.ChoiceField(rows.Decision.Outcome.choices)
    time = serializers.IntegerField(allow_null=True, help_text=_("The first, second … time as the ladder counts."))
    advised = serializers.ChoiceField([*NOTHING, *rows.Consequence.choices], help_text=_("What the ladder said."))
    consequence = serializers.ChoiceField([*NOTHING, *rows.Consequence.choices])
    terms = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()
    deviation = serializers.CharField(allow_blank=True, help_text=_("Why not what the ladder said."))
    appeal_until = serializers.DateTimeField()


class AppealDecision(Recorded):
    """What became of an appeal."""

    outcome = serializers.ChoiceField(rows.AppealDecision.Outcome.choices)
    consequence = serializers.ChoiceField([*NOTHING, *rows.Consequence.choices])
    terms = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class Appeal(Recorded):
    """The resident asks somebody else to decide again."""

    uuid = serializers.UUIDField()
    text = serializers.CharField()
    decision = AppealDecision(allow_null=True)


class Opinion(Recorded):
    """One person's word in a discharge review."""

    leaves = serializers.BooleanField()
    reason = serializers.CharField()
    terms = serializers.CharField(allow_blank=True)


class Withdrawal(Recorded):
    """It was recorded by mistake and counts no more."""

    reason = serializers.CharField()


class Violation(ViolationLine, Recorded):
    """One violation and what became of it. That you looked is on record for the resident."""

    happened_at = serializers.CharField(allow_null=True, help_text=_("By the clock of the house: `22:30`."))
    place = serializers.CharField(allow_blank=True)
    what = serializers.CharField()
    response = serializers.CharField(allow_blank=True, help_text=_("What was done at once."))
    waits_for = serializers.ChoiceField(
        [*NOTHING, ("decision", "decision"), ("appeal", "appeal"), ("appeal_decision", "appeal_decision")],
        help_text=_("What comes next; an appeal may come or not."),
    )
    reporters = Reporter(many=True)
    attachments = Attachment(many=True)
    answers = Answer(many=True)
    decision = ViolationDecision(allow_null=True)
    appeal = Appeal(allow_null=True)
    review = serializers.ChoiceField(
        [*NOTHING, ("open", "open"), ("leaves", "leaves"), ("stays", "stays")],
        help_text=_("What its discharge review came to; empty where there is none."),
    )
    opinions = Opinion(many=True)
    withdrawal = Withdrawal(allow_null=True)


# Contracts and removals


class ContractLine(Record):
    """A behavioral contract, as a list shows it."""

    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    signed = serializers.BooleanField()
    due_on = serializers.DateField(allow_null=True, help_text=_("When it is looked at next; null once it is over."))
    ended_on = serializers.DateField(allow_null=True)


class Contracts(Page):
    items = ContractLine(many=True)


class Signature(serializers.Serializer):
    """The resident's signature."""

    signed_name = serializers.CharField()
    signed_at = serializers.DateTimeField()
    how = serializers.ChoiceField(rows.Signed.How.choices)
    witness = serializers.CharField(allow_blank=True)


class ContractReview(Recorded):
    """How a contract is kept."""

    result = serializers.ChoiceField(rows.ContractReview.Result.choices)
    note = serializers.CharField()
    next_on = serializers.DateField(allow_null=True)
    ends_it = serializers.BooleanField()


class Contract(ContractLine, Recorded):
    """One contract. That you looked is on record for the resident."""

    violation = serializers.UUIDField(allow_null=True)
    terms = serializers.CharField()
    help = serializers.CharField(allow_blank=True, help_text=_("What the house does to help."))
    signature = Signature(allow_null=True)
    reviews = ContractReview(many=True)


class RemovalLine(Record):
    """Somebody had to leave at once, for safety, as a list shows it."""

    happened_at = serializers.DateTimeField()
    review_by = serializers.DateTimeField(help_text=_("Until when somebody else looks at it."))
    reviewed = serializers.BooleanField()


class Removals(Page):
    items = RemovalLine(many=True)


class RemovalReview(Recorded):
    """Another person looked at it."""

    outcome = serializers.ChoiceField(rows.RemovalReview.Outcome.choices)
    reason = serializers.CharField()


class Removal(RemovalLine, Recorded):
    """One removal. That you looked is on record for the resident."""

    violation = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField()
    help_given = serializers.CharField()
    where_to = serializers.CharField(allow_blank=True)
    review = RemovalReview(allow_null=True)
