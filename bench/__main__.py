"""``python -m bench [workload …]``: measure all workloads, or those whose names begin so; ``FULL=1`` at every size."""

import os
import signal
import sys
from importlib import import_module

from bench.ground import ground

WORKLOADS = (
    "w1_one_voucher",
    "w2_sixteen_desks",
    "w3_payment_batch",
    "w5_trial_balance",
    "w6_year_export",
    "w7_prove_the_books",
    "side_by_side",
    "one_court",
)


def main(*wanted: str) -> None:
    full = os.environ.get("FULL") == "1"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that the server is stopped then, too
    with ground() as place:
        for name in WORKLOADS:
            if not wanted or name.startswith(wanted):
                import_module(f"bench.{name}").measure(place, full=full).tell()


if __name__ == "__main__":
    main(*sys.argv[1:])
