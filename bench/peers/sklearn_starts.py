"""scikit-learn's GaussianMixture with its defaults, one fit for each seed.

For each line of JSON that it reads, {"train": raw doubles of shape [rows, dimensions], "test": the same or null, "dimensions", "components", "seeds"}, it
prints one:
{"versions", "fits": [{"train": mean log-likelihood, "test": mean log-likelihood or null, "seconds", "iterations"}, ...]}.
"""
import json
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture


def main():
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        task = json.loads(line)
        train = np.fromfile(task["train"]).reshape(-1, task["dimensions"])
        test = np.fromfile(task["test"]).reshape(-1, task["dimensions"]) if task["test"] else None
        fits = []
        for seed in range(task["seeds"]):
            begin = time.perf_counter()
            model = GaussianMixture(task["components"], random_state=seed).fit(train)
            seconds = time.perf_counter() - begin
            scores = {"train": model.score(train), "test": None if test is None else model.score(test)}
            fits.append({**scores, "seconds": seconds, "iterations": int(model.n_iter_)})
        print(json.dumps({"versions": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}", "fits": fits}), flush=True)


main()
