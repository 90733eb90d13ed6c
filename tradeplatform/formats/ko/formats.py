"""Moments as they are compared: year first, with seconds."""

DATETIME_FORMAT = "Y-m-d H:i:s"
