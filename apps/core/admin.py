"""The pages of other packages on the configuration site leave audit events too."""

from __future__ import annotations

from django.contrib import admin

from apps.core.kit.admin import Audited

for _model, _page in list(admin.site._registry.items()):
    if not isinstance(_page, Audited):
        admin.site.unregister(_model)
        admin.site.register(_model, type(f"Audited{type(_page).__name__}", (Audited, type(_page)), {}))
