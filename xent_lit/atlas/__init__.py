"""The atlas: every loss that people use, and the model it assumes."""

from ..loss import GROUPS
from ..losses import LOSSES
from . import (
    choices, contrast, counts, generative, labels, margins, numbers, refused, robust, scores,
    sequences, times)

_ROWS = (
    *LOSSES.values(),
    *numbers.NUMBER_LOSSES,
    *robust.ROBUST_LOSSES,
    *refused.REFUSED_LOSSES,
    *labels.LABEL_LOSSES,
    *margins.MARGIN_LOSSES,
    *counts.COUNT_LOSSES,
    *sequences.SEQUENCE_LOSSES,
    *choices.CHOICE_LOSSES,
    *times.TIME_LOSSES,
    *contrast.CONTRAST_LOSSES,
    *scores.SCORE_LOSSES,
    *generative.GENERATIVE_LOSSES,
)

#: All rows by name, group after group.
ATLAS = {row.name: row for group in GROUPS for row in _ROWS if row.group == group}

__all__ = ["ATLAS"]
