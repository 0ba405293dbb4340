"""Opens the pages of real runs in a real browser, and looks at what a person sees.

usage: dashboard.py TROUPE SCRATCH_DIRECTORY [IMAGE_DIRECTORY]

With an image directory the pictures of the documentation are written there.
"""

import io
import pathlib
import re
import signal
import subprocess
import sys
import time

from PIL import Image

import checks
import terminal
from chromium import Chromium

troupe, scratch = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()
images = pathlib.Path(sys.argv[3]).resolve() if len(sys.argv) > 3 else None
ENVIRONMENTS = ["cartpole", "pixelcopter", "pendulum", "acrobot", "mountaincar-continuous", "hamster", "lanekeep"]
LIMIT = 100_000


def save(name, png):
    """A picture of the documentation: 256 colours are enough, and small."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    if images is None:
        return
    for colours in [256, 128, 64]:
        picture.quantize(colours, dither=Image.Dither.NONE).save(images / name, optimize=True)
        if (images / name).stat().st_size < LIMIT:
            return
    raise AssertionError(f"{name} has {(images / name).stat().st_size} bytes")


class Training:
    """A learner with actors whose page is served."""

    def __init__(self, environment, name=None, updates=1_000_000):
        # Relative, so that no place of this machine is in a picture.
        place = f"runs/{name or environment}"
        self.directory = scratch / place
        self.log = scratch / f"{name or environment}.log"
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(
                ["nice", troupe, "train", environment, "--updates", str(updates), "--until-return", "none", "--actors", "2",
                 "--evaluate-every", "5", "--http", "0", "--run-dir", place],
                stdout=subprocess.DEVNULL, stderr=log, cwd=scratch)
        end = time.time() + 60
        while not (found := re.search(r"http://[\d.:]+/", self.log.read_text())):
            assert self.process.poll() is None, self.log.read_text()
            assert time.time() < end, "no dashboard within 60 s"
            time.sleep(0.1)
        self.url = found.group()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


FILLED = ("updates.length > 3 && (state.actors || []).length === 2 && (state.rounds || []).length > 0"
          " && document.querySelectorAll('#actors tr').length === 2 && played && (played.scenes || []).length > 1"
          " && document.getElementById('replay-step').textContent.trim() !== ''")


def look_at_dashboard(browser, url):
    browser.open(url)
    browser.wait(FILLED, 60, "curves, actors, rounds and an episode")
    checks.require_filled(browser, "curve", 3)
    checks.require_filled(browser, "rounds", 3)
    checks.require_filled(browser, "scene", 3)
    checks.require_motion(browser, "scene")


def look_closely(browser, training):
    """At both sizes, in both schemes; then the keyboard."""
    for width, height in [(1280, 940), (400, 800)]:
        for scheme in ["light", "dark"]:
            browser.look(width, height, scheme)
            look_at_dashboard(browser, training.url)
            checks.require_no_sideways_scrolling(browser)
            ratio = checks.require_contrast(browser)
            print(f"dashboard {width} px {scheme}: filled, moves, least contrast {ratio:.1f}")
    browser.look(1280, 940, "dark")
    browser.open(training.url)
    browser.wait(FILLED, 60)
    reached = checks.focused(browser)
    for name in ["metric", "curve", "pause"]:
        assert name in reached, f"the tab key reaches {list(reached)}, not {name}"
    assert any(name.startswith("summary") for name in reached), reached
    browser.run("document.getElementById('curve').focus()")
    browser.press("ArrowLeft")
    first = browser.wait("cursor !== null && document.getElementById('curve-now').textContent", 5)
    browser.press("ArrowLeft")
    browser.wait(f"document.getElementById('curve-now').textContent !== {first!r}", 5, "the arrow keys read values")
    browser.press("Escape")
    browser.run("document.getElementById('pause').focus()")
    browser.press(" ")
    browser.wait("document.getElementById('pause').getAttribute('aria-pressed') === 'true'", 5, "the space bar pauses")
    browser.press(" ")
    print(f"keyboard: {', '.join(reached)}")


def look_at_replay(browser, run):
    """The page, the GIF and the video that `troupe replay` writes."""
    files = {kind: scratch / f"episode.{kind}" for kind in ["html", "gif", "mp4"]}
    for path in files.values():
        subprocess.run([troupe, "replay", str(run), "--update", "5", "--slot", "0", "--render", str(path)], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    for width, scheme in [(1000, "light"), (1000, "dark"), (400, "light")]:
        browser.look(width, 700, scheme)
        browser.open(files["html"].as_uri())
        checks.require_filled(browser, "scene", 3)
        checks.require_motion(browser, "scene")
        checks.require_no_sideways_scrolling(browser)
        checks.require_contrast(browser)
    browser.press("End")
    end = browser.wait("frame === film.scenes.length - 1 && document.getElementById('step').textContent", 5, "end key")
    browser.press("ArrowLeft")
    browser.wait(f"document.getElementById('step').textContent !== {end!r} && !playing", 5, "a step back")
    checks.focused(browser)
    gif = Image.open(files["gif"])
    frames = []
    for index in range(gif.n_frames):
        gif.seek(index)
        frames.append(gif.convert("RGB").tobytes())
    assert gif.size == (720, 400) and len(set(frames)) > 10, (gif.size, len(set(frames)))
    steps = int(re.search(r"of (\d+)", end).group(1))
    assert gif.n_frames == min(300, steps + 1) or gif.n_frames > 150, (gif.n_frames, steps)
    shown = subprocess.run(["ffprobe", "-v", "error", "-show_entries", "stream=width,height,codec_name", "-of", "csv",
                            str(files["mp4"])], check=True, capture_output=True, text=True).stdout
    assert "h264" in shown and "720,400" in shown, shown
    sizes = ", ".join(f"{kind} {path.stat().st_size:,} bytes" for kind, path in files.items())
    print(f"replay of {steps} steps: {sizes}; GIF read by Pillow in {gif.n_frames} frames")


def look_at_plot(run):
    path = scratch / "curve.png"
    subprocess.run([troupe, "plot", str(run), "--output", str(path)], check=True, stdout=subprocess.DEVNULL, timeout=60)
    picture = Image.open(path)
    picture.load()
    assert picture.size == (1720, 1040) and len(picture.convert("RGB").getcolors(1 << 24)) > 10
    print(f"plot: PNG of {picture.size[0]} x {picture.size[1]} read by Pillow, {path.stat().st_size:,} bytes")


browser = Chromium(scratch / "profile")
try:
    for environment in ENVIRONMENTS:
        with Training(environment) as training:
            browser.look(1280, 940, "dark")
            look_at_dashboard(browser, training.url)
            print(f"dashboard of {environment}: curves, actors, rounds and a moving picture")
            if environment == "cartpole":
                look_closely(browser, training)
                terminal.look_at_watch(troupe, training.url, training.directory)
            checks.require_no_problem(browser)
            # A page that stays open would look for its learner, and complain that it is gone.
            browser.open("about:blank")
    look_at_replay(browser, scratch / "runs" / "cartpole")
    look_at_plot(scratch / "runs" / "cartpole")
    checks.require_no_problem(browser)
    if images:
        import pictures

        pictures.write(browser, troupe, scratch, save, Training)
finally:
    browser.close()
