"""Users and the events of their accounts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from soberhouse.accounts.scopes import OF_PARTNERS, OF_USERS, Scope, known_scopes, written
from soberhouse.database.constraints import AppendOnly, Frozen, FrozenOnceSet
from soberhouse.database.models import Row
from soberhouse.history.records import Audited, History, HistoryTriggers


class UserQuerySet(models.QuerySet["User"]):
    def visible_to(self, user: User) -> UserQuerySet:
        """Oneself; and for an operator the people of the organization."""
        if not getattr(user, "pk", None):
            return self.none()
        return self.filter(Q(pk=user.pk) | Q(pk__in=User.objects.people_of(_run_by(user)).values("pk")))

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
    # Wrong PINs of late, by device: how many, and the last one's second since 1970.
    pin_tries = models.JSONField(default=dict, db_default={}, blank=True, editable=False)
    notices_by_mail = models.BooleanField(
        _("tell me by e-mail that there is news"),
        default=False,
        db_default=False,
        help_text=_("The mail says that there is something to read here, never what."),
    )
    created_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)

    objects = UserManager()
    history = History(excluded_fields=["password", "pin", "last_login", "pin_tries"])
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

    `recorded_as` names who did it; it is empty where nobody was signed in, at a shared tablet. `reason` is what
    somebody else gave who did it.
    """

    class Kind(models.TextChoices):
        PASSWORD = "password", _("password changed")
        PIN = "pin", _("PIN changed")
        PIN_LOCKED = "pin_locked", _("PIN locked after wrong tries")
        INVITED = "invited", _("invitation slip made")
        JOINED = "joined", _("invitation slip used")
        SECOND_FACTOR = "second_factor", _("second factor added")
        SECOND_FACTOR_GONE = "second_factor_gone", _("second factor removed")
        RECOVERY_CODES = "recovery_codes", _("recovery codes made anew")
        SIGNED_OUT = "signed_out", _("signed out elsewhere")
        KEYS_STOPPED = "keys_stopped", _("API keys revoked")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="account_events")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    happened_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    recorded_as = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        ordering = ["-happened_at", "-id"]
        constraints = [AppendOnly(name="account_event_kept")]


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def visible_to(self, user: User) -> InvitationQuerySet:
        """Those of the people one sees; never the code itself, which nobody has any more."""
        return self.filter(user__in=User.objects.visible_to(user).values("pk"))

    def live(self, *, now: datetime | None = None) -> InvitationQuerySet:
        """Those that still open an account."""
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=now or timezone.now())


class Invitation(Row):
    """A slip of paper with a code that, once, lets somebody choose their own user name and password.

    Only a digest of the code is kept. A slip is spent by use, by its last hour, and by the next slip.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    made_as = models.CharField(max_length=200, editable=False)
    expires_at = models.DateTimeField(_("good until"))
    used_at = models.DateTimeField(_("used"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()
    history = History(excluded_fields=["digest"])
    trigger_sources = (HistoryTriggers(),)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(used_at=None, revoked_at=None), name="invitation_one_open"
            ),
            Frozen(fields=["user", "digest", "made_at", "made_as", "expires_at"], name="invitation_frozen"),
            FrozenOnceSet(fields=["used_at", "revoked_at"], name="invitation_spent"),
        ]
        verbose_name = _("invitation slip")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class PartnerQuerySet(models.QuerySet["Partner"]):
    def visible_to(self, user: User) -> PartnerQuerySet:
        """The partners of the organizations that `user` operates."""
        return self.filter(organization__in=_run_by(user))


class Partner(Audited):
    """A referral organization that asks through the API. It sees counts and published facts; people only by consent."""

    organization = models.ForeignKey("residents.Organization", on_delete=models.PROTECT, related_name="partners")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True, help_text=_("Whom to write to when something is wrong."))
    is_active = models.BooleanField(_("may ask"), default=True, db_default=True)

    objects = PartnerQuerySet.as_manager()

    actor_kind = "partner"

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                models.F("organization"),
                Lower("name"),
                name="partner_name",
                violation_error_message=_("There is a partner of this name."),
            ),
            Frozen(fields=["organization"], name="partner_frozen"),
        ]
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.name

    @property
    def actor_label(self) -> str:
        """The name history keeps for what this partner did."""
        return self.name

    def reach(self) -> Any:
        """Where it is: its organization's (`residents.houses` knows what that means)."""
        return self.organization.reach()


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def visible_to(self, user: User) -> ApiKeyQuerySet:
        """An operator sees the keys of the organization's partners and people; everybody sees their own."""
        return self.filter(
            Q(user__in=User.objects.visible_to(user).values("pk")) | Q(partner__in=Partner.objects.visible_to(user))
        )

    def live(self, *, now: datetime | None = None) -> ApiKeyQuerySet:
        """Those that open the API now."""
        now = now or timezone.now()
        return self.filter(Q(user__is_active=True) | Q(partner__is_active=True), revoked_at=None, expires_at__gt=now)


class ApiKey(Row):
    """What a program shows instead of a password: of one user or of one partner, for some scopes, until a day.

    Only a digest is kept; the key itself is shown once. `prefix`, its first letters, tells keys apart.
    """

    class State(models.TextChoices):
        LIVE = "live", _("works")
        CLOSED = "closed", _("holder is closed")
        REVOKED = "revoked", _("revoked")
        EXPIRED = "expired", _("expired")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_keys", null=True, blank=True)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="api_keys", null=True, blank=True)
    name = models.CharField(_("what it is for"), max_length=80)
    prefix = models.CharField(_("begins with"), max_length=16, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.CharField(_("may"), max_length=100, validators=[known_scopes])  # names with a blank between
    made_at = models.DateTimeField(default=timezone.now, db_default=Now(), editable=False)
    expires_at = models.DateTimeField(_("good until"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()
    history = History(excluded_fields=["digest", "last_used_at"])
    trigger_sources = (HistoryTriggers(),)

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, partner__isnull=True) | Q(user__isnull=True, partner__isnull=False),
                name="api_key_of_one",
            ),
            Frozen(
                fields=["user", "partner", "prefix", "digest", "scopes", "made_at", "expires_at"], name="api_key_frozen"
            ),
            FrozenOnceSet(fields=["revoked_at"], name="api_key_revoked"),
            models.CheckConstraint(
                condition=Q(partner=None, scopes__in=written(OF_USERS)) | Q(user=None, scopes__in=written(OF_PARTNERS)),
                name="api_key_scopes",
            ),
        ]
        verbose_name = _("API key")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def scope_set(self) -> frozenset[Scope]:
        return frozenset(Scope(name) for name in self.scopes.split())

    @property
    def holder(self) -> User | Partner:
        return self.user or self.partner

    def state(self, now: datetime) -> State:
        """Live, or the first reason why it opens nothing: whose it is is closed, it was revoked, its time is over."""
        if not self.holder.is_active:
            return self.State.CLOSED
        if self.revoked_at is not None:
            return self.State.REVOKED
        return self.State.LIVE if now < self.expires_at else self.State.EXPIRED


def _run_by(user: User) -> Any:
    """The organizations that `user` operates now."""
    if not getattr(user, "pk", None) or not user.is_active:
        return ()
    return user.roles.live().filter(kind="operator").values("organization")
