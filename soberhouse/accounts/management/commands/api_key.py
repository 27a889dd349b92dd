"""`manage.py api_key`: make, list and revoke the keys that programs show to the API."""

from __future__ import annotations

import difflib
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from soberhouse.accounts.keys import key_create, key_revoke, listed, partner_create
from soberhouse.accounts.models import ApiKey, Partner, User
from soberhouse.accounts.scopes import Scope
from soberhouse.history import acting_as
from soberhouse.words import tidy

NAMED = 20  # at most, where a message lists what there is


def end(text: str) -> date | timedelta:
    """A day, or a number of days from now: `2027-05-01`, `90d`."""
    if text.endswith("d") and text[:-1].isdecimal() and len(text) <= 6:
        return timedelta(days=int(text[:-1]))
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(
            _("“%(text)s”: write a day, such as 2027-05-01, or a number of days, such as 90d.") % {"text": text}
        ) from error


class Command(BaseCommand):
    help = "Make, list and revoke API keys. A key that is made stands alone on the last line of the output, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", metavar="create|list|revoke", required=True)

        create = actions.add_parser("create", help="make a key and print it, this once")
        holder = create.add_mutually_exclusive_group(required=True)
        holder.add_argument("--user", metavar="NAME", help="whose key it is: a user name or an e-mail")
        holder.add_argument("--partner", metavar="NAME", help="whose key it is; a partner not known yet is made")
        create.add_argument("--organization", metavar="NAME", default="", help="whose partner it is, if not clear")
        create.add_argument(
            "--scope",
            dest="scopes",
            metavar="SCOPE",
            nargs="+",
            action="extend",
            required=True,
            help=f"what it may: {', '.join(Scope.values)}",
        )
        create.add_argument(
            "--expires",
            type=end,
            required=True,
            metavar="DAY",
            help="the day it stops working, such as 2027-05-01, or in how many days, such as 90d",
        )
        create.add_argument("--name", default="", help="what it is for (default: a number)")

        actions.add_parser("list", help="every key, those that work first")

        revoke = actions.add_parser("revoke", help="let a key open nothing any more")
        revoke.add_argument("prefix", metavar="PREFIX", help="what it begins with, as `list` tells it")
        revoke.add_argument("--reason", required=True, help="why")

    def handle(self, *, action: str, **options: Any) -> None:
        if ApiKey._meta.db_table not in connection.introspection.table_names():
            raise CommandError(_("The database is not set up yet. Run: manage.py migrate"))
        do = {"create": self._create, "list": self._list, "revoke": self._revoke}[action]
        try:
            with acting_as(None, reason=f"manage.py api_key {action}", source="command"), transaction.atomic():
                do(**options)
        except ValidationError as refusal:
            raise CommandError(" ".join(refusal.messages)) from refusal

    def _create(
        self,
        *,
        user: str | None,
        partner: str | None,
        organization: str,
        scopes: list[str],
        expires: date | timedelta,
        name: str,
        **options: Any,
    ) -> None:
        """Both or neither: the key, and a partner that it is the first of."""
        now, about = timezone.now(), []
        if user is not None:
            if organization:
                raise CommandError(_("--organization says whose partner it is; a person's key needs none."))
            found = _user(user)
            holder, zone = {"user": found}, ZoneInfo(settings.DEFAULT_HOUSE_TIME_ZONE)
        else:
            found, about = _partner(partner or "", organization)
            holder, zone = {"partner": found}, ZoneInfo(found.organization.time_zone)
        key, secret = key_create(
            **holder,
            name=name or _("Key %(number)s") % {"number": found.api_keys.count() + 1},
            scopes=scopes,
            expires_at=now + expires if isinstance(expires, timedelta) else datetime.combine(expires, time(), zone),
            now=now,
        )
        facts = {
            "name": key.name,
            "holder": found,
            "may": "; ".join(str(scope.label) for scope in Scope if scope in key.scope_set),
            "when": _minute(key.expires_at, zone),
        }
        about.append(_("“%(name)s” of %(holder)s is made. It works until %(when)s, and may: %(may)s.") % facts)
        about.append(_("This is the key. It is shown only now: here nothing but a digest of it is kept."))
        for sentence in about:
            self.stderr.write(sentence, style_func=str)
        self.stdout.write(secret)

    def _list(self, **options: Any) -> None:
        """One line for each key, never the key itself."""
        now, zone = timezone.now(), ZoneInfo(settings.DEFAULT_HOUSE_TIME_ZONE)
        rows = listed(ApiKey.objects.all(), now=now)
        if not rows:
            self.stdout.write(_("There is no key."))
        for row in rows:
            used = _minute(row.key.last_used_at, zone) if row.key.last_used_at else _("never")
            facts = [
                row.key.prefix,
                f"{row.state.label}, {row.key.scopes}",
                f"{row.key.holder}: {row.key.name}",
                _("until %(when)s") % {"when": _minute(row.key.expires_at, zone)},
                _("last used: %(when)s") % {"when": used},
            ]
            self.stdout.write("  ".join(str(fact) for fact in facts))

    def _revoke(self, *, prefix: str, reason: str, **options: Any) -> None:
        # Somebody who has the whole key at hand may give that: only its beginning is looked at, and said again.
        begins = "sober_" + prefix.strip().removeprefix("sober_")[:8]
        key = ApiKey.objects.select_related("user", "partner").filter(prefix=begins).first()
        if key is None:
            raise CommandError(
                _("No key begins with %(prefix)s. See which there are: manage.py api_key list") % {"prefix": begins}
            )
        key_revoke(key=key, reason=reason)
        self.stdout.write(_("Revoked: %(key)s of %(holder)s.") % {"key": key, "holder": key.holder})


def _user(name: str) -> User:
    """Whoever signs in with this."""
    found = User.objects.known_as(name)
    if found is not None:
        return found
    near = difflib.get_close_matches(name.lower(), User.objects.values_list("username", flat=True), n=3)
    if near:
        raise CommandError(_("Nobody signs in as “%(name)s”. Near it: %(near)s.") % {"name": name, "near": _all(near)})
    raise CommandError(_("Nobody signs in as “%(name)s”. Give a user name or an e-mail.") % {"name": name})


def _partner(name: str, organization: str) -> tuple[Partner, list[str]]:
    """The partner of that name, made if there is none and it is clear in which organization; and what to say of it."""
    table = Partner._meta.get_field("organization").related_model.objects.order_by("name")
    known = list(table.filter(name__iexact=tidy(organization)) if organization else table[: NAMED + 1])
    if organization and not known:
        raise CommandError(
            _("There is no organization “%(name)s”. There are: %(names)s.")
            % {"name": organization, "names": _all(table.values_list("name", flat=True)[:NAMED]) or "–"}
        )
    if not known:
        raise CommandError(_("There is no organization yet. Make one: manage.py start_organization"))
    called = Partner.objects.select_related("organization").filter(name__iexact=tidy(name))
    found = list(called.filter(organization__in=known) if organization else called)
    if len(found) == 1:
        return found[0], []
    if found:
        raise CommandError(
            _("Several organizations have a partner “%(name)s”. Say whose: --organization with one of %(names)s.")
            % {"name": found[0].name, "names": _all(each.organization.name for each in found)}
        )
    if len(known) > 1:
        raise CommandError(
            _("There is no partner “%(name)s”. To make it, say whose: --organization with one of %(names)s.")
            % {"name": name, "names": _all(each.name for each in known[:NAMED])}
        )
    made = partner_create(organization=known[0], name=name)
    facts = {"name": made.name, "organization": known[0]}
    return made, [_("There was no partner “%(name)s” of %(organization)s: it is made.") % facts]


def _all(names: Iterable[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _minute(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M %Z}"
