"""scikit-learn's KMeans (Lloyd), one fit at a time, driven over standard input.

Reads one line of JSON: {"values": raw doubles of shape [rows, dimensions], "dimensions", "start": centroids [clusters, dimensions], "updates"}; answers with its
versions. Then each line "run" is answered with the seconds of a fit with that many updates from that start, the total squared distance and the centroids.
"""
import json
import sys
import time
import warnings

import numpy as np
import sklearn
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning


def blas():
    try:
        from threadpoolctl import threadpool_info
        return "; ".join(f"{i['internal_api']} {i['version']} ({i['num_threads']} threads)" for i in threadpool_info())
    except ImportError:
        return "BLAS unknown (no threadpoolctl)"


def main():
    warnings.simplefilter("ignore", ConvergenceWarning)
    task = json.loads(sys.stdin.readline())
    x = np.fromfile(task["values"]).reshape(-1, task["dimensions"])
    start, updates = np.array(task["start"]), task["updates"]
    print(json.dumps({"versions": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, {blas()}"}), flush=True)
    for line in sys.stdin:
        # tol=0 stops only when no row changes its cluster.
        model = KMeans(len(start), init=start, n_init=1, max_iter=updates, tol=0, algorithm="lloyd", copy_x=True)
        begin, processor = time.perf_counter(), time.process_time()
        model.fit(x)
        seconds, processor = time.perf_counter() - begin, time.process_time() - processor
        assert model.n_iter_ == updates, f"{model.n_iter_} of {updates} updates: the data are too easy"
        print(json.dumps({"seconds": seconds, "processorSeconds": processor, "distance": model.inertia_, "centroids": model.cluster_centers_.tolist()}),
              flush=True)


main()
