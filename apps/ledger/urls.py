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
]

menu.add("finance", _("Accounts"), "ledger:account-list", policies.VIEW, order=5)
menu.add("finance", _("Account movements"), "ledger:posting-list", policies.VIEW, order=6)
