"""Is this paper genuine? For whoever holds it: public, without an account, and without a word about a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from soberhouse.documents.codes import as_typed
from soberhouse.documents.forms import CodeForm, FileForm
from soberhouse.documents.limits import count_wrong, seconds_to_wait
from soberhouse.documents.queries import Genuine, by_code, by_file


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a code or a file. A code leads to its own page, so that it can be opened again."""
    if request.method != "POST":
        return _page(request, {})
    if "file" in request.FILES:
        return _of_file(request)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _page(request, {"form": form})
    code = as_typed(form.cleaned_data["code"])
    if code:
        return redirect("verify_code", code=code)
    return _answer(request, lambda: None, typed=form)


@never_cache
@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What the register says of this code: one that nobody was given is told in the same way as any other."""
    return _answer(request, lambda: by_code(code), typed=CodeForm(initial={"code": code}))


def _of_file(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, {"file_form": form})
    data = form.cleaned_data["file"].read(settings.MAX_BODY_BYTES)
    return _answer(request, lambda: by_file(data))


def _answer(request: HttpRequest, find: Callable[[], Genuine | None], *, typed: CodeForm | None = None) -> HttpResponse:
    """What `find` finds. `typed` is the code that was asked for, to be looked at once more where there is none; without
    it a file was asked for."""
    wait = seconds_to_wait(request)
    if wait:
        response = render(request, "429.html", status=429)
        response["Retry-After"] = str(wait)
        return _unlisted(response)
    found = find()
    facts = {"asked": True, "found": found, "of_file": typed is None}
    if found is None:
        count_wrong(request)
        return _page(request, facts | ({"form": typed} if typed else {}), status=404)
    return _page(request, facts)


def _page(request: HttpRequest, facts: dict[str, Any], *, status: int = 200) -> HttpResponse:
    forms = {"form": CodeForm(), "file_form": FileForm()}
    return _unlisted(render(request, "documents/verify.html", forms | facts, status=status))


def _unlisted(response: HttpResponse) -> HttpResponse:
    """Not for search engines."""
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


verify.requires = verify_code.requires = "whoever holds a paper may ask whether it is genuine"
