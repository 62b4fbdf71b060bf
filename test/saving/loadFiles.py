"""Loads files of a folder in real Keras; prints what the models predict and how their training goes on. `cases.json` there says which."""

import json
import os
import sys
from pathlib import Path

os.environ.update(KERAS_BACKEND="tensorflow", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="-1")

import keras
import numpy as np


def tensors(data):
    if isinstance(data, dict) and "values" in data:
        return np.asarray(data["values"], "float32").reshape(data["shape"])
    return {k: tensors(v) for k, v in data.items()} if isinstance(data, dict) else [tensors(v) for v in data]


def plain(value):
    return [plain(v) for v in value] if isinstance(value, list) else np.asarray(value, "float64").ravel().tolist()


folder = Path(sys.argv[1])
results = {}
for case in json.loads((folder / "cases.json").read_text()):
    keras.config.set_dtype_policy("mixed_float16" if case["name"] == "mixed" else "float32")
    x, y = tensors(case["x"]), tensors(case["y"])
    found = {}
    for ending in ("keras", "h5"):
        model = keras.models.load_model(folder / f"{case['name']}.{ending}", compile=ending == "keras")
        found[ending] = plain(model.predict(x, verbose=0))
        if ending == "keras":
            optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
            found["iterations"] = int(optimizer._iterations.numpy())
            model.save_weights(folder / "again.weights.h5")
            found["losses"] = model.fit(x, y, batch_size=4, epochs=3, shuffle=False, verbose=0).history["loss"]
            model.load_weights(folder / f"{case['name']}.weights.h5")
            found["weights"] = plain(model.predict(x, verbose=0))
    results[case["name"]] = found
print("RESULTS" + json.dumps(results))
