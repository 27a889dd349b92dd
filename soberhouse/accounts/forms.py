"""What signing in and one's own account ask for."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from allauth.account.fields import PasswordField
from django import forms
from django.core.validators import MaxLengthValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from soberhouse.accounts.models import User
from soberhouse.forms import ChangeForm

NAME_MAX, PASSWORD_MAX = 254, 4096


class SignInForm(allauth_forms.LoginForm):
    """A user name or e-mail, and the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields["login"], self.fields["password"]
        name.label, password.label = _("User name or e-mail"), _("Password")
        name.widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        )
        password.widget.attrs = {"autocomplete": "current-password"}
        limit(name, NAME_MAX)
        limit(password, PASSWORD_MAX)
        password.help_text = ""


class ResetPasswordForm(allauth_forms.ResetPasswordForm):
    """Asks for a link to a new password. A mail goes out in every case, so the answer and its time are the same."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email = self.fields["email"]
        email.label = _("E-mail")
        email.widget.attrs = {"type": "email", "autocomplete": "email"}
        limit(email, NAME_MAX)

    def clean_email(self) -> str:
        email = self.cleaned_data["email"]
        self.users = list(User.objects.filter(email__iexact=email, is_active=True))
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if self.users:
            return super().save(request, **kwargs)
        email = self.cleaned_data["email"]
        get_adapter().send_mail("account/email/unknown_account", email, {})
        return email


class ChangePasswordForm(allauth_forms.ChangePasswordForm):
    """The password now, and the new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label_new_password(self)
        old = self.fields["oldpassword"]
        old.label, old.help_text = _("Your password now"), ""
        old.widget.attrs = {"autocomplete": "current-password"}
        limit(old, PASSWORD_MAX)


class NewPasswordForm(allauth_forms.ResetPasswordKeyForm):
    """The new password twice, for whoever came by a link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _label_new_password(self)


class OwnAccountForm(ChangeForm):
    """One's own name and e-mail, and whether news is told there. Another e-mail, to which a link to a new password
    would go, asks for the password."""

    field_order = ["name", "email", "password", "notices_by_mail"]

    password = PasswordField(label=_("Your password"), required=False, help_text=_("Only needed for another e-mail."))

    class Meta:
        model = User
        fields = ["name", "email", "notices_by_mail"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}
        limit(self.fields["password"], PASSWORD_MAX)
        self._email = self.instance.email

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        typed = "email" in cleaned and "email" in self.changed_data
        if (
            typed
            and cleaned["email"].lower() != self._email.lower()
            and not self.instance.check_password(cleaned.get("password", ""))
        ):
            self.add_error("password", _("Type your password to change the e-mail."))
        return cleaned


class ConfirmPasswordForm(allauth_forms.ReauthenticateForm):
    """The password once more, before a change to how one signs in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.label, password.help_text = _("Password"), ""
        password.widget.attrs = {"autocomplete": "current-password"}
        limit(password, PASSWORD_MAX)


class SlipForm(forms.Form):
    """The code of an invitation slip, as it is read off the paper."""

    code = forms.CharField(
        label=_("Code on the slip"),
        max_length=60,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "class": "slip-code"}
        ),
        help_text=_("Sixteen letters and digits. Small or capital letters, with or without dashes."),
    )


class JoinForm(forms.Form):
    """What somebody with a slip chooses: a user name, a password, and an e-mail where the account has none."""

    code = forms.CharField(max_length=60, widget=forms.HiddenInput)
    username = forms.CharField(
        label=_("User name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        help_text=_("You sign in with it. Keep this one, or choose another: letters, digits and @ . + - _ only."),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        widget=forms.PasswordInput,
        help_text=_("At least ten characters, and not one that many people use. Three or four words do well."),
    )
    again = forms.CharField(label=_("New password again"), strip=False, widget=forms.PasswordInput)
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=NAME_MAX,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("If you have one: a link to a new password can be sent there."),
    )

    def __init__(self, *args: Any, has_email: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_email:
            del self.fields["email"]
        for name in ("password", "again"):
            self.fields[name].widget.attrs["autocomplete"] = "new-password"
            limit(self.fields[name], PASSWORD_MAX)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "password" in cleaned and "again" in cleaned and cleaned["password"] != cleaned["again"]:
            self.add_error("again", _("The two are not the same."))
        return cleaned


class PinInput(forms.PasswordInput):
    """Dots instead of digits, and a phone's number keys."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off"} | (attrs or {}))


class PinForm(forms.Form):
    """A new PIN, twice."""

    pin = forms.CharField(
        label=_("New PIN"),
        max_length=20,
        widget=PinInput,
        help_text=_("Six digits, not the ones everybody tries first."),
    )
    again = forms.CharField(label=_("The same again"), max_length=20, widget=PinInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "pin" in cleaned and "again" in cleaned and cleaned["pin"] != cleaned["again"]:
            self.add_error("again", _("The two are not the same."))
        return cleaned


class KeyRevokeForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=500)


def limit(field: forms.Field, length: int) -> None:
    """Refuse anything longer in a field that was made without a limit, and say so to the browser."""
    field.max_length = length
    field.validators = [*field.validators, MaxLengthValidator(length)]
    field.widget.attrs["maxlength"] = length


def _label_new_password(form: forms.Form) -> None:
    form.fields["password1"].label = _("New password")
    form.fields["password2"].label = _("New password again")
    for name in ("password1", "password2"):
        form.fields[name].widget.attrs = {"autocomplete": "new-password"}
        limit(form.fields[name], PASSWORD_MAX)
