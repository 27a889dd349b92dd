"""What queries and bodies are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.fields import empty

from api import pagination
from soberhouse.words import is_blank

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
CLOCK = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


class Strict(serializers.Serializer):
    """Takes the fields it knows and refuses any other, naming those there are."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            known = ", ".join(name for name, field in self.fields.items() if not field.read_only)
            says = _("There is no such field. There are: %(known)s.") % {"known": known or _("none")}
            unknown = {str(name): [says] for name in data if name not in self.fields}
            if unknown:
                raise serializers.ValidationError(unknown)
        return super().to_internal_value(data)


class Id(serializers.UUIDField):
    """A public id, as text."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """A date, such as 2026-05-03, within the years that a house could mean."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)
        self.validators = [*self.validators, MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]


class Instant(serializers.DateTimeField):
    """A moment with its offset from UTC, such as 2026-05-03T18:00:00-04:00, within the same years."""

    default_error_messages = {
        "offset": gettext_lazy("Say the offset from UTC as well, such as 2026-05-03T18:00:00-04:00.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        first, last = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (EARLIEST, LATEST))
        self.validators = [*self.validators, MinValueValidator(first), MaxValueValidator(last)]

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss±hh:mm")
        return super().to_internal_value(data)

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.utcoffset() is None:
            self.fail("offset")
        try:
            return value.astimezone(UTC)
        except OverflowError:
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ss±hh:mm")


class Text(serializers.CharField):
    """A text, which a number is not. One of which nothing is to be seen is empty."""

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation("" if isinstance(data, str) and is_blank(data) else data)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Clock(Text):
    """A time of day by the clock of the house, such as 22:30."""

    default_error_messages = {"clock": gettext_lazy("A time of day, such as 22:30.")}

    def to_internal_value(self, data: Any) -> time:
        said = super().to_internal_value(data)
        if not CLOCK.fullmatch(said):
            self.fail("clock")
        return time.fromisoformat(said)


class PageQuery(Strict):
    """What every list may be asked with."""

    per_page = serializers.IntegerField(
        min_value=pagination.LEAST,
        max_value=pagination.MOST,
        default=pagination.USUAL,
        help_text=gettext_lazy("Rows on a page."),
    )
    cursor = Text(
        required=False,
        max_length=200,
        help_text=gettext_lazy("Where the page begins: taken from the address in `next`."),
    )


class Page(serializers.Serializer):
    """What every list answers around its rows."""

    next = serializers.CharField(
        allow_null=True, help_text=gettext_lazy("The address of the next page, without the site; null on the last.")
    )
