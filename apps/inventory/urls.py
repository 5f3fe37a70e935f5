from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.inventory import policies
from apps.inventory.views import board, shipments
from apps.inventory.views import stock as views
from apps.work import registry

app_name = "inventory"
urlpatterns = [
    path("", views.StockList.as_view(), name="stock-list"),
    path("board/", board.StockBoard.as_view(), name="stock-board"),
    path("new/", views.ArrivalEnter.as_view(), name="arrival-enter"),
    path("units/<int:pk>/", views.UnitDetail.as_view(), name="unit-detail"),
    path("units/<int:pk>/depart/", views.Depart.as_view(), name="unit-depart"),
    path("units/<int:pk>/adjust/", views.Adjust.as_view(), name="unit-adjust"),
    path("units/<int:pk>/propose/", views.Propose.as_view(), name="unit-propose"),
    path("units/<int:pk>/transfer/", views.TransferUnit.as_view(), name="unit-transfer"),
    path("units/<int:pk>/reserve/", shipments.Reserve.as_view(), name="unit-reserve"),
    path("reservations/", shipments.ReservationList.as_view(), name="reservation-list"),
    path("reservations/<int:pk>/release/", shipments.Release.as_view(), name="reservation-release"),
    path("shipments/", shipments.ShipmentList.as_view(), name="shipment-list"),
    path("shipments/<int:pk>/", shipments.ShipmentDetail.as_view(), name="shipment-detail"),
    path("shipments/<int:pk>/receive/", shipments.Receive.as_view(), name="shipment-receive"),
    path("shipments/<int:pk>/answer/", shipments.AnswerException.as_view(), name="shipment-answer"),
    path("shipments/<int:pk>/cancel/", shipments.Cancel.as_view(), name="shipment-cancel"),
    path("movements/", views.MovementList.as_view(), name="movement-list"),
    path("movements/<int:pk>/undo/", views.Undo.as_view(), name="movement-undo"),
    path("transfers/", views.TransferList.as_view(), name="transfer-list"),
    path("offers/", views.ProposalList.as_view(), name="proposal-list"),
    path("offers/<int:pk>/", views.ProposalDetail.as_view(), name="proposal-detail"),
    path("offers/<int:pk>/accept/", views.ProposalAccept.as_view(), name="proposal-accept"),
    path("offers/<int:pk>/decline/", views.ProposalDecline.as_view(), name="proposal-decline"),
    path("offers/<int:pk>/withdraw/", views.ProposalWithdraw.as_view(), name="proposal-withdraw"),
    path("counts/", views.DeclarationList.as_view(), name="declaration-list"),
    path("counts/new/", views.DeclarationEnter.as_view(), name="declaration-enter"),
]

registry.correctable("inventory.StockUnit")
menu.add("inventory", _("Stock board"), "inventory:stock-board", policies.VIEW, order=5)
menu.add("inventory", _("Vehicles in stock"), "inventory:stock-list", policies.VIEW, order=20)
menu.add("inventory", _("Vehicles on the way"), "inventory:shipment-list", policies.VIEW, order=25)
menu.add("inventory", _("Reserved vehicles"), "inventory:reservation-list", policies.VIEW, order=27)
menu.add("inventory", _("Stock movements"), "inventory:movement-list", policies.VIEW, order=30)
menu.add("inventory", _("Transfers between dealers"), "inventory:transfer-list", policies.VIEW, order=40)
menu.add("inventory", _("Month-end counts"), "inventory:declaration-list", policies.VIEW, order=50)
