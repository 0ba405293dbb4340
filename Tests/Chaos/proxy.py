"""A TCP relay whose connections can be cut or stalled: the network between actors and learner."""

import select
import socket
import struct
import threading


class Relay:
    """Relays two neighbouring loopback ports to a learner's two; all its state belongs to one thread."""

    def __init__(self, port, target):
        self._listeners = {}
        for offset in (0, 1):
            listener = socket.create_server(("127.0.0.1", port + offset))
            self._listeners[listener] = target + offset
        self._pairs = {}
        self._orders = []
        self._wake, self._woken = socket.socketpair()
        self._is_stalled = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def cut(self):
        """Resets every connection."""
        self._order("cut")

    def stall(self, is_stalled):
        """Takes nothing on and hands nothing on, while connections stay open: a half-open line."""
        self._order("stall" if is_stalled else "go on")

    def close(self):
        self._order("close")
        self._thread.join()

    def _order(self, order):
        self._orders.append(order)
        self._wake.send(b"x")

    def _serve(self):
        while True:
            readable = [self._woken]
            if not self._is_stalled:
                readable += [*self._listeners, *self._pairs]
            for ready in select.select(readable, [], [])[0]:
                if ready is self._woken:
                    ready.recv(64)
                    while self._orders:
                        if not self._obey(self._orders.pop(0)):
                            return
                elif ready in self._listeners:
                    self._accept(ready)
                elif ready in self._pairs:
                    self._forward(ready)

    def _obey(self, order):
        if order in ("cut", "close"):
            for connection in list(self._pairs):
                self._drop(connection)
        if order == "close":
            for held in [*self._listeners, self._wake, self._woken]:
                held.close()
            return False
        self._is_stalled = order == "stall"
        return True

    def _accept(self, listener):
        client = listener.accept()[0]
        try:
            server = socket.create_connection(("127.0.0.1", self._listeners[listener]), timeout=1)
        except OSError:
            client.close()
            return
        for connection, other in ((client, server), (server, client)):
            connection.settimeout(1)
            self._pairs[connection] = other

    def _forward(self, connection):
        try:
            data = connection.recv(1 << 18)
            if data:
                self._pairs[connection].sendall(data)
                return
        except OSError:
            pass
        self._drop(connection)

    def _drop(self, connection):
        other = self._pairs.pop(connection, None)
        if other is None:
            return
        del self._pairs[other]
        for end in (connection, other):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.close()
