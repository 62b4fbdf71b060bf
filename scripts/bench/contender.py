"""What every Python contender does in its process; `contender.ts` is the same for JavaScript."""

import json
import re
import resource
import sys
import time

import numpy as np

WARM_UPS = 3


def make_data(input_shape, samples):
    """Random samples and random labels, one-hot."""
    random = np.random.default_rng(1)
    x = random.random((samples, *input_shape), dtype=np.float32)
    y = np.eye(10, dtype=np.float32)[random.integers(0, 10, samples)]
    return x, y


def snake_case(options):
    """`{'kernelSize': 3}` is `{'kernel_size': 3}`."""
    return {re.sub("[A-Z]", lambda match: "_" + match[0].lower(), name): value for name, value in options.items()}


def time_calls(run, times):
    """Seconds of each call, after some that are not timed."""
    for _ in range(WARM_UPS):
        run()
    durations = []
    for _ in range(times):
        began = time.perf_counter()
        run()
        durations.append(time.perf_counter() - began)
    return durations


def peak_memory():
    """Largest resident memory, in megabytes."""
    try:
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024
    except OSError:
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def run_contender(versions, build):
    """Trains one batch, then measures. `build(job)` gives `fit(x, y, epochs, on_epoch_end)`, `evaluate(x, y)`, `predict(x)`."""
    job = json.loads(sys.argv[1])
    fit, evaluate, predict = build(job)
    fit(*make_data(job["inputShape"], job["batchSize"]), 1, lambda: None)
    first_batch_at = time.time() * 1000
    steps, epochs = job["steps"], job["epochs"]
    x, y = make_data(job["inputShape"], job["batchSize"] * steps)
    ends = []
    fit(x, y, epochs + 1, lambda: ends.append(time.perf_counter()))

    def per_step(durations):
        return [1000 * float(duration) / steps for duration in durations]

    result = {
        "firstBatchAt": first_batch_at,
        "fit": per_step(np.diff(ends)),
        "evaluate": per_step(time_calls(lambda: evaluate(x, y), epochs)),
        "predict": per_step(time_calls(lambda: predict(x), epochs)),
        "memory": peak_memory(),
        "versions": versions,
    }
    print(json.dumps(result))
