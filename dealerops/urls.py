"""All routes of the product; each app brings its own."""

from importlib import import_module, util

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog

from apps.accounts.views import door
from apps.core import health, views
from dealerops import api

_AT_ROOT = {"portal": "", "core": ""}

urlpatterns = [
    path("healthz/live", health.live, name="healthz-live"),
    path("healthz/ready", health.ready, name="healthz-ready"),
    path("i18n/", include("django.conf.urls.i18n")),
    path(
        "jsi18n/",
        JavaScriptCatalog.as_view(packages=["apps.core"]),
        name="javascript-catalog",
    ),
    path("api/v1/", include(api.urlpatterns)),
    path("admin/login/", door.AdminDoor.as_view(), name="admin-login"),
    path(
        "admin/password_change/",
        RedirectView.as_view(pattern_name="accounts:password-change"),
        name="admin-password",
    ),
    path("admin/", admin.site.urls),
]
for _name in settings.LOCAL_APPS:
    if util.find_spec(f"apps.{_name}.urls"):
        import_module(f"apps.{_name}.urls")
        urlpatterns.append(path(_AT_ROOT.get(_name, f"{_name}/"), include(f"apps.{_name}.urls")))

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
