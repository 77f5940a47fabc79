"""What operations may count of decisions: how many wait for the body that decides, and for how long."""

from prometheus_client import Gauge

from braid.kit.measures import Measure

_INDICATIVE = Gauge("braid_awards_indicative", "Awards that wait for their decision-maker.", ["service", "stream"])
_WAITING = Gauge(
    "braid_awards_indicative_oldest_seconds",
    "For how long the oldest award that waits for its decision-maker has stood as it is.",
    ["service", "stream"],
)

MEASURES = (
    Measure(
        "indicative_awards",
        "SELECT a.stream, count(*) AS awards, extract(epoch FROM clock_timestamp() - min(a.recorded_at)) AS oldest"
        " FROM award AS a WHERE a.status = 'indicative'"
        " AND NOT EXISTS (SELECT FROM award AS b WHERE b.award_id = a.award_id AND b.version > a.version)"
        " GROUP BY a.stream",
        {"awards": _INDICATIVE, "oldest": _WAITING},
        labels=("stream",),
        every_s=300.0,
    ),
)
