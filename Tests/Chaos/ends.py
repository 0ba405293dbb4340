"""A learner killed while it writes its last files, again and again, and resumed."""

import random
import signal
import tempfile
import time

import report
from cluster import Cluster, undisturbed

UPDATES, TIMES = 10, 40


def play_one(troupe, pause):
    """The digest of a run killed so many seconds after its last update was told, and episodes that it lost."""
    with tempfile.TemporaryDirectory(prefix="troupe-chaos-") as place:
        # Not TCP: an actor that calls again and again at a free port may be given that port for its own end.
        run = Cluster(troupe, place, UPDATES, bind=f"ipc://{place}/learner.socket")
        try:
            run.start_learner()
            run.start_actor()
            while run.version() < UPDATES and run.learner.poll() is None:
                pass
            time.sleep(pause)
            run.learner.send_signal(signal.SIGKILL)
            run.learner.wait()
            run.start_learner()
            return run.finish(60), run.lost
        finally:
            run.close()


def play(troupe, seed):
    chance = random.Random(seed)
    expected = undisturbed(troupe, UPDATES)
    runs = [play_one(troupe, chance.random() * 0.003) for _ in range(TIMES)]
    different = sum(digest != expected for digest, _ in runs)
    lost = sum(missing for _, missing in runs)
    report.note(TIMES, different, lost)
    report.fault("learner: SIGKILL within 3 ms of its last update", [None] * TIMES)
    return [f"learner killed {TIMES} times within 3 ms of its last update and resumed: {different} with other "
            f"bytes, {lost} episodes lost"], different == 0 and lost == 0
