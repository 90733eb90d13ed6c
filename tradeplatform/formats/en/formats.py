"""Moments as they are compared: year first, with seconds, and the zone they are in."""

DATETIME_FORMAT = "Y-m-d H:i:s T"
