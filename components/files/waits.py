"""How long the jobs of a workflow file may take: the time for their work, and their scripts' waits.

`timeout-minutes` in a template is the time for a job's work. What its scripts may wait for
registries is added, so that GitHub does not cancel a job that would have succeeded.
"""

from __future__ import annotations

import re

AGAIN_SECONDS = 310
"""The longest that `again` of `workflows/steps/again.sh` waits: twice 5, 10, 20, 40 and 80 s."""

MOST_MINUTES = 360
"""A job on a runner of GitHub ends after six hours."""

_JOB = re.compile(r"^(?=  [A-Za-z_][\w-]*:\n)", re.MULTILINE)
_TIMEOUT = re.compile(r"(?<=\n    timeout-minutes: )\d+$", re.MULTILINE)
_COMMENT = re.compile(r"^\s*#.*\n", re.MULTILINE)
_AGAIN = re.compile(r"(?:^|[!(;&|]|\b(?:if|elif|then|do|while|until))\s*again \w", re.MULTILINE)
_TIMES = re.compile(r"for _ in \{1\.\.(\d+)\}; do\n(?:(?!\s*done\n).*\n)*?\s*sleep (\d+)\n")
_PAUSES = re.compile(r"for (\w+) in ([\d ]+); do\n\s*sleep \"\$\1\"\n")


def seconds(text: str) -> int:
    """Return how long the scripts of a job may wait in all.

    A loop over files that calls `again` counts once: a registry that answers for one file answers
    for the next.
    """
    script = _COMMENT.sub("", text)
    return (
        AGAIN_SECONDS * len(_AGAIN.findall(script))
        + sum(int(times) * int(pause) for times, pause in _TIMES.findall(script))
        + sum(int(pause) for _, pauses in _PAUSES.findall(script) for pause in pauses.split())
    )


def added(text: str) -> str:
    """Return a workflow file whose jobs have time for their waits, too."""
    start, jobs, rest = text.partition("\njobs:\n")
    return start + jobs + "".join(map(_longer, _JOB.split(rest)))


def _longer(job: str) -> str:
    minutes = -(-seconds(job) // 60)
    return _TIMEOUT.sub(lambda own: str(min(int(own[0]) + minutes, MOST_MINUTES)), job, count=1)
