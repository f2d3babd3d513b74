"""Where the answers of a new submission are known from before anybody is asked."""

from collections.abc import Mapping
from typing import Literal, get_args

from msgspec import Struct, field

Record = Literal["decision", "approval", "approved", "day_after", "reported", "changes"]
# In the order in which a new submission is filled in from them.
RECORDS: tuple[Record, ...] = get_args(Record)
# What a decision of the committee records (decision.yaml), and the type of each.
RECORDED: Mapping[str, str] = {
    "decision": "choice",
    "date": "date",
    "number": "text",
    "valid_until": "date",
    "interval_months": "int",
    "comments": "list",
}


class AnswerSource(Struct, frozen=True):
    """Where the answer to a question about a new submission is known from (`filled_from`).

    `name` is by record: a key of RECORDED for the last `decision` and the `approval` of the study;
    the path of a fact as it was last `approved`, as earlier submissions last `reported` it, or of
    the date whose `day_after` is meant; none for the categories of `changes` since the approval.
    `values` are options of the question by those of the source, where the two are called otherwise.
    """

    record: Record
    name: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
