"""The domain errors. They know no HTTP status and no exit code: `api` maps classes to both."""


class LodestarError(Exception):
    """Root of everything the product refuses on purpose; its text says what to do next."""


class NotFound(LodestarError):
    """A learner, point, resource, course or recommendation that does not exist.

    Args:
        kind: what was looked for, e.g. "learner".
        id: the id that was asked for.
    """

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"There is no {kind} {id!r}.")
        self.kind = kind
        self.id = id


class Invalid(LodestarError):
    """A value that breaks a rule; `field` names it where there is one."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Conflict(LodestarError):
    """The request contradicts what is stored (an id in use, somebody else's recommendation)."""


class GraphUnavailable(LodestarError):
    """Neo4j did not answer; nothing was written, and trying again later is right."""


class GraphRefused(LodestarError):
    """Neo4j answered and refused: wrong password, or a schema newer than this code."""


class NoStrategyAvailable(LodestarError):
    """No strategy could decide; `reasons`: why, by the strategy's name. Trying again later is right."""

    def __init__(self, reasons: dict[str, str]) -> None:
        why = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        super().__init__(f"No strategy could decide ({why}). Try again in a minute.")
        self.reasons = reasons


class SetupFailed(LodestarError):
    """The machine lacks something (a download, a port, a Java runtime); the text says what to do."""


class BadCourse(LodestarError):
    """A course that cannot be imported; every problem has its own line in `problems`."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(f"{len(problems)} problem(s); nothing was imported.\n" + "\n".join(problems))
        self.problems = problems
