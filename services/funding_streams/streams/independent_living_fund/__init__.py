"""The Independent Living Fund."""

from services.funding_streams.streams.independent_living_fund.rules import IndependentLivingFund

ADAPTER = IndependentLivingFund()

__all__ = ["ADAPTER"]
