"""Who hears what: an account's owner of their own, superusers of the platform."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import QuerySet

from tradeplatform.notifications.events import Event, News
from tradeplatform.notifications.models import Channel, Notice
from tradeplatform.notifications.wording import on_one_line
from webhooks.redaction import without_tokens


def listening() -> QuerySet[Channel]:
    """Channels that are told anything: active ones of active users."""
    return Channel.objects.filter(is_active=True, owner__is_active=True)


def superuser_ids() -> set[int]:
    """Who hears of what concerns everything."""
    return set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Audience:
    """The listening channels by what they chose."""

    of_owners: dict[tuple[Event, int], list[Channel]]
    of_superusers: dict[Event, list[Channel]]

    def owners(self, event: Event) -> list[int]:
        """Users with a channel for the event."""
        return sorted(owner for chosen, owner in self.of_owners if chosen is event)

    def notices(self, news: News, *, event: Event, source: str) -> list[Notice]:
        """The news for every channel that wants it; the caller writes the rows."""
        return [
            Notice(
                channel=channel,
                source=source,
                source_key=news.key,
                event=event,
                at=news.at,
                text=without_tokens(on_one_line(news.text))[:300],
            )
            for channel in self._channels(event, news.owner_id)
        ]

    def _channels(self, event: Event, owner_id: int | None) -> Sequence[Channel]:
        if owner_id is None:
            return self.of_superusers.get(event, ())
        return self.of_owners.get((event, owner_id), ())


def read_audience() -> Audience:
    """The audience of this moment."""
    audience = Audience(defaultdict(list), defaultdict(list))
    for channel in listening().select_related("owner"):
        for event in map(Event, channel.events):
            audience.of_owners[event, channel.owner_id].append(channel)
            if channel.owner.is_superuser:
                audience.of_superusers[event].append(channel)
    return audience
