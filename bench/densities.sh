#!/usr/bin/env bash
# Log-probabilities of every distribution against plain loops over Math, and mixtures of counts and categories, on one core; prints Markdown.
#   bench/densities.sh [PAIRS] [NAME]     only cases whose name holds NAME
# Needs the .NET SDK. Everything is compiled with full optimisation from the start (DOTNET_TieredCompilation=0), as it is in any run after its first seconds.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build -c Release -v quiet --nologo bench/Kernels >&2
echo "# Distributions and mixtures of them, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1) (family $(sed -n 's/^cpu family[^:]*: //p' /proc/cpuinfo | head -n 1), model $(sed -n 's/^model[[:space:]]*: //p' /proc/cpuinfo | head -n 1)), $(date -u +%Y-%m-%d)"
echo
echo "Commit $(git rev-parse --short HEAD)$(git diff --quiet HEAD -- src bench || echo ' with changes'), .NET $(dotnet --version) SDK, $(uname -sr). \`bench/densities.sh ${1:-31}\` runs it again."
echo "Load before: $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) cores."
echo
DOTNET_TieredCompilation=0 taskset -c "$(($(nproc) - 1))" dotnet bench/Kernels/bin/Release/net10.0/Pipelines.Kernels.dll densities "${1:-31}" ${2:+"$2"}
echo
echo "Load after: $(cut -d' ' -f1-3 /proc/loadavg)."
