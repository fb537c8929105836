# SPDX-License-Identifier: Apache-2.0
"""How much of the machine others used meanwhile: a ratio taken beside somebody's build says little."""

import os
import resource
import time

QUIET = 0.15  # cores that others may use before a figure is called disturbed


class Machine:
    """Counts from its creation; ask when the children of the run have been waited for, but those in `running`."""

    def __init__(self, running=()):
        self.running = running
        self.began = time.monotonic()
        self.busy = busy_seconds()
        self.own = self.own_seconds()

    def own_seconds(self):
        return own_seconds() + sum(seconds_of(process) for process in self.running)

    def others(self):
        """Cores used by processes other than ours, or taken by the hypervisor."""
        used = (busy_seconds() - self.busy) - (self.own_seconds() - self.own)
        return max(0.0, used / (time.monotonic() - self.began))


def busy_seconds():
    with open("/proc/stat", encoding="ascii") as stat:
        fields = [int(text) for text in stat.readline().split()[1:]]
    user, nice, system, steal = fields[0], fields[1], fields[2], fields[7]
    return (user + nice + system + steal) / os.sysconf("SC_CLK_TCK")


def own_seconds():
    uses = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in uses)


def seconds_of(process):
    """Processor time of a process that runs, by its number."""
    with open(f"/proc/{process}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
