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
    path("<int:pk>/transfer/", views.AccountTransfer.as_view(), name="account-transfer"),
    path("transfers/", views.TransferList.as_view(), name="transfer-list"),
    path("transfers/<int:pk>/", views.TransferDetail.as_view(), name="transfer-detail"),
    path("transfers/<int:pk>/withdraw/", views.TransferWithdraw.as_view(), name="transfer-withdraw"),
    path("notes/", views.NoteList.as_view(), name="note-list"),
    path("notes/missing/", views.NoteMissing.as_view(), name="note-missing"),
    path("notes/<int:pk>/", views.NoteDetail.as_view(), name="note-detail"),
    path("notes/<int:pk>/confirm/", views.NoteConfirm.as_view(), name="note-confirm"),
    path("notes/<int:pk>/cancel/", views.NoteCancel.as_view(), name="note-cancel"),
    path("entries/<int:pk>/credit-note/", views.NoteIssue.as_view(), name="note-issue"),
]

menu.add("finance", _("Accounts"), "ledger:account-list", policies.VIEW, order=5)
menu.add("finance", _("Account movements"), "ledger:posting-list", policies.VIEW, order=6)
menu.add("finance", _("Bank payments"), "ledger:receipt-list", policies.POST, order=7)
menu.add("finance", _("Wallet transfers"), "ledger:transfer-list", policies.VIEW, order=8)
menu.add("finance", _("Credit notes"), "ledger:note-list", policies.VIEW, order=9)
