"""Lists over tables with millions of rows."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from unfold.views import ChangeList


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs only
    """Counts and shows the first rows only: counting them all takes longer than reading a page.

    For querysets. Who looks for an older row filters or searches.
    """

    most_rows = 10_000
    template_name = "admin/capped_pagination.html"

    @cached_property
    def count(self) -> int:
        """How many rows can be paged through, at most `most_rows`."""
        rows: Any = self.object_list
        return int(rows[: self.most_rows].count())

    @property
    def is_capped(self) -> bool:
        """Whether there may be more rows than can be paged through."""
        return self.count == self.most_rows


class CappedChangeList(ChangeList):  # type: ignore[misc]  # Unfold ships no types
    """A list that does not say how many rows there would be without its filters."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        self.full_result_count = self.result_count
