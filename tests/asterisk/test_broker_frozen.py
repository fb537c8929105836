"""A server that stands still for longer than a Ping may take, while 500 names change elsewhere, twice: what it was sent
before it was noticed runs late, when all have the later values."""
import os
import signal
import threading
import time

from broker_scenario import BrokerScenario
from waiting import until

NAMES = 500
FROZEN_S = 8
RIGHT_WITHIN_S = 5


class BrokerFrozen(BrokerScenario):
    def change_all(self, value):
        for number in range(NAMES):
            self.clients[0].send(Action="Setvar", Variable=f"PRESENCE_STATE(CustomPresence:frozen{number})",
                                 Value=f"{value},,{value} {number}")
        self.clients[0].action(Action="Ping")  # all changes are done

    def wrong(self, client, value):
        """How many names this server shows otherwise."""
        return sum(client.getvar(f"PRESENCE_STATE(CustomPresence:frozen{number},message)") != f"{value} {number}"
                   for number in range(NAMES))

    def test_a_server_that_froze_shows_the_present_states_soon_after_it_goes_on(self):
        self.change_all("away")
        for client in self.clients:
            until(lambda: self.wrong(client, "away") == 0, lambda: self.with_log(f"{self.wrong(client, 'away')} names differ"))
        frozen = self.servers[1]
        listener = frozen.ami(events="user")  # to nothing but the fences of the broker
        os.kill(frozen.pid, signal.SIGSTOP)
        goes_on = threading.Timer(FROZEN_S, os.kill, (frozen.pid, signal.SIGCONT))
        goes_on.start()
        try:
            self.change_all("dnd")
            # The others do not wait for it.
            until(lambda: self.wrong(self.clients[2], "dnd") == 0,
                  lambda: self.with_log(f"{self.wrong(self.clients[2], 'dnd')} names differ"), seconds=FROZEN_S / 2)
            until(lambda: "is down: it does not answer any more" in self.broker.whole_log(),
                  lambda: self.with_log("the frozen server is noticed"), seconds=FROZEN_S)
            self.change_all("xa")
        finally:
            goes_on.join()
        went_on = time.monotonic()
        fences = listener.count()
        until(lambda: self.wrong(self.clients[1], "xa") == 0,
              lambda: self.with_log(f"{self.wrong(self.clients[1], 'xa')} names differ"), seconds=RIGHT_WITHIN_S)
        self.show(f"frozen for {FROZEN_S} s under {NAMES} changes: right {time.monotonic() - went_on:.1f} s after it went on")
        self.assertEqual([0, 0, 0], [self.wrong(client, "xa") for client in self.clients])
        # Both plugins read the server when it is back, and the one whose writes had no answer once more, when these have run.
        until(lambda: listener.count() >= fences + 3, lambda: self.with_log("the server is read twice"))
        self.assertEqual([0, 0, 0], [self.wrong(client, "xa") for client in self.clients])
