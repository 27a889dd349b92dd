"""One settings file. Every value an operator may set is read here, typed, from the environment (or a `.env` file).

Nothing set means a laptop: SQLite in `var/`, plain http on localhost, a key everybody knows. `DEBUG=false` or a
`SECRET_KEY` means a real house; `manage.py check --deploy` then refuses whatever is unsafe (see
`soberhouse/checks.py`).
"""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import dj_database_url
from csp.constants import NONE, SELF
from environs import Env, validate

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

LOCAL_KEY = "local-only-key-that-everybody-knows-and-no-real-house-may-use"
SECRET_KEY = env.str("SECRET_KEY", LOCAL_KEY)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", [])  # keys of before: what they sealed and signed still opens
DEBUG = env.bool("DEBUG", False)
LOCAL = DEBUG or (SECRET_KEY == LOCAL_KEY and env.bool("DEBUG", None) is None)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"] if LOCAL else [])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [])
# Where people find the site: in mails and on paper, where no request tells it.
SITE_URL = env.str(
    "SITE_URL",
    f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
    if ALLOWED_HOSTS and not LOCAL
    else f"http://localhost:{env.int('PORT', 8000)}",
).rstrip("/")
# Whom residents call when it is about life, where the houses are: somebody to talk to or text at any hour, and help.
CRISIS_LINE = env.str("CRISIS_LINE", "988")
EMERGENCY_NUMBER = env.str("EMERGENCY_NUMBER", "911")
# What the installed app is called on somebody's phone, where others read it too.
APP_SHORT_NAME = env.str("APP_SHORT_NAME", "House")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    # Not rest_framework and drf_spectacular: as apps they bring pages that we do not show, imported at every start.
    "soberhouse.database",
    "soberhouse.history",
    "soberhouse.accounts",
    "soberhouse.documents",
    "soberhouse.due",
    "soberhouse.notices",
    "soberhouse.pages",
    "residents",
    "api",
]
# Each of these may carry modules (`cards`, `gates`, `due`) with what it offers. Whoever gathers that reads this list
# and nothing else.
SUBJECTS = [
    "soberhouse.accounts",
    "residents.houses",
    "residents.people",
    "residents.stays",
    "residents.rules",
    "residents.log",
    "residents.away",
    "residents.meetings",
]

MIDDLEWARE = [
    "soberhouse.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "soberhouse.middleware.BrowserFeatures",
    "soberhouse.problems.Problems",
    "soberhouse.middleware.BodyLimit",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "soberhouse.middleware.NothingKept",
    "residents.houses.tablets.TabletLock",
    "soberhouse.middleware.Acting",
    "soberhouse.middleware.LastSeen",
    "soberhouse.middleware.FirstThingsFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "soberhouse.urls"
WSGI_APPLICATION = "soberhouse.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["soberhouse.templatetags.look"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "soberhouse.pages.context.navigation",
            ],
        },
    }
]
FORM_RENDERER = "soberhouse.forms.Renderer"

# --- the database ---------------------------------------------------------------------------------------------------
# APPLICATION_NAME tells the history triggers that a connection is ours: there, a change without an actor is refused.
APPLICATION_NAME = "soberhouse"
DATABASES = {"default": dj_database_url.parse(env.str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'soberhouse.sqlite3'}"))}
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(exist_ok=True)
    _database |= {
        "ENGINE": "soberhouse.database.backends.sqlite3",
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
    }
else:
    _given = _database.get("OPTIONS", {})
    _database |= {
        "ENGINE": "soberhouse.database.backends.postgresql",
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", 60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _given
        | {
            "application_name": APPLICATION_NAME,
            # Queries here are long to read and quick to answer. Where the server overrates one (tables full of rows
            # gone again) it would compile it first: 0.2 to 0.9 s for an answer of 0.1 ms, measured.
            "options": f"-c jit=off {_given.get('options', '')}".strip(),
        },
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SIMPLE_HISTORY_DATE_INDEX = False  # our own index covers it: see soberhouse/history/records.py

# Stores for all workers of a machine, so that the limits count every attempt. Django drops entries at random above
# MAX_ENTRIES. The counts of whoever asks the API or the register of papers without signing in lie apart: from many
# addresses they may be filled, and the limits on sign-in must not forget for that.
CACHES = {
    name: {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR_DIR / directory,
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
    for name, directory in [("default", "cache"), ("counters", "cache-of-counters")]
}

# --- who signs in ---------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # user names are unique, whatever their case: constraint user_username
AUTHENTICATION_BACKENDS = ["soberhouse.accounts.backend.NameOrEmailBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_ADAPTER = "soberhouse.accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "soberhouse.accounts.forms.SignInForm",
    "reset_password": "soberhouse.accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "soberhouse.accounts.forms.NewPasswordForm",
    "change_password": "soberhouse.accounts.forms.ChangePasswordForm",
    "reauthenticate": "soberhouse.accounts.forms.ConfirmPasswordForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "soberhouse.accounts.backend.ResetLink"  # noqa: S105 -- a class
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "20/m/ip,5/5m/key",
    "reset_password": "10/m/ip,3/10m/key",
    "reset_password_from_key": "20/m/ip",
    "change_password": "5/m/user",
    "tablet_pin": "20/m/key",
    "join": "20/m/ip",
}
# Operators and managers set up a second factor before anything else. A laptop is for trying out.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", not LOCAL)
MFA_ADAPTER = "soberhouse.accounts.factor_adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"  # so that a passkey is both factors: the device, and who holds it
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL  # http://localhost
MFA_ALLOW_UNVERIFIED_EMAIL = True  # many have no e-mail, and nobody signs up by themselves
MFA_TOTP_TOLERANCE = 1  # a code from half a minute before or after: phones' clocks differ
MFA_RECOVERY_CODE_COUNT = 10
MFA_FORMS = {
    "authenticate": "soberhouse.accounts.factor_forms.SignInCodeForm",
    "authenticate_webauthn": "soberhouse.accounts.factor_forms.SecondPasskeyForm",
    "login_webauthn": "soberhouse.accounts.factor_forms.SignInPasskeyForm",
    "reauthenticate": "soberhouse.accounts.factor_forms.ConfirmCodeForm",
    "reauthenticate_webauthn": "soberhouse.accounts.factor_forms.ConfirmPasskeyForm",
    "activate_totp": "soberhouse.accounts.factor_forms.AppForm",
    "add_webauthn": "soberhouse.accounts.factor_forms.PasskeyForm",
}
MFA_RATE_LIMITS = {"webauthn_login": "30/m/ip", "passkey_asked": "60/m/ip"}
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND",
    "django.core.mail.backends.console.EmailBackend" if LOCAL else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_HOST = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 10  # seconds: whoever waits for a page does not wait for a mail server
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "no-reply@localhost")
TABLET_IDLE_SECONDS = env.int("TABLET_IDLE_SECONDS", 120)
# How many proxies in front of us we trust to name the visitor's address (for the limits on sign-in).
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# --- what leaves the building ---------------------------------------------------------------------------------------
COOKIES_SECURE = env.bool("COOKIES_SECURE", not LOCAL)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = COOKIES_SECURE
SESSION_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # a message may name a resident
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", not LOCAL)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 0 if LOCAL else 60 * 60 * 24 * 365)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not LOCAL
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
MAX_BODY_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_BODY_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

# --- the API --------------------------------------------------------------------------------------------------------
API_REQUESTS_A_MINUTE = env.int("API_REQUESTS_A_MINUTE", 600)  # of one user or partner
API_UNKNOWN_A_MINUTE = env.int("API_UNKNOWN_A_MINUTE", 60)  # from one address, without a key that works
REST_FRAMEWORK = {
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "api.schema.Operations",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Soberhouse",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "POSTPROCESSING_HOOKS": [],
}

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
if LOCAL:
    STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # a laptop never collects them
STATICFILES_DIRS = [BASE_DIR / "soberhouse" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = LOCAL

# --- paper and files ------------------------------------------------------------------------------------------------
PAPER_SIZE = env.str("PAPER_SIZE", "letter", validate=validate.OneOf(["letter", "a4"]))
# Photos and issued papers, by what they hold. Never below STATIC_ROOT: no web server may hand them out.
FILES_DIR = Path(env.str("FILES_DIR", str(VAR_DIR / "files")))

# --- directories of meetings ------------------------------------------------------------------------------------------
MEETING_FEEDS_MAX_BYTES = env.int("MEETING_FEEDS_MAX_BYTES", 20 * 1024 * 1024)
MEETING_FEEDS_SECONDS = env.int("MEETING_FEEDS_SECONDS", 60)  # that one may take, from the first question to the end
# Networks that are not public and from which they may be fetched all the same, such as that of an intranet.
MEETING_FEEDS_PRIVATE = env.list("MEETING_FEEDS_PRIVATE", [], subcast=ip_network)

# --- words and hours ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English")]  # those that the site's own words are translated into: no page is half in another
FORMAT_MODULE_PATH = ["soberhouse.locale"]
LOCALE_PATHS = [BASE_DIR / "soberhouse" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_HOUSE_TIME_ZONE = env.str("DEFAULT_HOUSE_TIME_ZONE", "America/New_York")

# --- logs: structured, with a request id, without anything about a person ---------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", "WARNING" if LOCAL else "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "soberhouse.middleware.LogFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
        }
    },
    "filters": {"request_id": {"()": "soberhouse.middleware.RequestIdFilter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json", "filters": ["request_id"]}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # A path is only ever made of public ids; a query string is never logged.
        "django.server": {"handlers": ["console"], "level": "ERROR", "propagate": False},
    },
}
