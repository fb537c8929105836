#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Serves the board with made-up data, for work on it and for its tests. Python's standard library only.

It answers what the broker's web listener answers (/v1/board, /v1/show, /v1/status) with the same security headers.
POST /mock/NAME with a JSON object changes the made-up world; see the class World. It listens on 127.0.0.1 only."""
import argparse
import collections
import datetime
import http.server
import json
import os
import random
import threading
import time
import urllib.parse

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
STATES = ["NOT_INUSE"] * 12 + ["INUSE"] * 4 + ["RINGING", "UNAVAILABLE", "ONHOLD"]
ZONES = ["berlin", "hamburg", "paris", "vienna"]
WORDS = {"o": "origin", "r": "right", "f": "in_flight", "w": "waiting", "x": "refused", "d": "down", "h": "held", ".": "elsewhere"}
HOSTILE = ["<img src=x onerror=\"document.title='owned'\">", "</td><script>alert(1)</script>", "PJSIP/\u202e001\u202c", "PJSIP/\u0634\u0631\u0643\u0629-\u05d0\u05d1\u05d2",
           "PJSIP/\u0000zero\r\nX: y", "PJSIP/\u200b100", "L" * 10240, "PJSIP/half\ud800pair", "javascript:alert(1)", "{{7*7}}${7*7}"]
QUEUE = 5000


def stamp(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class World:
    """Servers and lamps, and the readers that are told of each change. One lock guards all of it."""

    def __init__(self, arguments):
        self.random = random.Random(11)
        self.lock = threading.Condition()
        self.arguments = arguments
        self.started = time.time() - 400000
        self.seq = 0
        self.readers = set()
        self.silent_until = 0
        self.ended = False
        self.calm = arguments.calm
        self.bus_up = True
        self.sites = {f"site-{number + 1}": {"site": f"site-{number + 1}", "state": "there", "since": stamp(self.started + 1000 * number), "heard_seconds": 0.4,
                                             "round_trip_ms": 1.2 + 7 * number, "clock_ahead_ms": 3, "names": 120 * (number + 1), "gaps": 0, "zones": ["berlin"]}
                      for number in range(arguments.sites)}
        self.servers = [self.make_server(number) for number in range(arguments.servers)]
        self.lamps = collections.OrderedDict()
        names = HOSTILE if arguments.hostile else []
        for name in names + [f"PJSIP/{1000 + number}" for number in range(arguments.names - len(names))]:
            self.lamps[name] = {"plugin": "device_state", "name": name, "state": self.random.choice(STATES), "origin": self.random.randrange(max(1, len(self.servers)))}
        for lamp in self.lamps.values():
            lamp["cells"] = self.cells_of(lamp)
        if not self.calm:
            for lamp in self.random.sample(list(self.lamps.values()), min(9, len(self.lamps))):
                self.spoil(lamp, self.random.choice("xxw"))

    def make_server(self, number):
        down = not self.calm and number in (6, 41)
        held = not self.calm and number == 17
        zones = [ZONES[number % len(ZONES)]]
        since = time.time() - self.random.choice([90, 5000, 90000, 390000]) * self.random.uniform(0.5, 1)
        return {"id": number, "section": f"pbx-{zones[0][:3]}-{number + 1:02d}", "name": f"pbx{number + 1}", "zones": zones, "transport": "native",
                "address": f"198.51.100.{number + 1}:5038", "up": not down, "since": stamp(since), "asterisk": "22.5.1" if number % 3 else "16.30.0",
                "system_name": f"pbx{number + 1}", "last_loss": {"at": stamp(since), "why": "no answer to Ping for 5 s"} if down else None, "window": 64,
                "in_flight": number % 3, "queued": 0, "held": held,
                "latency_seconds": None if down else {"p50": self.random.uniform(0.0006, 0.003), "p99": self.random.uniform(0.004, 0.05)}}

    def cells_of(self, lamp):
        def cell(place, server):
            if not server["up"]:
                return "d"
            if server["held"]:
                return "h"
            return "." if place % 10 == 9 else "r"
        origin = lamp["origin"]
        return "".join("o" if place == origin and server["up"] else cell(place, server) for place, server in enumerate(self.servers))

    def spoil(self, lamp, letter):
        right = [place for place, each in enumerate(lamp["cells"]) if each == "r"]
        for place in self.random.sample(right, min(len(right), self.random.choice([1, 1, 2, 5]))):
            lamp["cells"] = lamp["cells"][:place] + letter + lamp["cells"][place + 1:]

    def public(self, lamp):
        return {key: lamp[key] for key in ("plugin", "name", "state", "cells")}

    def tell(self, kind, data):
        self.seq += 1
        text = f"event: {kind}\nid: {self.seq}\ndata: {json.dumps(data)}\n\n".encode()
        for reader in list(self.readers):
            if len(reader.waiting) < QUEUE:
                reader.waiting.append(text)
            else:
                reader.missed += 1
        self.lock.notify_all()

    def change(self, lamp, state):
        lamp["state"] = state
        self.tell("lamp", self.public(lamp))
        server = self.servers[lamp["origin"]]["section"]
        self.tell("change", {"at": stamp(time.time()), "plugin": lamp["plugin"], "name": lamp["name"], "state": state, "server": server})

    # What POST /mock/NAME does.
    def do_call(self, name, state="INUSE"):
        self.change(self.lamps[name], state)

    def do_cells(self, name, cells):
        self.lamps[name]["cells"] = cells
        self.tell("lamp", self.public(self.lamps[name]))

    def do_server(self, place, up=True, held=False):
        server = self.servers[place]
        server.update(up=up, held=held, since=stamp(time.time()))
        server["last_loss"] = None if up else {"at": server["since"], "why": "the connection was closed"}
        self.tell("server", server)
        for lamp in self.lamps.values():
            cells = self.cells_of(lamp)
            if cells != lamp["cells"]:
                lamp["cells"] = cells
                self.tell("lamp", self.public(lamp))

    def do_site(self, site, **values):
        self.sites[site].update(since=stamp(time.time()), **values)

    def do_bus(self, up):
        self.bus_up = up

    def do_by_site(self, name, site):
        """Another site says what this lamp is."""
        lamp = self.lamps[name]
        lamp["site"] = site
        self.tell("change", {"at": stamp(time.time()), "plugin": lamp["plugin"], "name": name, "state": lamp["state"], "server": None, "site": site})

    def do_gap(self, missed):
        for reader in self.readers:
            reader.missed += missed
        self.lock.notify_all()

    def do_hold_snapshot(self, seconds):
        """After a gap the snapshot comes late, so that a test can see what is shown until then."""
        self.arguments.snapshot_late = seconds

    def do_drop(self, seconds):
        """All connections end, and new ones are refused for so long."""
        self.silent_until = time.time() + seconds
        for reader in self.readers:
            reader.ended = True
        self.lock.notify_all()

    def snapshot(self):
        lamps = [self.public(lamp) for lamp in self.lamps.values()]
        parts = [lamps[at:at + 500] for at in range(0, len(lamps), 500)]
        head = f"event: snapshot\nid: {self.seq}\ndata: {json.dumps({'seq': self.seq, 'parts': len(parts), 'servers': self.servers})}\n\n"
        return [head.encode()] + [f"event: part\ndata: {json.dumps({'lamps': part})}\n\n".encode() for part in parts]

    def show(self, name):
        lamp = self.lamps.get(name)
        if lamp is None:
            return None
        cells = []
        for server, letter in zip(self.servers, lamp["cells"]):
            why = {"x": "Asterisk refused the write: Permission denied", "w": "changes too often, next write in 3 s", "d": "server is down", "h": "held by an operator"}.get(letter, "")
            right = letter in "or."
            cells.append({"server": server["section"], "should": None if letter == "." else lamp["state"], "holds": lamp["state"] if right and letter != "." else "UNKNOWN" if letter != "." else None,
                          "is": WORDS[letter], "why": why})
        origin = self.servers[lamp["origin"]]["section"]
        said = [{"server": origin, "state": lamp["state"], "since": stamp(time.time() - 754)}]
        if "site" in lamp:
            said.append({"site": lamp["site"], "zone": "berlin", "state": lamp["state"], "since": None})
        return {"names": [{"plugin": lamp["plugin"], "name": name, "shown_as": "Custom:" + name, "state": lamp["state"], "contributions": said, "cells": cells}]}

    def live(self):
        """Changes states at the asked rate, until the world ends."""
        names = list(self.lamps)
        rate = self.arguments.rate
        begun, done = time.time(), 0
        gap_at = begun + self.arguments.gap if self.arguments.gap else None
        while not self.ended:
            time.sleep(0.02)
            with self.lock:
                for _ in range(int((time.time() - begun) * rate) - done):
                    done += 1
                    lamp = self.lamps[self.random.choice(names)]
                    self.change(lamp, self.random.choice([state for state in STATES if state != lamp["state"]]))
                if gap_at and time.time() > gap_at:
                    gap_at += self.arguments.gap
                    self.do_gap(37)


class Reader:
    def __init__(self):
        self.waiting = collections.deque()
        self.missed = 0
        self.ended = False


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world = None

    def log_message(self, *_):
        pass

    def send(self, code, body, kind):
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def send_json(self, code, data):
        self.send(code, json.dumps(data).encode(), "application/json")

    def refuse(self, code, name, text):
        self.send_json(code, {"error": {"code": name, "text": text}})

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        if time.time() < self.world.silent_until:
            self.close_connection = True
        elif address.path == "/v1/board":
            self.stream()
        elif address.path == "/v1/status":
            self.send_json(200, self.status())
        elif address.path == "/v1/cluster" and self.world.sites:
            with self.world.lock:
                self.send_json(200, {"site": "here", "up": self.world.bus_up, "plugins": [], "sites": [{"plugin": plugin, **site} for site in self.world.sites.values() for plugin in ("device_state", "presence_state")], "advice": []})
        elif address.path == "/v1/show":
            name = urllib.parse.parse_qs(address.query).get("name", [""])[0]
            with self.world.lock:
                answer = self.world.show(name)
            self.send_json(200, answer) if answer else self.refuse(404, "unknown_name", "No lamp has this name.")
        else:
            self.file(address.path)

    def do_POST(self):
        data = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        action = getattr(self.world, "do_" + self.path.removeprefix("/mock/"), None)
        if action is None:
            self.refuse(404, "unknown", "no such change")
            return
        with self.world.lock:
            action(**data)
        self.send_json(200, {})

    def status(self):
        world = self.world
        down = [server["section"] for server in world.servers if not server["up"]]
        return {"version": "0.0.0", "started": stamp(world.started), "uptime_seconds": time.time() - world.started, "site": "here" if world.sites else None, "health": "degraded" if world.arguments.reason else "well",
                "reasons": [world.arguments.reason] if world.arguments.reason else [], "servers": {"up": len(world.servers) - len(down), "down": len(down)}}

    def file(self, path):
        folder, name = ("tests/board", path.removeprefix("/test/")) if path.startswith("/test/") else ("board", path.lstrip("/") or "index.html")
        kind = TYPES.get(os.path.splitext(name)[1])
        full = os.path.join(ROOT, folder, name)
        if "/" in name or kind is None or not os.path.isfile(full):
            self.refuse(404, "not_found", "no such page")
            return
        with open(full, "rb") as file:
            self.send(200, file.read(), kind)

    def stream(self):
        world, reader = self.world, Reader()
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        with world.lock:
            world.readers.add(reader)
            blocks = world.snapshot()
        try:
            while not reader.ended:
                self.wfile.write(b"".join(blocks))
                blocks = self.next_blocks(reader)
        except OSError:
            pass
        finally:
            with world.lock:
                world.readers.discard(reader)

    def next_blocks(self, reader):
        world = self.world
        with world.lock:
            while not (reader.waiting or reader.missed or reader.ended):
                world.lock.wait()
            if reader.ended:
                return []
            if not reader.missed:
                blocks = list(reader.waiting)
                reader.waiting.clear()
                return blocks
            missed, reader.missed = reader.missed, 0
            reader.waiting.clear()
            gap = f"event: gap\nid: {world.seq}\ndata: {json.dumps({'missed': missed})}\n\n".encode()
            snapshot = world.snapshot()
        self.wfile.write(gap)
        time.sleep(world.arguments.snapshot_late)
        return snapshot


def parse(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--servers", type=int, default=12)
    parser.add_argument("--sites", type=int, default=0, help="other sites")
    parser.add_argument("--names", type=int, default=400)
    parser.add_argument("--rate", type=float, default=5, help="changes a second")
    parser.add_argument("--gap", type=float, default=0, metavar="SECONDS", help="a gap each so many seconds")
    parser.add_argument("--calm", action="store_true", help="nothing is wrong at first")
    parser.add_argument("--hostile", action="store_true", help="some names are hostile")
    parser.add_argument("--reason", default="", help="the broker says it is degraded, for this reason")
    parser.set_defaults(snapshot_late=0)
    return parser.parse_args(arguments)


def serve(arguments):
    """Serves in threads of this process; returns the server, its port is server_address[1]."""
    world = World(arguments)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), type("Bound", (Handler,), {"world": world}))
    server.daemon_threads = True
    server.world = world
    threading.Thread(target=server.serve_forever, daemon=True).start()
    threading.Thread(target=world.live, daemon=True).start()
    return server


if __name__ == "__main__":
    running = serve(parse())
    print(f"http://127.0.0.1:{running.server_address[1]}/", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
