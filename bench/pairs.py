#!/usr/bin/env python3
"""Compares two builds of the command line, as whole processes in turn; prints a Markdown table.

    bench/pairs.py OLD/pipelines.dll NEW/pipelines.dll FLIGHTS.parquet ROWS.parquet [PAIRS] [NAME...]

FLIGHTS.parquet: columns date, delay, distance, origin. ROWS.parquet: ten doubles, from `Pipelines.EndToEnd generate ROWS.parquet N`.
PAIRS: counted pairs of each case (default 7), after one of each to warm up. NAME: cases to run (default all). The order within a pair alternates.
"""
import os, statistics, subprocess, sys, tempfile, time

old, new, flights, rows = sys.argv[1:5]
pairs = int(sys.argv[5]) if len(sys.argv) > 5 else 7
only = sys.argv[6:]
work = tempfile.mkdtemp(prefix="pipelines-pairs.")
run = ["--seed", "1", "--quiet"]
em = ["--tolerance=-Infinity", *run]
full = ["--distribution", "multivariate-gaussian"]

cases = {
    "start": (["inspect", flights], None),
    "distribution": (["fit", "distribution", flights, "--features", "delay", "--distribution", "normal", *run], "model.json"),
    "full10": (["fit", "mixture", rows, *full, "--components", "8", "--iterations", "20", *em], "model.json"),
    "full10-one-thread": (["fit", "mixture", rows, *full, "--components", "8", "--iterations", "20", "--max-parallelism", "1", *em], "model.json"),
    "flights": (["fit", "mixture", flights, "--features", "delay,distance", *full, "--components", "5", "--iterations", "100", *em], "model.json"),
    "spilled": (["fit", "mixture", flights, "--features", "delay,distance", *full, "--components", "5", "--iterations", "100", "--memory", "48MB", *em], "model.json"),
    "one-feature": (["fit", "mixture", flights, "--features", "delay", "--distribution", "normal", "--components", "3", "--iterations", "100", *em], "model.json"),
    "kmeans": (["fit", "kmeans", flights, "--features", "delay,distance", "--components", "10", "--iterations", "60", *em], "model.json"),
    "hmm4": (["fit", "hmm", flights, "--features", "delay", "--sequence", "date", "--distribution", "normal", "--components", "4", "--iterations", "10", *em], "model.json"),
    "hmm64": (["fit", "hmm", flights, "--features", "delay", "--sequence", "date", "--distribution", "normal", "--components", "64", "--iterations", "2", *em], "model.json"),
    "hmm-categories": (["fit", "hmm", flights, "--features", "origin", "--sequence", "date", "--distribution", "discrete", "--components", "4", "--iterations", "10", *em], "model.json"),
    "score": (["score", os.path.join(work, "scored-with.json"), flights, "--quiet"], "scored.parquet"),
}


def timed(tool, command, output):
    arguments = ["dotnet", tool, *command]
    if output:
        path = os.path.join(work, output)
        if os.path.exists(path):
            os.remove(path)
        arguments += ["--output", path]
    begin = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    if status:
        sys.exit(f"{' '.join(arguments)} failed with status {status}")
    return wall, usage.ru_utime + usage.ru_stime


subprocess.check_call(["dotnet", old, *cases["flights"][0], "--output", os.path.join(work, "scored-with.json")])
print("| case | pairs | before: wall, CPU | now: wall, CPU | wall ratio: least, **median**, greatest | CPU ratio, median |\n|---|---|---|---|---|---|")
for name, (command, output) in cases.items():
    if only and name not in only:
        continue
    for tool in (old, new):
        timed(tool, command, output)
    before, now = [], []
    for pair in range(pairs):
        for tool in ((old, new) if pair % 2 == 0 else (new, old)):
            (before if tool == old else now).append(timed(tool, command, output))
    median = lambda values: statistics.median(values)
    ratios = [n[0] / b[0] for b, n in zip(before, now)]
    print(f"| {name} | {pairs} | {median([b[0] for b in before]):.2f} s, {median([b[1] for b in before]):.2f} s "
          f"| {median([n[0] for n in now]):.2f} s, {median([n[1] for n in now]):.2f} s "
          f"| {min(ratios):.2f}, **{median(ratios):.2f}**, {max(ratios):.2f} | {median([n[1] / b[1] for b, n in zip(before, now)]):.2f} |", flush=True)
