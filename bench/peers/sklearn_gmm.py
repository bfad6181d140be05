"""scikit-learn's GaussianMixture, one bare E and M step at a time, driven over standard input.

Reads one line of JSON: {"values": raw doubles of shape [dimensions, rows], "rows", "dimensions", "covariance": "full" or "diag",
"weights", "means", "covariances"}; answers with its versions. Then each line "run" is answered with the seconds of one E and M step from
these parameters, the log-likelihood before it and the parameters after it.
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn.mixture import GaussianMixture
from sklearn.mixture._gaussian_mixture import _compute_precision_cholesky


def blas():
    try:
        from threadpoolctl import threadpool_info
        return "; ".join(f"{i['internal_api']} {i['version']} ({i['num_threads']} threads)" for i in threadpool_info() if i["user_api"] == "blas")
    except ImportError:
        return "BLAS unknown (no threadpoolctl)"


def main():
    task = json.loads(sys.stdin.readline())
    rows, dimensions = task["rows"], task["dimensions"]
    x = np.ascontiguousarray(np.fromfile(task["values"]).reshape(dimensions, rows).T)
    mixture = GaussianMixture(len(task["weights"]), covariance_type=task["covariance"], reg_covar=0)

    def start():
        mixture.weights_ = np.array(task["weights"])
        mixture.means_ = np.array(task["means"])
        mixture.covariances_ = np.array(task["covariances"])
        mixture.precisions_cholesky_ = _compute_precision_cholesky(mixture.covariances_, mixture.covariance_type)

    print(json.dumps({"versions": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}, {blas()}"}), flush=True)
    for line in sys.stdin:
        start()
        begin, processor = time.perf_counter(), time.process_time()
        mean_log_likelihood, log_responsibilities = mixture._e_step(x)
        mixture._m_step(x, log_responsibilities)
        seconds, processor = time.perf_counter() - begin, time.process_time() - processor
        print(json.dumps({
            "seconds": seconds,
            "processorSeconds": processor,
            "logLikelihood": mean_log_likelihood * rows,
            "weights": mixture.weights_.tolist(),
            "means": mixture.means_.tolist(),
            "covariances": mixture.covariances_.tolist(),
        }), flush=True)


main()
