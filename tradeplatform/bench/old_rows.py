"""The SQL of old_orders: rows as the platform leaves them behind, made by the database itself.

Parameters: `first` and `last`, the numbers of the first order and of the one after the last;
`each`, how many a signal has; `apart`, the seconds between two; `now`; `seats`, how many there are;
`ceiling`, which no id exceeds.
"""

TEMPORARY = """
-- Whose orders these are, over and over again. Those of a signal follow each other.
CREATE TEMP TABLE seats (
    seat int, strategy_id bigint, owner_id int, subscription_id bigint, account_id bigint,
    intent_index smallint
);
-- What became of them, over and over again; 97 has nothing in common with the number of seats.
CREATE TEMP TABLE fates AS
SELECT number, status, status <> 'DENIED' AS is_sent, status IN ('FILLED', 'CANCELED') AS is_taken,
    CASE WHEN status = 'FILLED' THEN 0.25 ELSE 0 END AS filled
FROM (
    SELECT number, CASE WHEN number < 58 THEN 'FILLED' WHEN number < 82 THEN 'CANCELED'
        WHEN number < 92 THEN 'DENIED' ELSE 'REJECTED' END AS status
    FROM generate_series(0, 96) AS number
) AS each;
-- And how it came to that; the last step has place 0.
CREATE TEMP TABLE steps (status text, place int, from_status text, to_status text, reason text);
INSERT INTO steps VALUES
('FILLED', 2, 'INITIALIZED', 'SUBMITTED', 'buy 0.25 BTC/USDT at 40000'),
('FILLED', 1, 'SUBMITTED', 'ACCEPTED', 'the exchange has taken it'),
('FILLED', 0, 'ACCEPTED', 'FILLED', 'filled 0.25 of 0.25'),
('CANCELED', 3, 'INITIALIZED', 'SUBMITTED', 'buy 0.25 BTC/USDT at 40000'),
('CANCELED', 2, 'SUBMITTED', 'ACCEPTED', 'the exchange has taken it'),
('CANCELED', 1, 'ACCEPTED', 'PENDING_CANCEL', 'an alert asked for it'),
('CANCELED', 0, 'PENDING_CANCEL', 'CANCELED', 'the exchange has canceled it'),
('REJECTED', 1, 'INITIALIZED', 'SUBMITTED', 'buy 0.25 BTC/USDT at 40000'),
('REJECTED', 0, 'SUBMITTED', 'REJECTED', 'INSUFFICIENT_FUNDS: the balance is too low'),
('DENIED', 0, 'INITIALIZED', 'DENIED', 'BELOW_MINIMUM: the order is below the minimum of 5 USDT');
"""

_SIGNALS = """
INSERT INTO strategies_signal (id, strategy_id, sender_id, intents, received_at, expires_at)
SELECT md5('signal ' || signal)::uuid, strategy_id, owner_id,
    '[{"action": "PLACE", "symbol": "BTC/USDT", "side": "BUY", "order_type": "LIMIT",
       "size": {"kind": "PERCENT", "value": "1"}, "limit_price": "40000", "priority": 0}]',
    at, at + interval '60 s'
FROM (
    SELECT signal, %(now)s - make_interval(secs => signal * %(each)s * %(apart)s) AS at
    FROM generate_series(%(last)s / %(each)s - 1, %(first)s / %(each)s, -1) AS signal
) AS each JOIN seats ON seat = mod(signal * %(each)s, %(seats)s)
"""

# One alert in ten was refused.
_DELIVERIES = """
INSERT INTO webhooks_delivery (
    id, received_at, remote_address, content_type, body, outcome, http_status, error_code,
    error_field, error_message, sender_id, signal_id, validation_time_ms, preprocessing_time_ms,
    trade_processing_time_ms, total_processing_time_ms
)
SELECT md5(outcome || signal)::uuid, received_at, '52.89.214.238', 'text/plain; charset=utf-8',
    '{"group_name": "trend", "token": "…", "symbol": "BTC/USDT", "side": "buy", "order_type":
      "LIMIT", "price": "40000", "qty_per": "1"}',
    outcome, http_status, error_code, '', '', sender_id, signal_id, 1.5, 3.5, 60, 65
FROM (
    SELECT signal, md5('signal ' || signal)::uuid AS id
    FROM generate_series(%(first)s / %(each)s, %(last)s / %(each)s - 1) AS signal
) AS each JOIN strategies_signal USING (id), LATERAL (
    VALUES ('ACCEPTED', 200, '', id), ('REFUSED', 400, 'SIDE_UNKNOWN', NULL)
) AS outcomes (outcome, http_status, error_code, signal_id)
WHERE outcome = 'ACCEPTED' OR mod(signal, 9) = 0
"""

_DISPATCHES = """
INSERT INTO orders_dispatch (
    id, signal_id, shard, shards, created_at, picked_up_at, claimed_at, written_at, settled_at
)
SELECT %(ceiling)s - 2 * signal - shard, md5('signal ' || signal)::uuid, shard, 2, at,
    at + interval '4 ms', at + interval '7 ms', at + interval '12 ms', at + interval '80 ms'
FROM (
    SELECT signal, %(now)s - make_interval(secs => signal * %(each)s * %(apart)s) AS at
    FROM generate_series(%(last)s / %(each)s - 1, %(first)s / %(each)s, -1) AS signal
) AS each, generate_series(1, 0, -1) AS shard
"""

_ORDERS = """
INSERT INTO orders_order (
    id, signal_id, intent_index, attempt, subscription_id, account_id, client_order_id,
    venue_order_id, symbol, side, order_type, is_close, reduce_only, quantity, limit_price, status,
    filled_quantity, average_price, venue_filled_quantity, error_code, error_message,
    missed_look_ups, needs_attention, created_at, submitted_at, answered_at, closed_at, updated_at
)
SELECT %(ceiling)s - place, md5('signal ' || place / %(each)s)::uuid, intent_index, 0,
    subscription_id, account_id,
    'tp' || lpad(to_hex(extract(epoch FROM at)::int), 8, '0') || left(md5('order ' || place), 16),
    CASE WHEN is_taken THEN (%(ceiling)s - place)::text ELSE '' END,
    CASE mod(place, 3) WHEN 0 THEN 'ETH/USDT' ELSE 'BTC/USDT' END, 'BUY', 'LIMIT', false, false,
    0.25, 40000, status, filled, CASE WHEN filled > 0 THEN 40000 END, filled,
    CASE WHEN NOT is_taken THEN 'TOO_LITTLE' ELSE '' END,
    CASE WHEN NOT is_taken THEN 'There is too little to trade with.' ELSE '' END, 0, false, at,
    CASE WHEN is_sent THEN at + interval '9 ms' END,
    CASE WHEN is_sent THEN at + interval '70 ms' END,
    at + interval '5 minutes', at + interval '5 minutes'
FROM (
    SELECT place, %(now)s - make_interval(secs => place * %(apart)s) - interval '5 minutes' AS at
    FROM generate_series(%(last)s - 1, %(first)s, -1) AS place
) AS each
JOIN seats ON seat = mod(place, %(seats)s)
JOIN fates ON number = mod(place, 97)
"""

_EVENTS = """
INSERT INTO orders_orderevent (id, order_id, at, from_status, to_status, reason)
SELECT %(ceiling)s - 4 * each.place - steps.place, %(ceiling)s - each.place,
    %(now)s - make_interval(secs => each.place * %(apart)s + 60 * steps.place),
    from_status, to_status, reason
FROM generate_series(%(last)s - 1, %(first)s, -1) AS each (place)
JOIN fates ON number = mod(each.place, 97)
JOIN steps USING (status)
"""

# By table, in the order in which they refer to each other.
INSERTS = {
    "strategies_signal": _SIGNALS,
    "webhooks_delivery": _DELIVERIES,
    "orders_dispatch": _DISPATCHES,
    "orders_order": _ORDERS,
    "orders_orderevent": _EVENTS,
}

# Everything but the primary keys, to which other tables refer.
INDEXES = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
    format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
        pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid::regclass::text = ANY(%(tables)s) AND contype = 'u'
UNION ALL
SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid::regclass::text = ANY(%(tables)s) AND NOT indisprimary
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
