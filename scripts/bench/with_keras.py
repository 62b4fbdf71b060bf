"""The network of a job in Keras, on TensorFlow."""

import keras
import tensorflow as tf
from contender import run_contender, snake_case
from keras import layers


class EpochEnd(keras.callbacks.Callback):
    def __init__(self, tell):
        super().__init__()
        self.tell = tell

    def on_epoch_end(self, epoch, logs=None):
        self.tell()


def build(job):
    stack = [getattr(layers, name)(**snake_case(options)) for name, options in job["layers"]]
    model = keras.Sequential([layers.Input(job["inputShape"]), *stack])
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    common = {"batch_size": job["batchSize"], "verbose": 0}

    def fit(x, y, epochs, on_epoch_end):
        model.fit(x, y, epochs=epochs, callbacks=[EpochEnd(on_epoch_end)], **common)

    return fit, lambda x, y: model.evaluate(x, y, **common), lambda x: model.predict(x, **common)


run_contender(f"Keras {keras.__version__}, TensorFlow {tf.__version__}", build)
