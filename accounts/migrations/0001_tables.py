"""Accounts and what keeps them from trading."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('accounts', '0001_initial'), ('accounts', '0002_breakers'), ('accounts', '0003_key_can_withdraw')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=60)),
                ('venue', models.CharField(help_text='The exchange this login belongs to.', max_length=30)),
                ('environment', models.CharField(choices=[('SANDBOX', 'Sandbox'), ('TESTNET', 'Testnet'), ('LIVE', 'Live')], default='SANDBOX', help_text='SANDBOX and TESTNET use play money; LIVE uses yours.', max_length=10)),
                ('encrypted_credentials', models.TextField(default='', editable=False)),
                ('is_active', models.BooleanField(default=True, help_text='An inactive account receives no new orders.')),
                ('key_can_withdraw', models.BooleanField(default=False, editable=False)),
                ('health', models.CharField(choices=[('UNCHECKED', 'Not checked'), ('OK', 'OK'), ('FAILED', 'Failed')], default='UNCHECKED', editable=False, max_length=10)),
                ('health_message', models.CharField(blank=True, default='', editable=False, max_length=300)),
                ('health_checked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('owner', 'name'), name='account_name_once_per_owner'), models.CheckConstraint(condition=models.Q(('environment__in', ['SANDBOX', 'TESTNET', 'LIVE'])), name='account_environment'), models.CheckConstraint(condition=models.Q(('health__in', ['UNCHECKED', 'OK', 'FAILED'])), name='account_health')],
            },
        ),
        migrations.CreateModel(
            name='Breaker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('venue', models.CharField(max_length=30, verbose_name='exchange')),
                ('environment', models.CharField(choices=[('SANDBOX', 'Sandbox'), ('TESTNET', 'Testnet'), ('LIVE', 'Live')], max_length=10)),
                ('market_type', models.CharField(choices=[('SPOT', 'Spot'), ('FUTURES', 'Futures'), ('STOCK', 'Stock')], max_length=10)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='breakers', to='accounts.account')),
                ('is_open', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, choices=[('UNREACHABLE', 'Unreachable'), ('VENUE_UNAVAILABLE', 'Venue unavailable'), ('RATE_LIMITED', 'Rate limited'), ('CLOCK_SKEW', 'Clock skew'), ('BAD_CREDENTIALS', 'Bad credentials'), ('PERMISSION_DENIED', 'Permission denied')], default='', max_length=20)),
                ('message', models.CharField(blank=True, default='', max_length=300)),
                ('opened_at', models.DateTimeField(null=True)),
                ('paused_until', models.DateTimeField(null=True)),
                ('openings', models.PositiveIntegerField(default=0)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-is_open', '-changed_at'],
                'indexes': [models.Index(fields=['changed_at'], name='breaker_changed_at')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('account__isnull', True)), fields=('venue', 'environment', 'market_type'), name='breaker_once_per_market'), models.UniqueConstraint(fields=('account', 'market_type'), name='breaker_once_per_account_and_market'), models.CheckConstraint(condition=models.Q(('is_open', False), ('opened_at__isnull', False), _connector='OR'), name='breaker_open_since')],
            },
        ),
    ]
