"""What stands in answers about shifts: what was handed over, who has read it, and who carries how much."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from api.v1.shapes_of_rules import Recorded


class HandOverLine(Recorded):
    """The end of a shift, as a list shows it."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    read = serializers.BooleanField(help_text=_("Whether somebody else has signed that they have read it."))


class HandOvers(Page):
    items = HandOverLine(many=True)


class HandOver(HandOverLine):
    """The end of a shift."""

    text = serializers.CharField(allow_blank=True, help_text=_("What the next one must know."))
    counts = serializers.DictField(
        child=serializers.IntegerField(), help_text=_("How much stood open then, by what it is: incidents, away …")
    )
    reads = Recorded(many=True, help_text=_("Who has signed that they have read it, the first one first."))


class LoadLine(serializers.Serializer):
    """What one person did in one house: in the whole time, or in one week."""

    house = serializers.UUIDField()
    person = serializers.UUIDField()
    name = serializers.CharField()
    week = serializers.DateField(allow_null=True, help_text=_("The Monday of the week; null for the whole time."))
    nights = serializers.IntegerField(help_text=_("Nights in which they took the roll."))
    call_outs = serializers.IntegerField(
        help_text=_("Incidents they wrote down between 10 p.m. and 6 a.m., by the clock of the house.")
    )
    records = serializers.IntegerField(help_text=_("What else they wrote down and decided."))
    hand_overs = serializers.IntegerField()


class Load(serializers.Serializer):
    """Who carries how much, from a day until a day, both of them counted."""

    since = serializers.DateField()
    until = serializers.DateField()
    items = LoadLine(many=True)
