"""What a page tells the phone that shows it as an app."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from soberhouse.pages.views_app import GROUND, GROUND_DARK

register = template.Library()


@register.simple_tag
def app_name() -> str:
    """The name on the phone's screen, which others see."""
    return settings.APP_SHORT_NAME


@register.simple_tag
def app_colors(chosen: str = "") -> SafeString:
    """The color around the page: of the theme somebody chose, else of each."""
    colors = {"light": GROUND, "dark": GROUND_DARK}
    if chosen in colors:
        return format_html('<meta name="theme-color" content="{}">', colors[chosen])
    return format_html_join(
        "\n",
        '<meta name="theme-color" content="{}" media="(prefers-color-scheme: {})">',
        ((color, scheme) for scheme, color in colors.items()),
    )
