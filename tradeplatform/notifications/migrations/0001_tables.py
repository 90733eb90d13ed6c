"""Who is told what, and what was told."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('notifications', '0001_initial')]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Channel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='channels', to=settings.AUTH_USER_MODEL)),
                ('name', models.CharField(max_length=60)),
                ('encrypted_address', models.TextField(editable=False)),
                ('hint', models.CharField(editable=False, max_length=100, verbose_name='sends to')),
                ('events', models.JSONField(default=list)),
                ('is_active', models.BooleanField(default=True, help_text='An inactive channel is told nothing, and later nothing of that time.')),
                ('last_success_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('last_failure_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('last_failure', models.CharField(blank=True, default='', editable=False, max_length=300)),
                ('failing_since', models.DateTimeField(blank=True, editable=False, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(fields=('owner', 'name'), name='channel_name_once_per_owner')],
            },
        ),
        migrations.CreateModel(
            name='Condition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(max_length=30)),
                ('key', models.CharField(max_length=60)),
                ('owner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('text', models.CharField(max_length=300)),
                ('since', models.DateTimeField()),
                ('is_told', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'key'), name='condition_once')],
            },
        ),
        migrations.CreateModel(
            name='Notifier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('cursors', models.JSONField(default=dict)),
                ('seen_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='notifications.channel')),
                ('title', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('is_test', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('PENDING', 'On its way'), ('SENT', 'Sent'), ('GIVEN_UP', 'Given up')], default='PENDING', max_length=10)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('failure', models.CharField(blank=True, default='', max_length=300)),
                ('created_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('state', 'PENDING')), fields=['next_try_at'], name='message_pending'), models.Index(fields=['channel', 'created_at'], name='message_by_channel')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['PENDING', 'SENT', 'GIVEN_UP'])), name='message_state')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='notifications.channel')),
                ('source', models.CharField(max_length=30)),
                ('source_key', models.CharField(max_length=120)),
                ('event', models.CharField(max_length=20)),
                ('at', models.DateTimeField()),
                ('text', models.CharField(max_length=300)),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='notices', to='notifications.message')),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(condition=models.Q(('message__isnull', True)), fields=['channel'], name='notice_untold')],
                'constraints': [models.UniqueConstraint(fields=('source', 'source_key', 'channel'), name='notice_once_per_channel')],
            },
        ),
    ]
