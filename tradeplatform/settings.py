"""All settings, from the environment, each with its reason. docs/configuration.md lists them."""

import os
from datetime import timedelta
from pathlib import Path

import dj_database_url

from tradeplatform.lib.environment import (
    address,
    directory,
    first_line,
    flag,
    log_level,
    networks,
    number,
    port,
    words,
)
from tradeplatform.lib.secret_file import load_or_create_secret
from tradeplatform.lib.services.places import broker_url, database_url
from tradeplatform.logs import to_console
from tradeplatform.theme import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parent.parent

# Everything the platform writes lives here: databases, secrets, logs, quickstart.json.
STATE_DIR = directory("STATE_DIR", default=BASE_DIR / ".state")

DEBUG = flag("DEBUG", default=False)
ALLOWED_HOSTS = words("ALLOWED_HOSTS", default="localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS", default="")
# Addresses of the proxies that end HTTPS. Only theirs is believed when a request says how it came
# (X-Forwarded-Proto); gunicorn compares, and the admin's forms are refused where the two differ.
TRUSTED_PROXIES = networks("TRUSTED_PROXIES")

# Generated once per installation, so that no installation runs on a secret that others know.
SECRET_KEY = os.environ.get("SECRET_KEY") or load_or_create_secret(STATE_DIR / "secret_key")
# Encrypts exchange credentials. Comma-separated: the first encrypts, all of them decrypt.
ENCRYPTION_KEYS = words("ENCRYPTION_KEYS", default="")
# Without them an installation makes its own, one a line; `manage.py rotate_encryption_key` adds
# to it while everything runs.
ENCRYPTION_KEY_FILE = STATE_DIR / "encryption_key"
if not ENCRYPTION_KEYS:
    load_or_create_secret(ENCRYPTION_KEY_FILE)

# --- HTTPS: switch it on where browsers reach the platform through it only. ---
HTTPS = flag("HTTPS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# Alerts are not redirected: their sender would not follow, and the token has been told by then.
SECURE_REDIRECT_EXEMPT = ["^api/"]
SECURE_HSTS_SECONDS = 30 * 24 * 3600 if HTTPS else 0
# W005, W021: other names under the same domain are none of ours to force to HTTPS. W009: our own
# check of SECRET_KEY refuses more; what installations made for themselves once had 43 characters.
# W004, W008, W012, W016 name what follows from HTTPS alone; our own check names that.
SILENCED_SYSTEM_CHECKS = [
    f"security.W{number}" for number in ("004", "005", "008", "009", "012", "016", "021")
]

# --- Services: what the environment does not name is started by `manage.py up`. ---
# The embedded ones listen in the state directory, so that every command finds them there.
DATABASE_URL = address(
    "DATABASE_URL",
    schemes=("postgresql", "postgres"),
    example="postgresql://user:password@host:5432/name",
) or database_url(STATE_DIR)
REDIS_URL = address(
    "REDIS_URL", schemes=("redis", "rediss", "redis+socket"), example="redis://host:6379/0"
) or broker_url(STATE_DIR)
# Where accounts of environment SANDBOX trade: the one given, else the one that `up` noted down.
_GIVEN_SANDBOX = address("SANDBOX_URL", schemes=("http", "https"), example="http://host:8090")
SANDBOX_IS_GIVEN = _GIVEN_SANDBOX is not None
SANDBOX_URL_NOTE = STATE_DIR / "sandbox_url"
SANDBOX_URL = _GIVEN_SANDBOX or first_line(SANDBOX_URL_NOTE, default="http://127.0.0.1:8090")

# --- What `manage.py up` starts ---
WEB_HOST = os.environ.get("WEB_HOST", "127.0.0.1")
# 0 means 8000 for the web and 8090 for the sandbox or, when that is taken, a free port.
WEB_PORT = port("WEB_PORT")
SANDBOX_PORT = port("SANDBOX_PORT")
# Whether an empty database gets the demo: a login, three sandbox accounts, three strategies.
DEMO = flag("DEMO", default=True)

# Worker threads of our own keep their connection; Celery closes its own around each task.
DATABASES = {
    "default": dj_database_url.parse(DATABASE_URL, conn_max_age=600, conn_health_checks=True)
}
# A server that is switched off must not hold an alert's answer until the network gives up.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Sending orders ---
# One worker process per shard; an account belongs to shard `account_id % SHARDS`.
SHARDS = number("SHARDS", default=2)
# How much of what exchanges allow to an address and to an account is ours: less where other
# programs share them, more where an exchange has promised more than its documentation says.
EXCHANGE_LIMITS_PERCENT = number("EXCHANGE_LIMITS_PERCENT", default=100)
# An answer of an exchange is awaited this long; afterwards the outcome is unknown.
EXCHANGE_TIMEOUT_SECONDS = number("EXCHANGE_TIMEOUT_SECONDS", default=10)
# Cancel every strategy's open orders when a worker starts; a strategy may ask for it alone.
CANCEL_ON_START = flag("CANCEL_ON_START", default=False)
# A market price older than this does not size an order.
PRICE_MAX_AGE_SECONDS = number("PRICE_MAX_AGE_SECONDS", default=3)
# An order that closes the opposite position first waits at most this long for its end.
REVERSAL_SECONDS = number("REVERSAL_SECONDS", default=10)

# --- Following orders ---
# How often an account's open orders are asked for while its stream pushes updates, and while not.
POLL_SECONDS_STREAM_UP = number("POLL_SECONDS_STREAM_UP", default=60)
POLL_SECONDS_STREAM_DOWN = number("POLL_SECONDS_STREAM_DOWN", default=5)
# Whether order streams are run at all; without them polls find everything, only later.
STREAMS = flag("STREAMS", default=True)

# --- Strategies in code ---
# Packages whose classes may be a strategy's hooks; what is not inside them is never imported.
HOOK_MODULES = ["strategies.examples", *words("HOOK_MODULES", default="")]
# A call of a hook that takes longer than this is recorded as a problem of it.
HOOK_SECONDS = number("HOOK_SECONDS", default=5)
# A hook that answers its own orders must not run away: more orders than this are refused.
HOOK_ORDERS_PER_MINUTE = number("HOOK_ORDERS_PER_MINUTE", default=60)

# --- Notifications ---
# Messages go to public addresses only: a channel must not reach what only this machine or network
# reaches. 1 is for people with a server of their own there, who trust everybody with a login.
NOTIFICATIONS_ALLOW_PRIVATE = flag("NOTIFICATIONS_ALLOW_PRIVATE", default=False)

# --- Webhook ---
# TradingView gives up after 3 s; we answer with what is known before that.
WEBHOOK_WAIT_SECONDS = number("WEBHOOK_WAIT_SECONDS", default=2)
WEB_THREADS = number("WEB_THREADS", default=16)
# Requests that may wait for results at once; the other threads stay free to accept alerts.
WEBHOOK_WAIT_SLOTS = number("WEBHOOK_WAIT_SLOTS", default=max(WEB_THREADS // 2, 1))
# Alerts of one token in a minute; 0 is no limit. A chart's thousand alerts at once are honest: only
# what no chart sends is refused (429).
WEBHOOK_TOKEN_LIMIT = number("WEBHOOK_TOKEN_LIMIT", default=6000)
# Requests from one address in a minute that no valid token comes with. 0 is no limit.
WEBHOOK_ADDRESS_LIMIT = number("WEBHOOK_ADDRESS_LIMIT", default=600)
# So many bad tokens from one address in 15 minutes lock it out; 0 never does.
WEBHOOK_BAD_TOKENS = number("WEBHOOK_BAD_TOKENS", default=30)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    # Only the web loads the admin's pages (urls.py).
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "axes",
    "rest_framework",
    "drf_spectacular",
    "tradeplatform",
    "accounts",
    "strategies",
    "orders",
    "webhooks",
    "tradeplatform.notifications",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Last, as django-axes wants it: it answers for logins that are locked out.
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "tradeplatform.urls"
WSGI_APPLICATION = "tradeplatform.wsgi.application"
# The webhook accepts its address with and without the trailing slash; a redirect would lose a POST.
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "tradeplatform" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Logging in to the admin ---
AUTHENTICATION_BACKENDS = [
    "tradeplatform.lockout.LockOut",  # first: refuses whoever is locked out
    "django.contrib.auth.backends.ModelBackend",
]
# Five failures lock a user name out at one address: nobody can lock out the operator elsewhere.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "tradeplatform.lib.client_address.client_network"
AXES_LOCKOUT_CALLABLE = "tradeplatform.login.locked_out"
# What was posted is kept with a failure; the password is left out anyway.
AXES_SENSITIVE_PARAMETERS = ["otp_token", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
# Texts are marked for translation; a language stands here once its translation is complete.
LANGUAGES = [("en", "English")]
TIME_ZONE = "UTC"
USE_TZ = True
# Trades are told apart by the second; Django's own formats end with the minute.
FORMAT_MODULE_PATH = "tradeplatform.formats"
# The only pages to log in to are the admin's.
LOGIN_REDIRECT_URL = "admin:index"

STATIC_URL = "static/"
# Static files are found in the installed packages; no collectstatic step before the first start.
WHITENOISE_USE_FINDERS = True

# --- Celery ---
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = "periodic"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The broker is never what makes an order happen: rows in the database are. So a nudge need not be
# delivered, and may be twice; a dead broker is noticed at once instead of holding an answer up.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_PUBLISH_RETRY = True
# Once more and at once: after a broker's restart the first message meets a dead connection.
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # No count in Valkey of nudges taken, which is four commands less for each: those that a worker
    # had in its hands when it was killed do not come back. What it has not begun when it is stopped
    # it puts back. With the count it ended by an AttributeError of kombu's when Valkey had died.
    "ack_emulation": False,
    "socket_connect_timeout": 0.5,
    # A broker that hangs is tried two or three times per alert, and TradingView waits for 3 s.
    # Workers that wait for tasks are not meant: they do it without a time-out of the socket.
    "socket_timeout": 0.8,
    "max_retries": 0,  # kombu would otherwise try for 6 s to reach a dead broker
}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "tradeplatform",
    "DESCRIPTION": "Alerts in, orders out: the webhook and what became of each alert.",
    "VERSION": "0.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "APPEND_COMPONENTS": {
        "securitySchemes": {"webhookToken": {"type": "http", "scheme": "bearer"}},
    },
}

LOGGING = to_console(level=log_level("LOG_LEVEL", default="INFO"))
