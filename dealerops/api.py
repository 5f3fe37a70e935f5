"""The REST API: every app's routes under one version, with its OpenAPI page."""

from importlib import import_module, util
from typing import Any

from django.conf import settings
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import DefaultRouter

from apps.core.gate import opened

LOGGED_IN = "asks for a log-in by its permission class"

router = DefaultRouter()
router.include_root_view = False
for _name in settings.LOCAL_APPS:
    if util.find_spec(f"apps.{_name}.api"):
        for prefix, viewset, basename in import_module(f"apps.{_name}.api").routes:
            router.register(prefix, viewset, basename=basename)

urlpatterns: list[Any] = [
    path("schema/", opened(SpectacularAPIView.as_view(), LOGGED_IN), name="api-schema"),
    path(
        "docs/",
        opened(SpectacularSwaggerSplitView.as_view(url_name="api-schema"), LOGGED_IN),
        name="api-docs",
    ),
    path("", include(router.urls)),
]
