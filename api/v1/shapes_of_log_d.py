"""What stands in answers about complaints, searches and visitors."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from residents.log import models as rows

NOTHING = [("", "")]  # beside the choices of what may be left open
STATES = ("open", "answered", "closed")


class AboutStay(serializers.Serializer):
    """Whom an entry of the log is about."""

    stay = serializers.UUIDField()
    name = serializers.CharField()


class OfEntry(serializers.Serializer):
    """What hangs on one entry of the log. Its `uuid` is that of the entry."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    happened_at = serializers.DateTimeField()
    about = AboutStay(many=True, help_text=_("Of others than whoever asks only staff is told."))
    recorded_by = serializers.CharField(allow_null=True, help_text=_("Null where the name is withheld."))
    recorded_at = serializers.DateTimeField()


# Complaints


class StaffMember(serializers.Serializer):
    """Somebody of the staff about whom one can complain."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()
    role = serializers.CharField()
    alone = serializers.BooleanField(help_text=_("Nobody else in the organization could decide it."))


class ComplaintClock(serializers.Serializer):
    """What has to be done after a complaint, and within which time."""

    what = serializers.CharField()
    amount = serializers.IntegerField()
    unit = serializers.ChoiceField(rows.Clock.Unit.choices)


class WhoHears(serializers.Serializer):
    """Before one complains: about whom of the staff, when an answer comes, and who hears it outside."""

    house = serializers.UUIDField()
    staff = StaffMember(many=True)
    clocks = ComplaintClock(many=True)
    oversight = serializers.CharField(allow_blank=True, help_text=_("The body outside the house."))


class ComplaintLine(OfEntry):
    """One complaint, as a list shows it."""

    by = serializers.ChoiceField(rows.Complaint.By.choices)
    state = serializers.ChoiceField(STATES)
    outcome = serializers.ChoiceField([*rows.ComplaintOutcome.Outcome.choices, *NOTHING], allow_blank=True)
    due_at = serializers.DateTimeField(allow_null=True, help_text=_("When something is due because of it next."))


class Complaints(Page):
    items = ComplaintLine(many=True)


class Against(serializers.Serializer):
    """Whom of the staff a complaint is about."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()


class ComplaintAnswer(serializers.Serializer):
    """What was answered, on the way."""

    text = serializers.CharField()
    recorded_by = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class ComplaintOutcome(serializers.Serializer):
    """What came of it, and how whoever complained was told."""

    outcome = serializers.ChoiceField(rows.ComplaintOutcome.Outcome.choices)
    text = serializers.CharField()
    told = serializers.CharField()
    recorded_by = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class Complaint(ComplaintLine):
    """One complaint from the first word to its outcome."""

    text = serializers.CharField()
    wish = serializers.CharField(allow_blank=True)
    name = serializers.CharField(allow_null=True, help_text=_("Who complains; null where you are not told, or nobody."))
    contact = serializers.CharField(allow_null=True)
    name_withheld = serializers.BooleanField(help_text=_("Whom it is about is not told the name."))
    against = Against(allow_null=True, help_text=_("Then operators alone read it, and this person never."))
    answers = ComplaintAnswer(many=True)
    outcome_told = ComplaintOutcome(allow_null=True)
    waits = serializers.CharField(allow_blank=True, help_text=_("Why nobody can decide it, where nobody can."))


# Searches


class SearchLine(OfEntry):
    """One search, as a list shows it."""

    place = serializers.CharField()
    resident_present = serializers.BooleanField()
    found = serializers.CharField(allow_blank=True, help_text=_("Empty: nothing."))


class Searches(Page):
    items = SearchLine(many=True)


class SearchPolicy(serializers.Serializer):
    """A published version of a book of the house."""

    uuid = serializers.UUIDField()
    title = serializers.CharField()
    number = serializers.IntegerField()


class SearchFacts(serializers.Serializer):
    """What a search says, first or put right."""

    place = serializers.CharField()
    why = serializers.CharField()
    by = serializers.CharField()
    witness = serializers.CharField(allow_blank=True)
    resident_present = serializers.BooleanField()
    found = serializers.CharField(allow_blank=True, help_text=_("Empty: nothing."))
    became = serializers.CharField(allow_blank=True)
    policy = SearchPolicy(allow_null=True)
    correction_reason = serializers.CharField(allow_blank=True, help_text=_("Where it was put right: why."))


class SearchTelling(SearchFacts):
    """What a search said from one time on."""

    recorded_by = serializers.CharField()
    recorded_at = serializers.DateTimeField()


class Search(SearchFacts, OfEntry):
    """One search, as it counts now."""

    tellings = SearchTelling(many=True, help_text=_("Every telling of it; the newest, which counts, first."))


# Visitors


class Visit(OfEntry):
    """One visitor."""

    name = serializers.CharField()
    came_at = serializers.DateTimeField()
    left_at = serializers.DateTimeField(allow_null=True, help_text=_("Null while they are in the house."))


class Visits(Page):
    items = Visit(many=True)
