"""The components every page is made of, as template tags.

Each tag says what its parameters mean; `/components/` shows each in every state. Markup lives in
`templates/soberhouse/components/`. Registered as template built-ins, so no page has to load it.

A state is always told three ways: colour, shape and word. `TONES` is the one list of states:

    in      ● in a bed, done, fine              late    ▲ behind, lapsing, over the day
    missed  ■ absent, refused, needs a person   held    ◆ promised to somebody
    out     ▨ out of service                    open    ○ free
    plain   – anything without a verdict (waiting, planned, past)
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.http import HttpRequest, QueryDict
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

register = template.Library()

TONES = {
    "in": _("in"),
    "late": _("behind"),
    "missed": _("missed"),
    "held": _("held"),
    "out": _("out of service"),
    "open": _("open"),
    "plain": "",
}
NOTICE_ICONS = {"in": "check", "late": "warning", "missed": "warning", "held": "hold", "out": "wrench"}
THEMES = ("light", "dark")
COMPONENTS = "soberhouse/components/"


def _tone(tone: str) -> str:
    if tone and tone not in TONES:
        raise template.TemplateSyntaxError(f"{tone!r} is not a state; one of {', '.join(TONES)} is.")
    return tone


def _svg(name: str, css_class: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        css_class,
        static("soberhouse/icons.svg"),
        name,
    )


def _same_query(context: Context, name: str, value: Any) -> str:
    """The address of this page with one part of its query changed."""
    request: HttpRequest | None = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    query[name] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag
def icon(name: str) -> SafeString:
    """One drawn icon of `icons.svg`, always beside a word: it is hidden from screen readers."""
    return _svg(name, "icon")


@register.simple_tag
def shape(tone: str) -> SafeString:
    """The shape that doubles a state's colour."""
    return _svg(f"shape-{_tone(tone) or 'note'}", "shape")


@register.simple_tag
def pill(tone: str, word: Any = "", hint: str = "") -> SafeString:
    """A state in a word: `{% pill "held" "2 days" %}`. Without a word, the state's own.

    `hint` is read out before it."""
    said = word if word not in ("", None) else TONES[_tone(tone)]
    before = format_html('<span class="visually-hidden">{}: </span>', hint) if hint else ""
    return format_html('<span class="pill tone-{}">{}<span>{}{}</span></span>', tone, shape(tone), before, said)


@register.simple_tag
def stat(value: Any, label: str, of: Any = None, tone: str = "", url: str = "", detail: str = "") -> SafeString:
    """One number with its words, in a `<dl class="stats">`. `of` prints "11 / 12"; `url` makes it all a link."""
    facts = {"value": value, "label": label, "of": of, "tone": _tone(tone), "url": url, "detail": detail}
    return SafeString(render_to_string(COMPONENTS + "stat.html", facts))


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    icon: str = "",
    tone: str = "",
    count: Any = None,
    url: str = "",
    link: str = "",
    level: int = 2,
    id: str = "",
    css: str = "",
) -> SafeString:
    """A white card: `{% card title=… %}…{% endcard %}`. `tone` marks its edge, `count` stands beside the title,
    `url` with `link` puts one link at the right of the head. `css` adds classes ("loud", "wide")."""
    facts = {
        "content": content,
        "title": title,
        "icon": icon,
        "tone": _tone(tone),
        "count": count,
        "url": url,
        "link": link,
        "level": level,
        "id": id,
        "css": css,
    }
    return SafeString(render_to_string(COMPONENTS + "card.html", facts))


@register.simple_tag
def row(
    fact: str,
    reason: str = "",
    url: str = "",
    state: str = "",
    word: str = "",
    button: str = "",
    button_url: str = "",
    icon: str = "",
) -> SafeString:
    """A fact, the reason for it, and what to do: one `<li>` of `<ul class="rows">`.

    `url` makes the fact (and with it the whole row) a link; `button` with `button_url` stands at the right.
    `state` with `word` is a pill; a state without a word marks the row's edge and must be said in the fact."""
    facts = {
        "fact": fact,
        "reason": reason,
        "url": url,
        "state": _tone(state),
        "word": word,
        "button": button,
        "button_url": button_url,
        "icon": icon,
    }
    return SafeString(render_to_string(COMPONENTS + "row.html", {"row": facts}))


@register.simple_tag
def field(bound: BoundField, label: str = "", help: str | None = None) -> SafeString:
    """A form's field with this page's own words for it.

    Keep it with `as` above the error summary, which then uses the same words."""
    if label:
        bound.label = label
    if help is not None:
        bound.help_text = help
    bound.field.widget.attrs.pop("placeholder", None)
    return SafeString(bound.as_field_group())


@register.simple_tag
def link_button(url: str, label: str, icon: str = "", kind: str = "") -> SafeString:
    """A link that looks like a button. `kind`: "" outlined, "primary", "quiet", "danger"; several may be given."""
    drawn = _svg(icon, "icon") if icon else ""
    return format_html('<a class="button {}" href="{}">{}<span>{}</span></a>', kind, url, drawn, label)


@register.simple_tag
def button(
    label: str, icon: str = "", kind: str = "primary", name: str = "", value: str = "", form: str = ""
) -> SafeString:
    """A submit button that says what pressing it will do. `form` is the id of a form elsewhere on the page."""
    extra = SafeString("")
    for key, given in (("name", name), ("value", value), ("form", form)):
        if given:
            extra += format_html(' {}="{}"', key, given)
    drawn = _svg(icon, "icon") if icon else ""
    return format_html(
        '<button class="button {}" type="submit"{}>{}<span>{}</span></button>', kind, extra, drawn, label
    )


@register.simple_tag
def person(name: str, detail: str = "", url: str = "", photo: str = "") -> SafeString:
    """A person: initials (or a photo's address), name, one line. `url` links the name."""
    facts = {"name": name, "detail": detail, "url": url, "photo": photo, "initials": initials(name)}
    return SafeString(render_to_string(COMPONENTS + "person.html", facts))


@register.filter
def initials(name: str) -> str:
    """Up to two letters to stand for a name; a name without letters gives its first character."""
    parts = [part.lstrip("\"'(") for part in str(name).split()]
    letters = [part[0] for part in parts if part and part[0].isalpha()]
    if not letters:
        return str(name).strip()[:1]
    return (letters[0] + (letters[-1] if len(letters) > 1 else "")).upper()


@register.simple_tag
def bed(bed: Any) -> SafeString:
    """A bed's card, one `<li>` of `<ul class="beds">`.

    `bed` (object or dict) has `label`, `state` (in, overstay, held, open, out, missed, plain), `name` (who, or what
    is so), and may have `detail`, `url` (the resident or the bed), `word` (the pill's, if not the state's own),
    `alert` (a second line that is loud), and `actions`: a list with `url`, `label`, maybe `icon`."""
    return SafeString(render_to_string(COMPONENTS + "bed.html", {"bed": bed}))


@register.simple_block_tag
def entry(
    content: str,
    title: str,
    when: Any = "",
    who: str = "",
    source: str = "",
    reason: str = "",
    tone: str = "plain",
    icon: str = "",
    url: str = "",
) -> SafeString:
    """One thing that happened: an `<li>` of `<ol class="timeline">`. `when` is a text or a date;
    the block holds what changed (see `change.html`) or nothing."""
    facts = {
        "content": SafeString(content.strip()),
        "title": title,
        "when": when,
        "is_day": isinstance(when, date),
        "who": who,
        "source": source,
        "reason": reason,
        "tone": _tone(tone),
        "icon": icon,
        "url": url,
    }
    return SafeString(render_to_string(COMPONENTS + "entry.html", facts))


@register.simple_block_tag
def empty(content: str, title: str, icon: str = "check") -> SafeString:
    """What a list says when there is nothing in it; the block holds what to do about it, if anything."""
    facts = {"content": SafeString(content.strip()), "title": title, "icon": icon}
    return SafeString(render_to_string(COMPONENTS + "empty.html", facts))


@register.simple_block_tag
def notice(content: str, tone: str = "plain", title: str = "") -> SafeString:
    """A boxed sentence inside a page. `tone` as everywhere; the icon follows it."""
    facts = {
        "content": SafeString(content.strip()),
        "tone": _tone(tone),
        "title": title,
        "icon": NOTICE_ICONS.get(tone, "info"),
    }
    return SafeString(render_to_string(COMPONENTS + "notice.html", facts))


@register.simple_tag
def tabs(label: str, items: Iterable[Any]) -> SafeString:
    """Views of one thing, as links. Each item has `url`, `label`, `current`, maybe `count`; `label` names them all."""
    return SafeString(render_to_string(COMPONENTS + "tabs.html", {"label": label, "items": list(items)}))


@register.simple_tag
def progress(value: int, of: int, label: str, tone: str = "in") -> SafeString:
    """How far along, as a bar and in words: "label: 3 of 4"."""
    facts = {"value": value, "of": of, "label": label, "tone": _tone(tone)}
    return SafeString(render_to_string(COMPONENTS + "progress.html", facts))


@register.simple_tag(takes_context=True)
def night_picker(context: Context, night: date, today: date, name: str = "night", label: str = "") -> SafeString:
    """Any night, past or to come: the night before, a calendar, the night after, and back to tonight.
    A GET form that keeps the rest of the query; its fields name dates only, never a person."""
    request: HttpRequest | None = context.get("request")
    kept = []
    if request is not None:
        kept = [(key, value) for key, values in request.GET.lists() if key != name for value in values]
    facts = {
        "kept": kept,
        "night": night,
        "today": today,
        "before": night - timedelta(days=1) if night > date.min else None,
        "after": night + timedelta(days=1) if night < date.max else None,
        "name": name,
        "label": label or _("Night of"),
        "is_tonight": night == today,
    }
    return SafeString(render_to_string(COMPONENTS + "night_picker.html", facts))


@register.simple_tag(takes_context=True)
def pager(context: Context, page: Page, form: str = "", name: str = "page", label: str = "") -> SafeString:
    """Earlier and later pages of a list, and where one is.

    With `form` (the id of a list's POST form) the pages are that form's buttons, so that a name searched for never
    stands in an address; otherwise links that keep the rest of the query. `label` tells two pagers of one page
    apart."""
    facts = {"page": page, "form": form, "name": name, "label": label or _("Pages")}
    if page.has_previous():
        facts["previous"] = _same_query(context, name, page.previous_page_number())
    if page.has_next():
        facts["next"] = _same_query(context, name, page.next_page_number())
    return SafeString(render_to_string(COMPONENTS + "pager.html", facts))


@register.simple_tag(takes_context=True)
def sort_header(
    context: Context, key: str, label: str, sort: str = "", form: str = "", name: str = "sort", css: str = ""
) -> SafeString:
    """A `<th>` that sorts. `sort` is the order now ("key" or "-key"); pressing turns it round. `form` as in `pager`."""
    up, down = sort == key, sort == f"-{key}"
    facts = {
        "label": label,
        "value": f"-{key}" if up else key,
        "aria": "ascending" if up else "descending" if down else "",
        "form": form,
        "name": name,
        "css": css,
        "href": _same_query(context, name, f"-{key}" if up else key),
    }
    return SafeString(render_to_string(COMPONENTS + "sort_header.html", facts))


@register.simple_tag(takes_context=True)
def theme(context: Context) -> str:
    """ "light" or "dark" where the person chose one on this device, else empty: the system decides."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request is not None else ""
    return chosen if chosen in THEMES else ""


@register.filter
def error_target(field: BoundField) -> str:
    """The id an error summary links to: the control itself, or the first choice of a group."""
    return field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else "")


@register.filter
def is_optional(field: BoundField) -> bool:
    """Said in words beside the label, since most of what a form asks is needed."""
    return not field.field.required and field.widget_type not in ("checkbox", "segmented", "radioselect")
