"""Who may send alerts, and what came of each."""

import django.db.models.deletion
import uuid
import webhooks.models
from django.conf import settings
from django.db import migrations, models

# https://www.tradingview.com/support/solutions/43000529348
_TRADING_VIEW = ("52.89.214.238", "34.212.75.30", "54.218.53.128", "52.32.178.7")


def add_trading_view(apps, schema_editor):
    """Ready to be switched on; nobody is refused before."""
    rows = apps.get_model("webhooks", "AllowedAddress").objects
    rows.bulk_create(rows.model(network=address, note="TradingView") for address in _TRADING_VIEW)


class Migration(migrations.Migration):

    replaces = [('webhooks', '0001_initial'), ('webhooks', '0005_allowed_addresses')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('strategies', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('received_at', models.DateTimeField()),
                ('remote_address', models.GenericIPAddressField(blank=True, null=True)),
                ('content_type', models.CharField(blank=True, default='', max_length=100)),
                ('body', models.TextField(blank=True, default='')),
                ('outcome', models.CharField(choices=[('ACCEPTED', 'Accepted'), ('DUPLICATE', 'Duplicate'), ('REFUSED', 'Refused')], max_length=10)),
                ('http_status', models.PositiveSmallIntegerField()),
                ('error_code', models.CharField(blank=True, default='', max_length=40)),
                ('error_field', models.CharField(blank=True, default='', max_length=60)),
                ('error_message', models.CharField(blank=True, default='', max_length=300)),
                ('sender', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to=settings.AUTH_USER_MODEL)),
                ('signal', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='strategies.signal')),
                ('validation_time_ms', models.DecimalField(decimal_places=1, max_digits=10, null=True)),
                ('preprocessing_time_ms', models.DecimalField(decimal_places=1, max_digits=10, null=True)),
                ('trade_processing_time_ms', models.DecimalField(decimal_places=1, max_digits=10, null=True)),
                ('total_processing_time_ms', models.DecimalField(decimal_places=1, max_digits=10, null=True)),
            ],
            options={
                'verbose_name_plural': 'deliveries',
                'ordering': ['-received_at'],
                'indexes': [models.Index(fields=['-received_at'], name='delivery_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['ACCEPTED', 'DUPLICATE', 'REFUSED'])), name='delivery_outcome'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'REFUSED'), ('signal__isnull', True), models.Q(('error_code', ''), _negated=True)), models.Q(models.Q(('outcome', 'REFUSED'), _negated=True), ('error_code', ''), ('signal__isnull', False)), _connector='OR'), name='delivery_refused_has_error_others_a_signal')],
            },
        ),
        migrations.CreateModel(
            name='WebhookToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhook_tokens', to=settings.AUTH_USER_MODEL)),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('hint', models.CharField(editable=False, help_text="The token's last characters.", max_length=8)),
                ('created_at', models.DateTimeField(editable=False)),
                ('revoked_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'ordering': ['-created_at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('revoked_at__isnull', True)), fields=('user',), name='webhook_token_one_active_per_user')],
            },
        ),
        migrations.CreateModel(
            name='AllowedAddress',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('network', models.CharField(help_text='An address such as 52.89.214.238 or a network such as 52.89.214.0/24.', max_length=43, unique=True, validators=[webhooks.models.validate_network])),
                ('note', models.CharField(blank=True, default='', help_text='Whose it is.', max_length=100)),
                ('is_active', models.BooleanField(default=False, help_text='As soon as one address is active, alerts from all others are refused.')),
            ],
            options={
                'verbose_name_plural': 'allowed addresses',
                'ordering': ['network'],
            },
        ),
        migrations.RunPython(add_trading_view, migrations.RunPython.noop),
    ]
