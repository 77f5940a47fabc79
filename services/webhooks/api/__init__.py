"""The webhooks' routes, one file a subject, and how their errors are told."""

from braid.kit.problems import ProblemKind, ProblemTable
from services.webhooks.api import deliveries, subscriptions
from services.webhooks.deliveries import NotKept
from services.webhooks.domain.targets import TargetRefused
from services.webhooks.domain.telling import MayNotBeTold
from services.webhooks.subscriptions import OldSecretStillSigns, TooMany

ROUTERS = (subscriptions.router, deliveries.router)

PROBLEMS: ProblemTable = {
    TargetRefused: ProblemKind(422, "address-refused", "Nothing is sent to this address"),
    MayNotBeTold: ProblemKind(422, "may-not-be-told", "You may not be told of these events"),
    TooMany: ProblemKind(409, "too-many-subscriptions", "The council has as many subscriptions as it may"),
    OldSecretStillSigns: ProblemKind(409, "old-secret-still-signs", "The secret was changed a short time ago"),
    NotKept: ProblemKind(409, "not-kept", "The message is not kept any more"),
}
