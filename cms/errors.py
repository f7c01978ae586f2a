"""What can go wrong in a way the user should read."""


class RuleError(Exception):
    """A rule of the shop says no. The message is for the user; `field` names the input it belongs to."""

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field


class Conflict(RuleError):
    """Someone else changed the same record meanwhile; `current` holds what it says now, by field."""

    def __init__(self, message: str, current: dict[str, object] | None = None, field: str | None = None):
        super().__init__(message, field)
        self.current = current or {}
