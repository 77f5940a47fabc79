"""What operations may count of webhooks: how many messages wait, for how long, and who is sent none any more."""

from prometheus_client import Counter, Gauge

from braid.kit.measures import Measure

#: By the sender itself: each attempt, by what came of it.
ATTEMPTS = Counter("braid_webhook_attempts_total", "Attempts to send a webhook, by what came of them.", ["outcome"])

_WAITING = Gauge("braid_webhooks_waiting", "Webhooks in line for receivers that are sent to.", ["service"])
_OLDEST = Gauge(
    "braid_webhook_oldest_seconds",
    "Since when the oldest webhook in line for a receiver that is sent to has waited; 0 if none.",
    ["service"],
)
_GIVEN_UP = Gauge("braid_webhooks_given_up", "Webhooks given up in the last week and not sent again.", ["service"])
_DISABLED = Gauge(
    "braid_webhook_subscriptions_disabled",
    "Subscriptions that are sent nothing since their receiver failed for days or said that it is gone.",
    ["service"],
)

_IN_LINE = """
SELECT count(*) AS waiting, coalesce(extract(epoch FROM clock_timestamp() - min(d.recorded_at)), 0) AS oldest
FROM delivery AS d JOIN subscription AS s USING (subscription_id)
WHERE d.state = 'waiting' AND s.is_enabled
"""

MEASURES = (
    Measure("webhooks_in_line", _IN_LINE, {"waiting": _WAITING, "oldest": _OLDEST}, every_s=15.0),
    Measure(
        "webhooks_given_up",
        "SELECT count(*) AS given_up FROM delivery"
        " WHERE state = 'given_up' AND recorded_at > clock_timestamp() - interval '7 days'",
        {"given_up": _GIVEN_UP},
        every_s=60.0,
    ),
    Measure(
        "webhook_subscriptions",
        "SELECT count(*) AS disabled FROM subscription"
        " WHERE NOT is_enabled AND ended_at IS NULL AND disabled_because IN ('gone', 'failing')",
        {"disabled": _DISABLED},
        every_s=60.0,
    ),
)
