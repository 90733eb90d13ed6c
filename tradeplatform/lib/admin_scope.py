"""What our admin pages share: whoever is not a superuser finds only their own rows.

Django reads every list, object, action and autocomplete answer of a model through its admin's
`get_queryset`, so scoping it there scopes them all. Choices of foreign keys and filters, which
Django reads elsewhere, are scoped here too.
"""

import uuid
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import RelatedDropdownFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from tradeplatform.lib.admin_columns import person
from tradeplatform.lib.decimals import plain
from tradeplatform.lib.paging import CappedChangeList, CappedPaginator


class AmountInput(forms.DecimalField):
    """Shows a stored amount without trailing zeros."""

    def prepare_value(self, value: Any) -> Any:
        """The text for the input."""
        return plain(value) if hasattr(value, "as_tuple") else value


class OwnRowsAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold ships no types
    """An admin page that knows whose rows are whose."""

    formfield_overrides = {
        # A text input: the browser's own number input rounds to binary fractions.
        models.DecimalField: {"form_class": AmountInput, "widget": UnfoldAdminTextInputWidget},
    }

    # What the list says while it has no rows; see templates/unfold/helpers/empty_results.html.
    empty_hint: Any = ""

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        """Those of the rows that this user, not a superuser, may see."""
        raise NotImplementedError

    def choices_of(self, field_name: str, user_id: int) -> QuerySet[Any]:
        """What this user, not a superuser, may choose in a form's foreign key."""
        raise LookupError(f"nobody has said who may choose which {field_name}")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        return rows if sees_all(request) else self.own_rows(rows, _user_id(request))

    def own_row(self, request: HttpRequest, object_id: str) -> Any:
        """The row that a button is for; raises Http404 for what is not there or another's."""
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return row

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if not sees_all(request):
            kwargs["queryset"] = self.choices_of(db_field.name, _user_id(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


OWNER = person("owner", title=_("owner"))


class OwnedAdmin(OwnRowsAdmin):
    """Rows with an `owner`: set once, by superusers to anybody, by others to themselves.

    Put `owner` into `add_fieldsets` only, and `OWNER` into `fieldsets`.
    """

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(owner_id=user_id)

    def choices_of(self, field_name: str, user_id: int) -> QuerySet[Any]:
        if field_name == "owner":
            return get_user_model().objects.filter(pk=user_id)
        return super().choices_of(field_name, user_id)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        columns = super().get_list_display(request)
        return [name for name in columns if name != "owner" or sees_all(request)]

    def is_unused(self, row: Any) -> bool:
        """Whether nothing refers to the row, so that it may be deleted."""
        raise NotImplementedError

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Never in bulk: what has traded is switched off, not deleted.
        if obj is None or not self.is_unused(obj):
            return False
        return bool(super().has_delete_permission(request, obj))


class HistoryAdmin(OwnRowsAdmin):
    """Rows that only the platform writes, in tables that grow without end."""

    paginator = CappedPaginator
    list_per_page = 50
    # Of an action: Django refuses forms with more than 1,000 fields, and nobody reads longer lists.
    most_at_once = 500
    show_full_result_count = False
    sortable_by = ()  # only the default order has an index
    show_facets = admin.ShowFacets.NEVER  # counts every row once per choice of every filter
    list_fullwidth = True
    change_form_template = "admin/history_form.html"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[CappedChangeList]:
        return CappedChangeList

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class UuidSearch(HistoryAdmin):
    """Finds a row by its id as well, through the primary key's index."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        try:
            row_id = uuid.UUID(search_term.strip())
        except ValueError:
            found: tuple[QuerySet[Any], bool] = super().get_search_results(
                request, queryset, search_term
            )
            return found
        return queryset.filter(pk=row_id), False


class HistoryInline(TabularInline):  # type: ignore[misc]  # Unfold ships no types
    """Rows of a parent that only the platform writes; the parent's admin decides who sees them."""

    extra = 0
    can_delete = False
    per_page = 20

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class OwnRelatedFilter(RelatedDropdownFilter):  # type: ignore[misc]  # Unfold ships no types
    """Filters by a related row and offers only those that the user finds in its own admin list."""

    def field_choices(
        self, field: Any, request: HttpRequest, model_admin: Any
    ) -> list[tuple[Any, str]]:
        related: type[Model] = field.related_model
        # Without what that list shows beside each row.
        rows = admin.site.get_model_admin(related).get_queryset(request).prefetch_related(None)
        return [(row.pk, str(row)) for row in rows.order_by(*(related._meta.ordering or ()))]

    def has_output(self) -> bool:
        return True


def sees_all(request: HttpRequest) -> bool:
    """Whether the user is a superuser."""
    return bool(getattr(request.user, "is_superuser", False))


def _user_id(request: HttpRequest) -> int:
    # -1 owns nothing: whoever is not logged in.
    return request.user.pk or -1
