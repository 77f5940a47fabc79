"""The outcomes service's routes, one file a subject, and how its errors are told."""

from braid.kit.problems import ProblemKind, ProblemTable
from services.outcomes.api import client_level_data, council_reports, evaluations, instruments, responses, waves
from services.outcomes.domain import errors
from services.outcomes.domain.client_level_data.specification import NoSuchPeriod
from services.outcomes.domain.people_compared import NoWholeWeek
from services.outcomes.recording import NobodyKnown, NotTheirCarer, TakenBackAlready

ROUTERS = (
    instruments.router,
    responses.router,
    waves.router,
    council_reports.router,
    evaluations.router,
    client_level_data.router,
)

PROBLEMS: ProblemTable = {
    errors.UnknownInstrument: ProblemKind(422, "unknown-instrument", "There is no such instrument"),
    errors.UnknownItem: ProblemKind(422, "unknown-item", "The instrument does not ask this"),
    errors.OutsideTheLevels: ProblemKind(422, "outside-the-levels", "An answer is none of the levels"),
    errors.NothingAnswered: ProblemKind(422, "nothing-answered", "Nothing was answered"),
    errors.UnknownWave: ProblemKind(422, "unknown-wave", "The instrument is not asked at such a time"),
    errors.MayNotAnswer: ProblemKind(422, "not-made-for-them", "The instrument is not made for this"),
    errors.NotYet: ProblemKind(422, "not-yet", "The day is still to come"),
    NoWholeWeek: ProblemKind(422, "no-whole-week", "There is no whole week between the days"),
    NoSuchPeriod: ProblemKind(422, "no-such-period", "A return ends with a quarter"),
    errors.LicenceRefused: ProblemKind(422, "licence-refused", "The statement does not fit the instrument"),
    errors.NoLicence: ProblemKind(409, "no-licence", "The council has stated no licence for that day"),
    errors.SecondBaseline: ProblemKind(409, "second-baseline", "There is a baseline already"),
    errors.AnsweredAlready: ProblemKind(409, "wave-answered", "The wave was answered already"),
    errors.BeforeTheBaseline: ProblemKind(409, "before-the-baseline", "A follow-up comes after its baseline"),
    errors.OtherVersion: ProblemKind(409, "other-version", "Scores of two versions cannot be compared"),
    errors.AfterDeath: ProblemKind(409, "after-death", "The person had died"),
    NobodyKnown: ProblemKind(404, "nobody-known", "No case is open for this person"),
    NotTheirCarer: ProblemKind(422, "not-their-carer", "No such carer of the person is known"),
    TakenBackAlready: ProblemKind(409, "taken-back", "The answers were taken back"),
}
