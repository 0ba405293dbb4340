#!/usr/bin/env python3
"""Somebody who may connect and means harm: attacker.py HOW ADDRESS [KEYS], until killed.

HOW is one of garbage, frames, oversize, subscriptions, all, huge. ADDRESS is the learner's; KEYS an actor's
directory of keys. `all` does the first four in turn, as fast as it is let.
"""

import os
import pathlib
import random
import sys

from sockets import PUSH, XSUB, Socket


class Attacker:
    def __init__(self, address, keys):
        self.chance = random.Random(1)
        host, port = address.rsplit(":", 1)
        self.push_address = f"{host}:{int(port) + 1}"
        self.address = address
        self.own, self.server = None, None
        if keys:
            read = lambda name: pathlib.Path(keys, name).read_text().strip().encode()
            self.own, self.server = (read("actor.public"), read("actor.secret")), read("learner.public")
        self.push = self.pusher()
        self.subscriber = Socket(XSUB, self.address, self.own, self.server)
        self.junk = [self.chance.randbytes(self.chance.randrange(200)) for _ in range(256)]

    def pusher(self):
        return Socket(PUSH, self.push_address, self.own, self.server)

    def garbage(self):
        for _ in range(1000):
            self.push.send(*self.chance.choices(self.junk, k=self.chance.choice((1, 1, 1, 5))))

    def frames(self):
        self.push.send(*[b""] * 5000)

    def oversize(self):
        # libzmq cuts the connection at the header; the next one is made with a new socket.
        self.push.send(bytes(16 << 20))
        self.push.close()
        self.push = self.pusher()

    def subscriptions(self):
        for _ in range(200):
            topic = self.chance.choice((b"policy/", b"actor/%016x/" % self.chance.getrandbits(64), b"x" * 60))
            self.subscriber.send(b"\1" + topic)
            self.subscriber.send(b"\0" + topic)
        self.subscriber.send(bytes(4096))  # longer than any topic: the connection ends
        self.subscriber.discard()

    def huge(self):
        # 240 MB in frames of an allowed size: libzmq keeps them all until the last is there.
        self.push.send(*[bytes(60_000)] * 4000)


def main():
    how, address = sys.argv[1:3]
    attacker = Attacker(address, sys.argv[3] if len(sys.argv) > 3 else None)
    kinds = ["garbage", "frames", "oversize", "subscriptions"] if how == "all" else [how]
    count = 0
    while True:
        for kind in kinds:
            getattr(attacker, kind)()
        count += 1
        if count % 64 == 1:
            os.write(1, b"%d\n" % count)


if __name__ == "__main__":
    main()
