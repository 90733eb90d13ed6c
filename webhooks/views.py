"""The API's addresses: read the request, call the one function that does the work, answer JSON."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import Error
from django.urls import reverse
from django.utils import timezone
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tradeplatform.lib.client_address import client_address
from webhooks.acceptance import receive
from webhooks.access import authenticated
from webhooks.answers import Answer, progress_body, refusal_answer
from webhooks.arrival import arrival_of, bearer_token
from webhooks.following import signal_progress
from webhooks.order_list import order_page
from webhooks.parameters import refuse_unknown
from webhooks.refusals import Reason, Refused
from webhooks.schema import describe_order_list, describe_signal, describe_webhook
from webhooks.throttling import refusal_of_stranger


class AlwaysJson(BaseContentNegotiation):
    """Answers JSON whatever a client says it accepts: an alert is never lost to a header."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> Any:
        raise NotImplementedError("bodies are read by webhooks.arrival")

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class ApiView(APIView):
    """Turns refusals into their JSON."""

    content_negotiation_class = AlwaysJson

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, MethodNotAllowed):
            methods = " and ".join(self.allowed_methods)
            exc = Refused(Reason.METHOD_NOT_ALLOWED, value=methods)
        if isinstance(exc, Error):
            exc = Refused(Reason.DATABASE_UNAVAILABLE)
        if isinstance(exc, Refused):
            return _response(refusal_answer(exc))
        raise exc


@describe_webhook
class WebhookView(ApiView):
    """Takes alerts."""

    http_method_names = ["post"]

    def post(self, request: Request, path_token: str = "") -> Response:
        """Take an alert; the answer is never later than WEBHOOK_WAIT_SECONDS plus the work."""
        arrival = arrival_of(request, path_token=path_token, received_at=timezone.now())
        return _response(receive(arrival))


@describe_signal
class SignalView(ApiView):
    """Tells what became of an alert."""

    http_method_names = ["get", "head"]

    def get(self, request: Request, signal_id: str) -> Response:
        """The same rows as the webhook's answer, as they stand now."""
        user = _user(request)
        refuse_unknown(request.query_params, known=())
        progress = signal_progress(signal_id, user_id=user.pk)
        status_url = reverse("signal", args=[progress.signal_id])
        return Response(progress_body(progress, status_url=status_url))


@describe_order_list
class OrderListView(ApiView):
    """Lists orders."""

    http_method_names = ["get", "head"]

    def get(self, request: Request) -> Response:
        """The orders of one's own accounts and strategies, newest first."""
        return Response(order_page(request.query_params, user_id=_user(request).pk))


class UnknownView(ApiView):
    """Stands where the API has nothing, whatever the method."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse the request before anything of it is read."""
        raise Refused(Reason.PATH_UNKNOWN, value=request.path)


def _user(request: Request) -> AbstractBaseUser:
    try:
        return authenticated(bearer_token(request))
    except Refused as refused:
        raise refusal_of_stranger(refused, address=client_address(request)) from None


def _response(answer: Answer) -> Response:
    return Response(answer.body, status=answer.http_status, headers=dict(answer.headers))
