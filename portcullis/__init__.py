"""The command line around `pulumi up`."""

from __future__ import annotations

import sys
from pathlib import Path

_PACK = Path(__file__).resolve().parents[1] / "policy"
"""The policy pack's folder: Pulumi runs it on its own, so it is no package of this project."""

if str(_PACK) not in sys.path:
    sys.path.append(str(_PACK))
