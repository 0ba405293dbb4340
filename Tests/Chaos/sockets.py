"""libzmq by ctypes: what an attacker needs, without a package of its own."""

import ctypes
import os

_zmq = ctypes.CDLL("libzmq.so.5", use_errno=True)
for _name in ("zmq_ctx_new", "zmq_socket"):
    getattr(_zmq, _name).restype = ctypes.c_void_p
_zmq.zmq_socket.argtypes = [ctypes.c_void_p, ctypes.c_int]
_zmq.zmq_setsockopt.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_size_t]
_zmq.zmq_connect.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
_zmq.zmq_send.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
_zmq.zmq_recv.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
_zmq.zmq_close.argtypes = [ctypes.c_void_p]

SUB, PUSH, XSUB = 2, 8, 10
_DONTWAIT, _SNDMORE = 1, 2
_MAX_SOCKETS = 2
_LINGER, _SNDTIMEO, _SNDHWM, _RCVHWM = 17, 28, 23, 24
_CURVE_PUBLICKEY, _CURVE_SECRETKEY, _CURVE_SERVERKEY = 48, 49, 50


def keypair():
    """A new key: public and secret half, 40 characters each."""
    public, secret = ctypes.create_string_buffer(41), ctypes.create_string_buffer(41)
    if _zmq.zmq_curve_keypair(public, secret) != 0:
        raise OSError("this libzmq has no CURVE")
    return public.value, secret.value


class Socket:
    """A connected socket; `own` is a key pair and `server` the learner's key, where it speaks CURVE."""

    _context = None

    def __init__(self, kind, address, own=None, server=None):
        if Socket._context is None:
            Socket._context = ctypes.c_void_p(_zmq.zmq_ctx_new())
            _zmq.zmq_ctx_set(Socket._context, _MAX_SOCKETS, 10_000)
        self._socket = ctypes.c_void_p(_zmq.zmq_socket(Socket._context, kind))
        if not self._socket:
            raise OSError(ctypes.get_errno(), "no more sockets")
        for option, value in ((_LINGER, 0), (_SNDTIMEO, 1000), (_SNDHWM, 1000)):
            self._set(option, ctypes.c_int(value))
        if own:
            for option, key in ((_CURVE_PUBLICKEY, own[0]), (_CURVE_SECRETKEY, own[1]), (_CURVE_SERVERKEY, server)):
                self._set(option, ctypes.create_string_buffer(key))
        if _zmq.zmq_connect(self._socket, address.encode()) != 0:
            raise OSError(ctypes.get_errno(), f"cannot connect to {address}")

    def _set(self, option, value):
        if _zmq.zmq_setsockopt(self._socket, option, ctypes.byref(value), ctypes.sizeof(value)) != 0:
            raise OSError(ctypes.get_errno(), f"option {option}: {os.strerror(ctypes.get_errno())}")

    def send(self, *frames):
        """Sends a message; False if there was no room in time."""
        for i, frame in enumerate(frames):
            more = _SNDMORE if i < len(frames) - 1 else 0
            if _zmq.zmq_send(self._socket, frame, len(frame), more) < 0:
                return False
        return True

    def discard(self):
        """Takes what has come off the socket."""
        buffer = ctypes.create_string_buffer(1 << 16)
        while _zmq.zmq_recv(self._socket, buffer, len(buffer), _DONTWAIT) >= 0:
            pass

    def close(self):
        _zmq.zmq_close(self._socket)
