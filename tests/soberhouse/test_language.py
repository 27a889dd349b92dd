"""What is kept and what others read is in the site's language, whatever the browser of whoever acts prefers."""

from __future__ import annotations

import inspect

from django.utils import translation
from django.utils.formats import date_format

from residents.houses import notices as of_houses
from residents.people import notices as of_people
from residents.stays import notices as of_stays
from residents.stays.services import papers
from soberhouse.language import in_site_language
from tests.cast import Cast


def test_an_act_in_the_sites_language_leaves_that_of_the_browser_as_it_was(cast: Cast):
    @in_site_language
    def told() -> str:
        return date_format(cast.today.replace(month=5, day=3), "F")

    with translation.override("de"):
        assert (told(), translation.get_language()) == ("May", "de")


def test_every_notice_and_paper_is_put_into_words_so():
    """What puts words together before it hands them on must not do so in the language of one browser."""
    acts = [
        act
        for module in (of_houses, of_people, of_stays, papers)
        for name, act in inspect.getmembers(module, inspect.isfunction)
        if act.__module__ == module.__name__
        and (name.startswith("tell_") or (module is papers and name.endswith("_issue") and name != "paper_issue"))
    ]

    assert len(acts) > 15
    assert [act.__name__ for act in acts if act.__code__ is not in_site_language(lambda: None).__code__] == []


def test_a_page_is_in_a_language_that_the_site_has(client):
    answer = client.get("/accounts/login/", headers={"accept-language": "de"})

    assert b'lang="en' in answer.content
