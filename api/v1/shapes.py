"""What stands in answers: every field by name. The schema is made of these; a test holds the answers to them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from residents.houses.models import House as HouseRow

MEDICATIONS = ("buprenorphine", "methadone", "naltrexone")


class PublishedHouse(serializers.Serializer):
    """What anybody may know who looks for a bed. Where the address is confidential, city and postal code are null and
    the phone is the organization's."""

    uuid = serializers.UUIDField()
    name = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True, allow_null=True)
    state = serializers.CharField(allow_blank=True)
    postal_code = serializers.CharField(allow_blank=True, allow_null=True)
    address_confidential = serializers.BooleanField()
    serves = serializers.ChoiceField(HouseRow.Serves.choices)
    lgbtq_affirming = serializers.BooleanField()
    parents_with_children = serializers.BooleanField()
    narr_level = serializers.IntegerField(
        min_value=1, max_value=4, allow_null=True, help_text=_("NARR's level, 1 to 4.")
    )
    narr_letter = serializers.CharField(allow_null=True, help_text=_("NARR's letter of that level."))
    medications = serializers.ListField(
        child=serializers.ChoiceField(MEDICATIONS), help_text=_("For opioid use disorder, supported in the house.")
    )
    fee = serializers.CharField(allow_null=True, help_text=_("In dollars and cents: `185.00`."))
    fee_period = serializers.ChoiceField(HouseRow.FeePeriod.choices)


class House(PublishedHouse):
    """A house as its own people see it."""

    street = serializers.CharField(allow_blank=True)
    time_zone = serializers.CharField()


class Houses(Page):
    items = House(many=True)


class PublishedHouses(Page):
    items = PublishedHouse(many=True)


class Occupancy(PublishedHouse):
    """How full a house is tonight. Every bed in use is in exactly one of four states: occupied, held, out of service
    or open."""

    night = serializers.DateField(help_text=_("The night that is counted: the date in the house."))
    as_of = serializers.DateTimeField(help_text=_("When it was counted, by the house's clock."))
    capacity = serializers.IntegerField(help_text=_("Beds in use."))
    occupied = serializers.IntegerField()
    held = serializers.IntegerField(help_text=_("Promised to an applicant."))
    out_of_service = serializers.IntegerField()
    open = serializers.IntegerField(help_text=_("Beds that nobody and nothing has."))
    opening = serializers.IntegerField(
        help_text=_("Occupied beds whose resident is expected to leave within seven days.")
    )


class Occupancies(Page):
    items = Occupancy(many=True)
