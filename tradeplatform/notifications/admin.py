"""Channels and messages in the admin: addresses go in and never come out; a test can be sent."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from tradeplatform.lib.admin_asking import ask_back
from tradeplatform.lib.admin_columns import EMPTY, badge, list_link, row_link
from tradeplatform.lib.admin_scope import OWNER, HistoryAdmin, OwnedAdmin, OwnRelatedFilter
from tradeplatform.notifications import outbox
from tradeplatform.notifications.catalogue import EXAMPLES
from tradeplatform.notifications.events import CHOICES, NOUNS, Event
from tradeplatform.notifications.forms import ChannelForm
from tradeplatform.notifications.models import Channel, Message, Notice, State

_STATE_COLOURS = {State.PENDING: "info", State.SENT: "success", State.GIVEN_UP: "danger"}


def _state_badge(state: str) -> SafeString:
    return badge(State(state).label, _STATE_COLOURS[State(state)])


def _address_help() -> SafeString:
    rows = format_html_join(
        "", "<li>{}: <code>{}</code></li>", ((each.service, each.address) for each in EXAMPLES)
    )
    return format_html(
        "{}<ul>{}</ul>",
        _("Kept encrypted and never shown again. Leave it empty to keep what is stored."),
        rows,
    )


@admin.register(Channel)
class ChannelAdmin(OwnedAdmin):
    """Where people are told of what happens on their accounts."""

    form = ChannelForm
    list_display = ["name", "hint", "owner", "is_active", "health", "last_success_at", "messages"]
    list_filter = ["is_active", ("failing_since", admin.EmptyFieldListFilter)]
    list_select_related = ["owner"]
    search_fields = ["name", "owner__username"]
    empty_hint = _(
        "No channels yet. Add one to be told of fills, refused orders and what is wrong."
    )
    fieldsets = [
        (None, {"fields": ["name", OWNER, "is_active", "events"]}),
        (_("Address"), {"fields": ["hint", "address"], "description": _address_help()}),
        (
            _("How it goes"),
            {"fields": ["health", "last_success_at", "last_failure_at", "last_failure"]},
        ),
    ]
    readonly_fields = [
        OWNER,
        "hint",
        "health",
        "last_success_at",
        "last_failure_at",
        "last_failure",
    ]
    add_fieldsets = [
        (None, {"fields": ["name", "owner", "is_active", "events"]}),
        (_("Address"), {"fields": ["address"], "description": _address_help()}),
    ]
    actions_detail = ["send_test"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        wanted = [event.value for event in CHOICES if event is not Event.FILL]
        return {"events": wanted, **super().get_changeform_initial_data(request)}

    def is_unused(self, row: Channel) -> bool:
        return True

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """The channel alone: what was sent to it is a part of it, and nobody's to withhold."""
        names = [str(channel) for channel in objs]
        return names, {str(self.opts.verbose_name_plural): len(names)}, set(), []

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # A list filtered by the stored text would tell it letter by letter.
        if lookup.startswith("encrypted_address"):
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    @action(  # type: ignore[untyped-decorator]  # Unfold ships no types
        description=_("Send a test"), icon="send", permissions=["change"]
    )
    def send_test(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """With GET asks back, with POST sends; somebody else's channel is not found."""
        channel = self.own_row(request, object_id)
        if request.method == "POST":
            message = outbox.make_test(channel, now=timezone.now())
            return redirect("admin:notifications_message_change", message.pk)
        return ask_back(
            self,
            request,
            channel,
            title=_("Send a test?"),
            question=_("Send a test to %s?") % channel,
            explanation=_(
                "It is sent at once. The next page shows whether the service took it, or what it "
                "said."
            ),
            verb=_("Send"),
        )

    @admin.display(description=_("state"), ordering="failing_since")
    def health(self, channel: Channel) -> SafeString:
        """Whether messages arrive."""
        if channel.failing_since:
            return badge(_("Failing"), "danger")
        if channel.last_success_at:
            return badge(_("Arrives"), "success")
        return badge(_("Nothing sent yet"), "plain")

    @admin.display(description=_("messages"))
    def messages(self, channel: Channel) -> SafeString:
        """What was sent to it."""
        return list_link("notifications_message", _("messages"), channel__id__exact=channel.pk)


@admin.register(Message)
class MessageAdmin(HistoryAdmin):
    """What was sent, or is being tried."""

    list_display = ["created_at", "channel", "state_label", "title", "tries", "sent_at", "failure"]
    list_filter = [("state", ChoicesDropdownFilter), ("channel", OwnRelatedFilter)]
    list_select_related = ["channel"]
    empty_hint = _("No messages yet; a channel's page has a button to send a test.")
    fields = [
        "channel",
        "state_label",
        "title",
        "lines",
        "tries",
        "created_at",
        "sent_at",
        "next_try",
        "failure",
    ]
    readonly_fields = fields
    change_form_template = "admin/notifications/message.html"

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(channel__owner_id=user_id)

    @admin.display(description=_("state"))
    def state_label(self, message: Message) -> SafeString:
        """On its way, sent or given up."""
        return _state_badge(message.state)

    @admin.display(description=_("text"))
    def lines(self, message: Message) -> SafeString:
        """The text, line by line as it is sent."""
        return format_html_join(
            mark_safe("<br>"), "{}", ((line,) for line in message.text.splitlines())
        )

    @admin.display(description=_("next try"))
    def next_try(self, message: Message) -> str:
        """When it is tried next, if it is."""
        is_tried = message.state == State.PENDING
        return localize(timezone.localtime(message.next_try_at)) if is_tried else EMPTY


@admin.register(Notice)
class NoticeAdmin(HistoryAdmin):
    """What happened, once per channel that is told of it, and whether it is told yet."""

    list_display = ["at", "event_label", "text", "channel", "state_label"]
    list_filter = [("channel", OwnRelatedFilter)]
    list_select_related = ["channel", "message"]
    ordering = ["-id"]
    search_fields = ["text"]
    empty_hint = _("Nothing to tell yet, or no channel wants to know.")
    fields = ["at", "event_label", "text", "channel", "message_link"]
    readonly_fields = fields

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(channel__owner_id=user_id)

    @admin.display(description=_("event"))
    def event_label(self, notice: Notice) -> str:
        """What kind of news it is."""
        return NOUNS[Event(notice.event)][0]

    @admin.display(description=_("state"))
    def state_label(self, notice: Notice) -> SafeString:
        """The state of its message, if it is in one yet."""
        if notice.message is None:
            return badge(_("Waiting"), "plain")
        return _state_badge(notice.message.state)

    @admin.display(description=_("message"))
    def message_link(self, notice: Notice) -> SafeString | str:
        """The message that tells it."""
        return EMPTY if notice.message is None else row_link(notice.message)
