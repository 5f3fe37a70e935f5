"""All routes of the product; each app brings its own."""

from importlib import import_module, util

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from django.views.i18n import JavaScriptCatalog, set_language

from apps.accounts.views import door
from apps.core import health, views
from apps.core.gate import opened
from dealerops import api

_AT_ROOT = {"portal": "", "core": ""}

urlpatterns = [
    path("healthz/live", opened(health.live, "tells that the process lives"), name="healthz-live"),
    path("healthz/ready", opened(health.ready, "tells that its servers answer"), name="healthz-ready"),
    path("i18n/setlang/", opened(set_language, "keeps a choice in a cookie"), name="set_language"),
    path(
        "jsi18n/",
        opened(JavaScriptCatalog.as_view(packages=["apps.core"]), "texts of the language"),
        name="javascript-catalog",
    ),
    path("api/v1/", include(api.urlpatterns)),
    path("admin/login/", opened(door.AdminDoor.as_view(), "leads to the door"), name="admin-login"),
    path(
        "admin/password_change/",
        opened(RedirectView.as_view(pattern_name="accounts:password-change"), "leads to one's own password"),
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
