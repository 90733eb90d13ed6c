"""`manage.py up`: starts every process of the platform, keeps them running, stops them in order."""
