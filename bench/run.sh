#!/usr/bin/env bash
# Reproduces every figure of the README: runs each section in turn and writes bench/results/CPU-DATE.md.
#   bench/run.sh [FLIGHTS.parquet]
# Installs nothing. Needs the .NET SDK, Debian's python3-sklearn and libopenblas0-pthread (bench/kernels.sh says more) and, for the whole-pipeline
# section, a Parquet file of flights and the disk that bench/end_to_end.sh names.
set -euo pipefail
cd "$(dirname "$0")/.."
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
family=$(sed -n 's/^cpu family[^:]*: //p' /proc/cpuinfo | head -n 1)
model=$(sed -n 's/^model[[:space:]]*: //p' /proc/cpuinfo | head -n 1)
name=$(tr -cs 'a-zA-Z0-9' '-' <<<"$cpu $family $model" | tr 'A-Z' 'a-z' | sed 's/^-//; s/-$//')
result=bench/results/$name-$(date -u +%Y-%m-%d).md
part=$(mktemp)
trap 'rm -f "$part"' EXIT
{
    echo "# Measured on $cpu (family $family, model $model), $(nproc) cores, $(date -u +%Y-%m-%d)"
    echo
    echo "Commit $(git rev-parse --short HEAD)$(git diff --quiet HEAD || echo ' with changes'), .NET $(dotnet --version) SDK, $(uname -sr)."
    echo "Load before: $(cut -d' ' -f1-3 /proc/loadavg)."
    echo
    echo "## EM iterations in memory"
    echo
    bench/kernels.sh
    if [ $# -gt 0 ]; then
        echo
        echo "## Whole pipelines"
        echo
        bench/end_to_end.sh "$1"
    fi
    echo
    echo "Load after: $(cut -d' ' -f1-3 /proc/loadavg)."
} >"$part"
mkdir -p bench/results
cp "$part" "$result"
echo "$result"
