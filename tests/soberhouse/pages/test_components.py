"""The page of components is drawn whole, and what subjects offer is drawn as they meant it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory
from django.test.signals import template_rendered

from soberhouse.cards import Card, Entry, Order, Row
from soberhouse.pages import views_components
from soberhouse.pages.views_components import components, icon_names
from soberhouse.templatetags.look import TONES
from tests.architecture import guards

GATHERED = Template("{% load gathering %}{% gathered card %}")
FOLDER = guards.ROOT / "templates"
# Parts of more than one page that subjects bring along.
PARTS = [
    "accounts/keys.html",
    "accounts/qr.html",
    "notices/bell.html",
    "notices/notice.html",
    "residents/people/week.html",
    "soberhouse/mine/days.html",
]


@pytest.fixture
def drawn() -> Iterator[list[str]]:
    """The names of the templates that were drawn so far."""
    names: list[str] = []

    def hear(template: Any, **_more: Any) -> None:
        names.append(template.name)

    template_rendered.connect(hear)
    yield names
    template_rendered.disconnect(hear)


def page() -> str:
    request = RequestFactory().get("/components/")
    request.user = AnonymousUser()
    return components(request).content.decode()


def test_the_page_shows_every_state_and_every_icon() -> None:
    html = page()

    assert all(f"tone-{tone}" in html for tone in TONES)
    assert all(f"icons.svg#{name}" in html for name in icon_names())
    assert len(icon_names()) > 30


def test_the_page_shows_every_component(drawn: list[str]) -> None:
    there_are = [str(path.relative_to(FOLDER)) for path in (FOLDER / "soberhouse/components").glob("*.html")]
    assert len(there_are) > 15

    page()

    assert sorted({*there_are, *PARTS} - set(drawn)) == []


def widgets_of(form: type[forms.BaseForm]) -> set[type[forms.Widget]]:
    return {type(field.widget) for field in form.base_fields.values()}


def test_the_page_shows_every_control_that_any_form_has() -> None:
    list(guards.every_module())
    ours = [form for form in guards.subclasses(forms.BaseForm) if form.__module__.startswith(guards.OURS)]
    shown = widgets_of(views_components.SampleForm) | widgets_of(views_components.MoreControls)

    lacking = {widget.__name__ for form in ours for widget in widgets_of(form) - shown}

    assert sorted(lacking) == []


@pytest.mark.parametrize("form", [views_components.SampleForm, views_components.MoreControls])
def test_the_page_shows_controls_with_their_errors(form: type[forms.Form]) -> None:
    bad = {views_components.SampleForm: views_components.BAD, views_components.MoreControls: views_components.BAD_MORE}

    assert len(form(bad[form]).errors) > 3


def test_a_card_for_now_is_loud_and_gone_when_empty() -> None:
    loud = Card(title="Over the day", order=Order.NOW, rows=[Row(fact="Leon A.", reason="was to leave", state="late")])
    quiet = Card(title="Over the day", order=Order.NOW, empty="Nobody.")

    assert "loud" in GATHERED.render(Context({"card": loud}))
    assert GATHERED.render(Context({"card": quiet})) == ""


def test_an_empty_card_says_so_where_it_has_words_for_it() -> None:
    worded = Card(title="Moving out", order=Order.LATER, empty="Nobody is known to leave.")
    silent = Card(title="Moving out", order=Order.LATER)

    assert "Nobody is known to leave." in GATHERED.render(Context({"card": worded}))
    assert GATHERED.render(Context({"card": silent})) == ""


def test_what_was_undone_stays_and_says_so() -> None:
    one = Entry(day=date(2026, 11, 16), fact="Moved in", detail="wrong house", struck=True)

    drawn = Template("{% load gathering %}{% happened one %}").render(Context({"one": one}))

    assert "struck" in drawn
    assert "undone" in drawn
    assert "Moved in" in drawn
