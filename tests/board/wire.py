# SPDX-License-Identifier: Apache-2.0
"""A wire between a broker and one server's port, which can be cut, or held so that nothing passes any more."""
import contextlib
import socket
import threading


class Wire:
    """Passes on whatever comes at `port` to `target` of this machine and back. `heard(data)` is called, on a thread of the wire,
    for what the server says, before it is passed on."""

    def __init__(self, target, heard=None):
        self.target = target
        self.heard = heard
        self.flows = threading.Event()
        self.flows.set()
        self.pairs = []
        self.listener = None
        self.port = 0
        self.mend()

    def mend(self):
        """Takes connections (again), at the same port; what was held flows on."""
        self.flows.set()
        if self.listener is not None:
            return
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def cut(self):
        """As if the server had ended: its connections are closed, and new ones refused."""
        listener, self.listener = self.listener, None
        if listener is not None:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # wakes who accepts
            listener.close()
        self.flows.set()
        for one in self.pairs:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.pairs = []

    def hold(self):
        """As if the server stood still: its connections stay, and nothing is heard of it."""
        self.flows.clear()

    def _accept(self, listener):
        while True:
            try:
                broker, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                return
            for one in (broker, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.pairs += [broker, server]
            threading.Thread(target=self._pass, args=(broker, server, None), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, broker, self.heard), daemon=True).start()

    def _pass(self, source, target, heard):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if heard is not None:
                    heard(data)
                self.flows.wait()
                target.sendall(data)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
