"""A seeded schedule of faults against CartPole runs, each compared with the undisturbed one."""

import collections
import random
import signal
import tempfile
import time

import report
from cluster import Cluster, Failure, free_pair, undisturbed
from proxy import Relay

UPDATES = 300


class Disturbed(Cluster):
    """A run whose actors connect straight to the learner or over a relay, in turn."""

    def __init__(self, troupe, place, chance):
        super().__init__(troupe, place, UPDATES)
        self.chance = chance
        relayed = free_pair()
        self.relay = Relay(relayed, self.port)
        self.addresses = [self.bind, f"tcp://127.0.0.1:{relayed}"]

    def another_actor(self):
        self.start_actor(self.addresses[self.started % 2])

    def victim(self):
        self.reap()
        return self.chance.choice(self.actors) if self.actors else None

    def close(self):
        super().close()
        self.relay.close()

    def end_learner(self, how):
        self.learner.send_signal(how)
        code = self.learner.wait(20)
        if how == signal.SIGTERM and code != 0:
            raise Failure(f"SIGTERM: the learner ended with {code}: {self.text(self.learner)[-2000:]}")


def actor_killed(run):
    victim = run.victim()
    if victim:
        victim.kill()
        victim.wait()


def actor_suspended(run):
    victim = run.victim()
    if victim:
        victim.send_signal(signal.SIGSTOP)
        if len(run.actors) == 1:
            run.another_actor()
        run.await_version(run.version() + 2)
        victim.send_signal(signal.SIGCONT)


def actor_asked_to_leave(run):
    victim = run.victim()
    if victim:
        victim.terminate()
        # One that was still being loaded, and has said nothing yet, ends as any program does.
        allowed = (0,) if run.text(victim) else (0, -signal.SIGTERM)
        if victim.wait(10) not in allowed:
            raise Failure(f"SIGTERM: an actor ended with {victim.returncode}")
        run.actors.remove(victim)


def actor_joins(run):
    run.another_actor()


def learner_killed(run):
    run.end_learner(signal.SIGKILL)
    run.start_learner()


def learner_asked_to_stop(run):
    run.end_learner(signal.SIGTERM)
    run.start_learner()


def checkpoint_asked_for(run):
    run.learner.send_signal(signal.SIGUSR1)


def checkpoint_damaged(run):
    run.end_learner(signal.SIGKILL)
    newest = sorted((run.run / "checkpoints").glob("*.safetensors"))[-1:]
    for path in newest:
        data = bytearray(path.read_bytes())
        damage = run.chance.choice(["bit", "half", "nothing"])
        if damage == "bit":
            data[run.chance.randrange(len(data))] ^= 1 << run.chance.randrange(8)
        else:
            del data[len(data) // 2 if damage == "half" else 0:]
        path.write_bytes(data)
    run.start_learner()


def connections_cut(run):
    run.relay.cut()


def line_stalled(run):
    run.relay.stall(True)
    time.sleep(0.3)
    run.relay.stall(False)


FAULTS = {
    "actor: SIGKILL": actor_killed,
    "actor: SIGSTOP, SIGCONT": actor_suspended,
    "actor: SIGTERM, leaves early": actor_asked_to_leave,
    "actor: joins late": actor_joins,
    "learner: SIGKILL, resumed": learner_killed,
    "learner: SIGTERM, resumed": learner_asked_to_stop,
    "learner: SIGUSR1": checkpoint_asked_for,
    "learner: SIGKILL, newest checkpoint damaged": checkpoint_damaged,
    "network: connections reset": connections_cut,
    "network: line stalled for 0.3 s": line_stalled,
}


def disturb(troupe, chance, deck, table):
    """Plays one run and takes faults off the deck while it lasts; gives its digest and lost episodes."""
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place:
        run = Disturbed(troupe, place, chance)
        try:
            run.start_learner()
            for _ in range(3):
                run.another_actor()
            while deck and run.await_version(run.version() + chance.randint(1, 6)):
                kind = deck.pop()
                before, began = run.version(), time.monotonic()
                FAULTS[kind](run)
                run.reap()
                while len(run.actors) < 2:
                    run.another_actor()
                for extra in run.actors[4:]:
                    extra.kill()
                # The second update from here was collected after the fault from its first slot on.
                # None where the run was complete before: injected, with nothing to recover.
                has_recovered = run.await_version(before + 2)
                table[kind].append(time.monotonic() - began if has_recovered else None)
            return run.finish(), run.lost
        finally:
            run.close()


def play(troupe, seed, count):
    """Injects `count` faults; gives the lines of the table and whether all held."""
    chance = random.Random(seed)
    deck = [kind for _, kind in zip(range(count), list(FAULTS) * (count // len(FAULTS) + 1))]
    chance.shuffle(deck)
    expected = undisturbed(troupe, UPDATES)
    table = collections.defaultdict(list)
    digests, lost = [], 0
    while deck:
        digest, missing = disturb(troupe, chance, deck, table)
        digests.append(digest)
        lost += missing
    different = sum(digest != expected for digest in digests)
    report.note(len(digests), different, lost)
    lines = report.HEAD + [report.fault(kind, table[kind]) for kind in FAULTS] + [""]
    lines.append(f"{count} faults in {len(digests)} runs of {UPDATES} updates: {different} with other bytes, "
                 f"{lost} episodes lost; SHA-256 {expected[:16]}…")
    return lines, different == 0 and lost == 0
