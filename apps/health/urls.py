from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.health import policies, views
from apps.work import registry

app_name = "health"
urlpatterns = [
    path("", views.ScoreList.as_view(), name="score-list"),
    path("<int:pk>/", views.ScoreDetail.as_view(), name="score-detail"),
]

registry.correctable("health.HealthScore")
menu.add("health", _("Health scores"), "health:score-list", policies.VIEW)
