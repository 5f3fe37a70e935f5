from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.incentives import policies
from apps.incentives.views import payments as views
from apps.incentives.views import wallets

urlpatterns = [
    path("batches/", views.BatchList.as_view(), name="batch-list"),
    path("batches/new/", views.BatchNew.as_view(), name="batch-new"),
    path("batches/<int:pk>/", views.BatchDetail.as_view(), name="batch-detail"),
    path("batches/<int:pk>/submit/", views.BatchSubmit.as_view(), name="batch-submit"),
    path("batches/<int:pk>/discard/", views.BatchDiscard.as_view(), name="batch-discard"),
    path("batches/<int:pk>/excel/", views.BatchExcel.as_view(), name="batch-excel"),
    path("batches/<int:pk>/csv/", views.BatchCsv.as_view(), name="batch-csv"),
    path("money/", wallets.MoneyList.as_view(), name="money-list"),
    path("money/<int:pk>/", wallets.MoneyDetail.as_view(), name="money-detail"),
    path("payments/", views.PaymentList.as_view(), name="payment-list"),
    path("payments/<int:pk>/", views.PaymentDetail.as_view(), name="payment-detail"),
]

menu.add("incentives", _("Rebate money"), "incentives:money-list", policies.VIEW, order=15)
menu.add("incentives", _("Payment batches"), "incentives:batch-list", policies.VIEW_BATCHES, order=60)
menu.add("incentives", _("Payments"), "incentives:payment-list", policies.VIEW, order=65)
