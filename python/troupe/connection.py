"""An actor's two sockets: what the learner says comes in, what the actor has to say goes out."""

from __future__ import annotations

import re
import stat
import time
from pathlib import Path
from typing import Sequence

import zmq
from zmq.utils.monitor import recv_monitor_message

from .errors import KeyProblem

LINGER_MILLISECONDS = 1000
RECONNECT_PAUSE = 2.0


class Keys:
    """A directory of CURVE keys as `troupe keygen` writes it: `actor.secret` and `learner.public`."""

    def __init__(self, directory: str | Path) -> None:
        path = Path(directory)
        self.secret = self._read(path / "actor.secret", is_secret=True)
        self.learner = self._read(path / "learner.public")
        self.public = zmq.curve_public(self.secret)

    @staticmethod
    def _read(path: Path, is_secret: bool = False) -> bytes:
        try:
            if is_secret and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyProblem(f"{path} may be read by other users; run chmod go= {path}")
            key = path.read_bytes().strip()
        except OSError as error:
            raise KeyProblem(
                f"cannot read the key {path}: {error.strerror}; troupe keygen makes a directory of keys"
            ) from error
        if len(key) != 40:
            raise KeyProblem(f"{path} does not hold a key: one line of 40 characters")
        return key


def push_address(address: str) -> str:
    """Where the learner's PULL socket listens: the next port, or the path with `.push` behind it."""
    match = re.fullmatch(r"tcp://(.+):(\d+)", address)
    if match:
        return f"tcp://{match[1]}:{int(match[2]) + 1}"
    if address.startswith("ipc://") and len(address) > len("ipc://"):
        return address + ".push"
    raise ValueError(f"the address is {address}, but must be tcp://HOST:PORT or ipc://PATH")


def is_local(address: str) -> bool:
    """Whether no other machine can reach the address."""
    return bool(re.match(r"ipc://|tcp://(127\.|\[::1\]|localhost:)", address))


class Connection:
    """Connects, which succeeds also while there is no learner. Never blocks but in `wait`."""

    def __init__(self, address: str, actor: int, keys: Keys | None) -> None:
        self._context = zmq.Context()
        self._subscriber = self._socket(zmq.SUB, address, keys)
        for topic in (b"policy/", b"actor/%016x/" % actor):
            self._subscriber.subscribe(topic)
        self._sender = self._socket(zmq.PUSH, address, keys)
        self._sender.sndhwm = 32
        self._doors = [
            _Door(self._subscriber, address, keys), _Door(self._sender, push_address(address), keys)
        ]

    def _socket(self, kind: int, address: str, keys: Keys | None) -> zmq.Socket:
        socket = self._context.socket(kind)
        socket.linger = LINGER_MILLISECONDS
        socket.heartbeat_ivl, socket.heartbeat_timeout = 2000, 6000
        socket.reconnect_ivl, socket.reconnect_ivl_max = 10, 5000
        # Not always: with it, a name stands for its first IPv6 address only.
        socket.ipv6 = "[" in address
        if keys is not None:
            socket.curve_publickey, socket.curve_secretkey = keys.public, keys.secret
            socket.curve_serverkey = keys.learner
        return socket

    def receive(self) -> list[bytes] | None:
        """The frames of the next message that is there."""
        try:
            return self._subscriber.recv_multipart(zmq.DONTWAIT)
        except zmq.Again:
            return None

    def send(self, frames: Sequence[bytes]) -> bool:
        """False when there is no room: the message is to be sent again later."""
        try:
            self._sender.send_multipart(frames, zmq.DONTWAIT)
        except zmq.Again:
            return False
        return True

    def wait(self, seconds: float, to_send: bool) -> None:
        """Until a message comes, or if `to_send` until there is room; no longer than `seconds`."""
        poller = zmq.Poller()
        poller.register(self._subscriber, zmq.POLLIN)
        if to_send:
            poller.register(self._sender, zmq.POLLOUT)
        poller.poll(max(0, int(seconds * 1000)))

    def look_at_doors(self) -> str | None:
        """Connects anew where the learner turned a connection down, and gives the reason."""
        reasons = [door.look() for door in self._doors]
        return next((reason for reason in reasons if reason), None)

    def close(self) -> None:
        for door in self._doors:
            door.close()
        self._subscriber.close(0)
        self._sender.close()
        self._context.term()


class _Door:
    """Whether one socket is let in. A client that was refused never tries again by itself."""

    def __init__(self, socket: zmq.Socket, address: str, keys: Keys | None) -> None:
        self._socket, self._address, self._keys = socket, address, keys
        self._monitor = socket.get_monitor_socket(
            zmq.EVENT_HANDSHAKE_FAILED_AUTH | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
        )
        self._reconnect_at: float | None = None
        socket.connect(address)

    def look(self) -> str | None:
        reason = None
        while self._monitor.poll(0):
            event = recv_monitor_message(self._monitor)["event"]
            self._reconnect_at = time.monotonic() + RECONNECT_PAUSE
            if event == zmq.EVENT_HANDSHAKE_FAILED_AUTH and self._keys is not None:
                reason = (
                    f"the learner does not accept this actor's key {self._keys.public.decode()}; put "
                    "it into the learner's allowed/ directory"
                )
            elif self._keys is None:
                reason = "the learner asks for a key; give the actor keys=DIR"
            else:
                reason = "the learner was started without keys, or learner.public is not its key"
        if self._reconnect_at is not None and time.monotonic() >= self._reconnect_at:
            self._reconnect_at = None
            self._socket.disconnect(self._address)
            self._socket.connect(self._address)
        return reason

    def close(self) -> None:
        self._socket.disable_monitor()
        self._monitor.close(0)
