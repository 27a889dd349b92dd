"""How houses write names, rooms and people to call, taken apart without losing a word."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from residents.stays.roster.dates import is_blank

CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u2060\ufeff\u00ad]")

_PARTICLES = frozenset(
    ["de", "la", "las", "los", "del", "di", "da", "das", "do", "dos", "du", "des", "van", "von", "der", "den", "ter"]
    + ["ten", "zu", "y", "e", "bin", "ibn", "bint", "al", "el", "st.", "st", "san", "santa", "le", "lo", "della"]
)
_SUFFIX = re.compile(r"(?:jr|sr|i{1,3}|iv|v|2nd|3rd|4th)\.?", re.IGNORECASE)
_CALLED = r"[^\W\d_][\w .'’-]*"
_NICKNAME = re.compile(rf"""\s*(?:["“”„]({_CALLED})["“”„]|\(({_CALLED})\)|(?<=\s)['‘]({_CALLED})['’](?=\s|$))\s*""")
NO_ANSWER = re.compile(
    r"(?:none|no|not)(?:\s+(?:given|listed|known|provided|on file|yet|phone|cell|one|applicable))?|"
    r"declined|refused",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"(?:\b(?:cell|phone|tel|ph|mobile|c|h|p|#)\s*[.:#]?\s*)?(\+?\(?\d[\d\s().+-]{5,22}\d)", re.IGNORECASE
)
_RELATIONS = (
    "mother|mom|mum|father|dad|parents?|step-?(?:mother|mom|father|dad|son|daughter|brother|sister)|sister|brother|"
    "sibling|wife|husband|spouse|partner|girlfriend|boyfriend|fianc[eé]e?|son|daughter|aunt|uncle|niece|nephew|"
    "cousin|grand-?(?:mother|father|ma|pa|parent)|nana|friend|sponsor|employer|boss|coach|counsel(?:l)?or|therapist|"
    "case ?(?:manager|worker)|probation officer|parole officer|po|pastor|guardian|ex-?wife|ex-?husband|"
    "neighbou?r|(?:mother|father|sister|brother)-in-law"
)
_RELATION_IN_BRACKETS = re.compile(r"[(\[]\s*([^()\[\]]{2,60}?)\s*[)\]]")
_RELATION_LAST = re.compile(rf"(?:^|[\s,;:–—-]+)(?:his |her |their )?({_RELATIONS})\.?$", re.IGNORECASE)
_RELATION_FIRST = re.compile(rf"^({_RELATIONS})\s*[:,–—-]\s*", re.IGNORECASE)

_DIGITS_LETTER = re.compile(r"(?:(?:room|rm)\.?\s*)?(\d+)\s*[-/.]?\s*[a-z]", re.IGNORECASE)
_ROOM_THEN_BED = re.compile(
    r"(?:(?:room|rm)\.?\s*)?(.+?)(?:\s*[-/,:]\s*(?:bed\s*)?|\s+bed\s*)#?\s*\w{1,10}", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ContactWords:
    """An emergency contact as far as it could be told apart; what could not, stays in the name."""

    name: str
    relationship: str = ""
    phone: str = ""


def clean(text: str) -> str:
    """One line, one spelling of accents, single spaces, nothing that no one can see."""
    return unicodedata.normalize("NFC", " ".join(_INVISIBLE.sub("", CONTROL.sub("", text)).split()))


def fold(text: str) -> str:
    """A text as it is compared: without difference of case, spacing, or how an accent is stored."""
    return unicodedata.normalize("NFC", clean(text).casefold())


def compact(text: str) -> str:
    """The same without spaces: a bed is one bed whether it is written 1A or 1 A."""
    return fold(text).replace(" ", "")


def short(text: str, limit: int = 60) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def split_name(text: str, *, last_first: bool = False) -> tuple[str, str, str]:
    """(first, last, preferred) of a name in one cell: “Last, First” or “First Last”, a nickname in “” or ().

    A lone word is a first name. `last_first` says which way a name without a comma goes. What looks like a formula is
    no name to take apart.
    """
    if text[:1] in ("=", "@"):
        return text, "", ""
    text, nick = without_nickname(text)
    head, comma, tail = (part.strip() for part in text.partition(","))
    if comma and _SUFFIX.fullmatch(tail):
        text, comma = f"{head} {tail}", ""
    if comma:
        first, second_comma, suffix = (part.strip() for part in tail.rpartition(","))
        if second_comma and _SUFFIX.fullmatch(suffix):
            return first, f"{head} {suffix}", nick
        return tail, head, nick
    words = text.split()
    if len(words) < 2:
        return text, "", nick
    if last_first:
        end = 1
        while end < len(words) - 1 and words[end - 1].casefold() in _PARTICLES:
            end += 1
        return " ".join(words[end:]), " ".join(words[:end]), nick
    start = len(words) - 1
    if start >= 2 and _SUFFIX.fullmatch(words[start]):
        start -= 1
    while start > 1 and words[start - 1].casefold() in _PARTICLES:
        start -= 1
    return " ".join(words[:start]), " ".join(words[start:]), nick


def without_nickname(text: str) -> tuple[str, str]:
    """A name without what stands in quotes or brackets, and that."""
    match = _NICKNAME.search(text)
    if match is None or text[:1] in ("=", "@"):
        return text, ""
    rest = clean(f"{text[: match.start()]} {text[match.end() :]}").replace(" ,", ",")
    nick = clean(next(part for part in match.groups() if part))
    return (rest, nick) if rest else (text, "")


def split_contact(text: str) -> ContactWords | None:
    """Name, relationship and telephone of a contact written in one cell; None where it names nobody."""
    if is_blank(text) or NO_ANSWER.fullmatch(text):
        return None
    rest, phone, relationship = text, "", ""
    match = _PHONE.search(rest)
    if match and 7 <= count_digits(match[1]) <= 15:
        phone = match[1].strip()
        rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    if match := _RELATION_IN_BRACKETS.search(rest):
        relationship = match[1]
        rest = f"{rest[: match.start()]} {rest[match.end() :]}"
    rest = _bare(rest)
    if not relationship and (match := _RELATION_LAST.search(rest) or _RELATION_FIRST.search(rest)):
        relationship = match[1]
        rest = _bare(f"{rest[: match.start()]} {rest[match.end() :]}")
    return ContactWords(rest or relationship or text, relationship, phone)


def _bare(text: str) -> str:
    return clean(text).strip(" ,;:-–—/")


def count_digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def room_of(label: str) -> str:
    """The room in a label that names room and bed: “1” of “1A”, “Front” of “Front / 2”, none of “12”."""
    match = _DIGITS_LETTER.fullmatch(label) or _ROOM_THEN_BED.fullmatch(label)
    return match[1].strip() if match else ""
