"""What a calibration refuses, each refusal with its own name."""


class CalibrationError(Exception):
    """A calibration cannot go on, for a reason that the caller can mend."""


class PastPeopleRefused(CalibrationError):
    """The past people cannot be fitted to."""


class FitRefused(CalibrationError):
    """A fit that falls somewhere, goes below nothing, or cannot be explained line by line may not become a table."""
