"""What stands in answers about who may be away, by which hour everybody is in, and who was."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from api.v1.shapes_of_rules import NOTHING, Record, Recorded
from residents.away import models as rows
from residents.away.hours import SetBy
from residents.away.queries.nights import LATER

WEEKDAY = _("The evening's: 0 is Monday, 6 is Sunday; null: every night.")


class PassLine(Record):
    """Permission to be away, as a list shows it. The range is what holds now: as asked, as decided, as extended."""

    kind = serializers.ChoiceField(rows.PassKind.choices)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    status = serializers.ChoiceField(rows.Pass.Status.choices)


class Passes(Page):
    items = PassLine(many=True)


class PassDecision(Recorded):
    """The answer to whoever asked for a pass."""

    outcome = serializers.ChoiceField(rows.PassDecision.Outcome.choices)
    asked_from = serializers.DateTimeField(help_text=_("As it was asked for."))
    asked_until = serializers.DateTimeField(help_text=_("As it was asked for."))
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    conditions = serializers.CharField(allow_blank=True)
    test_on_return = serializers.BooleanField()
    unmet = serializers.CharField(allow_blank=True, help_text=_("What the rules for passes ask for and was not met."))
    reason = serializers.CharField(allow_blank=True)


class PassEvent(Recorded):
    """What happened to a pass after it was decided."""

    kind = serializers.ChoiceField(rows.PassEvent.Kind.choices)
    at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    minutes_late = serializers.IntegerField(allow_null=True)
    test_asked = serializers.BooleanField()
    unmet = serializers.CharField(
        allow_blank=True, help_text=_("What the rules for passes ask for and the longer time does not meet.")
    )
    note = serializers.CharField(allow_blank=True)


class Pass(PassLine, Recorded):
    """One pass. That you looked is on record for the resident."""

    where = serializers.CharField()
    contact = serializers.CharField(allow_blank=True)
    transport = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    officer_agreed = serializers.CharField(allow_blank=True)
    test_on_return = serializers.BooleanField()
    unmet = serializers.ListField(
        child=serializers.CharField(),
        help_text=_("What the rules for passes ask for and is not met, as long as it is not decided."),
    )
    decision = PassDecision(allow_null=True)
    events = PassEvent(many=True)


class RollRow(serializers.Serializer):
    """One resident in one night: by when they are in, and how they were counted. House officers are told the first
    four fields, and no more."""

    stay = serializers.UUIDField()
    name = serializers.CharField(help_text=_("First name and initial."))
    due_at = serializers.DateTimeField(allow_null=True, help_text=_("Null: no curfew for them that night."))
    counted = serializers.BooleanField()
    set_by = serializers.ChoiceField(
        [(each.value, each.value) for each in SetBy], required=False, help_text=_("Whose hour it is.")
    )
    on_pass = serializers.UUIDField(allow_null=True, required=False)
    foreseen = serializers.ChoiceField(
        [*rows.CurfewCheck.Status.choices, (LATER, LATER)],
        required=False,
        help_text=_("What is taken to be so until somebody counts; `later`: their hour has not come."),
    )
    status = serializers.ChoiceField(
        rows.CurfewCheck.Status.choices, allow_null=True, required=False, help_text=_("Null: not counted.")
    )
    in_at = serializers.DateTimeField(allow_null=True, required=False)
    check = serializers.UUIDField(allow_null=True, required=False)


class Roll(serializers.Serializer):
    """Everybody who has a bed in the house in this night, by name."""

    house = serializers.UUIDField()
    night = serializers.DateField(help_text=_("Named by its evening; it lasts until noon."))
    items = RollRow(many=True)


class CurfewDiffers(serializers.Serializer):
    """By when to be in, in one phase, on one weekday, or both."""

    phase = serializers.CharField(allow_null=True, help_text=_("Null: every phase."))
    weekday = serializers.IntegerField(allow_null=True, help_text=WEEKDAY)
    hour = serializers.CharField(allow_null=True, help_text=_("Null: no curfew then."))


class HouseCurfew(serializers.Serializer):
    """By when everybody is in, by the clock of the house. An hour before noon is of the next morning."""

    house = serializers.UUIDField()
    weeknights = serializers.CharField(
        allow_null=True, help_text=_("Sunday to Thursday evenings, such as 22:30; null: no curfew.")
    )
    weekends = serializers.CharField(allow_null=True, help_text=_("Friday and Saturday evenings; null: no curfew."))
    grace = serializers.IntegerField(help_text=_("So many minutes after the hour nobody is late."))
    differs = CurfewDiffers(many=True)


class CurfewExceptionLine(Record):
    """An hour for one resident alone, as a list shows it."""

    source = serializers.ChoiceField(
        rows.CurfewException.Source.choices, help_text=_("An officer's holds wherever it is the stricter.")
    )
    weekday = serializers.IntegerField(allow_null=True, help_text=WEEKDAY)
    hour = serializers.CharField(help_text=_("Such as 22:30; before noon it is of the next morning."))
    starts_on = serializers.DateField(help_text=_("The first night."))
    ends_on = serializers.DateField(
        allow_null=True, help_text=_("From this night on it holds no longer; null: until further notice.")
    )


class CurfewExceptions(Page):
    items = CurfewExceptionLine(many=True)


class CurfewException(CurfewExceptionLine):
    """An hour for one resident alone. That you looked is on record for the resident."""

    reason = serializers.CharField()


class PassRule(serializers.Serializer):
    """What a pass of one kind asks for."""

    kind = serializers.ChoiceField(rows.PassKind.choices)
    phase = serializers.CharField(allow_null=True, help_text=_("Null: every phase without a rule of its own."))
    min_days = serializers.IntegerField(help_text=_("Days in the house, at least."))
    max_nights = serializers.IntegerField(allow_null=True, help_text=_("Nights in a row, at most."))
    max_in_30_days = serializers.IntegerField(allow_null=True, help_text=_("Nights in 30 days, at most."))
    notice_hours = serializers.IntegerField(help_text=_("To be asked for so many hours before."))
    officer_agrees = serializers.BooleanField(help_text=_("An officer, where there is one, must agree."))
    test_on_return = serializers.BooleanField()


class HousePassRules(serializers.Serializer):
    """What passes ask for in a house."""

    house = serializers.UUIDField()
    items = PassRule(many=True)


class CurfewCheckLine(Record):
    """Whether a resident was in by their hour, one night, as a list shows it."""

    night = serializers.DateField()
    due_at = serializers.DateTimeField(allow_null=True)
    status = serializers.ChoiceField(rows.CurfewCheck.Status.choices)
    in_at = serializers.DateTimeField(allow_null=True)
    corrects = serializers.UUIDField(allow_null=True, help_text=_("The earlier one that this one puts right."))
    counts = serializers.BooleanField(help_text=_("Whether no later one puts this one right."))


class CurfewChecks(Page):
    items = CurfewCheckLine(many=True)


class CurfewCheck(CurfewCheckLine, Recorded):
    """One curfew check. That you looked is on record for the resident."""

    why = serializers.CharField(allow_blank=True)
    of_pass = serializers.UUIDField(allow_null=True)
    correction_reason = serializers.CharField(allow_blank=True)


class Whereabouts(serializers.Serializer):
    """Where one resident is now, as far as anybody wrote down."""

    stay = serializers.UUIDField()
    name = serializers.CharField()
    out = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    purpose = serializers.ChoiceField([*NOTHING, *rows.Movement.Purpose.choices])
    expected_at = serializers.DateTimeField(allow_null=True)
    on_pass = serializers.UUIDField(allow_null=True)
    overdue = serializers.BooleanField()
    missing = serializers.BooleanField(help_text=_("Counted as not in at night, and nobody has seen them come since."))
    says_back = serializers.BooleanField(help_text=_("Missing, and says themselves that they are back."))


class HouseWhereabouts(serializers.Serializer):
    """Everybody who lives in the house: who is missing, overdue, out, in."""

    house = serializers.UUIDField()
    as_of = serializers.DateTimeField()
    items = Whereabouts(many=True)


class MovementLine(Record):
    """A resident signed out of the house, or in again, as a list shows it."""

    way = serializers.ChoiceField(rows.Movement.Way.choices)
    at = serializers.DateTimeField()
    purpose = serializers.ChoiceField([*NOTHING, *rows.Movement.Purpose.choices])
    expected_at = serializers.DateTimeField(allow_null=True)
    corrects = serializers.UUIDField(allow_null=True, help_text=_("The earlier one that this one puts right."))
    counts = serializers.BooleanField(help_text=_("Whether no later one puts this one right."))


class Movements(Page):
    items = MovementLine(many=True)


class Movement(MovementLine, Recorded):
    """One movement. That you looked is on record for the resident."""

    where = serializers.CharField(allow_blank=True)
    of_pass = serializers.UUIDField(allow_null=True)
    correction_reason = serializers.CharField(allow_blank=True)
