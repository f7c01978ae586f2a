"""Tries docs/scaling.md on this machine: `python -m deploy.cluster` (make cluster), some three minutes.

Three database nodes, two web machines, people who place orders. The node that takes the writes is killed with kill -9,
and brought back; so is each of the three. Counts what was acknowledged against what is stored on all three nodes, and
ends with 0 when nothing was lost or doubled, the numbers are consecutive and `flask check` finds nothing on any node.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from deploy.cluster.nodes import NODES, Node, WebMachine
from deploy.trial.load import Load, Place, Tally, say, told

PEOPLE = 4
PASSWORD = "seven green bottles on a wall"


def main() -> int:
    argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "").parse_args()
    top = Path(tempfile.mkdtemp(prefix="cms-cluster-"))
    top.chmod(0o755)
    nodes = [Node(top, address) for address in NODES]
    secret = os.urandom(32).hex()
    machines = [WebMachine(top, number, secret) for number in range(2)]
    try:
        return tried(nodes, machines)
    except RuntimeError:
        say("\n".join(machine.said() for machine in machines))
        raise
    finally:
        for machine in machines:
            machine.stop()
        for node in nodes:
            node.stop()
        shutil.rmtree(top, ignore_errors=True)


def tried(nodes: list[Node], machines: list[WebMachine]) -> int:
    began = time.monotonic()
    joined = [node.start(first=node is nodes[0]) for node in nodes]
    say(
        "three nodes                  "
        + ", ".join(f"{node.name} in {t:.1f} s" for node, t in zip(nodes, joined, strict=True))
    )
    nodes[0].ask(
        "CREATE DATABASE shop CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci",
        "CREATE USER shop@'127.0.0.%' IDENTIFIED BY 'shop'",
        "GRANT ALL ON shop.* TO shop@'127.0.0.%'",
        "CREATE USER haproxy@'127.0.0.%'",
    )
    for machine in machines:
        machine.start_haproxy()
    until(lambda: all(machine.writes_go_to() for machine in machines))
    customer, products = shop(machines[0])
    for machine in machines:
        machine.start_shop()
    load = Load([Place(machine.port) for machine in machines], PEOPLE, PASSWORD, customer, products)
    load.start(most=200)
    with told(load, "load, all nodes up"):
        time.sleep(8)
    killed: set[str] = set()
    while len(killed) < len(nodes):
        until(lambda: one_name(machines))
        name = one_name(machines)
        if name in killed:  # all go to a node that has had its turn: hand over to the other, as for its upkeep
            out = sorted(killed)
            with told(load, f"hand-over from {name}"):
                hand_over(machines, out)
                time.sleep(4)
            if one_name(machines) in ("", *out):
                raise RuntimeError(f"the writes were not handed over by {name}")
            continue
        node = next(node for node in nodes if node.name == name)
        with told(load, f"kill -9 of {name}, 2 are left"):
            node.kill()
            time.sleep(10)
        with told(load, f"{name} comes back"):
            took = node.start()
            time.sleep(4)
        say(f"{'':28} {name} had all again after {took:.1f} s, writes go to {one_name(machines)}")
        killed.add(name)
    everything = load.stop()
    wrong = counted(nodes, everything) + checked(nodes, machines[0])
    say(f"\n{everything.line()}")
    for machine in machines:
        say(f"{machine.name} logged: {machine.trouble() or 'nothing'}")
    for problem in wrong:
        say(f"WRONG: {problem}")
    if wrong:
        say("\n".join(machine.said() for machine in machines))
    say("failed" if wrong else f"passed in {time.monotonic() - began:.0f} s")
    return 1 if wrong else 0


def until(so) -> None:  # type: ignore[no-untyped-def]
    """Wait for something that takes seconds. Raises RuntimeError when it does not come."""
    deadline = time.monotonic() + 40
    while not so():
        if time.monotonic() > deadline:
            raise RuntimeError("the cluster does not settle")
        time.sleep(0.1)


def shop(machine: WebMachine) -> tuple[int, list[int]]:
    """A migrated shop with an owner, a customer, and products of which there are enough."""
    machine.flask("db", "upgrade")
    machine.flask("demo", "--customers", "20", "--orders", "60")
    machine.flask("add-user", "asha", "--role", "owner", "--password-stdin", given=PASSWORD + "\n")
    code = (
        "from tests.databases import app_on; from tests.factories import make_customer, make_product; import os;"
        "from pathlib import Path; app = app_on(os.environ['DATABASE_URL'], Path(os.environ['INSTANCE_DIR']));"
        "app.app_context().push();"
        "print(make_customer('Meera Nair').id, *(make_product(f'Trial {n}', stock=90_000).id for n in range(5)))"
    )
    customer, *products = map(int, machine.python("-c", code).split())
    return customer, products


def one_name(machines: list[WebMachine]) -> str:
    """The node that all machines write to; "" while they do not agree."""
    names = {machine.writes_go_to() for machine in machines}
    return names.pop() if len(names) == 1 else ""


def hand_over(machines: list[WebMachine], out: list[str]) -> None:
    """Take nodes out of use everywhere, and let them in again once the writes go elsewhere."""
    for state in ("maint", "ready"):
        for machine in machines:
            for name in out:
                machine.set_node(name, state)
        time.sleep(2)


def counted(nodes: list[Node], told: Tally) -> list[str]:
    """What is wrong with the orders on any node, after what people were told."""
    wrong, sums = [], set()
    for node in nodes:
        rows = node.ask(
            "SET wsrep_sync_wait = 1",
            "SELECT request_key, COUNT(*) FROM orders WHERE request_key IS NOT NULL GROUP BY request_key",
            database="shop",
        )
        stored = dict(rows)
        lost, doubled = told.placed - stored.keys(), [key for key, times in stored.items() if times > 1]
        say(
            f"{node.name}: acknowledged {len(told.placed)}, stored {len(stored)}, "
            f"lost {len(lost)}, doubled {len(doubled)}"
        )
        wrong += [f"{node.name}: {len(keys)} {what}" for keys, what in ((lost, "lost"), (doubled, "doubled")) if keys]
        if stored.keys() - told.placed - told.given_up:
            wrong.append(f"{node.name}: {len(stored.keys() - told.placed)} stored that nobody was told of")
        ((count, newest),) = node.ask("SELECT COUNT(*), MAX(CAST(SUBSTR(ref, 4) AS INT)) FROM orders", database="shop")
        if count != newest:
            wrong.append(f"{node.name}: {count} orders, but the newest has number {newest}")
        names = [name for (name,) in node.ask("SHOW TABLES", database="shop")]
        sums.add(tuple(row[1] for row in node.ask(f"CHECKSUM TABLE {', '.join(names)}", database="shop")))
    if told.given_up - told.placed:
        wrong.append(f"{len(told.given_up)} orders were given up after {len(told.errors)} errors")
    say(f"the tables of all nodes {'are the same' if len(sums) == 1 else 'DIFFER'}")
    return wrong + ([] if len(sums) == 1 else ["the nodes differ"])


def checked(nodes: list[Node], machine: WebMachine) -> list[str]:
    """What `flask check` finds on each node by itself."""
    wrong = []
    for node in nodes:
        try:
            said = machine.flask("check", DATABASE_URL=f"mysql+pymysql://root@localhost/shop?unix_socket={node.socket}")
            say(f"{node.name}: {said.strip().splitlines()[-1]}")
        except RuntimeError as error:
            wrong.append(f"{node.name}: {error}")
    return wrong


sys.exit(main())
