"""Failed logins and two-factor logins in the admin: unlock somebody, set up the own app and renew
its recovery codes.
"""

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action

from tradeplatform.lib.admin_columns import badge
from tradeplatform.lib.admin_scope import sees_all
from tradeplatform.lib.encryption import CannotDecrypt, decrypt, encrypt
from tradeplatform.models import AuthenticatorApp, FailedLogin
from tradeplatform.recovery import renew_recovery_codes
from tradeplatform.two_factor import has_two_factor, is_right_code, new_key, qr_code, set_up

# The session's name for a new key, encrypted, until the user's app has shown that it knows it.
_NEW_KEY = "new_two_factor_key"
# And for new recovery codes, encrypted, from the POST that made them to the page they are on.
_NEW_CODES = "new_recovery_codes"


class _ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold ships no types
    """Rows that are written elsewhere; superusers may delete them."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return sees_all(request)


@admin.register(FailedLogin)
class FailedLoginAdmin(_ReadOnlyAdmin):
    """Logins that failed lately; deleting a row lets its user in again at that address."""

    list_display = ["username", "ip_address", "failures_since_start", "state", "attempt_time"]
    list_display_links = ["username", "ip_address"]
    search_fields = ["username", "ip_address"]
    fields = [*list_display, "user_agent"]
    actions = ["unlock"]
    empty_hint = _("No login failed in the last 15 minutes.")

    @admin.action(description=_("Unlock: let them log in again"), permissions=["delete"])
    def unlock(self, request: HttpRequest, rows: QuerySet[FailedLogin]) -> None:
        """Forget these failures, and those of the same user and address with other browsers."""
        for username, address in rows.values_list("username", "ip_address"):
            FailedLogin.objects.filter(username=username, ip_address=address).delete()
        self.message_user(request, _("They may log in again."), messages.SUCCESS)

    @admin.display(description=_("state"))
    def state(self, attempt: FailedLogin) -> SafeString:
        """Whether the next login is refused without looking at the password."""
        if attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT:
            return badge(_("Locked out"), "danger")
        return badge(_("Failed"), "plain")


@admin.register(AuthenticatorApp)
class TwoFactorAdmin(_ReadOnlyAdmin):
    """Who logs in with a code as well: each their own, superusers everybody's."""

    list_display = ["user", "created_at", "last_used_at", "codes_left"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    fields = list_display
    readonly_fields = ["codes_left"]
    actions_list = ["set_up", "recovery_codes"]
    empty_hint = _("No login asks for a code yet.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request).annotate(left=Count("recovery_codes"))
        return rows if sees_all(request) else rows.filter(user_id=request.user.pk)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_active and getattr(request.user, "is_staff", False)

    def has_module_permission(self, request: HttpRequest) -> bool:
        # Others find their own through the menu under their name.
        return sees_all(request)

    def has_set_up_permission(self, request: HttpRequest) -> bool:
        """Everybody may for themselves."""
        return self.has_view_permission(request)

    def has_recovery_codes_permission(self, request: HttpRequest) -> bool:
        """Whoever has an app has codes."""
        return isinstance(request.user, User) and has_two_factor(request.user)

    @admin.display(description=_("recovery codes left"))
    def codes_left(self, app: Any) -> int:
        """How many are unused."""
        return int(app.left)

    @action(  # type: ignore[untyped-decorator]  # Unfold ships no types
        description=_("Set up"), icon="qr_code", permissions=["set_up"], url_path="set-up"
    )
    def set_up(self, request: HttpRequest) -> HttpResponse:
        """With GET the QR code of a new key; with POST the code by which the app proves it."""
        if not isinstance(request.user, User):
            raise PermissionDenied
        user = request.user
        if has_two_factor(user):
            text = _("Your login asks for a code already. Remove the app here to set up another.")
            self.message_user(request, text, messages.INFO)
            return HttpResponseRedirect(_codes_address())
        key = _session_key(request)
        if request.method == "POST":
            if set_up(user, key=key, code=request.POST.get("code", ""), now=timezone.now()):
                del request.session[_NEW_KEY]
                text = _("From now on your login asks for a code of your app.")
                self.message_user(request, text, messages.SUCCESS)
                return _with_new_codes(request, user)
            self.message_user(request, _("That code is wrong. Try the next one."), messages.ERROR)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Set up two-factor login"),
            "opts": self.model._meta,
            "picture": qr_code(user, key=key),
            "key": key,
            "list_address": _list_address(),
        }
        return TemplateResponse(request, "admin/two_factor_set_up.html", context)

    @action(  # type: ignore[untyped-decorator]  # Unfold ships no types
        description=_("Recovery codes"),
        icon="password",
        permissions=["recovery_codes"],
        url_path="recovery-codes",
    )
    def recovery_codes(self, request: HttpRequest) -> HttpResponse:
        """With GET new codes, once, or how many are left; with POST and a right code new ones or,
        for a new telephone, no app any more.
        """
        if not isinstance(request.user, User) or not has_two_factor(request.user):
            raise PermissionDenied
        if request.method == "POST" and self._proves_it(request, request.user):
            return self._renewed_or_removed(request, request.user)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Recovery codes"),
            "opts": self.model._meta,
            "codes": _taken_codes(request),
            "left": request.user.authenticator_app.recovery_codes.count(),
            "list_address": _list_address(),
        }
        # The admin's pages carry `Cache-Control: no-store`: no browser keeps this one.
        return TemplateResponse(request, "admin/recovery_codes.html", context)

    def _renewed_or_removed(self, request: HttpRequest, user: User) -> HttpResponse:
        if "remove" not in request.POST:
            return _with_new_codes(request, user)
        AuthenticatorApp.objects.filter(user=user).delete()
        text = _("The app is removed: your login asks for no code. Set up another one.")
        self.message_user(request, text, messages.WARNING)
        return HttpResponseRedirect(_list_address())

    def _proves_it(self, request: HttpRequest, user: User) -> bool:
        """Whether the form bears a code that would be good at the login; says so if not."""
        try:
            if is_right_code(user, request.POST.get("code", ""), now=timezone.now()):
                return True
            text = _("The code is wrong, was used, or came too soon after a wrong one.")
        except CannotDecrypt:
            text = _("The key of your app is lost. Enter a recovery code, or ask a superuser.")
        self.message_user(request, text, messages.ERROR)
        return False


def _session_key(request: HttpRequest) -> str:
    """The key that this session shows; a new one where there is none or nobody can read it."""
    try:
        return decrypt(request.session.get(_NEW_KEY, ""))
    except CannotDecrypt:
        key = new_key()
        request.session[_NEW_KEY] = encrypt(key)
        return key


def _with_new_codes(request: HttpRequest, user: User) -> HttpResponse:
    """To the page that shows them; the redirect keeps a reload from making others."""
    codes = renew_recovery_codes(AuthenticatorApp.objects.get(user=user))
    request.session[_NEW_CODES] = encrypt("\n".join(codes))
    return HttpResponseRedirect(_codes_address())


def _taken_codes(request: HttpRequest) -> str:
    """The new codes out of the session, or nothing if they were taken before."""
    try:
        return decrypt(request.session.pop(_NEW_CODES, ""))
    except CannotDecrypt:
        return ""


def _codes_address() -> str:
    return reverse("admin:tradeplatform_authenticatorapp_recovery_codes")


def _list_address() -> str:
    return reverse("admin:tradeplatform_authenticatorapp_changelist")
