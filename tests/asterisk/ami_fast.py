"""Native AMI as fast as Python can: what comes is counted in bulk, never parsed, and small pieces wake nobody."""
import socket
import threading
import time

WAKE_BYTES = 16384  # about 200 answers


class _Counting:
    """Logged in as `broker`. Counts how often a word comes."""

    def __init__(self, port, word, events):
        self._word = word
        self._tail = b""  # a word may come in two pieces
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        login = f"Action: Login\r\nUsername: broker\r\nSecret: s3cret\r\nEvents: {events}\r\n\r\n"
        self._socket.sendall(login.encode())
        answer = b""
        while b"Response: " not in answer or not answer.endswith(b"\r\n\r\n"):
            answer += self._receive()
        if b"Response: Success" not in answer:
            raise AssertionError(f"no login: {answer}")

    def _receive(self):
        data = self._socket.recv(1 << 20)
        if not data:
            raise AssertionError("Asterisk closed the AMI connection")
        return data

    def _more(self):
        data = self._tail + self._receive()
        self._tail = data[-len(self._word) + 1:]
        return data.count(self._word)

    def _wake_at(self, size):
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)

    def close(self):
        self._socket.close()


class AmiPipeline(_Counting):
    """Sends actions without waiting for their answers, as the broker does."""

    def __init__(self, port):
        super().__init__(port, b"Response: ", "off")

    def carry_out(self, actions, window=2000, at_once=100):
        """Sends all of them, `at_once` in a piece, at most `window` ahead of the answers; a missing answer is an error."""
        texts = ["".join(f"{name}: {value}\r\n" for name, value in action.items()) + "\r\n" for action in actions]
        pieces = ["".join(texts[start:start + at_once]).encode() for start in range(0, len(texts), at_once)]
        sent = answered = 0
        self._wake_at(WAKE_BYTES)
        for piece in pieces:
            while sent - answered > window - at_once:
                answered += self._more()
            self._socket.sendall(piece)
            sent += at_once
        self._wake_at(1)
        while answered < len(actions):
            answered += self._more()


class AmiCounter(_Counting):
    """Counts events of one name, on a thread of its own; nothing else is sent to it."""

    def __init__(self, port, name):
        super().__init__(port, b"Event: " + name.encode(), "off")
        self._progress = [(time.monotonic(), 0)]  # (time, events so far)
        self._socket.sendall(f"Action: Filter\r\nOperation: Add\r\nFilter: ^Event: {name}\r\n\r\n"
                             "Action: Events\r\nEventMask: on\r\n\r\n".encode())
        while self._receive().count(b"Events: On") == 0:
            pass
        self._socket.settimeout(None)
        self._thread = threading.Thread(target=self._collect, name="counter", daemon=True)
        self._thread.start()

    def _collect(self):
        try:
            while True:
                more = self._more()
                self._progress.append((time.monotonic(), self._progress[-1][1] + more))
        except (AssertionError, OSError):
            pass  # it was closed

    def count(self):
        return self._progress[-1][1]

    def reached(self, count):
        """When so many had come; None if they have not."""
        return next((when for when, so_far in self._progress if so_far >= count), None)

    def close(self):
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._thread.join(10)
        super().close()
