"""``python -m tests.bench [embedded|kafka] [--journeys N]``."""

import argparse

from tests.bench import embedded, kafka

parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
parser.add_argument("what", nargs="?", choices=["all", "embedded", "kafka"], default="all")
parser.add_argument("--journeys", type=int, default=60)
arguments = parser.parse_args()
if arguments.what in ("all", "embedded"):
    embedded.run(journeys=arguments.journeys)
if arguments.what in ("all", "kafka"):
    kafka.run(journeys=arguments.journeys)
