"""What queries and bodies are made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers

from api import pagination

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)


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


class Text(serializers.CharField):
    """A text, which a number is not."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


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
