"""Work that a fault kept from being carried out. Its index is of no rows at first: small, ever."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0002_beats")]

    operations = [
        migrations.AddField(
            model_name="dispatch",
            name="given_up_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="dispatch",
            index=models.Index(
                condition=models.Q(("given_up_at__isnull", False)),
                fields=["given_up_at"],
                name="dispatch_given_up",
            ),
        ),
    ]
