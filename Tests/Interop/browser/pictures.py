"""The pictures of the documentation."""

import io
import subprocess

from PIL import Image, ImageChops

from terminal import Terminal, page


def trimmed(png):
    """Without the empty page to the right and below."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    ground = Image.new("RGB", picture.size, picture.getpixel((picture.width - 1, picture.height - 1)))
    box = ImageChops.difference(picture, ground).getbbox() or (0, 0, *picture.size)
    margin = 28
    box = (0, 0, min(picture.width, box[2] + margin), min(picture.height, box[3] + margin))
    out = io.BytesIO()
    picture.crop(box).save(out, "PNG")
    return out.getvalue()


def shoot_terminal(browser, scratch, terminal, name, save):
    path = scratch / "terminal.html"
    path.write_text(page(terminal.text(styled=True), name))
    browser.look(1300, 900, "dark", scale=1)
    browser.open(path.as_uri())
    save(f"{name}.png", trimmed(browser.picture()))


def write(browser, troupe, scratch, save, Training):
    runs = []
    for seed in range(1, 6):
        run = f"runs/cartpole-seed{seed}"
        subprocess.run([troupe, "train", "cartpole", "--seed", str(seed), "--updates", "40", "--until-return", "none",
                        "--run-dir", run, "--log-level", "warning"], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, timeout=120, cwd=scratch)
        runs.append(run)
    subprocess.run([troupe, "plot", *runs, "--x", "steps", "--output", "learning-curve.png"], check=True,
                   stdout=subprocess.DEVNULL, timeout=60, cwd=scratch)
    curve = Image.open(scratch / "learning-curve.png").convert("RGB").resize((1075, 650), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    curve.save(out, "PNG")
    save("learning-curve.png", out.getvalue())
    with Training("lanekeep", "lanekeep-seed1", updates=5000) as training:
        filled = "updates.length > 40 && (state.rounds || []).length > 8 && played && played.scenes && frame > 40"
        for width, height, scheme, name in [(1280, 945, "dark", "dashboard.png"), (1280, 945, "light", "dashboard-light.png"),
                                            (400, 1450, "light", "dashboard-narrow.png")]:
            browser.look(width, height, scheme)
            browser.open(training.url)
            browser.wait(filled, 60)
            save(name, browser.picture())
        watch = Terminal([troupe, "watch", training.url], 100, 32)
        try:
            watch.wait(lambda t: "●" in t and "round of update" in t and t.count(" live ") >= 2, 20, "watch")
            shoot_terminal(browser, scratch, watch, "watch", save)
        finally:
            watch.close()
    progress = Terminal([troupe, "train", "lanekeep", "--updates", "400", "--until-return", "none", "--run-dir",
                         str(scratch / "runs" / "progress")], 112, 10)
    try:
        progress.wait(lambda t: "left" in t and "steps/s" in t, 30, "the progress display")
        shoot_terminal(browser, scratch, progress, "progress", save)
        progress.press("C-c")
        progress.ended(20)
    finally:
        progress.close()
    replay = scratch / "runs" / "cartpole-seed1"
    subprocess.run([troupe, "replay", str(replay), "--update", "40", "--slot", "0", "--render", str(scratch / "replay.html")],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120)
    browser.look(1000, 620, "light")
    browser.open((scratch / "replay.html").as_uri())
    browser.wait("frame > 60", 30)
    save("replay.png", browser.picture())
