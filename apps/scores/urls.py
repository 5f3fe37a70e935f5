from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.scores import policies, views

app_name = "scores"
urlpatterns = [path("", views.ScoreList.as_view(), name="score-list")]

menu.add("data", _("Delivered scores"), "scores:score-list", policies.VIEW, order=60)
