"""What each funder must be told, as data: a file a stream, and by the cadence of its awards where there is none."""

from collections.abc import Mapping
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict, Field

from braid.contracts.award import Cadence
from braid.kit.strict_yaml import read_yaml
from services.ledger.domain.returns.funder_return import Basis, ReturnRule


class RuleFile(BaseModel):
    """A file of ``services/ledger/return_rules``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    basis: Basis = Field(strict=False)
    months: int = Field(ge=1, le=12)
    by_payee: bool
    claim_months: int = Field(ge=0, le=120)
    citation: str = Field(min_length=10)
    unconfirmed: bool


#: For a stream that nobody wrote a file for.
_BY_CADENCE: Mapping[Cadence, ReturnRule] = {
    Cadence.FOUR_WEEKLY_IN_ADVANCE: ReturnRule(Basis.ACCOUNT, 12),
    Cadence.FOUR_WEEKLY: ReturnRule(Basis.ACCOUNT, 12),
    Cadence.ARREARS_ON_RECEIPTS: ReturnRule(Basis.CLAIM, 1, by_payee=True),
    Cadence.ON_COMPLETION: ReturnRule(Basis.GRANT, 12, by_payee=True),
    Cadence.IN_KIND: ReturnRule(Basis.VALUE, 12),
}


@cache
def rule_files() -> Mapping[str, RuleFile]:
    """The rules that are written down, by stream."""
    folder = resources.files("services.ledger") / "return_rules"
    return {
        file.name.removesuffix(".yaml"): RuleFile.model_validate(read_yaml(file.read_text()))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".yaml")
    }


def return_rule(stream: str, cadence: Cadence) -> ReturnRule:
    """How the funder of a stream is told."""
    written = rule_files().get(stream)
    if written is None:
        return _BY_CADENCE[cadence]
    return ReturnRule(written.basis, written.months, written.by_payee, written.claim_months, written.citation)
