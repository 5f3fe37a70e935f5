"""Settings of the product, in one file; every value comes from the environment and nonsense is refused."""

from __future__ import annotations

import importlib.util
import tomllib
from pathlib import Path

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from apps.core.roles import Role

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]

DEBUG = env.bool("DEALEROPS_DEBUG", default=False)
SECRET_KEY = env("DEALEROPS_SECRET_KEY")
if not DEBUG and (len(SECRET_KEY) < 50 or len(set(SECRET_KEY)) < 10):
    raise ImproperlyConfigured("DEALEROPS_SECRET_KEY needs at least 50 characters, 10 of them different")
ALLOWED_HOSTS = env.list("DEALEROPS_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("DEALEROPS_ALLOWED_HOSTS must name the hosts, not *")
CSRF_TRUSTED_ORIGINS = env.list("DEALEROPS_TRUSTED_ORIGINS", default=[])
HTTPS = env.bool("DEALEROPS_HTTPS", default=False)
BUSINESS_CUTOFF_DAY = env.int("DEALEROPS_CUTOFF_DAY", default=0) or None
if BUSINESS_CUTOFF_DAY is not None and not 1 <= BUSINESS_CUTOFF_DAY <= 28:
    raise ImproperlyConfigured("DEALEROPS_CUTOFF_DAY is a day from 1 to 28, or 0 for calendar months")

DATABASES = {"default": env.db_url("DATABASE_URL")}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database")
DATABASES["default"] |= {
    "ATOMIC_REQUESTS": True,
    "CONN_MAX_AGE": env.int("DEALEROPS_CONN_MAX_AGE", default=60),
    "DISABLE_SERVER_SIDE_CURSORS": True,
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL")
if not REDIS_URL.startswith(("redis://", "rediss://", "unix://", "redis+socket://")):
    raise ImproperlyConfigured("REDIS_URL must name a Redis or Valkey server")

LOCAL_APPS = [
    name
    for name in (
        "core",
        "dealers",
        "accounts",
        "work",
        "periods",
        "ledger",
        "metrics",
        "reports",
        "alerts",
        "vehicles",
        "sales",
        "inventory",
        "finance",
        "targets",
        "scores",
        "forecasting",
        "ordering",
        "risk",
        "engagement",
        "health",
        "incentives",
        "closing",
        "demo",
        "portal",
    )
    if importlib.util.find_spec(f"apps.{name}")
]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "csp",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    *[f"apps.{name}" for name in LOCAL_APPS],
]
AUTH_USER_MODEL = "accounts.User"

MIDDLEWARE = [
    "apps.core.middleware.CorrelationMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "apps.core.middleware.RefusalMiddleware",
    "apps.core.middleware.TransactionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "apps.accounts.middleware.ActorMiddleware",
    "apps.accounts.middleware.ReadOnlyMiddleware",
    "apps.core.middleware.NullByteMiddleware",
    "apps.core.gate.GateMiddleware",
]
ROOT_URLCONF = "dealerops.urls"
WSGI_APPLICATION = "dealerops.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "apps.core.kit.context.chrome",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "apps.accounts.validators.ContextValidator"},
    {"NAME": "apps.accounts.validators.CompositionValidator"},
    {"NAME": "apps.accounts.validators.HistoryValidator"},
]
PASSWORD_HASHERS = ["apps.accounts.hashers.ModerateArgon2"]
PASSWORD_EXPIRY_DAYS = env.int("DEALEROPS_PASSWORD_EXPIRY_DAYS", default=0)
PASSWORD_HISTORY = env.int("DEALEROPS_PASSWORD_HISTORY", default=0)
IDLE_MINUTES = env.int("DEALEROPS_IDLE_MINUTES", default=0)
PASSWORD_COMPOSITION = env.bool("DEALEROPS_PASSWORD_COMPOSITION", default=False)
SECOND_FACTOR_ROLES = env.list("DEALEROPS_SECOND_FACTOR_ROLES", default=[])
if min(PASSWORD_HISTORY, IDLE_MINUTES) < 0:
    raise ImproperlyConfigured("DEALEROPS_PASSWORD_HISTORY and DEALEROPS_IDLE_MINUTES are 0 or more")
if PASSWORD_EXPIRY_DAYS < 0 or not set(SECOND_FACTOR_ROLES) <= set(Role):
    raise ImproperlyConfigured(
        "DEALEROPS_PASSWORD_EXPIRY_DAYS is 0 or more, ..._SECOND_FACTOR_ROLES are roles"
    )
SHOW_SAMPLE_CODES = env.bool("DEALEROPS_SHOW_SAMPLE_CODES", default=False)
TRUSTED_PROXIES = env.int("DEALEROPS_TRUSTED_PROXIES", default=0)
PUBLIC_URL = env("DEALEROPS_PUBLIC_URL", default="http://localhost:8000")
_MAIL = env.email_url("DEALEROPS_EMAIL_URL", default="dummymail://")
EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = (_MAIL[f"EMAIL_{name}"] for name in ("BACKEND", "HOST", "PORT"))
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_USER"], _MAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_TLS", False), _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env("DEALEROPS_EMAIL_FROM", default="dealerops@localhost")
SMS_URL, SMS_KEY = env("DEALEROPS_SMS_URL", default=""), env("DEALEROPS_SMS_KEY", default="")
WECOM = {
    "base": env("DEALEROPS_WECOM_URL", default="https://qyapi.weixin.qq.com"),
    "corp": env("DEALEROPS_WECOM_CORP", default=""),
    "secret": env("DEALEROPS_WECOM_SECRET", default=""),
    "agent": env("DEALEROPS_WECOM_AGENT", default=""),
}
if SMS_URL and len(SMS_KEY) < 16:
    raise ImproperlyConfigured("DEALEROPS_SMS_URL needs a DEALEROPS_SMS_KEY of at least 16 characters")
_CONSOLE = env.bool("DEALEROPS_CONSOLE_CHANNELS", default=DEBUG) and "apps.work.channels.ConsoleChannel"
_HAS_MAIL = "dummy" not in EMAIL_BACKEND
MESSAGE_CHANNELS = {
    "email": "apps.work.channels.EmailChannel" if _HAS_MAIL else _CONSOLE,
    "sms": "apps.work.channels.GatewayChannel" if SMS_URL else _CONSOLE,
    "wecom": "apps.work.channels.WeComChannel" if WECOM["corp"] else _CONSOLE,
}
# names in the company's network that webhooks may reach, http included; all else is public and https
WEBHOOK_INTERNAL_HOSTS = env.list("DEALEROPS_WEBHOOK_INTERNAL_HOSTS", default=[])
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "accounts:login"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "dealerops.formats"
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "static/"
STATIC_ROOT = env("DEALEROPS_STATIC_ROOT", default=str(BASE_DIR / "var" / "static"))
_NODE = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    *[
        (prefix, _NODE / folder)
        for prefix, folder in (
            ("tabler", "@tabler/core/dist"),
            ("echarts", "echarts/dist"),
        )
        if (_NODE / folder).is_dir()
    ],
]
MEDIA_ROOT = env("DEALEROPS_FILES", default=str(BASE_DIR / "var" / "files"))
DEFAULT_EXCEPTION_REPORTER_FILTER = "apps.core.logging.MaskedReports"
PII_KEYS = env.list("DEALEROPS_PII_KEYS", default=[])
PII_INDEX_KEY = env("DEALEROPS_PII_INDEX_KEY", default="")
if any(len(key) < 32 for key in filter(None, (*PII_KEYS, PII_INDEX_KEY))):
    raise ImproperlyConfigured("DEALEROPS_PII_KEYS and DEALEROPS_PII_INDEX_KEY need 32 characters each")
AUDIT_ANCHORS = env("DEALEROPS_AUDIT_ANCHORS", default=str(BASE_DIR / "var" / "audit-anchors.jsonl"))
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
BACKUP_ROOT = env("DEALEROPS_BACKUPS", default=str(BASE_DIR / "var" / "backups"))
BACKUPS_KEPT = env.int("DEALEROPS_BACKUPS_KEPT", default=14)
BACKUP_LOGIN = (
    env.db_url("DEALEROPS_BACKUP_URL", default="") if env("DEALEROPS_BACKUP_URL", default="") else {}
)
PG_PROGRAMS = env("DEALEROPS_PG_PROGRAMS", default="")
UPLOAD_MAX_BYTES = env.int("DEALEROPS_UPLOAD_MAX_MB", default=25) * 1024 * 1024

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "apps.accounts.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31536000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}

FILTERS_EMPTY_CHOICE_LABEL = _("All")
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.accounts.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["apps.core.kit.rest.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "rest_framework.parsers.JSONParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "apps.core.kit.rest.Pagination",
    "DEFAULT_SCHEMA_CLASS": "apps.core.kit.schema.Schema",
    "EXCEPTION_HANDLER": "apps.core.kit.api.exception_handler",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "DealerOps API",
    "VERSION": "1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_NAME_OVERRIDES": {
        "ImportModeEnum": "apps.core.models.imports.ImportMode",
        "JobStatusEnum": "apps.core.models.jobs.JobStatus",
    },
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
}

CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_connect_timeout": 2,
    "retry_policy": {"max_retries": 1, "interval_start": 0, "interval_step": 0.2},
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "reports.generate_duties": {
        "task": "reports.generate_duties",
        "schedule": crontab(hour=0, minute=20),
    },
    "reports.remind": {
        "task": "reports.remind",
        "schedule": crontab(hour=7, minute=45),
    },
    "ledger.expire": {"task": "ledger.expire", "schedule": crontab(hour=0, minute=10)},
    "engagement.daily": {"task": "engagement.daily", "schedule": crontab(hour=1, minute=10)},
    "ordering.follow": {"task": "ordering.follow", "schedule": crontab(hour=7, minute=30)},
    "reports.count": {"task": "reports.count", "schedule": crontab(minute="*/15")},
    "reports.escalate": {
        "task": "reports.escalate",
        "schedule": crontab(hour=9, minute=0),
    },
    "alerts.scan_today": {"task": "alerts.scan_today", "schedule": crontab(minute="5,35")},
    "alerts.tell_today": {"task": "alerts.tell_today", "schedule": crontab(hour=8, minute=30)},
    "incentives.look_back": {"task": "incentives.look_back", "schedule": crontab(hour=1, minute=20)},
    "incentives.deem_confirmed": {
        "task": "incentives.deem_confirmed",
        "schedule": crontab(hour=0, minute=40),
    },
    "core.reconcile": {
        "task": "core.reconcile",
        "schedule": env.float("DEALEROPS_RECONCILE_SECONDS", default=20.0),
    },
    "core.anchor_audit": {"task": "core.anchor_audit", "schedule": crontab(minute="*/15")},
    "work.send": {"task": "work.send", "schedule": 30.0},
    "work.follow_posts": {"task": "work.follow_posts", "schedule": crontab(hour=6, minute=10)},
    "work.digest": {"task": "work.digest", "schedule": crontab(minute="*/5")},
    "dealers.follow_calendar": {
        "task": "dealers.follow_calendar",
        "schedule": crontab(hour=0, minute=5),
    },
    "core.nightly": {
        "task": "core.nightly",
        "schedule": crontab(hour=2, minute=30),
    },
    "portal.nightly": {
        "task": "portal.nightly",
        "schedule": crontab(hour=3, minute=30),
    },
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL.replace("redis+socket://", "unix://"),
        "KEY_PREFIX": "dealerops",
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"correlation": {"()": "apps.core.logging.CorrelationFilter"}},
    "formatters": {"json": {"()": "apps.core.logging.JsonFormatter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "json",
            "filters": ["correlation"],
        }
    },
    "root": {
        "handlers": ["console"],
        "level": env("DEALEROPS_LOG_LEVEL", default="INFO"),
    },
    "loggers": {
        "django": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": False},
    },
}
