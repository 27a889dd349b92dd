"""System check: an audited model has nothing that a trigger cannot mirror."""

from __future__ import annotations

from typing import Any

from django.core import checks
from django.db import models

from soberhouse.history.records import audited_models


def check_can_be_mirrored(**kwargs: Any) -> list[checks.CheckMessage]:
    return [
        checks.Error(
            f"{model._meta.label} is audited, and {problem}, which history triggers cannot mirror.",
            hint=remedy,
            obj=model,
            id="history.E001",
        )
        for model in audited_models()
        for problem, remedy in _problems(model)
    ]


def _problems(model: type[models.Model]) -> list[tuple[str, str]]:
    found = [
        (f"'{field.name}' is a generated field", "Compute it where it is read.")
        for field in model._meta.local_fields
        if isinstance(field, models.GeneratedField)
    ]
    found += [
        (f"'{field.name}' is an implicit many-to-many", "Write the linking model and audit it.")
        for field in model._meta.local_many_to_many
        if field.remote_field.through._meta.auto_created
    ]
    if model._meta.parents:
        found.append(("it inherits a table of its own", "Use an abstract base."))
    return found
