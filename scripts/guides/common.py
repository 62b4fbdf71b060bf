"""
What the guides share: small data, drawn by arithmetic, so that the programs in TypeScript and in Python see the same,
and the printing of what they show.
"""

import json

import keras
import numpy as np


def numbers(shape, start=0):
    """Numbers in [0, 1) that look scattered."""
    i = np.arange(start, start + int(np.prod(shape)), dtype="int64")
    return ((i * i * 7 + i * 13) % 101 / 101).reshape(shape).astype("float32")


def classes(count, of):
    """Class numbers 0, 1, 2 ... that start again."""
    return np.arange(count) % of


def pictures(count, size, of):
    """Gray pictures, 0 to 255: a bar for each class, that lies or stands, on a scattered ground."""
    images = np.floor(numbers((count, size, size)) * 60).astype("float32")
    for i, label in enumerate(classes(count, of)):
        at = int(label) // 2 + i % 2
        bar = images[i, at] if label % 2 == 0 else images[i, :, at]
        bar += 180
    return images


def plain(value):
    """Tensors, arrays and NumPy's numbers as what JSON has."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (str, bool, int)) or value is None:
        return value
    return np.asarray(value).tolist()


def summary_of(model):
    """The table that `summary` prints, line by line."""
    lines = []
    model.summary(print_fn=lines.append)
    return [line.rstrip() for line in "".join(lines).splitlines()]


def shown_by(parts):
    """What the parts of a guide show, each run as if it were alone."""
    shown = {}
    for name, part in parts.items():
        keras.utils.clear_session()
        shown[name] = plain(part())
    return shown


def show(parts):
    """Runs the parts of a guide and prints what they show."""
    print(json.dumps(shown_by(parts), indent=1))
