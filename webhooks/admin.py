"""Deliveries, webhook tokens and allowed addresses in the admin. A new token is shown once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from tradeplatform.lib.admin_columns import EMPTY, badge, person
from tradeplatform.lib.admin_scope import HistoryAdmin, OwnRelatedFilter, UuidSearch
from tradeplatform.lib.encryption import CannotDecrypt, decrypt, encrypt
from webhooks.allowing import shut_out
from webhooks.models import AllowedAddress, Delivery, Outcome, WebhookToken
from webhooks.tokens import issue_token

# Whom the list of allowed addresses shuts out is told of this time, and by so many addresses.
_RECENT = timedelta(days=7)
_MOST_NAMED = 10
# The session's name for a new token, encrypted, from the POST that made it to the page it is on.
_TO_SHOW = "new_webhook_token"
_SENDER = person("sender", title=_("sender"))
_USER = person("user", title=_("user"))
_OUTCOME_COLOURS = {
    Outcome.ACCEPTED: "success",
    Outcome.DUPLICATE: "plain",
    Outcome.REFUSED: "danger",
}


@admin.register(Delivery)
class DeliveryAdmin(UuidSearch):
    """Every request to the webhook, refused ones too."""

    list_display = [
        "received_at",
        "outcome_label",
        "http_status",
        "strategy",
        "error",
        "sender",
        "remote_address",
        "total_ms",
    ]
    list_filter = [
        ("outcome", ChoicesDropdownFilter),
        ("received_at", admin.DateFieldListFilter),
        ("signal__strategy", OwnRelatedFilter),
    ]
    list_select_related = ["sender", "signal__strategy"]
    search_fields = ["error_code__exact", "remote_address__exact"]
    search_help_text = _("A delivery id, an error code or an address, in full.")
    empty_hint = _("No alerts yet. A strategy's page shows one to paste into TradingView.")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("outcome_label", "http_status", "received_at"),
                    "error",
                    (_SENDER, "remote_address", "content_type"),
                    "signal",
                    "text",
                ]
            },
        ),
        (
            _("Milliseconds"),
            {
                "fields": [
                    (
                        "validation_time_ms",
                        "preprocessing_time_ms",
                        "trade_processing_time_ms",
                        "total_processing_time_ms",
                    )
                ]
            },
        ),
    ]

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        # A request is its sender's own: address, text and mistakes. Owners see its signal.
        return rows.filter(sender_id=user_id)

    @admin.display(description=_("outcome"))
    def outcome_label(self, delivery: Delivery) -> SafeString:
        """What we did with it."""
        return badge(delivery.get_outcome_display(), _OUTCOME_COLOURS[Outcome(delivery.outcome)])

    @admin.display(description=_("ms"))
    def total_ms(self, delivery: Delivery) -> Decimal | None:
        """How long the request took."""
        return delivery.total_processing_time_ms

    @admin.display(description=_("strategy"))
    def strategy(self, delivery: Delivery) -> str:
        """The strategy it reached."""
        return str(delivery.signal.strategy) if delivery.signal else EMPTY

    @admin.display(description=_("error"))
    def error(self, delivery: Delivery) -> str:
        """Why it was refused."""
        if not delivery.error_code:
            return EMPTY
        return f"{delivery.error_message} ({delivery.error_code})"

    @admin.display(description=_("body without secrets"))
    def text(self, delivery: Delivery) -> SafeString:
        """The request's body as it came, line by line."""
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', delivery.body)


@admin.register(WebhookToken)
class WebhookTokenAdmin(HistoryAdmin):
    """Tokens by their last characters; each user rotates their own."""

    list_display = ["hint_label", _USER, "state", "created_at", "revoked_at"]
    list_filter = [("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    empty_hint = _("No tokens yet. Make one: alerts are let in by it.")
    fields = list_display
    readonly_fields = fields
    actions_list = ["rotate"]

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(user_id=user_id)

    def has_rotate_permission(self, request: HttpRequest) -> bool:
        """The admin's forms never add a token, so the permission is free for this."""
        return request.user.has_perm("webhooks.add_webhooktoken")

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # A list filtered by the digest would tell it letter by letter.
        return not lookup.startswith("digest") and bool(
            super().lookup_allowed(lookup, value, request)
        )

    @action(  # type: ignore[untyped-decorator]  # Unfold ships no types
        description=_("Rotate token"), icon="autorenew", permissions=["rotate"], url_path="rotate"
    )
    def rotate(self, request: HttpRequest) -> HttpResponse:
        """With GET: what would happen. With POST: a new token, shown once on the page that follows.

        The redirect in between keeps a reload from making another token.
        """
        if not request.user.is_authenticated:
            raise PermissionDenied
        if request.method == "POST":
            request.session[_TO_SHOW] = encrypt(issue_token(user=request.user, now=timezone.now()))
            return HttpResponseRedirect(request.path)
        token = _taken_token(request)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Rotate webhook token"),
            "opts": self.model._meta,
            "active": self.model.objects.filter(user=request.user, revoked_at=None).first(),
            "token": token,
            "address": request.build_absolute_uri(reverse("webhook-by-path", args=[token or "-"])),
        }
        # The admin's pages carry `Cache-Control: no-store`: no browser keeps this one.
        return TemplateResponse(request, "admin/webhooks/rotate_token.html", context)

    @admin.display(description=_("token"))
    def hint_label(self, token: WebhookToken) -> str:
        """Its last characters."""
        return str(token)

    @admin.display(description=_("state"))
    def state(self, token: WebhookToken) -> SafeString:
        """Whether it lets alerts in."""
        if token.revoked_at is None:
            return badge(_("In use"), "success")
        return badge(_("Revoked"), "plain")


@admin.register(AllowedAddress)
class AllowedAddressAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold ships no types
    """Where alerts may come from, for every strategy; for superusers."""

    list_display = ["network", "note", "is_active"]
    list_editable = ["note", "is_active"]
    search_fields = ["network", "note"]
    empty_hint = _("No addresses: alerts may come from anywhere.")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list, and above it what it does to senders."""
        answer: HttpResponse = super().changelist_view(request, extra_context)
        if request.method == "GET":
            self.message_user(request, *_effect_of_list())
        return answer


def _effect_of_list() -> tuple[Any, int]:
    """What the list of allowed addresses does, and how much that is to be noticed."""
    if not AllowedAddress.objects.filter(is_active=True).exists():
        return _("None is active: alerts may come from anywhere."), messages.INFO
    others = shut_out(since=timezone.now() - _RECENT)
    if not others:
        return _("Alerts from all other addresses are refused."), messages.INFO
    text = _(
        "Alerts with a valid token came from %(addresses)s this week; they are refused now. If "
        "that is your proxy's address, add it to TRUSTED_PROXIES and restart."
    )
    return text % {"addresses": ", ".join(others[:_MOST_NAMED])}, messages.WARNING


def _taken_token(request: HttpRequest) -> str:
    """The new token out of the session, or nothing if it was taken before."""
    try:
        return decrypt(request.session.pop(_TO_SHOW, ""))
    except CannotDecrypt:
        return ""
