from django.urls import path
from django.utils.translation import gettext_lazy as _

from apps.core.kit import menu
from apps.inventory import policies
from apps.inventory.views import board, care, counts, desk, shipments, transfers
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
    path("find/", care.Find.as_view(), name="find"),
    path("units/<int:pk>/mark/", care.Mark.as_view(), name="unit-mark"),
    path("units/<int:pk>/buy-back/", care.BuyBack.as_view(), name="unit-buy-back"),
    path("marks/", care.MarkList.as_view(), name="mark-list"),
    path("marks/<int:pk>/end/", care.EndMark.as_view(), name="mark-end"),
    path("loans/", care.LoanList.as_view(), name="loan-list"),
    path("agreements/", care.AgreementList.as_view(), name="agreement-list"),
    path("agreements/new/", care.AgreementNew.as_view(), name="agreement-new"),
    path("agreements/<int:pk>/", care.AgreementDetail.as_view(), name="agreement-detail"),
    path("aged/", care.AgedActionList.as_view(), name="aged-list"),
    path("aged/new/", care.AgedActionNew.as_view(), name="aged-new"),
    path("aged/<int:pk>/", care.AgedActionDetail.as_view(), name="aged-detail"),
    path("shipments/", shipments.ShipmentList.as_view(), name="shipment-list"),
    path("shipments/<int:pk>/", shipments.ShipmentDetail.as_view(), name="shipment-detail"),
    path("shipments/<int:pk>/receive/", shipments.Receive.as_view(), name="shipment-receive"),
    path("shipments/<int:pk>/answer/", shipments.AnswerException.as_view(), name="shipment-answer"),
    path("shipments/<int:pk>/cancel/", shipments.Cancel.as_view(), name="shipment-cancel"),
    path("movements/", views.MovementList.as_view(), name="movement-list"),
    path("movements/<int:pk>/undo/", views.Undo.as_view(), name="movement-undo"),
    path("transfers/", transfers.TransferList.as_view(), name="transfer-list"),
    path("offers/", transfers.ProposalList.as_view(), name="proposal-list"),
    path("offers/<int:pk>/", transfers.ProposalDetail.as_view(), name="proposal-detail"),
    path("desk/", desk.TransferDesk.as_view(), name="transfer-desk"),
    path("desk/suggest/", desk.Suggest.as_view(), name="transfer-suggest"),
    path("offers/<int:pk>/confirm/", transfers.ProposalConfirm.as_view(), name="proposal-confirm"),
    path("offers/<int:pk>/agree/", transfers.ProposalAgree.as_view(), name="proposal-agree"),
    path("offers/<int:pk>/ship/", transfers.ProposalShip.as_view(), name="proposal-ship"),
    path("offers/<int:pk>/accept/", transfers.ProposalAccept.as_view(), name="proposal-accept"),
    path("offers/<int:pk>/decline/", transfers.ProposalDecline.as_view(), name="proposal-decline"),
    path("offers/<int:pk>/withdraw/", transfers.ProposalWithdraw.as_view(), name="proposal-withdraw"),
    path("declarations/", views.DeclarationList.as_view(), name="declaration-list"),
    path("declarations/new/", views.DeclarationEnter.as_view(), name="declaration-enter"),
    path("declarations/<int:pk>/withdraw/", views.DeclarationWithdraw.as_view(), name="declaration-withdraw"),
    path("counts/", counts.CountList.as_view(), name="count-list"),
    path("counts/new/", counts.CountBegin.as_view(), name="count-begin"),
    path("counts/<int:pk>/", counts.CountDetail.as_view(), name="count-detail"),
    path("counts/<int:pk>/scan/", counts.CountScan.as_view(), name="count-scan"),
    path("counts/<int:pk>/finish/", counts.CountFinish.as_view(), name="count-finish"),
    path("counts/<int:pk>/explain/", counts.CountExplain.as_view(), name="count-explain"),
]

registry.correctable("inventory.StockUnit")
menu.add("inventory", _("Stock board"), "inventory:stock-board", policies.VIEW, order=5)
menu.add("inventory", _("Vehicles in stock"), "inventory:stock-list", policies.VIEW, order=20)
menu.add("inventory", _("Vehicles on the way"), "inventory:shipment-list", policies.VIEW, order=25)
menu.add("inventory", _("Reserved vehicles"), "inventory:reservation-list", policies.VIEW, order=27)
menu.add("inventory", _("Stock movements"), "inventory:movement-list", policies.VIEW, order=30)
menu.add("inventory", _("Transfer desk"), "inventory:transfer-desk", policies.VIEW, order=40)
menu.add("inventory", _("Stock counts"), "inventory:count-list", policies.VIEW, order=50)
menu.add("inventory", _("Actions on aged stock"), "inventory:aged-list", policies.VIEW, order=55)
menu.add("inventory", _("Buy-back agreements"), "inventory:agreement-list", policies.VIEW, order=60)
menu.add("inventory", _("Certificates and marks"), "inventory:mark-list", policies.VIEW, order=62)
menu.add("inventory", _("Floor-plan loans"), "inventory:loan-list", policies.VIEW, order=65)
