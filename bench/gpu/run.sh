#!/bin/sh
# Everything that needs a GPU, in one command: builds, checks the kernels on the GPU, times them, times PyTorch.
#
#     bench/gpu/run.sh [FOLDER]        (default: gpu-results)
#
# Needs an NVIDIA GPU (compute capability 7.0; 8.0 for the tensor-core kernels) with its driver, JDK 25, Maven,
# and for the comparison a Python with torch and torchvision (PYTHON names it; without them it is skipped).
# Maven must reach a repository, or find what it needs in ~/.m2. Takes perhaps half an hour.
#
# SOMA_BENCH_COLD=1  time the kernels also with an emptied L2 cache
#
# The default precision is timed; the ladder's tf32 and bf16 steps have rows of their own.
#
# FOLDER then holds machine.txt, contract-*.log, one JSON file per benchmark, and peers.json. The status is 1
# if any step failed; the steps after it run all the same.
set -u

root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd -P)
out=${1:-gpu-results}
mkdir -p "$out" || exit 1
out=$(CDPATH='' cd -- "$out" && pwd -P)
cd "$root" || exit 1
failed=0

# step NAME COMMAND...: runs it, its output in NAME.log and here.
step() {
    name=$1
    shift
    echo "== $name: $*"
    if "$@" > "$out/$name.log" 2>&1; then
        cat "$out/$name.log"
    else
        status=$?
        cat "$out/$name.log"
        echo "== $name: failed with status $status" >&2
        failed=1
    fi
}

bench() {
    name=$1
    shift
    step "$name" ./soma bench "$@" --device cuda --json "$out/$name.json"
}

command -v nvidia-smi > /dev/null || { echo "run.sh: no nvidia-smi, so no NVIDIA driver" >&2; exit 1; }
{
    date -u
    git rev-parse HEAD
    nvidia-smi
} > "$out/machine.txt" 2>&1

step doctor ./soma doctor --device cuda
for library in none auto; do # Soma's own kernels, then cuBLAS and cuDNN where they are installed
    step contract-$library mvn -B -q -pl cuda-kernels -am test -Dtest=GpuContractTest \
        -Dsurefire.failIfNoSpecifiedTests=false -Dsoma.cuda.sync=true -Dsoma.cuda.blas=$library \
        -Dsoma.cuda.dnn=$library
done

kernels() {
    bench "gemm$1" gemm $2
    bench "conv$1" conv $2
    bench "roi-align$1" roi-align --boxes 1000 $2
    bench "nms-2000$1" nms --boxes 2000 $2
    bench "nms-1000x80$1" nms --boxes 1000 --groups 80 $2
    bench "paste-100$1" paste --masks 100 $2
    bench "paste-500$1" paste --masks 500 $2
}
options=${SOMA_JAVA_OPTS:-}
for library in none auto; do
    export SOMA_JAVA_OPTS="$options -Dsoma.cuda.blas=$library -Dsoma.cuda.dnn=$library"
    kernels "-$library" ""
    [ "${SOMA_BENCH_COLD:-0}" = 0 ] || kernels "-$library-cold" --cold
done
bench model model --batch 2 --size 520x704 --per-op
bench train train --batch 2 --size 520x704 --per-op

python=${PYTHON:-python3}
if "$python" -c 'import torch, torchvision' 2> /dev/null; then
    step peers "$python" bench/peers/gpu_kernels.py --json "$out/peers.json"
    [ "${SOMA_BENCH_COLD:-0}" = 0 ] \
        || step peers-cold "$python" bench/peers/gpu_kernels.py --cold --json "$out/peers-cold.json" \
            gemm roi-align nms paste
else
    echo "== peers: skipped, $python has no torch and torchvision (PYTHON names another)"
fi
echo "results in $out"
exit $failed
