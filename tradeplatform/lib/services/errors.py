"""What stops a service from starting, in words for the person who starts it."""


class ServiceError(Exception):
    """Nothing was started; the message says what to change."""
