#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints events of all servers as they happen, and what was missed. Needs pyzmq (Debian: python3-zmq).

    read_events.py Hangup Newchannel               events of these names, of every server
    read_events.py                                 all events of all servers
    read_events.py --keys me.public me.secret --server-key bus.public --address tcp://broker:9478 Hangup
"""
import argparse
import json

import zmq


class Numbers:
    """Says how many messages of a topic were missed before this one."""

    def __init__(self):
        self.run = None
        self.last = {}

    def missed(self, topic, number, run):
        if run != self.run:  # the bus was started anew, and so are its numbers
            self.run = run
            self.last.clear()
        before = self.last.get(topic, number - 1)
        self.last[topic] = number
        return max(number - before - 1, 0)  # a server that was taken out and put in again begins with 1


def arguments():
    parser = argparse.ArgumentParser(description="Prints events of the broker's bus.")
    parser.add_argument("events", nargs="*", help="names of events; none: all")
    parser.add_argument("--address", default="tcp://127.0.0.1:9478", help="events = of [plugin bus]")
    parser.add_argument("--keys", nargs=2, metavar=("PUBLIC", "SECRET"), help="files of --make-keys, for CURVE")
    parser.add_argument("--server-key", metavar="PUBLIC", help="file with the public key of the bus")
    return parser.parse_args()


def key_in(file):
    with open(file, "rb") as lines:
        return lines.readline().strip()


def main():
    options = arguments()
    reader = zmq.Context.instance().socket(zmq.SUB)
    if options.keys:
        reader.curve_publickey, reader.curve_secretkey = map(key_in, options.keys)
        reader.curve_serverkey = key_in(options.server_key)
    # server/ tells which servers there are. A name of an event is asked for server by server; "event/" means all events.
    for topic in ("server/", "lost/") if options.events else ("server/", "lost/", "event/"):
        reader.subscribe(topic)
    reader.connect(options.address)

    numbers = Numbers()
    while True:
        topic, number, text, run = (frame.decode() for frame in reader.recv_multipart())
        missed = numbers.missed(topic, int(number), run)
        if missed:
            print(f"you missed {missed} messages of {topic}", flush=True)
        kind, _, rest = topic.partition("/")
        if kind == "server" and number == "1":
            for event in options.events:
                reader.subscribe(f"event/{rest}/{event}")
        print(topic, json.loads(text), flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
