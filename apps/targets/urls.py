from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.targets import policies, views

app_name = "targets"
urlpatterns = [
    path("", views.TargetList.as_view(), name="target-list"),
    path("set/", views.TargetSet.as_view(), name="target-set"),
    path("<int:pk>/", views.TargetDetail.as_view(), name="target-detail"),
    path("<int:pk>/sign/", views.TargetSign.as_view(), name="target-sign"),
    path("<int:pk>/object/", views.TargetObject.as_view(), name="target-object"),
]

menu.add("sales", _("Targets"), "targets:target-list", policies.VIEW, order=20)
