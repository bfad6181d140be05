#!/usr/bin/env bash
# EM iterations and k-means in memory against scikit-learn; prints Markdown. Called by bench/run.sh, or alone.
#   bench/kernels.sh [PAIRS]
# Needs Debian's python3-sklearn and libopenblas0-pthread; PEER_PYTHON names another Python that has scikit-learn.
set -euo pipefail
cd "$(dirname "$0")/.."
python=${PEER_PYTHON:-/usr/bin/python3}
versions=$("$python" - <<'PY'
import numpy, sklearn
blas = "BLAS unknown"
try:
    from threadpoolctl import threadpool_info
    blas = "; ".join(f"{i['internal_api']} {i['version']}" for i in threadpool_info() if i["user_api"] == "blas")
except ImportError:
    pass
print(f"scikit-learn {sklearn.__version__}, numpy {numpy.__version__}, {blas}")
PY
) || { echo "bench/kernels.sh: $python cannot import sklearn; install python3-sklearn and libopenblas0-pthread, or set PEER_PYTHON" >&2; exit 1; }
dotnet build -c Release -v quiet --nologo bench/Kernels >&2
echo "Peer: $versions; bare _e_step and _m_step of GaussianMixture from the same parameters."
bench/Kernels/bin/Release/net10.0/Pipelines.Kernels compare "${1:-15}"
echo
bench/Kernels/bin/Release/net10.0/Pipelines.Kernels classifiers "${1:-15}"
bench/Kernels/bin/Release/net10.0/Pipelines.Kernels kmeans "$(((${1:-15} + 1) / 2))"
