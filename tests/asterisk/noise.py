"""What a busy server says that the broker does not need: calls whose events nobody subscribed to."""
from waiting import until

# Of each change: a NewCallerid (class `call`), three Newexten and a VarSet (class `dialplan`).
EVENTS_PER_CHANGE = 5


def make_noise(server, listener, changes, channels=1):
    """`changes` changes by `channels` calls on the server; waits until the listener, an Ami, has seen their end."""
    before = listener.count()
    for _ in range(channels):
        listener.send(Action="Originate", Channel="Local/noise@default/n", Application="Wait", Data="1", Async="true",
                      Timeout=120000, Variable=f"__NOISE={changes // channels}")

    def over():
        return sum(dict(event).get("UserEvent") == "NoiseOver" for event in listener.events(before)) == channels
    until(over, f"{server.name}: the noise is over", seconds=60, interval=0.2)
