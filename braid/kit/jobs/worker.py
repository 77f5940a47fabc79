"""What the process of a job does before and while it works: it is modest, and says how far it is."""

import json
import os
import resource
import sys
from collections.abc import Callable

from braid.kit.jobs.answer import Answer

#: Of the processor, so that the API beside it is served first.
NICENESS = 10
#: Address space, in bytes: several times what the most people need. A file that unpacks to more ends here.
ADDRESS_SPACE_MOST = 6 * 2**30

#: Told how much of how much is done.
Progress = Callable[[int, int], None]


def work(worked_out: Callable[[bytes, Progress], Answer]) -> None:
    """Read what is asked, work it out, write the answer."""
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE_MOST, ADDRESS_SPACE_MOST))
    os.nice(NICENESS)
    answer = worked_out(sys.stdin.buffer.read(), _tell)
    sys.stdout.buffer.write(answer.written())
    sys.stdout.buffer.flush()


def _tell(done: int, of: int) -> None:
    print(json.dumps({"done": done, "of": of}), file=sys.stderr, flush=True)
