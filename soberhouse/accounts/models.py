"""Users and the events of their accounts."""

from __future__ import annotations

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
        """Oneself; and for an operator everybody who has or had a role in the organization, or lived in it."""
        if not getattr(user, "pk", None):
            return self.none()
        # `roles` and `resident` reach back from the subjects that know what they mean.
        run = user.roles.live().filter(kind="operator").values("organization") if user.is_active else ()
        return self.filter(
            Q(pk=user.pk)
            | Q(pk__in=User.objects.filter(roles__organization__in=run).values("pk"))
            | Q(resident__organization__in=run)
        )

    def known_as(self, words: str) -> User | None:
        """Whoever signs in with this user name or, if nobody does, with this e-mail; letter case does not matter."""
        words = words.strip()
        if not words:
            return None
        found = list(self.filter(Q(username__iexact=words) | Q(email__iexact=words)))
        return min(found, key=lambda user: user.username.lower() != words.lower(), default=None)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    """Django's sign-in asks for users by name, in whatever case they type it."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username__iexact=username)


class User(Row, AbstractBaseUser):
    """Somebody who signs in. What they may do is in their roles (`residents.houses`) and, for a resident, their stay.

    Users are deactivated, never deleted. The password, the PIN and the last sign-in are not history: a change of either
    secret is an `AccountEvent`.
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
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    objects = UserManager()
    history = History(excluded_fields=["password", "pin", "last_login"])
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
    """Something that happened to an account that its history cannot show, because the secret itself is never kept."""

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
