"""The Celery application: it carries calls, PostgreSQL holds the truth about work."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dealerops.settings")

app = Celery("dealerops")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
