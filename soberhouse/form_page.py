"""The one shape of a page that changes something: bind a form, call one service, go on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from soberhouse.words import is_blank


def form_page(
    request: HttpRequest,
    form: BaseForm,
    save: Callable[[dict[str, Any]], Any],
    *,
    title: str,
    to: str | Callable[[Any], str],
    done: str = "",
    template: str = "soberhouse/form.html",
    **context: Any,
) -> HttpResponse:
    """Show `form`; once it is valid, call `save` with its data, say `done` and go `to` (an address, or made from the
    result).

    What the service refuses stands beside the field it names, or on top, and everything typed is kept. Words of which
    nothing is to be seen count as none.
    """
    if form.is_bound:
        form.data = _without_blanks(form.data)
    if request.method == "POST" and form.is_valid():
        try:
            result = save(form.cleaned_data)
        except ValidationError as refusal:
            show_refusal(form, refusal)
        else:
            if done:
                messages.success(request, done)
            return redirect(to(result) if callable(to) else to)
    return render(request, template, {"title": title, "form": form, **context})


def _without_blanks(data: Any) -> Any:
    """What was typed, without the words that a field would take for some. Plain blanks it knows, and they stay."""
    if not any(map(_seems_words, (value for _name, values in data.lists() for value in values))):
        return data
    seen = data.copy()
    for name, values in data.lists():
        seen.setlist(name, ["" if _seems_words(value) else value for value in values])
    return seen


def _seems_words(value: str) -> bool:
    return bool(value.strip()) and is_blank(value)


def show_refusal(form: BaseForm, refusal: ValidationError) -> None:
    """Put a service's refusal into the form: under the field it names where the form has it, else on top."""
    by_field = refusal.message_dict if hasattr(refusal, "error_dict") else {NON_FIELD_ERRORS: refusal.messages}
    for name, sentences in by_field.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
