"""Every write about notices: told to somebody, and read by them.

A subject declares the kinds of its notices in its own `notices` module and tells them inside the transaction of what
they are about: what is undone was told to nobody. By mail goes only that there is something to read, for whoever asked
for that; whoever does something is never told of it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import Truncator

from soberhouse.accounts.models import User
from soberhouse.history import acting_now
from soberhouse.notices.kinds import Kind, declare, declared
from soberhouse.notices.models import Notice

__all__ = ["Kind", "declare", "notice_read", "notices_read", "notify"]

log = logging.getLogger("soberhouse.notices")

MAIL_PAUSE = 15 * 60  # seconds: in them nobody gets a second mail


def notify(*, users: Iterable[User], kind: Kind, text: str, url: str = "") -> list[Notice]:
    """Tell each of `users`, once, what `text` says; `url`, an address of this site, is where it leads.

    `text` names nobody but the one who reads it: it outlives what they may see. Not told are the one who acts now and
    whoever may not sign in. Those who want mail get one when all this stands: that there is something to read, never
    what. Refuses a kind that nobody declared, and an address that leads elsewhere.
    """
    if declared.get(kind.slug) is not kind:
        raise ValueError(f"Nobody declared {kind.slug!r}.")
    if url and not (url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)):
        raise ValueError("A notice leads to a page of this site.")
    told = {user.pk: user for user in users if user.is_active and not _acts_now(user)}
    text = Truncator(text).chars(Notice._meta.get_field("text").max_length)
    notices = Notice.objects.bulk_create(
        [Notice(user=user, kind=kind.slug, text=text, url=url) for user in told.values()]
    )
    for user in told.values():
        if user.notices_by_mail and user.email:
            transaction.on_commit(lambda user=user: _mail(user))
    return notices


@transaction.atomic
def notice_read(*, notice: Notice, now: datetime) -> Notice:
    """Its reader has read it, at `now`; the first time counts."""
    Notice.objects.filter(pk=notice.pk).unread().update(read_at=now)
    notice.refresh_from_db(fields=["read_at"])
    return notice


@transaction.atomic
def notices_read(*, user: User, until: datetime, now: datetime) -> int:
    """Somebody has read all they were told up to `until`, at `now`. Gives how many were new."""
    return Notice.objects.visible_to(user).unread().filter(made_at__lte=until).update(read_at=now)


def _acts_now(user: User) -> bool:
    acting = acting_now()
    return acting is not None and (acting.actor_kind, acting.actor_id) == (user.actor_kind, user.pk)


def _mail(user: User) -> None:
    """One neutral mail, unless they had one a little while ago. What it tells of stands already: nothing that goes
    wrong here may undo the answer, or put an address into a log."""
    try:
        if cache.add(f"notices-mailed-{user.pk}", True, MAIL_PAUSE):
            address = settings.SITE_URL + reverse("notices")
            get_adapter().send_mail("notices/email/news", user.email, {"address": address})
    except Exception as problem:
        log.error("notice not mailed", extra={"problem": type(problem).__name__})
