#!/usr/bin/env python3
"""What a relay takes off a learner: 500 simulated actors connect to a stand-in for the learner over loopback TCP,
directly and through `troupe relay`, in turn.

The stand-in has a learner's two sockets. A round is a policy of 20 KiB to all, and one message of 2 KiB from each
actor in answer to it. Told are connections at the learner, messages a second, the processor time that the learner's
process spends on a message, and what crosses its link for one policy.

usage: relay.py PROGRAM [--actors N] [--rounds N] [--turns N]
"""

import argparse
import multiprocessing
import os
import resource
import signal
import socket
import statistics
import subprocess
import sys
import time

import zmq

POLICY, TRAJECTORY = 20 << 10, 2 << 10
SIMULATORS = 2


def free_pair():
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def simulate(port, first, count):
    """Actors first, first + 1, …: each answers a policy with one message, until it is told goodbye."""
    context = zmq.Context()
    poller, actors = zmq.Poller(), {}
    payload = bytes(TRAJECTORY)
    for number in range(first, first + count):
        subscriber, sender = context.socket(zmq.SUB), context.socket(zmq.PUSH)
        subscriber.setsockopt(zmq.RCVHWM, 16)
        subscriber.subscribe(b"policy/")
        subscriber.subscribe(b"actor/%016x/" % number)
        subscriber.connect(f"tcp://127.0.0.1:{port}")
        sender.connect(f"tcp://127.0.0.1:{port + 1}")
        sender.setsockopt(zmq.LINGER, 0)
        sender.send_multipart([b"join", b"%d" % number])
        poller.register(subscriber, zmq.POLLIN)
        actors[subscriber] = sender
    while True:
        for subscriber, _ in poller.poll():
            _, word, *_ = subscriber.recv_multipart()
            if word == b"goodbye":
                context.destroy(0)
                return
            actors[subscriber].send_multipart([word, payload])


def connections(port):
    """Those that are established at a port of this machine, in either direction counted once."""
    found = 0
    with open("/proc/net/tcp") as file:
        for line in list(file)[1:]:
            fields = line.split()
            found += fields[3] == "01" and int(fields[1].split(":")[1], 16) in (port, port + 1)
    return found


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(program, count, rounds, through_relay):
    port = free_pair()
    context = zmq.Context()
    publisher, receiver = context.socket(zmq.XPUB), context.socket(zmq.PULL)
    for option, value in ((zmq.SNDHWM, 16), (zmq.XPUB_VERBOSER, 1), (zmq.LINGER, 0)):
        publisher.setsockopt(option, value)
    publisher.bind(f"tcp://127.0.0.1:{port}")
    receiver.bind(f"tcp://127.0.0.1:{port + 1}")
    dialled, relay = port, None
    if through_relay:
        dialled = free_pair()
        relay = subprocess.Popen([program, "relay", "--connect", f"tcp://127.0.0.1:{port}", "--bind",
                                  f"tcp://127.0.0.1:{dialled}", "--log-level", "warning"])
    share = count // SIMULATORS
    simulators = [multiprocessing.Process(target=simulate, args=(dialled, i * share, share), daemon=True)
                  for i in range(SIMULATORS)]
    count = share * SIMULATORS
    try:
        for simulator in simulators:
            simulator.start()
        joined, subscribed, topics = set(), set(), 1 + count
        deadline = time.monotonic() + 60
        while len(joined) < count or len(subscribed) < topics:
            if time.monotonic() > deadline:
                raise SystemExit(f"only {len(joined)} of {count} actors came within 60 s")
            if receiver.poll(10):
                joined.add(receiver.recv_multipart()[1])
            while publisher.poll(0):
                subscribed.add(publisher.recv())
        held = connections(port)
        policy, lost = bytes(POLICY), 0
        publisher.send_multipart([b"policy/", b"warm", policy])
        for _ in range(count):
            receiver.recv_multipart()
        start, begun = time.monotonic(), processor_seconds()
        for number in range(rounds):
            publisher.send_multipart([b"policy/", b"%d" % number, policy])
            for _ in range(count):
                # A policy that found a queue full is lost, and with it its answer.
                if not receiver.poll(5000):
                    lost += 1
                    break
                receiver.recv_multipart()
        took, spent = time.monotonic() - start, processor_seconds() - begun
        publisher.send_multipart([b"policy/", b"goodbye"])
        for simulator in simulators:
            simulator.join(10)
        if lost:
            raise SystemExit(f"{lost} of {rounds} rounds were not complete")
        return held, rounds * count / took, spent / (rounds * count) * 1e6
    finally:
        for simulator in simulators:
            if simulator.is_alive():
                simulator.kill()
        if relay:
            relay.send_signal(signal.SIGTERM)
            if relay.wait(10) != 0:
                raise SystemExit(f"the relay ended with {relay.returncode}")
        context.destroy(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--actors", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit[1], 65536), limit[1]))
    found = {False: [], True: []}
    for _ in range(options.turns):
        for through_relay in (False, True):
            found[through_relay].append(
                measure(os.path.abspath(options.program), options.actors, options.rounds, through_relay))
    print(f"| {options.actors} actors | connections at the learner | messages/s | learner's processor time a message | "
          "its link, for a policy |")
    print("| --- | --- | --- | --- | --- |")
    for through_relay, name in ((False, "direct"), (True, "through a relay")):
        held, rates, costs = zip(*found[through_relay])
        copies = 1 if through_relay else options.actors
        print(f"| {name} | {held[0]} | {statistics.median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f}) | "
              f"{statistics.median(costs):.1f} µs ({min(costs):.1f} to {max(costs):.1f}) | "
              f"{copies * POLICY / 1024:,.0f} KiB |")


if __name__ == "__main__":
    sys.exit(main())
