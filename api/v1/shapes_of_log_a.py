"""What stands in answers about the log of a house."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.fields import Page
from residents.log.models import Audience, Kind


class EntryPerson(serializers.Serializer):
    """Somebody whom an entry is about."""

    stay = serializers.UUIDField()
    name = serializers.CharField()


class EntryLine(serializers.Serializer):
    """One entry as it counts now, or as it was known when it is asked."""

    uuid = serializers.UUIDField()
    house = serializers.UUIDField()
    kind = serializers.ChoiceField(Kind.choices)
    audience = serializers.ChoiceField(Audience.choices, help_text=_("Who reads it."))
    text = serializers.CharField()
    happened_at = serializers.DateTimeField()
    about = EntryPerson(many=True, help_text=_("Whom it is about; to a resident, themselves alone."))
    amended = serializers.BooleanField(help_text=_("Whether it was put right since it was first written."))
    recorded_by = serializers.CharField(
        allow_null=True, help_text=_("Who wrote it first; null where they asked not to be named to you.")
    )
    recorded_at = serializers.DateTimeField(help_text=_("When it was first written."))


class Entries(Page):
    items = EntryLine(many=True)


class EntryTelling(serializers.Serializer):
    """What an entry told from one time on."""

    text = serializers.CharField()
    happened_at = serializers.DateTimeField()
    about = EntryPerson(many=True)
    correction_reason = serializers.CharField(allow_blank=True, help_text=_("What was wrong before; empty at first."))
    recorded_by = serializers.CharField(allow_null=True)
    recorded_at = serializers.DateTimeField()


class EntryPhoto(serializers.Serializer):
    """A picture that belongs to an entry. It is looked at on the site."""

    uuid = serializers.UUIDField()
    caption = serializers.CharField()


class Entry(EntryLine):
    """One entry, whole."""

    audience_reason = serializers.CharField(allow_blank=True, help_text=_("Why so few read it."))
    photos = EntryPhoto(many=True)
    tellings = EntryTelling(many=True, help_text=_("Every telling of it, the newest first."))
