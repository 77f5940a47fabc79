"""What an evaluation refuses, each refusal with its own name."""


class EvaluationError(Exception):
    """An evaluation cannot be made, for a reason that the caller can mend."""


class NoComparison(EvaluationError):
    """One arm has nobody, so that nothing is compared with anything."""


class GroupsTooSmall(EvaluationError):
    """An arm has so few people that nothing about it may be published."""


class NothingMeasured(EvaluationError):
    """No measure has a score to compare."""
