"""Rows of meetings for the matrix: each about Nia, or about nobody; some about Dana."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from residents.meetings.standing import monday
from residents.models import Stay
from tests.cast import Cast
from tests.residents.meetings import given


def required_rows(cast: Cast, stay: Stay) -> dict[str, Any]:
    """`stay` is Nia's. Audra excused the week, so that alice, bob and olive may take that back."""
    week = monday(stay.starts_on) + timedelta(days=7)
    return {
        "requirement": given.requirement_of(cast.house_a),
        "requirement of nia": given.requirement_of(cast.house_a, stay=stay),
        "excused week": given.week_excused_of(stay, week, cast.audra),
    }
