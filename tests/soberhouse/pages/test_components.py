"""The page of components is drawn whole, and what subjects offer is drawn as they meant it."""

from __future__ import annotations

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.template import Context, Template
from django.test import RequestFactory

from soberhouse.cards import Card, Entry, Order, Row
from soberhouse.pages.views_components import components, icon_names
from soberhouse.templatetags.look import TONES

GATHERED = Template("{% load gathering %}{% gathered card %}")


def test_the_page_shows_every_state_and_every_icon() -> None:
    request = RequestFactory().get("/components/")
    request.user = AnonymousUser()

    page = components(request).content.decode()

    assert all(f"tone-{tone}" in page for tone in TONES)
    assert all(f"icons.svg#{name}" in page for name in icon_names())
    assert len(icon_names()) > 30


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
