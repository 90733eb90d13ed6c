"""Strategies, their subscriptions, signals and positions."""

import django.core.validators
import django.db.models.deletion
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('strategies', '0001_initial'), ('strategies', '0002_following'), ('strategies', '0003_positions'), ('strategies', '0004_hooks'), ('strategies', '0005_position_corrections'), ('strategies', '0006_trading_state')]

    initial = True

    dependencies = [
        ('accounts', '0001_tables'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Strategy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='strategies', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=80)),
                ('group_name', models.CharField(help_text='The name alerts use. Letters, digits, dot, dash and underscore.', max_length=60, unique=True, validators=[django.core.validators.RegexValidator('^[\\w.-]+\\Z', 'Use letters, digits, dot, dash, underscore.')])),
                ('market_type', models.CharField(choices=[('SPOT', 'Spot'), ('FUTURES', 'Futures'), ('STOCK', 'Stock')], default='SPOT', max_length=10)),
                ('venue', models.CharField(blank=True, default='', help_text='Only accounts at this exchange may subscribe. Empty: any exchange.', max_length=30)),
                ('currency', models.CharField(blank=True, default='', help_text='Only markets quoted in this currency are traded, e.g. USDT. Empty: any.', max_length=10)),
                ('is_active', models.BooleanField(default=True, help_text='Inactive: its alerts are refused.')),
                ('is_public', models.BooleanField(default=False, help_text='Other users may subscribe their own accounts.')),
                ('max_signal_age_seconds', models.PositiveIntegerField(default=60, help_text='An alert that could not be executed within this time is denied, not sent late.', validators=[django.core.validators.MinValueValidator(1)])),
                ('close_first', models.BooleanField(default=False, help_text="An order to open first closes the strategy's opposite position and waits until it is flat. An alert may ask for this itself.")),
                ('cancel_on_start', models.BooleanField(default=False, help_text="Cancel this strategy's open orders when its workers start, after a crash too.")),
                ('hooks', models.CharField(blank=True, default='', help_text='A Python class that is told of orders and fills, e.g. strategies.examples.hedge.Hedge. Empty: none. Only superusers may change it.', max_length=200)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name_plural': 'strategies',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('market_type__in', ['SPOT', 'FUTURES', 'STOCK'])), name='strategy_market_type'), models.CheckConstraint(condition=models.Q(('max_signal_age_seconds__gt', 0)), name='strategy_max_signal_age_positive')],
            },
        ),
        migrations.CreateModel(
            name='MarkPrice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('venue', models.CharField(max_length=30)),
                ('environment', models.CharField(choices=[('SANDBOX', 'Sandbox'), ('TESTNET', 'Testnet'), ('LIVE', 'Live')], max_length=10)),
                ('market_type', models.CharField(choices=[('SPOT', 'Spot'), ('FUTURES', 'Futures'), ('STOCK', 'Stock')], max_length=10)),
                ('symbol', models.CharField(max_length=60)),
                ('price', models.DecimalField(decimal_places=18, max_digits=36)),
                ('read_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('venue', 'environment', 'market_type', 'symbol'), name='mark_price_once'), models.CheckConstraint(condition=models.Q(('price__gt', 0)), name='mark_price_positive'), models.CheckConstraint(condition=models.Q(('environment__in', ['SANDBOX', 'TESTNET', 'LIVE'])), name='mark_price_environment'), models.CheckConstraint(condition=models.Q(('market_type__in', ['SPOT', 'FUTURES', 'STOCK'])), name='mark_price_market_type')],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('strategy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to='strategies.strategy')),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subscriptions', to='accounts.account')),
                ('is_active', models.BooleanField(default=True, help_text='Inactive: alerts pass this account by.')),
                ('capital', models.DecimalField(decimal_places=18, help_text='In the quote currency; qty_per is a percentage of it.', max_digits=36, validators=[django.core.validators.MinValueValidator(Decimal('1E-8'))])),
                ('leverage', models.PositiveSmallIntegerField(default=1, help_text='Multiplies the capital on futures. Set the same leverage at the exchange.', validators=[django.core.validators.MinValueValidator(1)])),
                ('max_symbols', models.PositiveSmallIntegerField(blank=True, help_text='At most this many symbols held or being bought at once. Empty: no limit.', null=True, validators=[django.core.validators.MinValueValidator(1)])),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['strategy', 'account'],
                'constraints': [models.UniqueConstraint(fields=('strategy', 'account'), name='subscription_once_per_account'), models.CheckConstraint(condition=models.Q(('capital__gt', 0)), name='subscription_capital_positive'), models.CheckConstraint(condition=models.Q(('leverage__gte', 1)), name='subscription_leverage_at_least_one'), models.CheckConstraint(condition=models.Q(('max_symbols__isnull', True), ('max_symbols__gte', 1), _connector='OR'), name='subscription_max_symbols_at_least_one')],
            },
        ),
        migrations.CreateModel(
            name='ExpiryRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('strategy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='expiry_rules', to='strategies.strategy')),
                ('rank', models.PositiveSmallIntegerField(default=1, help_text='Lower ranks are asked first.')),
                ('is_active', models.BooleanField(default=True)),
                ('side', models.CharField(blank=True, choices=[('BUY', 'Buy'), ('SELL', 'Sell')], default='', help_text='Empty: both.', max_length=4)),
                ('order_type', models.CharField(blank=True, choices=[('MARKET', 'Market'), ('LIMIT', 'Limit'), ('STOP_LIMIT', 'Stop limit'), ('STOP_MARKET', 'Stop market')], default='', help_text='Empty: every type.', max_length=12)),
                ('purpose', models.CharField(blank=True, choices=[('ENTRY', 'Entry'), ('CLOSE', 'Close')], default='', help_text='Empty: both.', max_length=5)),
                ('after_seconds', models.PositiveIntegerField(blank=True, help_text='Acts when the order was sent this long ago.', null=True)),
                ('drift_percent', models.DecimalField(blank=True, decimal_places=3, help_text='Acts when the last price is this far from the limit price.', max_digits=7, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0.001'))])),
                ('action', models.CharField(choices=[('REPRICE', 'Reprice'), ('MARKET', 'Market'), ('CANCEL', 'Cancel'), ('NOTIFY', 'Notify'), ('KEEP', 'Keep')], max_length=10)),
                ('book_side', models.CharField(choices=[('OWN', 'Own'), ('OPPOSITE', 'Opposite')], default='OWN', help_text="REPRICE: to the quotes on the order's own side, or those it would trade with.", max_length=8)),
                ('level_from', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)])),
                ('level_to', models.PositiveSmallIntegerField(default=1, help_text='REPRICE: to the middle of the prices of these levels; 1 and 1 is the best.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)])),
                ('is_kept_between_levels', models.BooleanField(default=False, help_text='Acts when the limit price is no longer between these levels.')),
                ('max_replacements', models.PositiveSmallIntegerField(default=10, help_text='REPRICE: at most this often per alert and account.')),
                ('max_slippage_percent', models.DecimalField(decimal_places=3, default=Decimal('1'), help_text="REPRICE: never further than this from the first order's limit price, to the worse.", max_digits=7, validators=[django.core.validators.MinValueValidator(Decimal('0'))])),
            ],
            options={
                'ordering': ['strategy', 'rank', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('action__in', ['REPRICE', 'MARKET', 'CANCEL', 'NOTIFY', 'KEEP'])), name='expiry_rule_action'), models.CheckConstraint(condition=models.Q(('side', ''), ('side__in', ['BUY', 'SELL']), _connector='OR'), name='expiry_rule_side'), models.CheckConstraint(condition=models.Q(('order_type', ''), ('order_type__in', ['MARKET', 'LIMIT', 'STOP_LIMIT', 'STOP_MARKET']), _connector='OR'), name='expiry_rule_order_type'), models.CheckConstraint(condition=models.Q(('purpose', ''), ('purpose__in', ['ENTRY', 'CLOSE']), _connector='OR'), name='expiry_rule_purpose'), models.CheckConstraint(condition=models.Q(('after_seconds__isnull', False), ('drift_percent__isnull', False), ('is_kept_between_levels', True), _connector='OR'), name='expiry_rule_has_condition'), models.CheckConstraint(condition=models.Q(('drift_percent__isnull', True), ('drift_percent__gt', 0), _connector='OR'), name='expiry_rule_drift_positive'), models.CheckConstraint(condition=models.Q(('level_from__gte', 1), ('level_to__gte', models.F('level_from'))), name='expiry_rule_levels_ordered'), models.CheckConstraint(condition=models.Q(('max_slippage_percent__gte', 0)), name='expiry_rule_slippage_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='HookProgress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('strategy', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='hook_progress', to='strategies.strategy')),
                ('hooks', models.CharField(max_length=200)),
                ('events', models.JSONField()),
                ('fills', models.JSONField()),
                ('marked_at', models.DateTimeField()),
                ('last_problem', models.CharField(blank=True, default='', max_length=300)),
                ('last_problem_at', models.DateTimeField(blank=True, null=True)),
                ('problem_count', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name_plural': 'hook progress',
                'ordering': ['strategy'],
            },
        ),
        migrations.CreateModel(
            name='TradingSwitch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.CharField(choices=[('EVERYTHING', 'Everything'), ('USER', 'User'), ('ACCOUNT', 'Account'), ('STRATEGY', 'Strategy')], max_length=10)),
                ('user', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='trading_switch', to=settings.AUTH_USER_MODEL)),
                ('account', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='trading_switch', to='accounts.account')),
                ('strategy', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='trading_switch', to='strategies.strategy')),
                ('state', models.CharField(choices=[('ACTIVE', 'Active'), ('REDUCING', 'Reducing'), ('HALTED', 'Halted')], max_length=10)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='switched', to=settings.AUTH_USER_MODEL)),
                ('reason', models.CharField(blank=True, default='', max_length=150)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name_plural': 'trading switches',
                'ordering': ['scope', 'id'],
                'indexes': [models.Index(condition=models.Q(('state', 'ACTIVE'), _negated=True), fields=['id'], name='trading_switch_not_active')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('scope', 'EVERYTHING')), fields=('scope',), name='trading_switch_of_everything_once'), models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', True), ('scope', 'EVERYTHING'), ('strategy__isnull', True), ('user__isnull', True)), models.Q(('account__isnull', True), ('scope', 'USER'), ('strategy__isnull', True), ('user__isnull', False)), models.Q(('account__isnull', False), ('scope', 'ACCOUNT'), ('strategy__isnull', True), ('user__isnull', True)), models.Q(('account__isnull', True), ('scope', 'STRATEGY'), ('strategy__isnull', False), ('user__isnull', True)), _connector='OR'), name='trading_switch_has_its_target'), models.CheckConstraint(condition=models.Q(('state__in', ['ACTIVE', 'REDUCING', 'HALTED'])), name='trading_switch_state')],
            },
        ),
        migrations.CreateModel(
            name='Position',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subscription', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='positions', to='strategies.subscription')),
                ('symbol', models.CharField(max_length=60)),
                ('quantity', models.DecimalField(decimal_places=18, default=Decimal('0'), max_digits=36)),
                ('average_entry_price', models.DecimalField(blank=True, decimal_places=18, max_digits=36, null=True)),
                ('realized_profit', models.DecimalField(decimal_places=18, default=Decimal('0'), max_digits=36)),
                ('fees', models.JSONField(default=dict)),
                ('last_filled_at', models.DateTimeField(blank=True, null=True)),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['subscription', 'symbol'],
                'constraints': [models.UniqueConstraint(fields=('subscription', 'symbol'), name='position_once_per_symbol'), models.CheckConstraint(condition=models.Q(('average_entry_price__isnull', True), ('average_entry_price__gte', 0), _connector='OR'), name='position_entry_price_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='TradingRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('switch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='runs', to='strategies.tradingswitch')),
                ('state', models.CharField(choices=[('ACTIVE', 'Active'), ('REDUCING', 'Reducing'), ('HALTED', 'Halted')], max_length=10)),
                ('action', models.CharField(choices=[('NONE', 'None'), ('CANCEL', 'Cancel'), ('FLATTEN', 'Flatten')], max_length=10)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='trading_runs', to=settings.AUTH_USER_MODEL)),
                ('reason', models.CharField(blank=True, default='', max_length=150)),
                ('requested_at', models.DateTimeField()),
                ('committed_at', models.DateTimeField(blank=True, null=True)),
                ('blocked_at', models.DateTimeField(blank=True, null=True)),
                ('in_flight', models.PositiveIntegerField(blank=True, null=True)),
                ('cancels_asked', models.PositiveIntegerField(default=0)),
                ('cancels_left', models.PositiveIntegerField(default=0)),
                ('closes_left', models.PositiveIntegerField(default=0)),
                ('flat_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('notes', models.TextField(blank=True, default='')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('switch',), name='trading_run_one_at_work'), models.CheckConstraint(condition=models.Q(('state__in', ['ACTIVE', 'REDUCING', 'HALTED'])), name='trading_run_state'), models.CheckConstraint(condition=models.Q(('action__in', ['NONE', 'CANCEL', 'FLATTEN'])), name='trading_run_action')],
            },
        ),
        migrations.CreateModel(
            name='Signal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('strategy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signals', to='strategies.strategy')),
                ('sender', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signals', to=settings.AUTH_USER_MODEL)),
                ('dedup_key', models.CharField(blank=True, max_length=128, null=True)),
                ('flatten_run', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signals', to='strategies.tradingrun')),
                ('intents', models.JSONField(default=list)),
                ('received_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-received_at'],
                'indexes': [models.Index(fields=['strategy', '-received_at'], name='signal_by_strategy_newest'), models.Index(fields=['-received_at'], name='signal_newest')],
                'constraints': [models.UniqueConstraint(fields=('strategy', 'sender', 'dedup_key'), name='signal_once_per_dedup_key'), models.CheckConstraint(condition=models.Q(('dedup_key__isnull', True), models.Q(('dedup_key', ''), _negated=True), _connector='OR'), name='signal_dedup_key_not_empty'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('received_at'))), name='signal_expires_after_receipt')],
            },
        ),
        migrations.CreateModel(
            name='PositionCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='strategies.position')),
                ('quantity', models.DecimalField(decimal_places=18, max_digits=36)),
                ('reason', models.CharField(max_length=300)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='position_corrections', to=settings.AUTH_USER_MODEL)),
                ('corrected_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity', 0), _negated=True), name='correction_not_zero'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='correction_has_reason')],
            },
        ),
    ]
