from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.sales import policies, views
from apps.work import registry

app_name = "sales"
urlpatterns = [
    path("", views.DeliveryList.as_view(), name="delivery-list"),
    path("new/", views.DeliveryEnter.as_view(), name="delivery-enter"),
    path("<int:pk>/", views.DeliveryDetail.as_view(), name="delivery-detail"),
    path("<int:pk>/correct/", views.DeliveryCorrect.as_view(), name="delivery-correct"),
    path("<int:pk>/return/", views.DeliveryReturn.as_view(), name="delivery-return"),
]

registry.correctable("sales.RetailDelivery")
menu.add("sales", _("Retail deliveries"), "sales:delivery-list", policies.VIEW, order=10)
