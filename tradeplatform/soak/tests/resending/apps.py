"""Sends an order again, under another id, when its outcome is unknown."""

from dataclasses import replace

from django.apps import AppConfig

from accounts.exchange import gateway
from accounts.exchange.errand import ENTRY, Errand
from accounts.exchange.types import Login, OrderReport, OrderTicket, OutcomeUnknown
from orders.client_order_id import new_client_order_id


class Resending(AppConfig):
    """Takes the gateway's place in every process of the platform."""

    name = "tradeplatform.soak.tests.resending"

    def ready(self) -> None:
        send_once = gateway.place

        async def send_again(
            login: Login, ticket: OrderTicket, errand: Errand = ENTRY
        ) -> OrderReport:
            try:
                return await send_once(login, ticket, errand)
            except OutcomeUnknown:
                return await send_once(
                    login, replace(ticket, client_order_id=new_client_order_id()), errand
                )

        gateway.place = send_again
