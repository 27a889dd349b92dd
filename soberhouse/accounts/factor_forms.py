"""What showing and setting up a second factor ask for. They check what allauth's forms check; the services judge."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as allauth_forms
from allauth.mfa.base.internal.flows import check_rate_limit
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as passkey_forms
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from fido2.utils import websafe_decode

from soberhouse.accounts import factors
from soberhouse.accounts.forms import limit
from soberhouse.accounts.models import User

CODE_MAX = 40
CREDENTIAL_MAX = 64 * 1024
NOT_KNOWN = _(
    "This passkey does not open this account, or it was not confirmed in time. Try again, or sign in otherwise."
)


class CodeInput(forms.TextInput):
    """A code as phones offer it over their keys, from the message or the app it stands in."""

    def __init__(self) -> None:
        super().__init__(
            {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "inputmode": "numeric"}
        )


class CodeField:
    """Makes allauth's field for a code one of ours, and lets each code be good once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]  # type: ignore[attr-defined]
        code.label, code.widget = _("Code"), CodeInput()
        limit(code, CODE_MAX)


class _CheckedCode(CodeField):
    def clean_code(self) -> str:
        forget_tries = check_rate_limit(self.user)
        code = self.cleaned_data["code"]
        found = factors.code_check(user=self.user, code=code, now=timezone.now())
        if found is None:
            raise get_adapter().validation_error("incorrect_code")
        found.user, self.authenticator = self.user, found
        forget_tries()
        return code


class SignInCodeForm(_CheckedCode, allauth_forms.AuthenticateForm):
    """The code of an app, or a recovery code, after the password."""


class ConfirmCodeForm(_CheckedCode, allauth_forms.ReauthenticateForm):
    """The same, from somebody signed in who is about to change how they sign in."""


class AppForm(CodeField, totp_forms.ActivateTOTPForm):
    """The first code of a new app shows that it was set up right."""


class CredentialField(forms.JSONField):
    """What a browser hands over for a passkey. Anything else is refused in one sentence, however large or deep."""

    widget = forms.HiddenInput
    default_error_messages = {"required": NOT_KNOWN, "invalid": NOT_KNOWN}

    def to_python(self, value: Any) -> Any:
        try:
            found = super().to_python(value if len(str(value or "")) <= CREDENTIAL_MAX else "")
        except (ValueError, RecursionError) as problem:
            raise ValidationError(NOT_KNOWN) from problem
        if not isinstance(found, dict):
            raise ValidationError(NOT_KNOWN)
        return found

    def bound_data(self, data: Any, initial: Any) -> None:
        """A refused one is not sent back: it is good for nothing."""

    def prepare_value(self, value: Any) -> str:
        return ""


class _Credential:
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["credential"] = CredentialField()  # type: ignore[attr-defined]


class PasskeyForm(_Credential, passkey_forms.AddWebAuthnForm):
    """A new passkey, and what its owner calls it. It must have asked who they are, so that it is both factors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless", None)
        name = self.fields["name"]
        name.label, name.help_text = _("Name"), _("By which you will know it again, such as “my phone”.")
        limit(name, factors.NAME_MAX)
        self.initial["name"] = _("My phone") if not auth.get_credentials(self.user) else _("Another device")

    def clean(self) -> dict[str, Any]:
        if "credential" not in self.cleaned_data:
            return self.cleaned_data
        try:
            auth.parse_registration_response(self.cleaned_data["credential"])
            made = auth.complete_registration(self.cleaned_data["credential"])
        except (ValidationError, ValueError, TypeError, KeyError) as problem:
            raise ValidationError(NOT_KNOWN) from problem
        if not made.is_user_verified():
            raise ValidationError(NOT_KNOWN)
        return self.cleaned_data


class _ShownPasskey(_Credential):
    def clean_credential(self) -> Authenticator:
        credential = self.cleaned_data["credential"]
        user = self.user or _owner(credential)
        forget_tries = check_rate_limit(user) if self.user else None  # who it names, whoever sends it chooses
        try:
            auth.parse_authentication_response(credential)
            found = auth.complete_authentication(user, credential)
        except (ValidationError, ValueError, TypeError, KeyError) as problem:
            raise ValidationError(NOT_KNOWN) from problem
        if forget_tries:
            forget_tries()
        found.user = user
        return found


class SignInPasskeyForm(_ShownPasskey, passkey_forms.LoginWebAuthnForm):
    """A passkey instead of user name and password."""


class SecondPasskeyForm(_ShownPasskey, passkey_forms.AuthenticateWebAuthnForm):
    """A passkey after the password."""


class ConfirmPasskeyForm(_ShownPasskey, passkey_forms.ReauthenticateWebAuthnForm):
    """A passkey from somebody signed in who is about to change how they sign in."""


def _owner(credential: dict[str, Any]) -> User:
    """Whose passkey says it is, by the id it was made for."""
    try:
        uuid = UUID(bytes=websafe_decode(credential["response"]["userHandle"]))
    except (ValueError, TypeError, KeyError) as problem:
        raise ValidationError(NOT_KNOWN) from problem
    user = User.objects.filter(uuid=uuid, is_active=True).first()
    if user is None:
        raise ValidationError(NOT_KNOWN)
    return user
