"""Whose orders a dispatch that was given up would have canceled."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_missed")]

    operations = [
        migrations.AddField(
            model_name="dispatch",
            name="uncanceled",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
