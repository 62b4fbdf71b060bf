"""Customizing what happens in fit(), after https://keras.io/guides/custom_train_step_in_tensorflow/."""

import keras
import tensorflow as tf
from common import numbers, show

X, Y = numbers((40, 6)), numbers((40, 1), 17)
FITTING = dict(batch_size=8, epochs=3, shuffle=False, verbose=0)


def make(model_class):
    keras.utils.set_random_seed(1)
    inputs = keras.Input(shape=(6,))
    outputs = keras.layers.Dense(1)(inputs)
    return model_class(inputs, outputs)


class FirstModel(keras.Model):
    def train_step(self, data):
        # Unpack the data. Its structure depends on your model and on what you pass to `fit()`.
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)  # Forward pass
            # Compute the loss value (the loss function is configured in `compile()`)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        # Compute gradients
        trainable_vars = self.trainable_variables
        gradients = tape.gradient(loss, trainable_vars)
        # Update weights
        self.optimizer.apply(gradients, trainable_vars)
        # Update metrics (includes the metric that tracks the loss)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        # Return a dict mapping metric names to current value
        return {m.name: m.result() for m in self.metrics}


def first_example():
    model = make(FirstModel)
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    history = model.fit(X, Y, **FITTING)
    names = [metric.name for metric in model.metrics]
    return {"history": history.history, "evaluate": model.evaluate(X, Y, verbose=0), "metrics": names}


class LowerLevelModel(keras.Model):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.mae_metric = keras.metrics.MeanAbsoluteError(name="mae")
        self.loss_fn = keras.losses.MeanSquaredError()

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)  # Forward pass
            # Compute our own loss
            loss = self.loss_fn(y, y_pred)
        # Compute gradients
        trainable_vars = self.trainable_variables
        gradients = tape.gradient(loss, trainable_vars)
        # Update weights
        self.optimizer.apply(gradients, trainable_vars)
        # Compute our own metrics
        self.loss_tracker.update_state(loss)
        self.mae_metric.update_state(y, y_pred)
        return {"loss": self.loss_tracker.result(), "mae": self.mae_metric.result()}

    @property
    def metrics(self):
        # We list our `Metric` objects here so that `reset_state()` can be called automatically at the start of each
        # epoch or at the start of `evaluate()`.
        return [self.loss_tracker, self.mae_metric]


def going_lower_level():
    model = make(LowerLevelModel)
    # We don't pass a loss or metrics here.
    model.compile(optimizer="adam")
    return {"history": model.fit(X, Y, **FITTING).history, "metrics_names": model.metrics_names}


class WeightedModel(keras.Model):
    def train_step(self, data):
        if len(data) == 3:
            x, y, sample_weight = data
        else:
            sample_weight = None
            x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)  # Forward pass
            loss = self.compute_loss(y=y, y_pred=y_pred, sample_weight=sample_weight)
        trainable_vars = self.trainable_variables
        gradients = tape.gradient(loss, trainable_vars)
        self.optimizer.apply(gradients, trainable_vars)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred, sample_weight=sample_weight)
        return {m.name: m.result() for m in self.metrics}


def sample_weight():
    model = make(WeightedModel)
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    weighted = model.fit(X, Y, sample_weight=numbers((40,), 3), **FITTING).history
    return {"weighted": weighted, "not": model.fit(X, Y, **FITTING).history}


class TestedModel(keras.Model):
    def test_step(self, data):
        # Unpack the data
        x, y = data
        # Compute predictions
        y_pred = self(x, training=False)
        # Updates the metrics tracking the loss
        loss = self.compute_loss(y=y, y_pred=y_pred)
        # Update the metrics.
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


def evaluation_step():
    model = make(TestedModel)
    model.compile(loss="mse", metrics=["mae"])
    return {
        "list": model.evaluate(X, Y, batch_size=3, verbose=0),
        "by_name": model.evaluate(X, Y, batch_size=3, verbose=0, return_dict=True),
    }


class PredictingModel(keras.Model):
    def predict_step(self, data):
        # Keras's own gives the data as `fit` has it: x alone, or in a tuple.
        x = data[0] if isinstance(data, tuple) else data
        y_pred = self(x, training=False)
        return {"mean": y_pred, "doubled": 2 * y_pred}


def prediction_step():
    model = make(PredictingModel)
    return model.predict(X, batch_size=3, verbose=0)


PARTS = {
    "a first example": first_example,
    "going lower-level": going_lower_level,
    "sample weights": sample_weight,
    "an evaluation step": evaluation_step,
    "a prediction step": prediction_step,
}

if __name__ == "__main__":
    show(PARTS)
