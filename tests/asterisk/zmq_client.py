"""Raw access to the module's two sockets, through libzmq itself (ctypes), so that no Python package is needed."""
import ctypes
import ctypes.util
import json
import threading
import typing

_zmq = ctypes.CDLL(ctypes.util.find_library("zmq") or "libzmq.so.5", use_errno=True)
for _name in ("zmq_ctx_new", "zmq_socket", "zmq_msg_data"):
    getattr(_zmq, _name).restype = ctypes.c_void_p
_zmq.zmq_msg_size.restype = ctypes.c_size_t
_zmq.zmq_strerror.restype = ctypes.c_char_p
_SUB, _REQ, _DEALER = 2, 3, 5
_SUBSCRIBE, _LINGER, _SNDHWM, _RCVHWM, _RCVTIMEO, _SNDTIMEO = 6, 17, 23, 24, 27, 28
_CURVE_PUBLICKEY, _CURVE_SECRETKEY, _CURVE_SERVERKEY = 48, 49, 50
_SNDMORE = 2
_EAGAIN = 11

_context = ctypes.c_void_p(_zmq.zmq_ctx_new())


class ZmqError(Exception):
    pass


class Keys(typing.NamedTuple):
    """CURVE keys of a client, 40 characters each."""

    server_public: str
    public: str
    secret: str


class _Message(ctypes.Structure):
    _fields_ = [("opaque", ctypes.c_ubyte * 64)]


class _Socket:
    def __init__(self, kind, address, timeout_ms, keys=None, receive_limit=0):
        """`receive_limit`: how many frames it takes in before they are asked for; 0: any number."""
        self._socket = ctypes.c_void_p(_zmq.zmq_socket(_context, kind))
        for option, value in ((_LINGER, 0), (_RCVHWM, receive_limit), (_RCVTIMEO, timeout_ms), (_SNDTIMEO, timeout_ms)):
            self._set(option, ctypes.byref(ctypes.c_int(value)), 4)
        for option, key in zip((_CURVE_SERVERKEY, _CURVE_PUBLICKEY, _CURVE_SECRETKEY), keys or ()):
            self._set(option, key.encode(), len(key) + 1)
        self._check(_zmq.zmq_connect(self._socket, address.encode()))

    def _set(self, option, pointer, size):
        self._check(_zmq.zmq_setsockopt(self._socket, option, pointer, ctypes.c_size_t(size)))

    @staticmethod
    def _check(result):
        if result < 0:
            raise ZmqError(_zmq.zmq_strerror(ctypes.get_errno()).decode())
        return result

    def receive(self):
        """One frame, or None if none came in time."""
        message = _Message()
        _zmq.zmq_msg_init(ctypes.byref(message))
        try:
            if _zmq.zmq_msg_recv(ctypes.byref(message), self._socket, 0) < 0:
                if ctypes.get_errno() == _EAGAIN:
                    return None
                self._check(-1)
            return ctypes.string_at(_zmq.zmq_msg_data(ctypes.byref(message)), _zmq.zmq_msg_size(ctypes.byref(message)))
        finally:
            _zmq.zmq_msg_close(ctypes.byref(message))

    def close(self):
        if self._socket:
            _zmq.zmq_close(self._socket)
            self._socket = None


class Requester(_Socket):
    """Sends actions one by one."""

    def __init__(self, address, timeout_ms=20000, keys=None):
        super().__init__(_REQ, address, timeout_ms, keys)

    def send(self, *frames):
        for i, frame in enumerate(frames):
            more = _SNDMORE if i + 1 < len(frames) else 0
            self._check(_zmq.zmq_send(self._socket, frame, ctypes.c_size_t(len(frame)), more))

    def ask_raw(self, *frames):
        """Sends these frames and returns the reply's objects as dictionaries."""
        self.send(*frames)
        reply = self.receive()
        if reply is None:
            raise ZmqError("no reply in time")
        return json.loads(reply.decode("utf-8"))

    def ask(self, **action):
        return self.ask_raw(json.dumps(action).encode())


class Pipeline(_Socket):
    """Sends actions without waiting for their answers, as the broker does: a DEALER with an empty frame before each."""

    def __init__(self, address, timeout_ms=20000, receive_limit=0):
        super().__init__(_DEALER, address, timeout_ms, receive_limit=receive_limit)
        self._set(_SNDHWM, ctypes.byref(ctypes.c_int(0)), 4)

    def carry_out(self, actions, window=500):
        """Sends all of them, at most `window` ahead of the answers: a REP throws away answers that it cannot send."""
        under_way = 0
        for action in actions:
            if under_way == window:
                self._receive_answer()
                under_way -= 1
            self.send(action)
            under_way += 1
        for _ in range(under_way):
            self._receive_answer()

    def send(self, action):
        frame = json.dumps(action).encode()
        self._check(_zmq.zmq_send(self._socket, b"", ctypes.c_size_t(0), _SNDMORE))
        self._check(_zmq.zmq_send(self._socket, frame, ctypes.c_size_t(len(frame)), 0))

    def _receive_answer(self):
        if self.receive() is None or self.receive() is None:
            raise ZmqError("no reply in time")


class UnreadSubscriber(_Socket):
    """Subscribes to everything and reads nothing."""

    def __init__(self, address):
        super().__init__(_SUB, address, 100, receive_limit=1)
        self._set(_SUBSCRIBE, b"", 0)


class Subscriber(_Socket):
    """Collects every event on a thread of its own; never falls behind the publisher's high-water mark."""

    def __init__(self, address, keys=None):
        super().__init__(_SUB, address, 100, keys)
        self._set(_SUBSCRIBE, b"", 0)
        self._frames = []
        self._running = True
        self._thread = threading.Thread(target=self._collect, name="subscriber")
        self._thread.start()

    def _collect(self):
        while self._running:
            frame = self.receive()
            if frame is not None:
                self._frames.append(frame)

    def count(self):
        return len(self._frames)

    def frames(self, start=0):
        return self._frames[start:]

    def events(self, start=0):
        return [json.loads(frame.decode("utf-8")) for frame in self.frames(start)]

    def close(self):
        self._running = False
        self._thread.join()
        super().close()
