from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.alerts import policies, views
from apps.core.kit import menu

app_name = "alerts"
urlpatterns = [
    path("", views.EpisodeList.as_view(), name="episode-list"),
    path("<int:pk>/", views.EpisodeDetail.as_view(), name="episode-detail"),
    path("precision/", views.PrecisionPage.as_view(), name="precision"),
    path("<int:pk>/plan/", views.PlanMeasure.as_view(), name="episode-plan"),
    path("<int:pk>/close/", views.Settle.as_view(), name="episode-settle"),
    path("measures/<int:pk>/done/", views.FinishMeasure.as_view(), name="action-finish"),
    path("<int:pk>/acknowledge/", views.Acknowledge.as_view(), name="episode-acknowledge"),
]

menu.add("inventory", _("Alerts"), "alerts:episode-list", policies.VIEW, order=10)
