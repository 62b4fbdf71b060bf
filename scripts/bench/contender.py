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


def end_turn(**answer):
    """Tells the answer, and waits until it is this process's turn again."""
    print(json.dumps(answer), flush=True)
    if not sys.stdin.readline():
        sys.exit(1)  # nobody is there any more


def end_timed(measure, began, steps):
    end_turn(measure=measure, value=1000 * (time.perf_counter() - began) / steps)


def measure_fit(fit, x, y, turns, steps):
    """An epoch a turn, after one that is not timed."""
    began = None

    def on_epoch_end():
        nonlocal began
        end_turn() if began is None else end_timed("fit", began, steps)
        began = time.perf_counter()

    fit(x, y, turns + 1, on_epoch_end)


def measure_calls(measure, run, turns, steps):
    """A call a turn, after some that are not timed."""
    for _ in range(WARM_UPS):
        run()
    end_turn()
    for _ in range(turns):
        began = time.perf_counter()
        run()
        end_timed(measure, began, steps)


def peak_memory():
    """Largest resident memory, in megabytes."""
    try:
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024
    except OSError:
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def run_contender(versions, build):
    """Trains one batch, then measures in turns with others.

    `build(job)` gives `fit(x, y, epochs, on_epoch_end)`, `evaluate(x, y)`, `predict(x)`.
    """
    job = json.loads(sys.argv[1])
    steps, turns = job["steps"], job["turns"]
    fit, evaluate, predict = build(job)
    fit(*make_data(job["inputShape"], job["batchSize"]), 1, lambda: None)
    end_turn(measure="firstBatch", value=time.time() * 1000)
    x, y = make_data(job["inputShape"], job["batchSize"] * steps)
    measure_fit(fit, x, y, turns, steps)
    measure_calls("evaluate", lambda: evaluate(x, y), turns, steps)
    measure_calls("predict", lambda: predict(x), turns, steps)
    end_turn(measure="memory", value=peak_memory(), versions=versions)
