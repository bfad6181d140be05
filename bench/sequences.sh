#!/usr/bin/env bash
# Hidden Markov models: Baum-Welch and prediction against hmmlearn on one core, then ragged lengths, two cores and the share of the multiply-add peak.
# Prints Markdown and writes it to bench/results/sequences-CPU-DATE.md.
#   bench/sequences.sh [PAIRS] [NAME]     only cases whose name holds NAME; with a NAME nothing is written
# Needs the .NET SDK. For the peer, a Python that can import hmmlearn and numpy: PEER_PYTHON names it (default /usr/bin/python3), PYTHONPATH may
# lead to hmmlearn; PEER_NOTE says what the result should tell of its build (hmmlearn from source does not know its version). Without one that section is left out.
# Everything is compiled with full optimisation from the start (DOTNET_TieredCompilation=0), as it is in any run after its first seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
pairs=${1:-7} name=${2:-}
export DOTNET_TieredCompilation=0
python=${PEER_PYTHON:-/usr/bin/python3}
dotnet build -c Release -v quiet --nologo bench/Kernels >&2
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
family=$(sed -n 's/^cpu family[^:]*: //p' /proc/cpuinfo | head -n 1)
model=$(sed -n 's/^model[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
file=bench/results/sequences-$(tr -cs 'a-zA-Z0-9' '-' <<<"$cpu $family $model" | tr 'A-Z' 'a-z' | sed 's/^-//; s/-$//')-$(date -u +%Y-%m-%d).md
part=$(mktemp)
trap 'rm -f "$part"' EXIT
{
    echo "# Hidden Markov models, $cpu (family $family, model $model), $(date -u +%Y-%m-%d)"
    echo
    echo "Commit $(git rev-parse --short HEAD)$(git diff --quiet HEAD -- src bench || echo ' with changes'), .NET $(dotnet --version) SDK, $(uname -sr). \`bench/sequences.sh $pairs\` runs it again."
    echo "Load before: $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores."
    echo
    echo "## One core, against hmmlearn"
    echo
    if "$python" -c 'import hmmlearn.hmm' 2>/dev/null; then
        taskset -c "$(($(nproc) - 1))" bench/Kernels/bin/Release/net10.0/Pipelines.Kernels hmmlearn "$pairs" ${name:+"$name"}
    else
        echo "Left out: $python cannot import hmmlearn (set PEER_PYTHON, or PYTHONPATH)."
    fi
    echo
    echo "Load: $(cut -d' ' -f1-3 /proc/loadavg)."
    echo
    echo "## Ragged lengths, two cores, the peak"
    echo
    bench/Kernels/bin/Release/net10.0/Pipelines.Kernels sequences "$name" "$pairs"
    echo
    echo "Load after: $(cut -d' ' -f1-3 /proc/loadavg)."
} | tee "$part"
[ -n "$name" ] || cp "$part" "$file"
