"""What all processes behind one address have used of a venue's quotas lately, in Valkey.

Nothing depends on Valkey: while it does not answer, it is left alone for a moment and every process
lives on its own part. Each states all that counts of it with every lease, so that what was lost, or
counted for nothing, is put right by the next one.
"""

import logging
import math
from itertools import chain
from time import monotonic
from uuid import uuid4

import redis
from redis.asyncio import Redis

from accounts.exchange.limits.quotas import Quota
from accounts.exchange.limits.shared_store import Lease, Statement, Wish
from accounts.exchange.limits.windows import SLOTS
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
# A process's slots begin at other moments than Valkey's, so one more than theirs counts.
_OLDEST = SLOTS + 1
# What other programs use, as the venue tells.
_OUTSIDERS = "outsiders"

# One hash per quota, a field per process: "slot units slot units …", by Valkey's own clock, which
# is the same for all.
# KEYS: the hash. ARGV: how long a slot and the hash live, how many slots ago counts, the field of
# the outsiders; the process's field, what it has free and others use at least; its wish; then what
# it has used: how many slots ago, units, and so on. Returns what is granted, and what others use.
_LEASE = """
local slot_seconds, hash_seconds, oldest, outsiders = unpack(ARGV, 1, 4)
local process, free, at_least = unpack(ARGV, 5, 7)
local needed, spare, most = unpack(ARGV, 8, 10)
local time = redis.call('TIME')
local slot = math.floor((time[1] + time[2] / 1000000) / slot_seconds)

local function counting(text)
  local kept, sum = '', 0
  for at, units in string.gmatch(text, '(%S+) (%S+)') do
    local ago = slot - at
    if ago >= 0 and ago <= tonumber(oldest) then
      kept = kept .. at .. ' ' .. units .. ' '
      sum = sum + units
    end
  end
  return kept, sum
end

local own, used = {}, 0
for i = 11, #ARGV, 2 do
  own[#own + 1] = (slot - ARGV[i]) .. ' ' .. ARGV[i + 1]
  used = used + ARGV[i + 1]
end

local others, before = 0, ''
local fields = redis.call('HGETALL', KEYS[1])
for i = 1, #fields, 2 do
  if fields[i] ~= process then
    local kept, sum = counting(fields[i + 1])
    if fields[i] == outsiders then before = kept end
    if sum == 0 then redis.call('HDEL', KEYS[1], fields[i]) end
    others = others + sum
  end
end

local missing = at_least - others
if missing > 0 then
  redis.call('HSET', KEYS[1], outsiders, before .. slot .. ' ' .. missing)
  others = others + missing
end

local granted = math.min(needed + spare, most - others - used - free)
if granted < math.max(needed, 0) then granted = 0 end
own[#own + 1] = slot .. ' ' .. (granted + free)
redis.call('HSET', KEYS[1], process, table.concat(own, ' '))
redis.call('EXPIRE', KEYS[1], hash_seconds)
return {tostring(granted), tostring(others)}
"""


class ValkeyLedger:
    """The ledger of the Valkey at this address, for one process. Used on one event loop only."""

    def __init__(self, url: str, *, timeout_seconds: float = _TIMEOUT_SECONDS) -> None:
        self._client = Redis.from_url(
            for_redis(url), socket_timeout=timeout_seconds, socket_connect_timeout=timeout_seconds
        )
        self._lease = self._client.register_script(_LEASE)
        self._process = uuid4().hex
        self._left_alone_until = 0.0

    async def lease(self, key: str, quota: Quota, statement: Statement, wish: Wish) -> Lease | None:
        if monotonic() < self._left_alone_until:
            return None
        arguments: list[str | float] = [
            *(quota.seconds / SLOTS, 2 * quota.seconds, _OLDEST, _OUTSIDERS),
            *(self._process, statement.free, statement.others),
            *wish,
            *chain.from_iterable(statement.used),
        ]
        try:
            granted, others = await self._lease(keys=[PREFIX + key], args=arguments)
        except _NO_ANSWER as error:
            self._leave_alone(error)
            return None
        return Lease(granted=float(granted), others=float(others))

    async def close(self) -> None:
        """End the connections; nobody is answered any more."""
        self._left_alone_until = math.inf
        await self._client.aclose()

    def _leave_alone(self, error: Exception) -> None:
        self._left_alone_until = max(self._left_alone_until, monotonic() + _PAUSE_SECONDS)
        logger.warning("Valkey does not answer; this process keeps to its own part: %s", error)
