from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.ledger import policies, views

app_name = "ledger"
urlpatterns = [
    path("", views.AccountList.as_view(), name="account-list"),
    path("movements/", views.PostingList.as_view(), name="posting-list"),
    path("payments/new/", views.PaymentCreate.as_view(), name="payment-create"),
    path("<int:pk>/", views.AccountDetail.as_view(), name="account-detail"),
    path("<int:pk>/limit/", views.AccountLimit.as_view(), name="account-limit"),
    path("<int:pk>/freeze/", views.AccountFreeze.as_view(), name="account-freeze"),
    path("<int:pk>/unfreeze/", views.AccountUnfreeze.as_view(), name="account-unfreeze"),
    path("entries/<int:pk>/", views.EntryDetail.as_view(), name="entry-detail"),
    path("entries/<int:pk>/reverse/", views.EntryReverse.as_view(), name="entry-reverse"),
    path("receipts/", views.ReceiptList.as_view(), name="receipt-list"),
    path("receipts/<int:pk>/", views.ReceiptDetail.as_view(), name="receipt-detail"),
    path("receipts/<int:pk>/assign/", views.ReceiptAssign.as_view(), name="receipt-assign"),
    path("receipts/<int:pk>/set-aside/", views.ReceiptSetAside.as_view(), name="receipt-set-aside"),
    path("receipts/<int:pk>/reopen/", views.ReceiptReopen.as_view(), name="receipt-reopen"),
]

menu.add("finance", _("Accounts"), "ledger:account-list", policies.VIEW, order=5)
menu.add("finance", _("Account movements"), "ledger:posting-list", policies.VIEW, order=6)
menu.add("finance", _("Bank payments"), "ledger:receipt-list", policies.POST, order=7)
