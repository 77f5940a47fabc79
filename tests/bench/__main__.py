"""``python -m tests.bench [WHAT] [--people N] [--journeys N]``; see ``--help`` for what there is."""

import argparse

from tests.bench import (
    answering,
    braiding,
    calibration,
    decisions,
    embedded,
    gateway,
    kafka,
    ledger,
    ledger_http,
    one_allocation,
    outcomes,
    payment_run,
    planning,
    recording,
    whole_population,
)

parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
parser.add_argument(
    "what",
    nargs="?",
    choices=[
        "all",
        "allocation",
        "answering",
        "braiding",
        "calibration",
        "decisions",
        "embedded",
        "gateway",
        "kafka",
        "ledger",
        "ledger_http",
        "outcomes",
        "payment_run",
        "planning",
        "population",
        "recording",
    ],
    default="all",
)
parser.add_argument("--journeys", type=int, default=60)
parser.add_argument("--people", type=int, default=decisions.PEOPLE)
parser.add_argument("--openfisca", default="", help="interpreter that has OpenFisca-core, to compare with")
parser.add_argument("--entries", type=int, default=1_000_000, help="how many entries the journal grows to")
parser.add_argument("--hordak", default="", help="interpreter that has django-hordak, to compare with")
arguments = parser.parse_args()
if arguments.what in ("all", "allocation"):
    one_allocation.run()
if arguments.what in ("all", "answering"):
    answering.run()
if arguments.what in ("all", "braiding"):
    braiding.run()
if arguments.what in ("all", "decisions"):
    decisions.run(people=arguments.people)
if arguments.what in ("all", "embedded"):
    embedded.run(journeys=arguments.journeys)
if arguments.what in ("all", "gateway"):
    gateway.run()
if arguments.what in ("all", "kafka"):
    kafka.run(journeys=arguments.journeys)
if arguments.what == "calibration":
    calibration.run()
if arguments.what in ("all", "population"):
    whole_population.run(openfisca=arguments.openfisca)
if arguments.what in ("all", "ledger_http"):
    ledger_http.run()
if arguments.what in ("all", "outcomes"):
    outcomes.run()
if arguments.what in ("all", "payment_run"):
    payment_run.run(people=arguments.people)
if arguments.what in ("all", "planning"):
    planning.run()
if arguments.what in ("all", "recording"):
    recording.run()
if arguments.what in ("all", "ledger"):
    ledger.run(entries=arguments.entries, hordak=arguments.hordak)
