"""What a login asks for besides a password."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('tradeplatform', '0001_authenticator_apps'), ('tradeplatform', '0002_recovery_codes')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('axes', '0010_accessattemptexpiration'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuthenticatorApp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='authenticator_app', to=settings.AUTH_USER_MODEL)),
                ('encrypted_key', models.TextField(editable=False)),
                ('last_step', models.BigIntegerField(editable=False)),
                ('wrong_codes', models.PositiveIntegerField(default=0, editable=False)),
                ('next_try_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'two-factor login',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='FailedLogin',
            fields=[
            ],
            options={
                'verbose_name': 'failed login',
                'proxy': True,
            },
            bases=('axes.accessattempt',),
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recovery_codes', to='tradeplatform.authenticatorapp')),
                ('digest', models.CharField(editable=False, max_length=64)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('app', 'digest'), name='recovery_code_once_per_app')],
            },
        ),
    ]
