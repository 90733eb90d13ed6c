"""Whose orders a dispatch that was given up would have made."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0003_given_up")]

    operations = [
        migrations.AddField(
            model_name="dispatch",
            name="missed",
            field=models.JSONField(blank=True, null=True),
        ),
    ]
