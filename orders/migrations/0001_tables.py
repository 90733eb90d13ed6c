"""Orders and what becomes of them."""

import django.db.models.deletion
import orders.transitions
from decimal import Decimal
from django.db import migrations, models

# Rows are put side by side at the end of their table. Without a tenth of each page kept free, one
# that is a little shorter than its forerunners goes into the gap that they have left in some old
# page: an alert to a hundred accounts then reads and writes a hundred pages more.
_SIDE_BY_SIDE = """
ALTER TABLE orders_order SET (fillfactor = 90);
ALTER TABLE orders_orderevent SET (fillfactor = 90);
"""

# Only replacements have a parent, and only they are worth an entry in its index: among millions of
# entries without one, each further order would read some page of the index to put its own there.
# Django's own for a one-to-one field has them all.
_ONCE_PER_PARENT = """
ALTER TABLE orders_order DROP CONSTRAINT orders_order_parent_id_key;
CREATE UNIQUE INDEX order_once_per_parent ON orders_order (parent_id) WHERE parent_id IS NOT NULL;
"""


class Migration(migrations.Migration):

    replaces = [('orders', '0001_initial'), ('orders', '0003_venue_data_of_denied'), ('orders', '0004_following'), ('orders', '0008_expiry_rule_name'), ('orders', '0010_speed'), ('orders', '0011_growth'), ('orders', '0012_parents')]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        ('strategies', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Dispatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dispatches', to='strategies.signal')),
                ('shard', models.PositiveSmallIntegerField()),
                ('shards', models.PositiveSmallIntegerField()),
                ('created_at', models.DateTimeField()),
                ('picked_up_at', models.DateTimeField(blank=True, null=True)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('written_at', models.DateTimeField(blank=True, null=True)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'dispatches',
                'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['created_at'], name='dispatch_unsettled')],
                'constraints': [models.UniqueConstraint(fields=('signal', 'shard'), name='dispatch_once_per_shard'), models.CheckConstraint(condition=models.Q(('settled_at__isnull', True), ('claimed_at__isnull', False), _connector='OR'), name='dispatch_settled_only_after_claim')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('signal', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='strategies.signal')),
                ('intent_index', models.PositiveSmallIntegerField()),
                ('attempt', models.PositiveSmallIntegerField(default=0)),
                ('parent', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='child', to='orders.order')),
                ('subscription', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='strategies.subscription')),
                ('account', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='accounts.account')),
                ('client_order_id', models.CharField(max_length=36)),
                ('venue_order_id', models.CharField(blank=True, default='', max_length=64)),
                ('symbol', models.CharField(max_length=60)),
                ('side', models.CharField(choices=[('BUY', 'Buy'), ('SELL', 'Sell')], max_length=4)),
                ('order_type', models.CharField(choices=[('MARKET', 'Market'), ('LIMIT', 'Limit'), ('STOP_LIMIT', 'Stop limit'), ('STOP_MARKET', 'Stop market')], max_length=12)),
                ('is_close', models.BooleanField(default=False)),
                ('reduce_only', models.BooleanField(default=False)),
                ('quantity', models.DecimalField(blank=True, decimal_places=18, max_digits=36, null=True)),
                ('limit_price', models.DecimalField(blank=True, decimal_places=18, max_digits=36, null=True)),
                ('trigger_price', models.DecimalField(blank=True, decimal_places=18, max_digits=36, null=True)),
                ('status', models.CharField(choices=[('INITIALIZED', 'Initialized'), ('DENIED', 'Denied'), ('SUBMITTED', 'Submitted'), ('ACCEPTED', 'Accepted'), ('PARTIALLY_FILLED', 'Partially filled'), ('PENDING_CANCEL', 'Pending cancel'), ('FILLED', 'Filled'), ('CANCELED', 'Canceled'), ('EXPIRED', 'Expired'), ('REJECTED', 'Rejected')], max_length=16)),
                ('filled_quantity', models.DecimalField(decimal_places=18, default=Decimal('0'), max_digits=36)),
                ('average_price', models.DecimalField(blank=True, decimal_places=18, max_digits=36, null=True)),
                ('venue_filled_quantity', models.DecimalField(decimal_places=18, default=Decimal('0'), max_digits=36)),
                ('error_code', models.CharField(blank=True, default='', max_length=40)),
                ('error_message', models.CharField(blank=True, default='', max_length=300)),
                ('outcome_unknown_since', models.DateTimeField(blank=True, null=True)),
                ('missed_look_ups', models.PositiveSmallIntegerField(default=0)),
                ('looked_up_at', models.DateTimeField(blank=True, null=True)),
                ('needs_attention', models.BooleanField(default=False)),
                ('cancel_signal', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='canceled_orders', to='strategies.signal')),
                ('cancel_sent_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField()),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('status__in', [orders.transitions.OrderStatus['ACCEPTED'], orders.transitions.OrderStatus['INITIALIZED'], orders.transitions.OrderStatus['PARTIALLY_FILLED'], orders.transitions.OrderStatus['PENDING_CANCEL'], orders.transitions.OrderStatus['SUBMITTED']])), fields=['subscription', 'symbol'], name='order_open_by_subscription'), models.Index(condition=models.Q(('status__in', [orders.transitions.OrderStatus['ACCEPTED'], orders.transitions.OrderStatus['INITIALIZED'], orders.transitions.OrderStatus['PARTIALLY_FILLED'], orders.transitions.OrderStatus['PENDING_CANCEL'], orders.transitions.OrderStatus['SUBMITTED']])), fields=['account'], name='order_open_by_account'), models.Index(condition=models.Q(('needs_attention', True)), fields=['-id'], name='order_needing_attention'), models.Index(condition=models.Q(('outcome_unknown_since__isnull', False), ('venue_filled_quantity__gt', models.F('filled_quantity')), _connector='OR'), fields=['id'], name='order_unresolved'), models.Index(condition=models.Q(('cancel_signal__isnull', False)), fields=['cancel_signal'], name='order_canceled_by_signal'), models.Index(fields=['subscription', '-id'], name='order_newest_by_subscription'), models.Index(fields=['account', '-id'], name='order_newest_by_account')],
                'constraints': [models.UniqueConstraint(fields=('client_order_id',), name='order_once_per_client_id'), models.UniqueConstraint(fields=('signal', 'intent_index', 'subscription', 'attempt'), name='order_once_per_attempt'), models.CheckConstraint(condition=models.Q(models.Q(('attempt', 0), ('parent__isnull', True)), models.Q(('attempt__gt', 0), ('parent__isnull', False)), _connector='OR'), name='order_replacement_has_parent'), models.UniqueConstraint(condition=models.Q(('venue_order_id', ''), _negated=True), fields=('account', 'symbol', 'order_type', 'venue_order_id'), name='order_once_per_venue_order_id'), models.CheckConstraint(condition=models.Q(('status__in', ['INITIALIZED', 'DENIED', 'SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'PENDING_CANCEL', 'FILLED', 'CANCELED', 'EXPIRED', 'REJECTED'])), name='order_status'), models.CheckConstraint(condition=models.Q(('side__in', ['BUY', 'SELL'])), name='order_side'), models.CheckConstraint(condition=models.Q(('order_type__in', ['MARKET', 'LIMIT', 'STOP_LIMIT', 'STOP_MARKET'])), name='order_type'), models.CheckConstraint(condition=models.Q(('status__in', ['INITIALIZED', 'DENIED']), models.Q(('quantity__gt', 0), ('quantity__isnull', False), ('submitted_at__isnull', False)), _connector='OR'), name='order_sent_has_quantity_and_time'), models.CheckConstraint(condition=models.Q(('status__in', ['DENIED', 'REJECTED']), ('error_code', ''), _connector='OR'), name='order_error_only_when_refused'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['DENIED', 'REJECTED']), _negated=True), models.Q(('error_code', ''), _negated=True), _connector='OR'), name='order_refused_has_error'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'INITIALIZED'), _negated=True), models.Q(('answered_at__isnull', True), ('filled_quantity', 0), ('venue_order_id', '')), _connector='OR'), name='order_initialized_has_no_venue_data'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('status__in', [orders.transitions.OrderStatus['CANCELED'], orders.transitions.OrderStatus['DENIED'], orders.transitions.OrderStatus['EXPIRED'], orders.transitions.OrderStatus['FILLED'], orders.transitions.OrderStatus['REJECTED']])), models.Q(('closed_at__isnull', True), ('status__in', [orders.transitions.OrderStatus['ACCEPTED'], orders.transitions.OrderStatus['INITIALIZED'], orders.transitions.OrderStatus['PARTIALLY_FILLED'], orders.transitions.OrderStatus['PENDING_CANCEL'], orders.transitions.OrderStatus['SUBMITTED']])), _connector='OR'), name='order_closed_has_time'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'FILLED'), _negated=True), ('filled_quantity__gte', models.F('quantity')), _connector='OR'), name='order_filled_means_filled'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'ACCEPTED'), _negated=True), ('filled_quantity', 0), _connector='OR'), name='order_accepted_has_no_fill'), models.CheckConstraint(condition=models.Q(('outcome_unknown_since__isnull', True), ('status__in', [orders.transitions.OrderStatus['PENDING_CANCEL'], orders.transitions.OrderStatus['SUBMITTED']]), _connector='OR'), name='order_unknown_only_while_unanswered'), models.CheckConstraint(condition=models.Q(('filled_quantity__gte', 0), ('venue_filled_quantity__gte', 0)), name='order_filled_not_negative'), models.CheckConstraint(condition=models.Q(('order_type__in', ['MARKET', 'STOP_MARKET']), models.Q(('limit_price__gt', 0), ('limit_price__isnull', False)), _connector='OR'), name='order_limit_has_price'), models.CheckConstraint(condition=models.Q(('order_type__in', ['MARKET', 'LIMIT']), models.Q(('trigger_price__gt', 0), ('trigger_price__isnull', False)), _connector='OR'), name='order_stop_has_trigger')],
            },
        ),
        migrations.CreateModel(
            name='Feed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='feeds', to='accounts.account')),
                ('market_type', models.CharField(choices=[('SPOT', 'Spot'), ('FUTURES', 'Futures'), ('STOCK', 'Stock')], max_length=10)),
                ('stream_state', models.CharField(choices=[('DOWN', 'Down'), ('UP', 'Up'), ('NOT_SUPPORTED', 'Not supported')], default='DOWN', max_length=15)),
                ('stream_seen_at', models.DateTimeField(blank=True, null=True)),
                ('stream_problem', models.CharField(blank=True, default='', max_length=300)),
                ('polled_at', models.DateTimeField(blank=True, null=True)),
                ('poll_problem', models.CharField(blank=True, default='', max_length=300)),
                ('listed_at', models.DateTimeField(blank=True, null=True)),
                ('reconciled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['account', 'market_type'],
                'constraints': [models.UniqueConstraint(fields=('account', 'market_type'), name='feed_once'), models.CheckConstraint(condition=models.Q(('market_type__in', ['SPOT', 'FUTURES', 'STOCK'])), name='feed_market_type'), models.CheckConstraint(condition=models.Q(('stream_state__in', ['DOWN', 'UP', 'NOT_SUPPORTED'])), name='feed_stream_state')],
            },
        ),
        migrations.CreateModel(
            name='StrayOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stray_orders', to='accounts.account')),
                ('client_order_id', models.CharField(max_length=36)),
                ('venue_order_id', models.CharField(max_length=64)),
                ('symbol', models.CharField(max_length=60)),
                ('side', models.CharField(choices=[('BUY', 'Buy'), ('SELL', 'Sell')], max_length=4)),
                ('quantity', models.DecimalField(decimal_places=18, max_digits=36)),
                ('filled_quantity', models.DecimalField(decimal_places=18, default=Decimal('0'), max_digits=36)),
                ('found_at', models.DateTimeField()),
                ('looked_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('account', 'client_order_id'), name='stray_order_once'), models.CheckConstraint(condition=models.Q(('side__in', ['BUY', 'SELL'])), name='stray_order_side')],
            },
        ),
        migrations.CreateModel(
            name='Remainder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='remainders', to='accounts.account')),
                ('market_type', models.CharField(choices=[('SPOT', 'Spot'), ('FUTURES', 'Futures'), ('STOCK', 'Stock')], max_length=10)),
                ('key', models.CharField(max_length=60)),
                ('accepted', models.DecimalField(decimal_places=18, max_digits=36)),
                ('held', models.DecimalField(decimal_places=18, max_digits=36)),
                ('of_strategies', models.DecimalField(decimal_places=18, max_digits=36)),
                ('checked_at', models.DateTimeField()),
                ('differs_since', models.DateTimeField(blank=True, null=True)),
                ('drifted_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['account', 'market_type', 'key'],
                'indexes': [models.Index(condition=models.Q(('drifted_at__isnull', False)), fields=['account'], name='remainder_drifted')],
                'constraints': [models.UniqueConstraint(fields=('account', 'market_type', 'key'), name='remainder_once_per_key'), models.CheckConstraint(condition=models.Q(('market_type__in', ['SPOT', 'FUTURES', 'STOCK'])), name='remainder_market_type')],
            },
        ),
        migrations.CreateModel(
            name='OpenOrder',
            fields=[
            ],
            options={
                'verbose_name': 'open order',
                'proxy': True,
            },
            bases=('orders.order',),
        ),
        migrations.CreateModel(
            name='Expiry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='expiries', to='orders.order')),
                ('rule', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='strategies.expiryrule')),
                ('rule_text', models.TextField(blank=True, default='')),
                ('action', models.CharField(choices=[('REPRICE', 'Reprice'), ('MARKET', 'Market'), ('CANCEL', 'Cancel'), ('NOTIFY', 'Notify'), ('KEEP', 'Keep')], max_length=10)),
                ('started_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'expiries',
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['id'], name='expiry_unsettled')],
                'constraints': [models.UniqueConstraint(fields=('order', 'rule'), name='expiry_once_per_rule'), models.CheckConstraint(condition=models.Q(('action__in', ['REPRICE', 'MARKET', 'CANCEL', 'NOTIFY', 'KEEP'])), name='expiry_action')],
            },
        ),
        migrations.CreateModel(
            name='Fill',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fills', to='orders.order')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='fills', to='accounts.account')),
                ('symbol', models.CharField(max_length=60)),
                ('venue_trade_id', models.CharField(max_length=64)),
                ('side', models.CharField(choices=[('BUY', 'Buy'), ('SELL', 'Sell')], max_length=4)),
                ('quantity', models.DecimalField(decimal_places=18, max_digits=36)),
                ('price', models.DecimalField(decimal_places=18, max_digits=36)),
                ('fee_quantity', models.DecimalField(decimal_places=18, default=Decimal('0'), max_digits=36)),
                ('fee_currency', models.CharField(blank=True, default='', max_length=20)),
                ('filled_at', models.DateTimeField()),
                ('booked_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('account', 'symbol', 'venue_trade_id', 'side'), name='fill_once_per_trade'), models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='fill_quantity_positive'), models.CheckConstraint(condition=models.Q(('price__gt', 0)), name='fill_price_positive'), models.CheckConstraint(condition=models.Q(('side__in', ['BUY', 'SELL'])), name='fill_side')],
            },
        ),
        migrations.CreateModel(
            name='OrderEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='orders.order')),
                ('at', models.DateTimeField()),
                ('from_status', models.CharField(blank=True, default='', max_length=16)),
                ('to_status', models.CharField(choices=[('INITIALIZED', 'Initialized'), ('DENIED', 'Denied'), ('SUBMITTED', 'Submitted'), ('ACCEPTED', 'Accepted'), ('PARTIALLY_FILLED', 'Partially filled'), ('PENDING_CANCEL', 'Pending cancel'), ('FILLED', 'Filled'), ('CANCELED', 'Canceled'), ('EXPIRED', 'Expired'), ('REJECTED', 'Rejected')], max_length=16)),
                ('reason', models.CharField(max_length=300)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('to_status__in', ['INITIALIZED', 'DENIED', 'SUBMITTED', 'ACCEPTED', 'PARTIALLY_FILLED', 'PENDING_CANCEL', 'FILLED', 'CANCELED', 'EXPIRED', 'REJECTED'])), name='order_event_status')],
            },
        ),
        migrations.RunSQL(_SIDE_BY_SIDE, migrations.RunSQL.noop),
        migrations.RunSQL(_ONCE_PER_PARENT, migrations.RunSQL.noop),
    ]
