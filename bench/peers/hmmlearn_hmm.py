"""hmmlearn's GaussianHMM (diagonal) or CategoricalHMM with scaling, driven over standard input.

Reads one line of JSON: {"values": raw doubles of shape [rows, dimensions], "dimensions", "lengths", "categorical", "parameters": "startprob" [[...]],
"transmat", and "means" and "covars" [states, dimensions] or "emissionprob" [states, symbols]}; answers with its versions. Then each of these lines is answered:
  fit K            the seconds of K iterations from these parameters
  posteriors       the seconds of predict_proba with them
  viterbi          the seconds of predict with them
  add.at           the seconds that one iteration's sums over categories take, which hmmlearn leaves to numpy's add.at
  check K S        the log-likelihood and parameters after K iterations; posteriors and path of the first S sequences before them
All priors are off (maximum likelihood), and no tolerance ends a fit early.
"""
import json
import logging
import os
import sys
import time

import hmmlearn
import numpy as np
from hmmlearn import hmm


def main():
    # A rise in the likelihood of less than rounding is no reason to write to the terminal.
    logging.getLogger("hmmlearn").setLevel(logging.ERROR)
    task = json.loads(sys.stdin.readline())
    lengths = task["lengths"]
    x = np.fromfile(task["values"]).reshape(-1, task["dimensions"])
    start = {name: np.array(value) for name, value in task["parameters"].items()}
    start["startprob"] = start["startprob"][0]
    if task["categorical"]:
        x = x.astype(int)

    def make(updates=1):
        options = dict(implementation="scaling", init_params="", n_iter=updates, tol=-np.inf, algorithm="viterbi", startprob_prior=1, transmat_prior=1)
        states = len(start["startprob"])
        if task["categorical"]:
            model = hmm.CategoricalHMM(states, n_features=start["emissionprob"].shape[1], emissionprob_prior=1, **options)
        else:
            model = hmm.GaussianHMM(states, "diag", min_covar=0, means_weight=0, covars_prior=0, covars_weight=0, **options)
            model.n_features = x.shape[1]
        for name, value in start.items():
            setattr(model, name + "_", value.copy())
        return model

    def answer(**values):
        print(json.dumps(values), flush=True)

    def timed(work):
        begin, processor = time.perf_counter(), time.process_time()
        work()
        answer(seconds=time.perf_counter() - begin, processorSeconds=time.process_time() - processor)

    note = os.environ.get("PEER_NOTE")
    answer(versions=f"hmmlearn {hmmlearn.__version__}{f' ({note})' if note else ''}, numpy {np.__version__}")
    for line in sys.stdin:
        command, *numbers = line.split()
        if command == "fit":
            model = make(int(numbers[0]))
            timed(lambda: model.fit(x, lengths))
            assert model.monitor_.iter == int(numbers[0])
        elif command == "add.at":
            sums = np.zeros_like(start["emissionprob"])
            ends = np.cumsum(lengths)
            posteriors = np.full((max(lengths), len(sums)), 1 / len(sums))
            timed(lambda: [np.add.at(sums.T, x[end - length:end, 0], posteriors[:length]) for length, end in zip(lengths, ends)])
        elif command == "posteriors":
            model = make()
            timed(lambda: model.predict_proba(x, lengths))
        elif command == "viterbi":
            model = make()
            timed(lambda: model.predict(x, lengths))
        elif command == "check":
            updates, count = map(int, numbers)
            some = sum(lengths[:count])
            posteriors, path = make().predict_proba(x[:some], lengths[:count]), make().predict(x[:some], lengths[:count])
            model = make(updates).fit(x, lengths)
            assert model.monitor_.iter == updates
            fitted = {name: (model._covars_ if name == "covars" else getattr(model, name + "_")).tolist() for name in start}
            answer(logLikelihood=model.score(x, lengths), parameters=fitted, posteriors=posteriors.tolist(), path=path.astype(float).tolist())
        else:
            raise ValueError(line)


main()
