"""A learner killed at each message boundary of a short run, one process after the other, and resumed."""

import signal
import tempfile

import report
from cluster import Cluster, Failure

UPDATES, EPISODES = 3, 8


def play_one(troupe, boundary):
    """The digest of a run killed after so many messages, and whether it lived long enough to be."""
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place:
        run = Cluster(troupe, place, UPDATES, EPISODES, bind=f"ipc://{place}/learner.socket")
        try:
            run.start_actor()
            variables = {"TROUPE_FAULT": f"kill-after-message:{boundary}"} if boundary else {}
            run.start_learner(variables, checkpoint_every=1)
            code = run.learner.wait(60)
            if code == -signal.SIGKILL:
                run.start_learner(checkpoint_every=1)
            digest = run.finish(60)
            if code == 0:
                run.actors[0].wait(10)
            run.reap()
            return digest, code == -signal.SIGKILL, run.lost
        finally:
            run.close()


def play(troupe):
    expected = play_one(troupe, 0)[0]
    boundary, different, lost = 0, 0, 0
    while True:
        boundary += 1
        digest, is_killed, missing = play_one(troupe, boundary)
        different += digest != expected
        lost += missing
        # The last messages are farewells, whose number varies: past them, nobody is killed.
        if not is_killed:
            break
        if boundary > 500:
            raise Failure("a run of three updates has no 500 messages")
    report.note(boundary - 1, different, lost)
    report.fault("learner: SIGKILL at a message boundary, every one", [None] * (boundary - 1))
    return [f"learner killed at each of {boundary - 1} message boundaries and resumed: {different} with other "
            f"bytes, {lost} episodes lost"], different == 0 and lost == 0 and boundary > 10
