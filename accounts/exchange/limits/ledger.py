"""What all processes behind one address have leased of a venue's quotas lately, in Valkey.

Nothing depends on Valkey: while it does not answer, it is left alone for a moment and every process
lives on its own part.
"""

import asyncio
import logging
from time import monotonic

import redis
from redis.asyncio import Redis

from accounts.exchange.limits.quotas import Quota
from accounts.exchange.limits.stores import Lease, Wish
from accounts.exchange.limits.windows import SLOTS, slot_of
from tradeplatform.lib.counters import for_redis

logger = logging.getLogger(__name__)

PREFIX = "limits:"
_TIMEOUT_SECONDS = 0.25
# A burst of orders keeps our own loop busy, which looks the same as a Valkey that does not answer.
_PAUSE_SECONDS = 1
# Where asyncio raises ConnectionResetError, uvloop 0.22 says "the handler is closed"
# (handles/handle.pyx, `_ensure_alive`), and redis-py 8.1 hands that on as it is
# (asyncio/connection.py, `send_packed_command`).
_NO_ANSWER = (redis.RedisError, RuntimeError)

# One hash per quota, a field per slot. KEYS: the hash. ARGV: the present slot, the oldest that
# counts, how long the hash lives; the fields of a wish. Returns what is granted, and the sum of
# what counts.
_LEASE = """
local sum = 0
local old = {}
local slots = redis.call('HGETALL', KEYS[1])
for i = 1, #slots, 2 do
  if tonumber(slots[i]) < tonumber(ARGV[2]) then old[#old + 1] = slots[i]
  else sum = sum + tonumber(slots[i + 1]) end
end
if #old > 0 then redis.call('HDEL', KEYS[1], unpack(old)) end
local function add(units)
  redis.call('HINCRBYFLOAT', KEYS[1], ARGV[1], units)
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  sum = sum + units
end
if tonumber(ARGV[7]) > sum then add(tonumber(ARGV[7]) - sum) end
local room = tonumber(ARGV[6]) - sum
if room < tonumber(ARGV[4]) then return {'0', tostring(sum)} end
local granted = math.min(tonumber(ARGV[4]) + tonumber(ARGV[5]), room)
if granted > 0 then add(granted) end
return {tostring(granted), tostring(sum)}
"""


class ValkeyLedger:
    """The ledger of the Valkey at this address. Used on one event loop only."""

    def __init__(self, url: str) -> None:
        self._client = Redis.from_url(
            for_redis(url),
            socket_timeout=_TIMEOUT_SECONDS,
            socket_connect_timeout=_TIMEOUT_SECONDS,
        )
        self._lease = self._client.register_script(_LEASE)
        self._left_alone_until = 0.0
        self._correcting: dict[str, asyncio.Task[Lease | None]] = {}

    async def lease(self, key: str, quota: Quota, wish: Wish, *, now: float) -> Lease | None:
        if told := self._correcting.get(key):  # else more could be granted than is left
            await asyncio.wait([told])
        return await self._ask(key, quota, wish, now=now)

    async def _ask(self, key: str, quota: Quota, wish: Wish, *, now: float) -> Lease | None:
        if monotonic() < self._left_alone_until:
            return None
        arguments = [*_slots(quota, now), *wish]
        try:
            granted, used = await self._lease(keys=[PREFIX + key], args=arguments)
        except _NO_ANSWER as error:
            self._leave_alone(error)
            return None
        return Lease(granted=float(granted), used=float(used))

    def correct(self, key: str, quota: Quota, *, used: float, now: float) -> None:
        # Hundreds of answers come at once, and the next one tells no less.
        if key in self._correcting or monotonic() < self._left_alone_until:
            return
        task = asyncio.create_task(self._ask(key, quota, Wish(used=used), now=now))
        self._correcting[key] = task
        task.add_done_callback(lambda _: self._correcting.pop(key))

    async def close(self) -> None:
        """End the connections."""
        await self._client.aclose()

    def _leave_alone(self, error: Exception) -> None:
        self._left_alone_until = monotonic() + _PAUSE_SECONDS
        logger.warning("Valkey does not answer; this process keeps to its own part: %s", error)


def _slots(quota: Quota, now: float) -> list[float]:
    slot = slot_of(now, seconds=quota.seconds)
    return [slot, slot - SLOTS, 2 * quota.seconds]
