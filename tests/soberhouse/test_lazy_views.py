"""Views that are imported when they are first asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest
from django.urls import path

from soberhouse import lazy_views
from soberhouse.lazy_views import import_all, views_of


def test_view_is_what_it_stands_for(cast, signed_in):
    from soberhouse.pages import views_mine  # noqa: PLC0415 -- beside the name it is found by

    lazy = views_of("soberhouse.pages.views_mine").my_week

    assert lazy.load() is views_mine.my_week
    assert lazy.requires == views_mine.my_week.requires
    assert path("x/", lazy).callback is lazy
    assert signed_in(cast.dana).get("/my/week/").status_code == 200


def test_starting_imports_no_view_and_a_server_imports_all():
    code = (
        "import sys, django; django.setup(); from django.core.checks import run_checks; run_checks();"
        "assert 'soberhouse.pages.views_mine' not in sys.modules, 'imported too early';"
        "from soberhouse.lazy_views import import_all; import_all();"
        "assert 'soberhouse.pages.views_mine' in sys.modules, 'not imported'"
    )
    environment = {"DJANGO_SETTINGS_MODULE": "soberhouse.settings", "DATABASE_URL": "sqlite://:memory:"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_address_of_a_view_that_is_not_there_stops_a_server(monkeypatch):
    monkeypatch.setattr(lazy_views, "_handed_out", [])
    views_of("soberhouse.pages.views_mine").no_such_view  # noqa: B018 -- asking hands it out

    with pytest.raises(AttributeError, match="no_such_view"):
        import_all()
