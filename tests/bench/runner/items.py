# SPDX-License-Identifier: Apache-2.0
"""What is measured: for each item the options of bench-peer, the figures made of its results, and their bounds."""

import os
import statistics
import time
from dataclasses import asdict, dataclass, field

from .machine import QUIET

DATA = os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "..", "data")
MARGIN = 40  # seconds that a run may take beyond its measured time: connecting, draining, stopping


@dataclass
class Figure:
    """One line of the table. `values` has one entry a round; the bound holds for their median."""
    name: str
    unit: str
    loop: list
    subject: list
    values: list
    at_least: float = None
    at_most: float = None

    @property
    def median(self):
        return statistics.median(self.values)

    @property
    def good(self):
        if not self.values:
            return False
        return (self.at_least is None or self.median >= self.at_least) and \
            (self.at_most is None or self.median <= self.at_most)


@dataclass
class Result:
    name: str
    figures: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    runs: list = field(default_factory=list)
    watched: dict = field(default_factory=dict)  # bytes that each watcher read, in all runs

    @property
    def others(self):
        """The most that other processes used of the machine during a run, in cores."""
        return max((run["others_cores"] for run in self.runs), default=0)

    @property
    def disturbed(self):
        return self.others > QUIET

    def as_dict(self):
        good = {figure.name: figure.good for figure in self.figures}
        return asdict(self) | {"good": good, "disturbed": self.disturbed}

    def check(self, who, run):
        """Keeps a run, and what is wrong with it."""
        self.runs.append({"of": who} | run)
        for key in ("lost", "wrong"):
            if run[key] > 0:
                self.problems.append(f"{who}: {run[key]} of {run['writes'] + run['lost']} writes {key}")
        for key, meaning in (("extra", "writes of a value that was there already"),
                             ("filtered", "events left out at the source by the subscriptions")):
            if run[key] > 0:
                self.notes.append(f"{who}: {run[key]} {meaning}")
        for name, size in run.get("watchers", {}).items():
            self.watched[name] = self.watched.get(name, 0) + size
            if size == 0:
                self.problems.append(f"{who}: the watcher of {name} got nothing")


def ratios(subject, loop):
    return [ours / least for ours, least in zip(subject, loop) if least > 0]


@dataclass
class Item:
    name: str
    options: dict

    def pairs(self, result, bench, subject, loop, rounds, end):
        """Loop and subject in turn, first one first, then the other, so that a slow minute is slow for both."""
        loops, subjects = [], []
        order = [(loop, loops, "loop"), (subject, subjects, "subject")]
        for number in range(rounds):
            if number > 0 and time.monotonic() > end:
                break
            for who, runs, label in order:
                runs.append(self.once(result, bench, who, label))
            order.reverse()
        return loops, subjects

    def once(self, result, bench, who, label, **more):
        limit = MARGIN + 2 * (self.options["seconds"] + self.options["warmup"])
        run = bench.run(who, limit, **self.options | more)
        result.check(label, run)
        return run


@dataclass
class Speed(Item):
    unit: str
    at_least: float

    def measure(self, bench, subject, loop, rounds, end):
        result = Result(self.name)
        loops, subjects = self.pairs(result, bench, subject, loop, rounds, end)
        speed = [[run["units"] / run["seconds"] for run in runs] for runs in (loops, subjects)]
        cpu = [[1e6 * run["broker_cpu"] / run["units"] if run["units"] else 0 for run in runs]
               for runs in (loops, subjects)]
        result.figures = [
            Figure(self.name, self.unit + "/s", *speed, ratios(speed[1], speed[0]), at_least=self.at_least),
            Figure(self.name + " CPU", "us/" + self.unit, *cpu, ratios(cpu[1], cpu[0]), at_most=2),
        ]
        return result


@dataclass
class Filters(Item):
    """Compares the subject with itself: it gets all events, then only those that it wants."""
    def measure(self, bench, subject, loop, rounds, end):
        result = Result(self.name)
        cpu = {1: [], 0: []}
        order = [1, 0]
        for number in range(rounds):
            if number > 0 and time.monotonic() > end:
                break
            for numbered in order:
                run = self.once(result, bench, subject, "subject", numbered=numbered)
                cpu[numbered].append(1e6 * run["broker_cpu"] / run["units"] if run["units"] else 0)
            order.reverse()
        saved = [1 - ratio for ratio in ratios(cpu[0], cpu[1])]
        result.figures = [Figure(self.name + " CPU saved", "us/event", cpu[1], cpu[0], saved)]
        result.notes.append("the first column is the same daemon while it gets all events; the ratio is the share that is saved")
        return result


@dataclass
class EventToAction(Item):
    def measure(self, bench, subject, loop, rounds, end):
        result = Result(self.name)
        runs = self.pairs(result, bench, subject, loop, rounds, end)
        median = [[run["latencies"][0]["median_us"] for run in each] for each in runs]
        p99 = [[run["latencies"][0]["p99_us"] for run in each] for each in runs]
        result.figures = [
            Figure(self.name + " median", "us", *median, ratios(median[1], median[0]), at_most=1.5),
            Figure(self.name + " p99", "us", *p99, ratios(p99[1], p99[0])),
        ]
        return result


@dataclass
class FanOut(EventToAction):
    """One change on each of many servers goes to all the others: nobody waits for much longer than in the least loop, and
    nothing is written twice."""
    def measure(self, bench, subject, loop, rounds, end):
        result = super().measure(bench, subject, loop, rounds, end)
        median, p99 = result.figures
        median.at_most, p99.at_most = None, 2
        twice = [[run["extra"] for run in result.runs if run["of"] == who] for who in ("loop", "subject")]
        result.figures.append(Figure(self.name + " written twice", "writes", *twice, twice[1], at_most=0))
        return result


@dataclass
class DeadServer(Item):
    """Compares the subject with itself: all servers alive, then one dead."""
    def measure(self, bench, subject, loop, rounds, end):
        result = Result(self.name)
        alive, dead = [], []
        for number in range(rounds):
            if number > 0 and time.monotonic() > end:
                break
            before, after = self.once(result, bench, subject, "subject")["latencies"]
            alive.append(before["median_us"])
            dead.append(after["median_us"])
        result.figures = [Figure(self.name + " median", "us", alive, dead, ratios(dead, alive), at_most=1.2)]
        result.notes.append("the first column is the same process before the server died")
        return result


@dataclass
class MemoryUse(Item):
    """64 MiB, 100 KiB a server, and 300 bytes for each device on each server that shows it."""
    def measure(self, bench, subject, loop, rounds, end):
        result = Result(self.name)
        run = self.once(result, bench, subject, "subject")
        servers, devices = self.options["servers"], self.options["devices"]
        bound_mib = 64 + servers * 100 / 1024 + devices * (servers - 1) * 300 / 2**20
        use_mib = run["rss_kib"] / 1024
        result.figures = [Figure(self.name, "MiB", [bound_mib], [use_mib], [use_mib / bound_mib], at_most=1)]
        result.notes.append(f"the first column is the bound; peak {run['peak_rss_kib'] / 1024:.1f} MiB, "
                            f"PSS {run['pss_kib'] / 1024:.1f} MiB")
        return result


@dataclass
class Resync(Item):
    """The time until a broker that has just started has read all servers and written all that they do not show."""
    at_most_s: float

    def measure(self, bench, subject, loop, rounds, end):
        result = Result(self.name)
        runs = []
        for number in range(rounds):
            if number > 0 and time.monotonic() > end:
                break
            runs.append(self.once(result, bench, subject, "subject"))
        seconds = [run["seconds"] for run in runs]
        result.figures = [Figure(self.name, "s", [self.at_most_s], seconds, [each / self.at_most_s for each in seconds], at_most=1)]
        writes, memory = runs[-1]["units"], max(run["peak_rss_kib"] for run in runs) / 1024
        result.notes.append(f"the first column is the bound; {writes:,} writes, peak memory {memory:.0f} MiB")
        return result


@dataclass
class Decode(Item):
    """The text codec of native AMI beside one memchr for each line: 1 GB/s, or 0.8 of that if memchr is slower."""
    def measure(self, bench, subject, loop, rounds, end):
        result = Result(self.name)
        run = bench.tool("decode-speed", os.path.join(DATA, "ami-22.txt"), self.options["passes"] * rounds)
        result.runs.append({"of": "decode-speed"} | run)
        least = min(1, 0.8 * run["memchr"])
        result.figures = [Figure(self.name, "GB/s", [least], [run["decode"]], [run["decode"] / least], at_least=1)]
        result.notes.append(f"the first column is the bound; memchr {run['memchr']:.2f} GB/s, of which the codec is "
                            f"{run['ratio']:.2f}; cutting into messages alone {run['frame']:.2f} GB/s")
        return result


def bound_to_itself(result):
    """For a daemon that is measured beside itself, and does more: it is as fast, but for what runs differ by."""
    for figure in result.figures:
        figure.at_least = None if figure.at_least is None else 0.95
        figure.at_most = 1.1 if figure.name.endswith(" median") else None


def all_items(quick, outstanding=None):
    time_of = {"seconds": 0.7, "warmup": 0.3} if quick else {"seconds": 2, "warmup": 0.5}
    slow = {"seconds": 1, "warmup": 0.3} if quick else {"seconds": 4, "warmup": 0.5}
    size = {"servers": 20, "devices": 2000} if quick else {"servers": 100, "devices": 10000}

    def actions(servers, enough):
        options = {"mode": "actions", "servers": servers, "devices": 4000, "outstanding": outstanding or enough}
        return Speed(f"actions-{servers}", options | time_of, "action", 0.7)

    return [
        actions(2, 1000), actions(10, 500), actions(100, 200),
        Speed("noise-10", {"mode": "noise", "servers": 10, "devices": 4000, "numbered": 1} | time_of, "event", 0.8),
        # 12 events for each device state, as in tests/data, which was recorded during calls.
        Filters("filters", {"mode": "noise", "servers": 2, "devices": 4000, "noise_per_marker": 12, "markers": 100} | time_of),
        EventToAction("latency-3", {"mode": "latency", "servers": 3, "devices": 3000} | slow),
        EventToAction("latency-5", {"mode": "latency", "servers": 5, "devices": 3000} | slow),
        FanOut("fan-out", {"mode": "latency", "rate": 10 if quick else 40, "seconds": 1 if quick else 4, "warmup": 1} |
               ({"servers": 50, "devices": 50} if quick else {"servers": 1000, "devices": 1000})),
        DeadServer("dead-5", {"mode": "dead", "servers": 5, "devices": 3000} | slow),
        Resync("resync-2", {"mode": "resync", "servers": 2, "devices": 2000 if quick else 20000, "seconds": 20, "warmup": 0}, 1),
        Resync("fleet-100", {"mode": "resync", "seconds": 120, "warmup": 0} |
               ({"servers": 20, "devices": 2000} if quick else {"servers": 100, "devices": 100000}), 60),
        Decode("decode", {"passes": 3 if quick else 5}),
        MemoryUse("memory", {"mode": "memory", "outstanding": 200} | size | {"seconds": 60, "warmup": 0}),
    ]


def names():
    return [item.name for item in all_items(False)]
