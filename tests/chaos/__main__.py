"""``python -m tests.chaos``: a long run by hand, and the replay of one."""

import argparse
import asyncio
import faulthandler
import logging
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import structlog

from tests.chaos.faults import Kind
from tests.chaos.report import written
from tests.chaos.run import Chaos

#: Faults of a long run, and of each of its rounds.
FAULTS, A_ROUND = 220, 10


def main() -> int:
    """Run, tell what was found, and write the report where asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", type=int, default=FAULTS)
    parser.add_argument("--a-round", type=int, default=A_ROUND)
    parser.add_argument("--report", type=Path, help="where to write what a run that was proved has shown")
    parser.add_argument("--only", nargs="*", choices=[kind.name for kind in Kind], help="only these kinds of faults")
    parser.add_argument("--go-on", action="store_true", help="do not end at the first round that cannot be proved")
    asked = parser.parse_args()
    # What the second ledger hears in a proof is no news of the run.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    # A run that hangs tells where when it is asked: kill -USR1.
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    # Told to stop, it takes everything down that it has started, as at Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="braid-chaos-"))
    folder.chmod(0o755)
    chaos = Chaos(asked.seed, folder, lambda line: print(line, flush=True), goes_on=asked.go_on)
    kinds = [Kind[name] for name in asked.only] if asked.only else None
    outcome = asyncio.run(chaos.run(asked.faults, asked.a_round, kinds=kinds))
    if outcome.wrong:
        print(f"\nNOT PROVED. Seed {asked.seed}, {len(outcome.faults)} faults. Logs: {folder}")
        print(f"Again: python -m tests.chaos --seed {asked.seed} --faults {asked.faults} --a-round {asked.a_round}")
        return 1
    report = written(outcome)
    print("\n" + report)
    if asked.report:
        asked.report.write_text(report)
    shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
