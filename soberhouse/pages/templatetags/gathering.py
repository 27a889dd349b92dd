"""What subjects offered (`soberhouse.cards`), drawn: `{% load gathering %}`."""

from __future__ import annotations

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from soberhouse.cards import Card, Entry, Order, Record, Section

register = template.Library()


@register.simple_tag(takes_context=True)
def gathered(context: Context, card: Card) -> SafeString:
    """A card as a subject filled it. One about what needs a person now is loud, and not there when empty."""
    request = context.get("request")
    is_loud = card.order <= Order.NOW
    if not card.template and not card.rows and (is_loud or not card.empty):
        return SafeString("")
    inside = render_to_string(card.template, dict(card.context), request=request) if card.template else ""
    facts = {"card": card, "inside": inside, "is_loud": is_loud}
    return SafeString(render_to_string("soberhouse/components/gathered.html", facts, request=request))


@register.simple_tag
def happened(one: Entry) -> SafeString:
    """An entry as one `<li>` of `<ol class="timeline">`; what was undone since is struck out and says so."""
    return SafeString(render_to_string("soberhouse/components/happened.html", {"one": one}))


@register.filter
def told(section: Section, one: Record) -> list[tuple[str, str]]:
    """What a record of this section says, each cell with its header; what it does not say is left out."""
    return [(label, cell) for label, cell in zip(section.headers, one.cells, strict=True) if cell]
