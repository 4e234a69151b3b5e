"""The runbook: what a team agreed on, whole and checked."""

from __future__ import annotations

from typing import Self

from pydantic import ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from tui.runbook.checks import mistakes
from tui.runbook.procedures import Procedures

REFERENCE = "reference"
"""Type of the validation errors that come from the cross-check."""


class Runbook(Procedures):
    """A runbook in which every reference leads somewhere and every measure fits what it measures."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """Raise one ValidationError that lists every misfit, each with its path in the file."""
        found = mistakes(self)
        if found:
            raise ValidationError.from_exception_data(
                type(self).__name__,
                [
                    InitErrorDetails(
                        type=PydanticCustomError(REFERENCE, "{reason}", {"reason": mistake.reason}),
                        loc=mistake.loc,
                        input=None,
                    )
                    for mistake in found
                ],
            )
        return self
