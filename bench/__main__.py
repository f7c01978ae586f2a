"""`python -m bench`: measure, print the tables, and keep them in bench/results/latest.md."""

from __future__ import annotations

import argparse
import fcntl
import sys
from contextlib import ExitStack
from pathlib import Path

from bench.measure import measure
from bench.places import KEPT, LATEST, PLACES, Place, say
from bench.plain import ask_plainly
from bench.report import Run, report
from bench.retail import import_retail
from bench.shops import shop_on
from bench.stand import Stand
from bench.throughput import throughput


def wanted(words: list[str] | None = None) -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="How fast the shop is; see bench/README.md.")
    parser.add_argument("--orders", type=int, nargs="+", metavar="N", help="10000 100000 1000000; quick: 1000 10000")
    parser.add_argument("--databases", nargs="+", choices=sorted(PLACES), default=["sqlite", "mariadb"])
    parser.add_argument("--rounds", type=int, metavar="N", help="requests a row (60; quick: 15)")
    parser.add_argument("--quick", action="store_true", help="small shops and few rounds: a look, not a measurement")
    parser.add_argument("--retail", type=Path, metavar="FOLDER", help="also time the import of these CSV files")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="use shops of earlier runs though the demo has changed")
    args = parser.parse_args(words)
    args.orders = sorted(set(args.orders or ([1000, 10_000] if args.quick else [10_000, 100_000, 1_000_000])))
    args.rounds = args.rounds or (15 if args.quick else 60)
    if args.retail and not args.retail.is_dir():
        parser.error(f"{args.retail} is no folder")
    return args


def run_on(place: Place, args: argparse.Namespace) -> Run:
    """Everything on one database."""
    run = Run(place.name, args.orders)
    shops = [shop_on(place, orders, args.seed, args.keep) for orders in args.orders]
    say(f"{place.name}, {' and '.join(f'{orders:,}' for orders in args.orders)} orders")
    with ExitStack() as stack:
        stands = []
        for shop in shops:
            stands.append(Stand(shop))
            stack.callback(stands[-1].close)
        run.results = measure(stands, args.rounds)
        run.plain = ask_plainly(stands[-1])
        run.throughput = throughput(stands[-1], 1 if args.quick else 4)
        servers = [stand.server for stand in stands]
        run.worker_mb = max(server.now_kb for server in servers) / 1024
        run.worker_peak_mb = max(server.peak_kb for server in servers) / 1024
    if args.retail:
        run.imported = import_retail(place, args.retail)
    return run


def main() -> None:
    args = wanted()
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit("Another bench is running here")
        runs = []
        for name in args.databases:
            place: Place = PLACES[name]()
            try:
                runs.append(run_on(place, args))
            finally:
                place.close()
    text = report(runs, args.rounds)
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(text)
    print(text)


if __name__ == "__main__":
    main()
