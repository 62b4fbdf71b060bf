"""Writing your own callbacks, after https://keras.io/guides/writing_your_own_callbacks/."""

import keras
import numpy as np
from common import classes, numbers, show

X_TRAIN, Y_TRAIN = numbers((48, 10)), classes(48, 10)
X_TEST, Y_TEST = numbers((16, 10), 40), classes(16, 10)


# Define the Keras model to add callbacks to
def get_model():
    keras.utils.set_random_seed(1)
    model = keras.Sequential()
    model.add(keras.layers.Dense(1))
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=0.1),
        loss="mean_squared_error",
        metrics=["mean_absolute_error"],
    )
    return model


class CustomCallback(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.lines = []

    def print(self, text, logs):
        self.lines.append(f"{text}; got log keys: {sorted(logs)}")

    def on_train_begin(self, logs=None):
        self.print("Starting training", logs)

    def on_train_end(self, logs=None):
        self.print("Stop training", logs)

    def on_epoch_begin(self, epoch, logs=None):
        self.print(f"Start epoch {epoch} of training", logs)

    def on_epoch_end(self, epoch, logs=None):
        self.print(f"End epoch {epoch} of training", logs)

    def on_test_begin(self, logs=None):
        self.print("Start testing", logs)

    def on_test_end(self, logs=None):
        self.print("Stop testing", logs)

    def on_predict_begin(self, logs=None):
        self.print("Start predicting", logs)

    def on_predict_end(self, logs=None):
        self.print("Stop predicting", logs)

    def on_train_batch_begin(self, batch, logs=None):
        self.print(f"...Training: start of batch {batch}", logs)

    def on_train_batch_end(self, batch, logs=None):
        self.print(f"...Training: end of batch {batch}", logs)

    def on_test_batch_begin(self, batch, logs=None):
        self.print(f"...Evaluating: start of batch {batch}", logs)

    def on_test_batch_end(self, batch, logs=None):
        self.print(f"...Evaluating: end of batch {batch}", logs)

    def on_predict_batch_begin(self, batch, logs=None):
        self.print(f"...Predicting: start of batch {batch}", logs)

    def on_predict_batch_end(self, batch, logs=None):
        self.print(f"...Predicting: end of batch {batch}", logs)


def basic_example():
    model = get_model()
    fitting, testing, predicting = CustomCallback(), CustomCallback(), CustomCallback()
    model.fit(
        X_TRAIN,
        Y_TRAIN,
        batch_size=4,
        epochs=2,
        verbose=0,
        validation_split=0.5,
        callbacks=[fitting],
    )
    model.evaluate(X_TEST, Y_TEST, batch_size=8, verbose=0, callbacks=[testing])
    model.predict(X_TEST, batch_size=8, verbose=0, callbacks=[predicting])
    return {"fit": fitting.lines, "evaluate": testing.lines, "predict": predicting.lines}


class LossAndErrorPrintingCallback(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.batches, self.tests, self.epochs = [], [], []

    def on_train_batch_end(self, batch, logs=None):
        self.batches.append([batch, logs["loss"]])

    def on_test_batch_end(self, batch, logs=None):
        self.tests.append([batch, logs["loss"]])

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append([epoch, logs["loss"], logs["mean_absolute_error"]])


def logs():
    model = get_model()
    printing = LossAndErrorPrintingCallback()
    model.fit(X_TRAIN, Y_TRAIN, batch_size=16, epochs=4, shuffle=False, verbose=0, callbacks=[printing])
    model.evaluate(X_TEST, Y_TEST, batch_size=8, verbose=0, callbacks=[printing])
    return {"batches": printing.batches, "tests": printing.tests, "epochs": printing.epochs}


class EarlyStoppingAtMinLoss(keras.callbacks.Callback):
    """
    Stop training when the loss is at its min, i.e. the loss stops decreasing.

    patience: Number of epochs to wait after min has been hit. After this number of no improvement, training stops.
    """

    def __init__(self, patience=0):
        super().__init__()
        self.patience = patience
        # best_weights to store the weights at which the minimum loss occurs.
        self.best_weights = None

    def on_train_begin(self, logs=None):
        # The number of epoch it has waited when loss is no longer minimum.
        self.wait = 0
        # The epoch the training stops at.
        self.stopped_epoch = 0
        # Initialize the best as infinity.
        self.best = np.inf

    def on_epoch_end(self, epoch, logs=None):
        current = logs.get("loss")
        if np.less(current, self.best):
            self.best = current
            self.wait = 0
            # Record the best weights if current results is better (less).
            self.best_weights = self.model.get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.stopped_epoch = epoch
                self.model.stop_training = True
                # Restoring model weights from the end of the best epoch.
                self.model.set_weights(self.best_weights)


def early_stopping():
    model = get_model()
    stopping = EarlyStoppingAtMinLoss()
    history = model.fit(
        X_TRAIN,
        Y_TRAIN,
        batch_size=8,
        steps_per_epoch=5,
        epochs=30,
        shuffle=False,
        verbose=0,
        callbacks=[stopping],
    )
    return {
        "history": history.history,
        "stopped_epoch": stopping.stopped_epoch,
        "best": stopping.best,
        "weights": model.get_weights(),
    }


class CustomLearningRateScheduler(keras.callbacks.Callback):
    """
    Learning rate scheduler which sets the learning rate according to schedule.

    schedule: a function that takes an epoch index (integer, indexed from 0) and current learning rate as inputs and returns
    a new learning rate as output (float).
    """

    def __init__(self, schedule):
        super().__init__()
        self.schedule = schedule
        self.rates = []

    def on_epoch_begin(self, epoch, logs=None):
        if not hasattr(self.model.optimizer, "learning_rate"):
            raise ValueError('Optimizer must have a "learning_rate" attribute.')
        # Get the current learning rate from model's optimizer.
        lr = float(self.model.optimizer.learning_rate)
        # Call schedule function to get the scheduled learning rate.
        scheduled_lr = self.schedule(epoch, lr)
        # Set the value back to the optimizer before this epoch starts
        self.model.optimizer.learning_rate = scheduled_lr
        self.rates.append(scheduled_lr)


LR_SCHEDULE = [
    # (epoch to start, learning rate) tuples
    (3, 0.05),
    (6, 0.01),
    (9, 0.005),
    (12, 0.001),
]


def lr_schedule(epoch, lr):
    """Helper function to retrieve the scheduled learning rate based on epoch."""
    if epoch < LR_SCHEDULE[0][0] or epoch > LR_SCHEDULE[-1][0]:
        return lr
    for start, rate in LR_SCHEDULE:
        if epoch == start:
            return rate
    return lr


def learning_rate_scheduling():
    model = get_model()
    scheduler = CustomLearningRateScheduler(lr_schedule)
    history = model.fit(
        X_TRAIN,
        Y_TRAIN,
        batch_size=8,
        steps_per_epoch=5,
        epochs=15,
        shuffle=False,
        verbose=0,
        callbacks=[LossAndErrorPrintingCallback(), scheduler],
    )
    return {"history": history.history, "rates": scheduler.rates}


class Predictions(keras.callbacks.Callback):
    """Records the predictions for some samples at the end of each epoch, as a sanity check during training."""

    def __init__(self, samples):
        super().__init__()
        self.samples = samples
        self.seen = []

    def on_epoch_end(self, epoch, logs=None):
        self.seen.append(self.model.predict(self.samples, verbose=0))


def predictions():
    model = get_model()
    callback = Predictions(X_TEST[:2])
    model.fit(X_TRAIN, Y_TRAIN, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=[callback])
    return {"seen": callback.seen}


PARTS = {
    "a basic example": basic_example,
    "logs": logs,
    "early stopping": early_stopping,
    "learning rate scheduling": learning_rate_scheduling,
    "predictions while training": predictions,
}

if __name__ == "__main__":
    show(PARTS)
