"""The look's own promises: readable in both themes, no style or script in a page, drawn icons that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.paginator import Paginator
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import render_to_string
from django.test import RequestFactory

from soberhouse.templatetags.look import TONES, initials

LOOK = Path(settings.BASE_DIR) / "soberhouse" / "static" / "soberhouse"
TEMPLATES = sorted((Path(settings.BASE_DIR) / "templates").rglob("*.*"))
CSS = (LOOK / "app.css").read_text()
SYMBOLS = set(re.findall(r'<symbol id="([\w-]+)"', (LOOK / "icons.svg").read_text()))


def tokens(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


LIGHT = tokens(CSS[: CSS.index("@media (prefers-color-scheme: dark)")])
DARK_BY_SYSTEM = re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\}', CSS, re.DOTALL)[1]
DARK_BY_CHOICE = re.search(r'\n:root\[data-theme="dark"\] \{(.*?)\}', CSS, re.DOTALL)[1]


def contrast(one: str, other: str) -> float:
    """As WCAG 2.2 counts it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TEXT_ON = [
    *((text, ground) for text in ("ink", "ink-soft") for ground in ("ground", "panel", "card", "well", "plain-soft")),
    *(("press", ground) for ground in ("ground", "panel", "card", "well", "press-soft")),
    *(
        (tone, ground)
        for tone in ("in", "late", "missed", "held", "out", "plain")
        for ground in ("card", f"{tone}-soft")
    ),
    *(("ink", f"{tone}-soft") for tone in ("in", "late", "missed", "held", "out")),
    ("in", "panel"),
    ("press-ink", "press"),
    ("press-ink", "press-hover"),
    ("danger-ink", "danger"),
    ("danger-ink", "danger-hover"),
]
EDGE_ON = [(edge, ground) for edge in ("edge", "focus") for ground in ("ground", "panel", "card")]


@pytest.mark.parametrize("theme", [LIGHT, tokens(DARK_BY_SYSTEM)], ids=["light", "dark"])
def test_every_text_can_be_read_on_its_ground(theme: dict[str, str]) -> None:
    faint = [(text, ground) for text, ground in TEXT_ON if contrast(theme[text], theme[ground]) < 4.5]
    faint += [(edge, ground) for edge, ground in EDGE_ON if contrast(theme[edge], theme[ground]) < 3]

    assert faint == []


def test_dark_is_the_same_whether_the_system_or_the_person_chose_it() -> None:
    assert DARK_BY_SYSTEM.split() == DARK_BY_CHOICE.split()
    assert tokens(DARK_BY_SYSTEM).keys() == LIGHT.keys()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(settings.BASE_DIR)))
def test_a_template_carries_no_style_and_no_script_and_names_icons_that_are_drawn(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    drawn = re.findall(r'{% (?:icon|empty "[^"]*") "([\w-]+)"', text) + re.findall(r'\bicon="([\w-]+)"', text)
    assert set(drawn) <= SYMBOLS


def test_every_state_has_a_shape_and_a_colour_of_its_own() -> None:
    assert {f"shape-{tone}" for tone in TONES} <= SYMBOLS
    assert all(f".tone-{tone} {{" in CSS for tone in TONES)


def test_an_unknown_state_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="'green' is not a state"):
        Template('{% pill "green" "fine" %}').render(Context())


def test_what_people_type_is_text_in_every_component() -> None:
    bad = "<b onclick=x>\"'"
    page = Template(
        "{% pill 'in' bad %}{% stat bad bad %}{% card title=bad %}{{ bad }}{% endcard %}"
        "{% row bad bad bad 'in' bad bad %}{% person bad bad bad %}{% bed bed %}{% empty bad %}{% endempty %}"
        "{% entry bad who=bad reason=bad %}{{ bad }}{% endentry %}{% notice 'in' bad %}{{ bad }}{% endnotice %}"
        "{% tabs bad items %}{% progress 1 2 bad %}{% link_button bad bad %}{% button bad name=bad value=bad %}"
    )
    bed = {"label": bad, "state": "in", "name": bad, "url": bad}
    given = {"bad": bad, "bed": bed, "items": [{"url": bad, "label": bad}]}

    drawn = page.render(Context(given))

    assert "<b " not in drawn
    assert drawn.count("&lt;b onclick=x&gt;") > 20


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Tobias R.", "TR"),
        ("Sam", "S"),
        ("Ana María de la Cruz", "AC"),
        ("Ziad 'Zee' Haddad", "ZH"),
        ("李小龍", "李"),
        ("1A", "1"),
        ("", ""),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_pager_keeps_the_rest_of_the_query_or_presses_the_form() -> None:
    context = Context({"page": Paginator(range(9), 3).page(2), "request": RequestFactory().get("/?sort=bed&page=2")})

    linked = Template("{% pager page %}").render(context)
    pressed = Template('{% pager page "filters" %}').render(context)

    assert 'href="?sort=bed&amp;page=1"' in linked
    assert 'href="?sort=bed&amp;page=3"' in linked
    assert "4 to 6 of 9" in linked
    assert 'form="filters" name="page" value="3"' in pressed
    assert "<a " not in pressed


@pytest.mark.parametrize("code", ["400", "403", "403_csrf", "404", "413", "429", "500"])
def test_an_error_page_needs_nothing_and_says_what_to_do(code: str) -> None:
    page = render_to_string(f"{code}.html")

    assert "<h1>" in page
    assert 'href="/"' in page


# What a screen that lies about may not show: whose mail it is would tell how they live.
TELLING = ("sober", "recover", "addict", "drug", "alcohol", "rehab", "treatment", "resident", "patient", "probation")
MAILS = sorted(str(path.relative_to(settings.TEMPLATES[0]["DIRS"][0])) for path in TEMPLATES if "email" in path.parts)


def test_mail_subjects_are_the_same_for_everybody() -> None:
    subjects = {render_to_string(name, {}).strip() for name in MAILS if name.endswith("_subject.txt")}

    assert subjects == {"The link you asked for", "A change to your account", "There is something new for you"}


@pytest.mark.parametrize("name", [name for name in MAILS if "/base_" not in name])
def test_no_mail_tells_how_somebody_lives(name: str) -> None:
    said = render_to_string(name, {"address": "https://example.org/", "password_reset_url": "https://example.org/"})

    assert said.strip()
    assert not [word for word in TELLING if word in said.lower().replace("recovery codes", "")]


def test_sender_of_mail_is_named_by_the_setting_alone() -> None:
    sender = get_adapter().render_mail("notices/email/news", "dana@example.org", {}).from_email

    assert sender == settings.DEFAULT_FROM_EMAIL
    assert not [word for word in TELLING if word in sender.lower()]
