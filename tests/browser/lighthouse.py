"""Lighthouse on the built book, as on a phone with a slow line: `python tests/browser/lighthouse.py`.

Needs Chromium, node, and `npm ci` run in this folder. Prints the median of three runs for the pages below and ends
with 1 where one stays under what the book promises.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from serving import served

from cadre_handbook.errors import RequestError
from cadre_handbook.pdf import find_chromium

HERE = Path(__file__).parent
SITE = HERE.parents[1] / "_build" / "html"
PAGES = ("book/index.html", "book/planning/tenure_limit.html", "notebooks/planning/tenure_limit.html")
PROMISED = {"accessibility": 100, "best-practices": 100, "performance": 90}
RUNS = 3
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --no-first-run --disable-background-networking"
)


def report(address: str, browser: str) -> dict:
    with tempfile.TemporaryDirectory() as profile:
        result = subprocess.run(
            [
                HERE / "node_modules" / ".bin" / "lighthouse",
                address,
                "--quiet",
                "--output=json",
                "--form-factor=mobile",
                f"--only-categories={','.join(PROMISED)}",
                f"--chrome-flags={FLAGS} --user-data-dir={profile}",
            ],
            env={**os.environ, "CHROME_PATH": browser},
            stdout=subprocess.PIPE,
            text=True,
            timeout=180,
            check=True,
        )
    return json.loads(result.stdout)


def shortfalls(report: dict) -> list[str]:
    """The audits of the promised categories that are not passed, worst first."""
    weighed = {
        entry["id"] for name in PROMISED for entry in report["categories"][name]["auditRefs"] if entry["weight"] > 0
    }
    failed = [report["audits"][name] for name in weighed if (report["audits"][name]["score"] or 0) < 0.9]
    failed = [audit for audit in failed if audit["scoreDisplayMode"] not in {"notApplicable", "manual", "informative"}]
    return [f"{audit['id']}: {audit.get('displayValue') or audit['title']}" for audit in failed]


def main() -> int:
    try:
        browser = find_chromium()
    except RequestError as error:
        print(error, file=sys.stderr)
        return 1
    kept = True
    with served(SITE) as address:
        for page in PAGES:
            reports = [report(f"{address}/{page}", browser) for _ in range(RUNS)]
            scores = {
                name: round(100 * statistics.median(each["categories"][name]["score"] for each in reports))
                for name in PROMISED
            }
            print(f"{page}: " + ", ".join(f"{name} {score}" for name, score in scores.items()), flush=True)
            if any(scores[name] < least for name, least in PROMISED.items()):
                kept = False
                for line in shortfalls(reports[-1]):
                    print(f"    {line}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
