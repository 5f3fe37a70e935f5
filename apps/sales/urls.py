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
    path("<int:pk>/split/", views.DeliverySplit.as_view(), name="delivery-split"),
    path("<int:pk>/unsplit/", views.DeliveryUnsplit.as_view(), name="delivery-unsplit"),
    path("shared/", views.SharedList.as_view(), name="shared-list"),
    path("evidence/", views.EvidenceList.as_view(), name="evidence-list"),
    path("evidence/new/", views.EvidenceEnter.as_view(), name="evidence-enter"),
    path("evidence/<int:pk>/", views.EvidenceDetail.as_view(), name="evidence-detail"),
    path("evidence/<int:pk>/withdraw/", views.EvidenceWithdraw.as_view(), name="evidence-withdraw"),
]

registry.correctable("sales.RetailDelivery", "sales.SaleEvidence")
menu.add("sales", _("Retail deliveries"), "sales:delivery-list", policies.VIEW, order=10)
menu.add("sales", _("Cars reported by several stores"), "sales:shared-list", policies.SPLIT, order=15)
menu.add("sales", _("Evidence of sales"), "sales:evidence-list", policies.VIEW, order=20)
