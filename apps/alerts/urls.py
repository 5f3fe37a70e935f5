from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.alerts import policies, views
from apps.core.kit import menu

app_name = "alerts"
urlpatterns = [
    path("", views.EpisodeList.as_view(), name="episode-list"),
    path("<int:pk>/", views.EpisodeDetail.as_view(), name="episode-detail"),
    path("<int:pk>/acknowledge/", views.Acknowledge.as_view(), name="episode-acknowledge"),
]

menu.add("inventory", _("Alerts"), "alerts:episode-list", policies.VIEW, order=10)
