from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.metrics import policies
from apps.metrics.views import dictionary, feeds, values

app_name = "metrics"
urlpatterns = [
    path("", dictionary.KpiList.as_view(), name="kpi-list"),
    path("kpis/<str:code>/", dictionary.KpiDetail.as_view(), name="kpi-detail"),
    path("kpis/<str:code>/settings/", dictionary.KpiSettings.as_view(), name="kpi-settings"),
    path("own/new/", dictionary.CustomNew.as_view(), name="custom-new"),
    path("own/<str:code>/", dictionary.CustomEdit.as_view(), name="custom-edit"),
    path(
        "explain/<str:code>/unit/<str:unit>/<str:month>/", values.ExplainUnit.as_view(), name="explain-unit"
    ),
    path("explain/<str:code>/<str:dealer>/<str:month>/", values.Explain.as_view(), name="explain"),
    path("facts/<str:code>/<str:dealer>/<str:month>/", values.Facts.as_view(), name="facts"),
    path("feeds/", feeds.FeedList.as_view(), name="feed-list"),
    path("feeds/due/", dictionary.FeedSettings.as_view(), name="feed-settings"),
    path("feeds/<str:code>/<str:feed>/<str:month>/nil/", feeds.DeclareNil.as_view(), name="feed-nil"),
]

menu.add("analysis", _("KPI dictionary"), "metrics:kpi-list", policies.VIEW)
menu.add("data", _("Data completeness"), "metrics:feed-list", policies.VIEW)
