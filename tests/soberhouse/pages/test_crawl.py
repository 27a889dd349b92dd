"""Every link on every page of the demo leads somewhere, for each kind of person who signs in.

Pages of one shape (the same address but for its ids, the same query keys) are opened a few times each; every shape
that any page links to is opened.
"""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

from django.db import connection
from django.test import Client
from django.utils import timezone

from soberhouse.accounts.models import User
from soberhouse.pages.demo import seed

OF_EACH_SHAPE = 3
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Links(HTMLParser):
    """The addresses that a page links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address:
            self.found.append(address)


def shape(address: str) -> tuple[str, ...]:
    parts = urlsplit(address)
    return UUID.sub("*", parts.path), *sorted(parse_qs(parts.query, keep_blank_values=True))


def crawl(client: Client) -> tuple[list[str], set[str]]:
    """What went wrong, with the page that linked there; and every path shape that was opened."""
    from_where, waiting, opened, wrong = {"/": "the start"}, ["/"], Counter(), []
    while waiting:
        address = waiting.pop(0)
        opened[shape(address)] += 1
        if opened[shape(address)] > OF_EACH_SHAPE:
            continue
        answer = client.get(address)
        if answer.status_code in (301, 302):
            links = [answer["Location"]]
        elif answer.status_code != 200:
            wrong.append(f"{answer.status_code} {address} linked from {from_where[address]}")
            continue
        elif answer["Content-Type"].startswith("text/html"):
            links = Links(answer.content.decode()).found
        else:
            continue
        for link in links:
            target = urldefrag(urljoin(address, link)).url
            if urlsplit(target).scheme or urlsplit(target).netloc or target in from_where:
                continue
            from_where[target] = address
            waiting.append(target)
    return wrong, {key[0] for key in opened}


# Pages that each must reach by links alone: a crawl that sees nothing would find nothing wrong.
REACHES = {
    "olive": {
        "/houses/*/",
        "/houses/*/beds/",
        "/residents/*/",
        "/organizations/*/people/",
        "/organizations/*/houses/new/",
    },
    "alice": {
        *("/houses/*/beds/", "/houses/*/beds/move-in/", "/residents/*/", "/stays/*/", "/applications/*/"),
        *("/books/*/", "/stays/*/violation/", "/violations/*/", "/houses/*/consistency/"),
        *("/houses/*/roll/", "/houses/*/passes/", "/passes/*/", "/houses/*/in-and-out/", "/houses/*/curfew/log/"),
        *("/houses/*/log/", "/entries/*/", "/houses/*/safety/", "/houses/*/deadlines/", "/hand-overs/*/"),
    },
    "audra": {"/houses/*/beds/", "/residents/*/", "/stays/*/", "/history/stay/*/"},
    "dana": {
        *("/my/week/", "/my/record/", "/my/record/pdf/", "/my/record/json/", "/my/looks/", "/my/house/"),
        *("/my/contacts/", "/my/contacts/*/", "/history/contact/*/", "/notices/", "/account/"),
        *("/books/*/", "/houses/*/ladder/", "/my/passes/ask/", "/my/out/", "/my/complaints/"),
    },
}


def test_no_link_of_the_demo_leads_nowhere(db):
    """One test, because it takes seconds to make the demo."""
    seed.make(seed=7, now=timezone.now(), say=lambda line: None)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the database knows the tables as tests left them: empty

    for username, pages in REACHES.items():
        client = Client(raise_request_exception=False)
        client.force_login(User.objects.get(username=username))
        wrong, opened = crawl(client)
        assert (username, wrong, pages - opened) == (username, [], set())
