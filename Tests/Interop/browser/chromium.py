"""A headless Chromium, driven over its DevTools protocol."""

import base64
import json
import pathlib
import subprocess
import time
import urllib.request

import websocket

KEYS = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "End": 35, "Home": 36, "ArrowLeft": 37, "ArrowRight": 39}


class Chromium:
    """One browser with one page."""

    def __init__(self, profile):
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--mute-audio",
             "--no-first-run", "--disable-background-networking", "--disable-component-update",
             "--remote-debugging-port=0", "--remote-allow-origins=*", f"--user-data-dir={profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ports = pathlib.Path(profile) / "DevToolsActivePort"
        end = time.time() + 60
        while not (ports.exists() and ports.read_text().count("\n")):
            assert self.process.poll() is None, f"chromium ended with exit code {self.process.returncode}"
            assert time.time() < end, "chromium did not start within 60 s"
            time.sleep(0.1)
        port = ports.read_text().split("\n")[0]
        pages = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/json", timeout=20))
        page = next(p for p in pages if p["type"] == "page")
        self.socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=60)
        self.number = 0
        self.problems = []
        for domain in ["Page", "Runtime", "Log"]:
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            self._note(message)
            if message.get("id") == self.number:
                assert "error" not in message, f"{method}: {message['error']}"
                return message["result"]

    def _note(self, message):
        """Keeps what a developer would see in red."""
        method, content = message.get("method"), message.get("params")
        if method == "Runtime.exceptionThrown":
            details = content["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Log.entryAdded" and content["entry"]["level"] == "error":
            self.problems.append(content["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and content["type"] in ("error", "assert"):
            self.problems.append(str(content["args"]))

    def look(self, width, height, scheme, scale=1):
        """The size of the window, and whether the person likes it dark or light."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                  mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def open(self, url):
        self.call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'", 30)

    def run(self, script):
        result = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in result, f"{script}: {result['exceptionDetails']}"
        return result["result"].get("value")

    def wait(self, condition, seconds, what=None):
        end = time.time() + seconds
        while True:
            found = self.run(condition)
            if found:
                return found
            assert time.time() < end, f"not within {seconds} s: {what or condition}"
            time.sleep(0.1)

    def press(self, key, shift=False):
        text = {"text": " "} if key == " " else {"text": "\r"} if key == "Enter" else {}
        for kind in ["keyDown", "keyUp"]:
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code="Space" if key == " " else key,
                      windowsVirtualKeyCode=KEYS[key], modifiers=8 if shift else 0,
                      **(text if kind == "keyDown" else {}))

    def picture(self, whole=False):
        """The page as PNG."""
        clip = {}
        if whole:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            clip = {"clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1},
                    "captureBeyondViewport": True}
        return base64.b64decode(self.call("Page.captureScreenshot", format="png", **clip)["data"])

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait(20)
