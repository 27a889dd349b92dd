"""Codes that people type: one alphabet, and one forgiving way to read it, for slips and papers alike."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from soberhouse import codes
from soberhouse.accounts import invitations
from soberhouse.documents.codes import as_typed
from soberhouse.history import acting_as
from tests.cast import Cast


def test_new_codes_are_of_letters_that_nobody_takes_for_digits():
    made = {codes.new_letters(20) for _each in range(200)}

    assert len(made) == 200
    assert set("".join(made)) == set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


@pytest.mark.parametrize(
    ("typed", "made"),
    [
        ("ABCD-0123", "ABCD0123"),
        (" abcd 0123\n", "ABCD0123"),
        ("a.b.c.d_0\u20131\u20102 3", "ABCD0123"),
        ("uvoilUVO", "VV011VV0"),
        ("ABCD-012", ""),
        ("ABCD-01234", ""),
        ("ABCD-012!", ""),
        ("ABCD-012\0", ""),
        ("é" * 5000, ""),
        ("", ""),
    ],
)
def test_code_is_read_as_it_was_made_or_not_at_all(typed, made):
    assert codes.as_made(typed, 8) == made


def test_slips_and_papers_are_read_alike(cast: Cast, monkeypatch):
    monkeypatch.setattr(codes.secrets, "choice", lambda letters: "V")
    with acting_as(cast.olive, source="web"):
        _slip, code = invitations.invitation_make(user=cast.bob, now=timezone.now())

    found = invitations.invitation_of(code="u" * 16, now=timezone.now() + timedelta(minutes=1))

    assert re.fullmatch(r"(VVVV-){3}VVVV", code)
    assert found.user == cast.bob
    assert as_typed("u" * 20) == "VVVVV-VVVVV-VVVVV-VVVVV"
