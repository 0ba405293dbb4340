"""Lets promtool and a real Prometheus read a running learner's /metrics.

usage: metrics_endpoint.py TROUPE SCRATCH_DIRECTORY
"""

import json
import pathlib
import re
import subprocess
import sys
import time
import urllib.request

troupe, scratch = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
PROMETHEUS = "127.0.0.1:19093"


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as response:
        return response.read().decode()


def retry(seconds, look):
    end = time.time() + seconds
    while True:
        try:
            found = look()
            if found:
                return found
        except OSError:
            pass
        assert time.time() < end, "nothing came in time"
        time.sleep(0.2)


log = open(scratch / "run.log", "w+")
learner = subprocess.Popen(
    [troupe, "train", "cartpole", "--updates", "1000000", "--until-return", "none", "--actors", "1",
     "--http", "0", "--run-dir", str(scratch / "run")],
    stderr=log, stdout=subprocess.DEVNULL)
prometheus = None
try:
    url = retry(20, lambda: re.search(r"http://[\d.:]+/", (scratch / "run.log").read_text())).group()
    assert fetch(url + "healthz") == "ok\n"
    retry(20, lambda: fetch(url + "readyz") == "ready\n")
    text = retry(20, lambda: (t := fetch(url + "metrics")) and "troupe_actor_steps_per_second{" in t and t)
    checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    host = url.removeprefix("http://").rstrip("/")
    configuration = scratch / "prometheus.yml"
    configuration.write_text(
        "scrape_configs:\n- job_name: troupe\n  scrape_interval: 1s\n  static_configs:\n"
        f"  - targets: ['{host}']\n")
    prometheus = subprocess.Popen(
        ["prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={scratch / 'tsdb'}",
         f"--web.listen-address={PROMETHEUS}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def target():
        targets = json.loads(fetch(f"http://{PROMETHEUS}/api/v1/targets"))["data"]["activeTargets"]
        return targets and targets[0]["health"] != "unknown" and targets[0]

    found = retry(30, target)
    assert found["health"] == "up" and not found["lastError"], found["lastError"]
    answer = json.loads(fetch(f"http://{PROMETHEUS}/api/v1/query?query=troupe_mean_return"))
    value = answer["data"]["result"][0]["value"][1]
    samples = sum(1 for line in text.splitlines() if not line.startswith("#"))
    print(f"metrics: {samples} samples, promtool has no complaint, Prometheus scraped a mean return of {value}")
finally:
    for process in (prometheus, learner):
        if process:
            process.terminate()
            process.wait(20)
