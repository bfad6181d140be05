"""scikit-learn's GaussianNB and its metrics, driven over standard input.

Reads one line of JSON: {"values": raw doubles of shape [rows, dimensions], "labels": raw 32-bit integers, "rows", "dimensions", "classes"}; answers with its
versions. Then each line is answered with seconds: "fit" with those of a fit, and its means and variances; "evaluate" with those of posteriors and metrics, and
the metrics; "score" with those of the posteriors alone.
"""
import json
import sys
import time

import numpy as np
import sklearn
from sklearn import metrics
from sklearn.calibration import calibration_curve
from sklearn.naive_bayes import GaussianNB


def evaluate(model, x, y, classes):
    posteriors = model.predict_proba(x)
    predicted = model.classes_[posteriors.argmax(axis=1)]
    truth = np.eye(classes)[y]
    found = {
        "accuracy": metrics.accuracy_score(y, predicted),
        "confusion": metrics.confusion_matrix(y, predicted).tolist(),
        "logLoss": metrics.log_loss(y, posteriors),
        "brier": metrics.brier_score_loss(y, posteriors[:, 1]) if classes == 2 else float(((posteriors - truth) ** 2).sum(axis=1).mean()),
        "areas": [metrics.roc_auc_score(truth[:, k], posteriors[:, k]) for k in range(classes)],
    }
    metrics.precision_recall_fscore_support(y, predicted)
    for k in range(classes):
        calibration_curve(truth[:, k], posteriors[:, k], n_bins=10)
    return found


def main():
    task = json.loads(sys.stdin.readline())
    x = np.fromfile(task["values"]).reshape(task["rows"], task["dimensions"])
    y = np.fromfile(task["labels"], dtype=np.int32)
    print(json.dumps({"versions": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}"}), flush=True)
    model = GaussianNB(var_smoothing=0)
    for line in sys.stdin:
        command, answer = line.strip(), {}
        begin, processor = time.perf_counter(), time.process_time()
        if command == "fit":
            model.fit(x, y)
        elif command == "score":
            model.predict_proba(x)
        else:
            answer = evaluate(model, x, y, task["classes"])
        answer["seconds"], answer["processorSeconds"] = time.perf_counter() - begin, time.process_time() - processor
        if command == "fit":
            answer.update(means=model.theta_.tolist(), variances=model.var_.tolist())
        print(json.dumps(answer), flush=True)


main()
