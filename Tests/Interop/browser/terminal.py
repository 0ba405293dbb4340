"""What a terminal shows, as tmux sees it."""

import html
import os
import re
import subprocess
import time

# Of xterm, on a dark page.
COLOURS = {"1": "font-weight:600", "2": "color:#98a2b3", "32": "color:#4fc98a", "31": "color:#ff7b80", "33": "color:#f2a54a",
           "34": "color:#6ea2ff", "36": "color:#56c8d8"}


class Terminal:
    """A program in a terminal of this size, of a tmux server of its own."""

    def __init__(self, command, columns, rows):
        self.name = f"troupe-{os.getpid()}-{columns}"
        self._tmux("new-session", "-d", "-s", "t", "-x", str(columns), "-y", str(rows), *command)

    def _tmux(self, *arguments):
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TMUX": ""}
        return subprocess.run(["tmux", "-u", "-f", "/dev/null", "-L", self.name, *arguments], check=True, env=environment,
                              capture_output=True, text=True).stdout

    def text(self, styled=False):
        return self._tmux("capture-pane", "-p", "-t", "t", *(["-e"] if styled else []))

    def press(self, keys):
        self._tmux("send-keys", "-t", "t", keys)

    def wait(self, condition, seconds, what):
        end = time.time() + seconds
        while True:
            text = self.text()
            if condition(text):
                return text
            assert time.time() < end, f"not within {seconds} s: {what}\n{text}"
            time.sleep(0.2)

    def ended(self, seconds):
        """Waits until the program is gone, and the session with it."""
        end = time.time() + seconds
        while time.time() < end:
            try:
                self._tmux("has-session", "-t", "t")
            except subprocess.CalledProcessError:
                return True
            time.sleep(0.1)
        return False

    def close(self):
        subprocess.run(["tmux", "-L", self.name, "kill-server"], stderr=subprocess.DEVNULL)


def page(text, title):
    """The same as a page for a browser to draw."""
    body, style = [], ""
    for piece in re.split(r"(\x1b\[[\d;]*m)", text.rstrip("\n")):
        if found := re.fullmatch(r"\x1b\[([\d;]*)m", piece):
            codes = [c for c in found.group(1).split(";") if c]
            style = "" if not codes or "0" in codes or "39" in codes else style
            style += ";".join(COLOURS.get(c, "") for c in codes)
        elif piece:
            body.append(f'<span style="{style}">{html.escape(piece)}</span>')
    return (f'<!doctype html><meta charset="utf-8"><title>{title}</title><style>body{{margin:0;background:#12161d;color:#e7ebf1}}'
            'pre{display:inline-block;margin:0;padding:14px 18px;font:14px/1.22 "DejaVu Sans Mono",monospace}</style>'
            f'<pre>{"".join(body)}</pre>')


def look_at_watch(troupe, url, directory):
    """`troupe watch` of a page and of a directory, in a small and in a large terminal, and without one."""
    for columns, rows in [(80, 24), (140, 40)]:
        terminal = Terminal([troupe, "watch", url], columns, rows)
        try:
            text = terminal.wait(lambda t: "●" in t and t.count(" live ") >= 2 and "round of update" in t, 20, "watch")
            for part in ["cartpole, seed 1", "mean return", "learner", "waits", "steps/s", "on-policy mismatches", "q ends"]:
                assert part in text, f"{part} is missing:\n{text}"
            terminal.press("m")
            terminal.wait(lambda t: "mean return error" in t, 10, "another curve")
            terminal.press("q")
            assert terminal.ended(5), "q ends it"
        finally:
            terminal.close()
        print(f"watch {columns}x{rows}: curve, round, actors; keys work")
    terminal = Terminal([troupe, "watch", str(directory)], 80, 24)
    try:
        terminal.wait(lambda t: "●" in t and "live" in t, 20, "watch of a directory")
        terminal.press("C-c")
        assert terminal.ended(5), "Ctrl-C ends it"
    finally:
        terminal.close()
    lines = subprocess.Popen([troupe, "watch", url], stdout=subprocess.PIPE, text=True)
    try:
        seen = [lines.stdout.readline() for _ in range(3)]
    finally:
        lines.terminate()
        lines.wait(10)
    assert all(re.match(r"update [\d,]+.* return .*steps/s", line) for line in seen), seen
    assert lines.returncode == 0, lines.returncode
    print("watch of a directory, and as lines without a terminal: well")
