"""What can go wrong with a private PostgreSQL, in words for the person at the keyboard."""


class PrivatePostgresError(RuntimeError):
    """Any refusal of this package; its message says what to do next."""


class PostgresNotFound(PrivatePostgresError):
    """No PostgreSQL program that this machine can run."""


class AlreadyRunning(PrivatePostgresError):
    """Another process that is alive holds the data directory."""


class UnusableDirectory(PrivatePostgresError):
    """The directory is not ours, is damaged, or the server's account cannot reach it."""


class StartFailed(PrivatePostgresError):
    """The server, or the making of its data, gave up; the message ends with its own words."""
