"""Users and the events of their accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soberhouse.database.constraints import AppendOnly
from soberhouse.database.models import Row
from soberhouse.history.records import History, HistoryTriggers


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> UserQuerySet:
        """Oneself; and for an operator the people of the organization."""
        if not getattr(user, "pk", None):
            return self.none()
        run = user.roles.live().filter(kind="operator").values("organization") if user.is_active else ()
        return self.filter(Q(pk=user.pk) | Q(pk__in=User.objects.people_of(run).values("pk")))

    # `roles` and `resident` reach back from the subjects that know what they mean.

    def people_of(self, organizations: Iterable[Any]) -> UserQuerySet:
        """Whom the operators of these organizations deal with.

        Whoever has a role there now or later, or lives there. Whoever had one, or lived there, is seen for as long as
        nobody else has to do with the account: where people go afterwards is not their old operator's business.
        """
        roles = User._meta.get_field("roles").related_model.objects
        here = roles.filter(organization__in=organizations)
        lives = User.objects.filter(
            resident__stays__house__organization__in=organizations,
            resident__stays__ends_on=None,
            resident__stays__voided=False,
        )
        before = Q(pk__in=here.values("user")) | Q(resident__organization__in=organizations)
        return self.filter(
            Q(pk__in=here.filter(_not_over()).values("user"))
            | Q(pk__in=lives.values("pk"))
            | (before & ~Q(pk__in=User.objects.shared_beyond(organizations).values("pk")))
        )

    def shared_beyond(self, organizations: Iterable[Any]) -> UserQuerySet:
        """Accounts that are not these organizations' alone: another gave them a role, for now or for later, or has
        them as a resident."""
        roles = User._meta.get_field("roles").related_model.objects.filter(_not_over())
        residents = User.objects.filter(resident__isnull=False).exclude(resident__organization__in=organizations)
        return self.filter(
            Q(pk__in=roles.exclude(organization__in=organizations).values("user")) | Q(pk__in=residents.values("pk"))
        )

    def known_as(self, words: str) -> User | None:
        """Whoever signs in with this user name or, if nobody does, with this e-mail; letter case does not matter."""
        words = words.strip()
        if not words:
            return None
        found = list(self.filter(Q(username__iexact=words) | Q(email__iexact=words)))
        return min(found, key=lambda user: user.username.lower() != words.lower(), default=None)


def _not_over() -> Q:
    """Of roles: those that count now or will."""
    return Q(ends_at=None) | Q(ends_at__gt=timezone.now())


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Django's sign-in asks for users by name, in whatever case they type it."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(Row, AbstractBaseUser):
    """Somebody who signs in. What they may do is in their roles (`residents.houses`) and, for a resident, their stay.

    Users are deactivated, never deleted. The password, the PIN, the last sign-in and what goes with them are not
    history: a change of either secret is an `AccountEvent`.
    """

    username = models.CharField(
        _("user name"),
        max_length=60,
        validators=[UnicodeUsernameValidator()],
        help_text=_("Letters, digits and @ . + - _ only."),
    )
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("May stay empty: many people have none that works."))
    is_active = models.BooleanField(_("may sign in"), default=True)
    pin = models.CharField(max_length=128, blank=True, editable=False)  # hashed; for shared tablets only
    # Somebody else chose the password: the one it is for chooses their own before anything else.
    must_change_password = models.BooleanField(default=False, db_default=False, editable=False)
    # Wrong PINs of late, by device: how many, and the last one's second since 1970.
    pin_tries = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    objects = UserManager()
    history = History(excluded_fields=["password", "pin", "last_login", "must_change_password", "pin_tries"])
    trigger_sources = (HistoryTriggers(),)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    actor_kind = "user"
    # The product asks its own table who may do what; Django's admin, which would ask for these, is not mounted.
    is_staff = is_superuser = False

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("username"), name="user_username", violation_error_message=_("This user name is taken.")
            ),
            models.UniqueConstraint(
                Lower("email"),
                name="user_email",
                condition=~Q(email=""),
                violation_error_message=_("Another person signs in with this e-mail."),
            ),
        ]
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.name or self.username

    @property
    def actor_label(self) -> str:
        """The name history keeps for what this user did."""
        return str(self)

    @property
    def short_name(self) -> str:
        """First name and initial: what a screen that others see shows."""
        first, *rest = str(self).split()
        return f"{first} {rest[-1][0]}." if rest else first

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self).split()[0]


class AccountEvent(Row):
    """Something that happened to an account that its history cannot show, because the secret itself is never kept.

    `recorded_as` names who did it; it is empty where nobody was signed in, at a shared tablet.
    """

    class Kind(models.TextChoices):
        PASSWORD = "password", _("password changed")
        PIN = "pin", _("PIN changed")
        PIN_LOCKED = "pin_locked", _("PIN locked after wrong tries")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="account_events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    happened_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    recorded_as = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-happened_at", "-id"]
        constraints = [AppendOnly(name="account_event_kept")]
