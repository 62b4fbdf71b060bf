"""Training and evaluation with the built-in methods, after https://keras.io/guides/training_with_built_in_methods/."""

import keras
import numpy as np
import tensorflow as tf
from common import classes, numbers, show
from keras import layers, ops

X, Y = numbers((48, 8)), classes(48, 4)
X_VAL, Y_VAL = numbers((16, 8), 50), classes(16, 4)
FITTING = dict(batch_size=8, epochs=3, shuffle=False, verbose=0)


def get_uncompiled_model():
    keras.utils.set_random_seed(1)
    inputs = keras.Input(shape=(8,), name="digits")
    x = layers.Dense(6, activation="relu", name="dense_1")(inputs)
    x = layers.Dense(6, activation="relu", name="dense_2")(x)
    outputs = layers.Dense(4, activation="softmax", name="predictions")(x)
    return keras.Model(inputs=inputs, outputs=outputs)


def get_compiled_model():
    model = get_uncompiled_model()
    model.compile(
        optimizer="rmsprop",
        loss="sparse_categorical_crossentropy",
        metrics=["sparse_categorical_accuracy"],
    )
    return model


def first_example():
    model = get_uncompiled_model()
    model.compile(
        optimizer=keras.optimizers.RMSprop(),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
    )
    history = model.fit(X, Y, validation_data=(X_VAL, Y_VAL), **FITTING)
    return {
        "history": history.history,
        "results": model.evaluate(X_VAL, Y_VAL, batch_size=8, verbose=0),
        "predictions": model.predict(X_VAL[:3], verbose=0),
    }


def custom_mean_squared_error(y_true, y_pred):
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


class CustomMSE(keras.losses.Loss):
    def __init__(self, regularization_factor=0.1, name="custom_mse"):
        super().__init__(name=name)
        self.regularization_factor = regularization_factor

    def call(self, y_true, y_pred):
        mse = ops.mean(ops.square(y_true - y_pred), axis=-1)
        reg = ops.mean(ops.square(0.5 - y_pred), axis=-1)
        return mse + reg * self.regularization_factor


def custom_losses():
    y_one_hot = keras.utils.to_categorical(Y, 4)
    model = get_uncompiled_model()
    model.compile(optimizer=keras.optimizers.Adam(), loss=custom_mean_squared_error)
    by_function = model.fit(X, y_one_hot, **FITTING).history
    model = get_uncompiled_model()
    model.compile(optimizer=keras.optimizers.Adam(), loss=CustomMSE())
    return {"function": by_function, "class": model.fit(X, y_one_hot, **FITTING).history}


class CategoricalTruePositives(keras.metrics.Metric):
    def __init__(self, name="categorical_true_positives", **kwargs):
        super().__init__(name=name, **kwargs)
        self.true_positives = self.add_variable(shape=(), name="ctp", initializer="zeros")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = ops.reshape(ops.argmax(y_pred, axis=1), (-1, 1))
        values = ops.cast(y_true, "int32") == ops.cast(y_pred, "int32")
        values = ops.cast(values, "float32")
        if sample_weight is not None:
            sample_weight = ops.cast(sample_weight, "float32")
            values = ops.multiply(values, sample_weight)
        self.true_positives.assign_add(ops.sum(values))

    def result(self):
        return self.true_positives.value

    def reset_state(self):
        self.true_positives.assign(0)


def custom_metric():
    model = get_uncompiled_model()
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(),
        metrics=[CategoricalTruePositives()],
    )
    return {"history": model.fit(X, Y.reshape(-1, 1), **FITTING).history}


class ActivityRegularizationLayer(layers.Layer):
    def call(self, inputs):
        self.add_loss(ops.sum(inputs) * 0.1)
        return inputs  # Pass-through layer.


def loss_of_a_layer():
    keras.utils.set_random_seed(1)
    inputs = keras.Input(shape=(8,), name="digits")
    x = layers.Dense(6, activation="relu", name="dense_1")(inputs)
    # Insert activity regularization as a layer
    x = ActivityRegularizationLayer()(x)
    x = layers.Dense(6, activation="relu", name="dense_2")(x)
    outputs = layers.Dense(4, name="predictions")(x)
    model = keras.Model(inputs=inputs, outputs=outputs)
    model.compile(
        optimizer=keras.optimizers.RMSprop(learning_rate=1e-3),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return {"history": model.fit(X, Y, **FITTING).history}


class LogisticEndpoint(keras.layers.Layer):
    def __init__(self, name=None):
        super().__init__(name=name)
        self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

    def call(self, targets, logits, sample_weights=None):
        # Compute the training-time loss value and add it
        # to the layer using `self.add_loss()`.
        loss = self.loss_fn(targets, logits, sample_weights)
        self.add_loss(loss)
        # Return the inference-time prediction tensor (for `.predict()`).
        return ops.softmax(logits)


def endpoint_layer():
    keras.utils.set_random_seed(1)
    inputs = keras.Input(shape=(8,), name="inputs")
    targets = keras.Input(shape=(4,), name="targets")
    logits = layers.Dense(4)(inputs)
    predictions = LogisticEndpoint(name="predictions")(logits, targets)
    model = keras.Model(inputs=[inputs, targets], outputs=predictions)
    model.compile(optimizer="adam")  # No loss argument!
    data = {"inputs": X, "targets": keras.utils.to_categorical(Y, 4)}
    return {"history": model.fit(data, **FITTING).history}


def validation_split():
    model = get_compiled_model()
    return {"history": model.fit(X, Y, validation_split=0.2, **FITTING).history}


def datasets():
    fitting = dict(epochs=3, shuffle=False, verbose=0)
    train_dataset = tf.data.Dataset.from_tensor_slices((X, Y)).batch(8)
    val_dataset = tf.data.Dataset.from_tensor_slices((X_VAL, Y_VAL)).batch(8)
    model = get_compiled_model()
    history = model.fit(train_dataset, **fitting).history
    result = model.evaluate(val_dataset, verbose=0)
    by_name = model.evaluate(val_dataset, verbose=0, return_dict=True)
    predictions = model.predict(val_dataset.map(lambda x, y: x), verbose=0)
    # Only some batches an epoch: the data go on where they were.
    model = get_compiled_model()
    some = model.fit(train_dataset, steps_per_epoch=2, **fitting).history
    model = get_compiled_model()
    validated = model.fit(train_dataset, validation_data=val_dataset, validation_steps=1, **fitting).history
    return {
        "history": history,
        "result": result,
        "by_name": by_name,
        "predictions": predictions,
        "steps_per_epoch": some,
        "validation_steps": validated,
    }


class ExampleSequence(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y, self.batch_size = x, y, batch_size

    def __len__(self):
        return int(np.ceil(len(self.x) / float(self.batch_size)))

    def __getitem__(self, idx):
        rows = slice(idx * self.batch_size, (idx + 1) * self.batch_size)
        return self.x[rows], self.y[rows]


def sequence_of_batches():
    model = get_compiled_model()
    sequence = ExampleSequence(X, Y, 10)
    return {"history": model.fit(sequence, epochs=3, shuffle=False, verbose=0).history}


def generator():
    def batches():
        while True:
            for i in range(0, len(X), 8):
                yield X[i : i + 8], Y[i : i + 8]

    model = get_compiled_model()
    return {"history": model.fit(batches(), steps_per_epoch=6, epochs=3, verbose=0).history}


def class_and_sample_weights():
    class_weight = {0: 1.0, 1: 1.0, 2: 2.0, 3: 1.0}
    model = get_compiled_model()
    by_class = model.fit(X, Y, class_weight=class_weight, **FITTING).history
    sample_weight = np.ones(shape=(len(Y),))
    sample_weight[Y == 2] = 2.0
    model = get_compiled_model()
    by_sample = model.fit(X, Y, sample_weight=sample_weight, **FITTING).history
    dataset = tf.data.Dataset.from_tensor_slices((X, Y, sample_weight)).batch(8)
    model = get_compiled_model()
    in_dataset = model.fit(dataset, epochs=3, verbose=0).history
    return {"class_weight": by_class, "sample_weight": by_sample, "dataset": in_dataset}


def get_multi_model():
    keras.utils.set_random_seed(1)
    image_input = keras.Input(shape=(8, 8, 3), name="img_input")
    timeseries_input = keras.Input(shape=(6, 5), name="ts_input")
    x1 = layers.Conv2D(3, 3)(image_input)
    x1 = layers.GlobalAveragePooling2D()(x1)
    x2 = layers.Conv1D(3, 3)(timeseries_input)
    x2 = layers.Flatten()(x2)
    x = layers.concatenate([x1, x2])
    score_output = layers.Dense(1, name="score_output")(x)
    class_output = layers.Dense(5, activation="softmax", name="class_output")(x)
    return keras.Model(inputs=[image_input, timeseries_input], outputs=[score_output, class_output])


IMG_DATA, TS_DATA = numbers((24, 8, 8, 3)), numbers((24, 6, 5), 30)
SCORE_TARGETS, CLASS_TARGETS = numbers((24, 1), 60), keras.utils.to_categorical(classes(24, 5), 5)


def several_inputs_and_outputs():
    model = get_multi_model()
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss=[keras.losses.MeanSquaredError(), keras.losses.CategoricalCrossentropy()],
        metrics=[
            [keras.metrics.MeanAbsolutePercentageError(), keras.metrics.MeanAbsoluteError()],
            [keras.metrics.CategoricalAccuracy()],
        ],
    )
    # Fit on lists
    lists = model.fit([IMG_DATA, TS_DATA], [SCORE_TARGETS, CLASS_TARGETS], **FITTING).history
    scores = model.evaluate([IMG_DATA, TS_DATA], [SCORE_TARGETS, CLASS_TARGETS], verbose=0)

    model = get_multi_model()
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss={
            "score_output": keras.losses.MeanSquaredError(),
            "class_output": keras.losses.CategoricalCrossentropy(),
        },
        metrics={
            "score_output": [keras.metrics.MeanAbsolutePercentageError(), keras.metrics.MeanAbsoluteError()],
            "class_output": [keras.metrics.CategoricalAccuracy()],
        },
        loss_weights={"score_output": 2.0, "class_output": 1.0},
    )
    # Alternatively, fit on dicts
    inputs = {"img_input": IMG_DATA, "ts_input": TS_DATA}
    targets = {"score_output": SCORE_TARGETS, "class_output": CLASS_TARGETS}
    dicts = model.fit(inputs, targets, **FITTING).history
    dataset = tf.data.Dataset.from_tensor_slices((inputs, targets)).batch(8)
    in_dataset = model.fit(dataset, epochs=2, verbose=0).history
    return {
        "lists": lists,
        "scores": scores,
        "dicts": dicts,
        "dataset": in_dataset,
        "metrics_names": model.metrics_names,
        "scores_by_name": model.evaluate(inputs, targets, verbose=0, return_dict=True),
    }


def output_without_loss():
    model = get_multi_model()
    # List loss version
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss=[None, keras.losses.CategoricalCrossentropy()],
    )
    lists = model.fit([IMG_DATA, TS_DATA], [SCORE_TARGETS, CLASS_TARGETS], **FITTING).history
    # Or dict loss version
    model = get_multi_model()
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss={"score_output": None, "class_output": keras.losses.CategoricalCrossentropy()},
    )
    targets = {"score_output": SCORE_TARGETS, "class_output": CLASS_TARGETS}
    dicts = model.fit([IMG_DATA, TS_DATA], targets, **FITTING).history
    return {"lists": lists, "dicts": dicts}


class LossHistory(keras.callbacks.Callback):
    def on_train_begin(self, logs):
        self.per_batch_losses = []

    def on_batch_end(self, batch, logs):
        self.per_batch_losses.append(logs.get("loss"))


def callbacks():
    model = get_compiled_model()
    stopping = keras.callbacks.EarlyStopping(monitor="val_loss", min_delta=0.1, patience=2, verbose=0)
    plateau = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", min_delta=0.1, patience=1)
    losses = LossHistory()
    history = model.fit(
        *(X, Y),
        epochs=20,
        batch_size=8,
        callbacks=[stopping, plateau, losses],
        validation_split=0.2,
        shuffle=False,
        verbose=0,
    )
    return {
        "history": history.history,
        "stopped_epoch": stopping.stopped_epoch,
        "per_batch_losses": losses.per_batch_losses,
    }


PARTS = {
    "a first example": first_example,
    "losses of one's own": custom_losses,
    "a metric of one's own": custom_metric,
    "the loss of a layer": loss_of_a_layer,
    "a layer that takes the targets": endpoint_layer,
    "validation split": validation_split,
    "datasets": datasets,
    "a sequence of batches": sequence_of_batches,
    "a generator": generator,
    "class and sample weights": class_and_sample_weights,
    "several inputs and outputs": several_inputs_and_outputs,
    "an output without a loss": output_without_loss,
    "callbacks": callbacks,
}

if __name__ == "__main__":
    show(PARTS)
