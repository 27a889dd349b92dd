"""Everything an endpoint refuses, by name: its status, its title, and what it means to whoever reads the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from soberhouse.problems import DOCUMENTED_AT, problem


@dataclass(frozen=True)
class Kind:
    status: int
    title: Any
    means: Any


KINDS: dict[str, Kind] = {
    "query-wrong": Kind(400, _("The query is wrong"), _("A parameter is unknown, given twice, or has no such value.")),
    "cursor-wrong": Kind(
        400, _("This is no cursor of this list"), _("Take `next` as it was given; with another filter begin anew.")
    ),
    "body-malformed": Kind(400, _("The body is no JSON"), _("Broken, not in UTF-8, or nested beyond reason.")),
    "idempotency-key-missing": Kind(
        400, _("An Idempotency-Key is missing"), _("A partner sends one with everything it posts.")
    ),
    "idempotency-key-wrong": Kind(
        400, _("This is no Idempotency-Key"), _("Up to 255 letters, digits and signs, best in quotation marks.")
    ),
    "key-missing": Kind(401, _("A key is missing"), _("Send `Authorization: Bearer` and the key.")),
    "key-wrong": Kind(401, _("This is no key of ours"), _("Mistyped, cut off, or never made here.")),
    "key-expired": Kind(401, _("The key has expired"), _("Whoever gave it to you makes another.")),
    "key-revoked": Kind(401, _("The key was revoked"), _("Whoever gave it to you knows why.")),
    "key-closed": Kind(401, _("The holder of the key is closed"), _("The person or partner it is of may not ask now.")),
    "scope-missing": Kind(
        403, _("The key is not good for this"), _("`scopes` names those that open it; a key with one is needed.")
    ),
    "not-allowed": Kind(
        403, _("That is not yours to do"), _("The record is in your sight, and your role does not let you.")
    ),
    "token-missing": Kind(
        403,
        _("The token against forged requests is missing"),
        _("A browser's session sends X-CSRFToken with everything it posts; a key needs none."),
    ),
    "not-found": Kind(404, _("There is nothing here"), _("No such record, or none that you may see.")),
    "method-not-allowed": Kind(405, _("This address has no such method"), _("`Allow` names those it has.")),
    "taken": Kind(
        409, _("It is taken"), _("Somebody or something has that bed, or that time, already. Look again and choose.")
    ),
    "body-too-large": Kind(413, _("The body is too large"), _("Nothing here needs more than a megabyte.")),
    "content-type": Kind(415, _("The body is of another type"), _("Send `Content-Type: application/json`.")),
    "values-wrong": Kind(422, _("What is asked cannot be done"), _("`errors` says of each field what would be right.")),
    "idempotency-key-reused": Kind(
        422,
        _("This Idempotency-Key was for something else"),
        _("The same key with another body or address: a new request needs a new key."),
    ),
    "too-many": Kind(429, _("Too many requests"), _("Wait as many seconds as `Retry-After` says.")),
}


class Refused(Exception):
    """The request is refused, for a reason of this kind. `headers` go with the answer, `more` stand in it."""

    def __init__(self, kind: str, detail: Any = "", *, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(kind)
        self.kind, self.detail, self.headers, self.more = kind, detail, headers or {}, more

    @property
    def status(self) -> int:
        return KINDS[self.kind].status

    def answer(self) -> HttpResponse:
        kind = KINDS[self.kind]
        response = problem(
            kind.status,
            title=str(kind.title),
            detail=str(self.detail or kind.means),
            type=type_of(self.kind),
            **self.more,
        )
        for name, value in self.headers.items():
            response[name] = value
        return response


def type_of(kind: str) -> str:
    """The address that names this kind of problem and explains it."""
    return f"{DOCUMENTED_AT}#problem-{kind}"
