"""What stands in answers: every field by name. The schema is made of these; a test holds the answers to them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from residents.houses.models import House as HouseRow
from residents.stays.models import Application as ApplicationRow
from residents.stays.models import Discharge as DischargeRow

MEDICATIONS = ("buprenorphine", "methadone", "naltrexone")


class PublishedHouse(serializers.Serializer):
    """What anybody may know who looks for a bed. Where the address is confidential, city and postal code are null, the
    phone is the organization's, and the name is `House` and the first eight digits of the `uuid`: the house's own name
    may tell its street."""

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


class Bed(serializers.Serializer):
    """One sleeping place in one night, and what has it."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    room = serializers.CharField()
    name = serializers.CharField(help_text=_("What people call it: `1A`."))
    night = serializers.DateField()
    state = serializers.ChoiceField(["open", "occupied", "held", "out_of_service"], allow_null=True)
    since = serializers.DateField(allow_null=True, help_text=_("The first night of that."))
    until = serializers.DateField(allow_null=True, help_text=_("The first night after it, if that is planned."))
    overdue = serializers.BooleanField(help_text=_("Whether somebody is in it who should have left."))
    stay = serializers.UUIDField(allow_null=True)
    application = serializers.UUIDField(allow_null=True)


class Beds(Page):
    items = Bed(many=True)


class ResidentLine(serializers.Serializer):
    """One resident as a list shows them."""

    uuid = serializers.UUIDField()
    name = serializers.CharField(help_text=_("The name they go by."))
    stay = serializers.UUIDField(allow_null=True, help_text=_("The stay that goes on, where you see it."))
    house = serializers.UUIDField(allow_null=True, help_text=_("The house of that stay."))


class Residents(Page):
    items = ResidentLine(many=True)


class ResidentsFound(serializers.Serializer):
    """Those who were found, the first hundred of them."""

    items = ResidentLine(many=True)
    more = serializers.BooleanField(help_text=_("Whether there are more."))


class Resident(ResidentLine):
    """One resident. That you looked is on record for them."""

    legal_first_name = serializers.CharField()
    legal_last_name = serializers.CharField(allow_blank=True)
    preferred_name = serializers.CharField(allow_blank=True)
    gender = serializers.CharField(allow_blank=True)
    pronouns = serializers.CharField(allow_blank=True)
    birth_date = serializers.DateField(allow_null=True)
    phone = serializers.CharField(allow_blank=True)
    sober_since = serializers.DateField(allow_null=True)


class StayLine(serializers.Serializer):
    """A resident's time in one house, as a list shows it."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    resident = serializers.UUIDField(allow_null=True, help_text=_("Null where you see the stay and not the person."))
    name = serializers.CharField(help_text=_("The name they go by; of a stay that is over, the one they had then."))
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True, help_text=_("Null until discharge."))
    expected_on = serializers.DateField(allow_null=True, help_text=_("The planned move-out, which ends nothing."))
    bed = serializers.UUIDField(allow_null=True, help_text=_("The bed they have, or had last."))
    voided = serializers.BooleanField(help_text=_("Whether it was entered by mistake."))


class Stays(Page):
    items = StayLine(many=True)


class Discharge(serializers.Serializer):
    """The end of a stay."""

    left_on = serializers.DateField()
    reason = serializers.ChoiceField(DischargeRow.Reason.choices)
    destination = serializers.IntegerField(help_text=_("A code of HUD's list 3.12."))
    where_to = serializers.CharField(allow_blank=True)
    decided_by = serializers.CharField(allow_blank=True)
    belongings = serializers.ChoiceField(DischargeRow.HandedOver.choices)
    medications = serializers.ChoiceField(DischargeRow.HandedOver.choices)
    money = serializers.ChoiceField(DischargeRow.HandedOver.choices)
    naloxone = serializers.ChoiceField(DischargeRow.Naloxone.choices)
    may_return = serializers.ChoiceField(DischargeRow.Return.choices)
    return_terms = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class Stay(StayLine):
    """One stay. That you looked is on record for the resident."""

    began_on = serializers.DateField(help_text=_("When the chain of stays began that this one may continue."))
    days = serializers.IntegerField(help_text=_("Days along that chain."))
    application = serializers.UUIDField(allow_null=True)
    discharge = Discharge(allow_null=True)


class Hold(serializers.Serializer):
    """A bed promised to an applicant."""

    uuid = serializers.UUIDField()
    bed = serializers.UUIDField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text=_("The first night it is not held any more."))


class ApplicationLine(serializers.Serializer):
    """Somebody asks for a bed, as a list shows it."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    resident = serializers.UUIDField(allow_null=True, help_text=_("Null where you do not see the person."))
    name = serializers.CharField()
    status = serializers.ChoiceField(ApplicationRow.Status.choices)
    place = serializers.IntegerField(allow_null=True, help_text=_("On the house's waitlist, from 1."))
    received_on = serializers.DateField()
    wanted_on = serializers.DateField(allow_null=True)
    holds = Hold(many=True, help_text=_("Those in force."))


class Applications(Page):
    items = ApplicationLine(many=True)


class Application(ApplicationLine):
    """One application. That you looked is on record for whoever applies."""

    referred_by = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)


class Receipt(serializers.Serializer):
    """That a referral came in: nothing about anybody."""

    uuid = serializers.UUIDField(help_text=_("Name it when you call the house."))
    house = serializers.UUIDField()
    received_at = serializers.DateTimeField()
