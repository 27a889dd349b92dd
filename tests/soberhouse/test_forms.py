"""How forms are drawn: what a person without eyes, mouse or patience needs from them."""

from __future__ import annotations

from datetime import date, time

import pytest
from django import forms
from django.utils import translation

from soberhouse.forms import DateInput, PhoneInput, Segmented, TimeInput


class MoveIn(forms.Form):
    name = forms.CharField(help_text="As on the card.", max_length=10)
    note = forms.CharField(required=False)
    bed = forms.ChoiceField(choices=[("a", "1A"), ("b", "1B")], widget=forms.RadioSelect)
    token = forms.CharField(widget=forms.HiddenInput)

    def clean(self) -> None:
        raise forms.ValidationError("The house is full that night.")


def test_a_fresh_form_ties_help_to_its_field_and_says_what_is_optional() -> None:
    drawn = str(MoveIn())

    assert "error-summary" not in drawn
    assert 'id="id_name_helptext"' in drawn
    assert 'aria-describedby="id_name_helptext"' in drawn
    assert drawn.count('class="optional"') == 1


def test_a_refused_form_sums_up_links_and_keeps_what_was_typed() -> None:
    drawn = str(MoveIn({"name": "<Maximiliana>", "note": "by bus"}))

    assert drawn.index("error-summary") < drawn.index("<label")
    assert '<a href="#id_name">Name</a>' in drawn
    assert '<a href="#id_bed_0">Bed</a>' in drawn
    assert drawn.count("The house is full that night.") == 1
    assert 'id="id_name_error"' in drawn
    assert 'aria-describedby="id_name_helptext id_name_error"' in drawn
    assert 'aria-describedby="id_bed_error"' in drawn
    assert 'value="&lt;Maximiliana&gt;"' in drawn
    assert 'value="by bus"' in drawn


@pytest.mark.parametrize("language", ["en-us", "de", "ar"])
def test_dates_and_times_are_what_the_browser_reads_in_every_language(language: str) -> None:
    with translation.override(language):
        day = DateInput().render("day", date(2026, 3, 1))
        hour = TimeInput().render("hour", time(23, 0))

    assert 'type="date" name="day" value="2026-03-01"' in day
    assert 'type="time" name="hour" value="23:00"' in hour


def test_a_phone_brings_its_keys_and_a_segmented_choice_is_still_radios() -> None:
    assert 'type="tel"' in PhoneInput().render("phone", "")
    assert Segmented(choices=[("a", "A"), ("b", "B")]).render("x", "b").count('type="radio"') == 2
