"""What the module's threads cost while nothing happens."""
import os
import pathlib
import time

from scenario import Scenario

SECONDS = 10
TICKS = os.sysconf("SC_CLK_TCK")


class ModuleIdle(Scenario):
    def threads(self):
        """Seconds of processor time of each thread of the module and of libzmq."""
        used = {}
        for task in pathlib.Path(f"/proc/{self.server.pid}/task").iterdir():
            name = (task / "comm").read_text().strip()
            if name.startswith("zmq-mgr-") or "ZMQbg" in name:
                fields = (task / "stat").read_text().rpartition(")")[2].split()
                used[name] = (int(fields[11]) + int(fields[12])) / TICKS
        return used

    def test_idle_module_uses_under_one_percent_of_a_core(self):
        before = self.threads()
        self.assertLessEqual({"zmq-mgr-events", "zmq-mgr-actions"}, set(before))
        started = time.monotonic()
        time.sleep(SECONDS)  # this waits for nothing: it is the time that is measured
        span, after = time.monotonic() - started, self.threads()
        share = (sum(after.values()) - sum(before.values())) / span * 100
        self.show(f"{share:.2f} % of a core over {span:.0f} s, threads {', '.join(sorted(after))}")
        self.assertLess(share, 1.0)
