"""Transfer learning and fine-tuning, after https://keras.io/guides/transfer_learning/."""

import keras
import numpy as np
import tensorflow as tf
from common import classes, numbers, pictures, show

SIZE = 10
FITTING = dict(batch_size=6, epochs=4, shuffle=False, verbose=0)


def counts(layer):
    return [len(layer.weights), len(layer.trainable_weights), len(layer.non_trainable_weights)]


def trainable_attribute():
    layer = keras.layers.Dense(3)
    layer.build((None, 4))  # Create the weights
    dense = counts(layer)
    layer.trainable = False  # Freeze the layer
    frozen = counts(layer)
    layer = keras.layers.BatchNormalization()
    layer.build((None, 4))
    return {"dense": dense, "frozen": frozen, "norm": counts(layer)}


def frozen_layer():
    keras.utils.set_random_seed(1)
    # Make a model with 2 layers
    layer1 = keras.layers.Dense(3, activation="relu")
    layer2 = keras.layers.Dense(3, activation="sigmoid")
    model = keras.Sequential([keras.Input(shape=(3,)), layer1, layer2])
    # Freeze the first layer
    layer1.trainable = False
    # Keep a copy of the weights of layer1 for later reference
    initial = layer1.get_weights()
    # Train the model
    model.compile(optimizer="adam", loss="mse")
    history = model.fit(numbers((24, 3)), numbers((24, 3), 4), **FITTING)
    # Check that the weights of layer1 have not changed during training
    stayed = all(np.array_equal(a, b) for a, b in zip(initial, layer1.get_weights()))
    return {"history": history.history, "stayed": stayed}


def recursive_setting():
    inner_model = keras.Sequential(
        [
            keras.Input(shape=(3,)),
            keras.layers.Dense(3, activation="relu"),
            keras.layers.Dense(3, activation="relu"),
        ]
    )
    model = keras.Sequential(
        [
            keras.Input(shape=(3,)),
            inner_model,
            keras.layers.Dense(3, activation="sigmoid"),
        ]
    )
    model.trainable = False  # Freeze the outer model
    return {"inner": inner_model.trainable, "layer": inner_model.layers[0].trainable, "counts": counts(model)}


def make_base_model():
    """A model that has learned to tell lying bars from standing ones."""
    keras.utils.set_random_seed(1)
    inputs = keras.Input(shape=(SIZE, SIZE, 1))
    x = keras.layers.Conv2D(4, 3)(inputs)
    x = keras.layers.BatchNormalization()(x)
    x = keras.layers.Activation("relu")(x)
    x = keras.layers.Conv2D(6, 3, strides=2)(x)
    x = keras.layers.BatchNormalization()(x)
    features = keras.layers.Activation("relu")(x)
    outputs = keras.layers.Dense(2)(keras.layers.GlobalAveragePooling2D()(features))
    model = keras.Model(inputs, outputs)
    model.compile(
        optimizer=keras.optimizers.SGD(0.01), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    images = np.expand_dims(pictures(24, SIZE, 2), -1) / 255
    model.fit(images, classes(24, 2), **FITTING)
    return keras.Model(inputs, features, name="base_model")


def new_data():
    """Bars at the edge, or not."""
    images = np.expand_dims(pictures(24, SIZE, 4), -1)
    return images, (classes(24, 4) >= 2).astype("float32").reshape(-1, 1)


class InferenceOnly(keras.layers.Layer):
    """
    Runs a model in inference mode, whatever the model around it does. The guide calls `base_model(inputs, training=False)`
    for that, which Keras 3.15 overrides in `fit`; inside of a layer it holds.
    """

    def __init__(self, model):
        super().__init__()
        self.model = model

    def call(self, inputs):
        return self.model(inputs, training=False)


def make_model(base_model):
    inputs = keras.Input(shape=(SIZE, SIZE, 1))
    x = keras.layers.Rescaling(1 / 127.5, offset=-1)(inputs)
    x = InferenceOnly(base_model)(x)
    x = keras.layers.GlobalAveragePooling2D()(x)
    x = keras.layers.Dropout(0.2)(x)
    outputs = keras.layers.Dense(1)(x)
    return keras.Model(inputs, outputs)


def compile_with(model, optimizer):
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy()],
    )


def typical_workflow():
    base_model = make_base_model()
    # Freeze the base model
    base_model.trainable = False
    model = make_model(base_model)
    compile_with(model, keras.optimizers.Adam())
    x, y = new_data()
    frozen_counts = counts(model)
    first = model.fit(x, y, validation_split=0.25, **FITTING).history

    # Unfreeze the base model; it still runs in inference mode, so that the batch norm layers do not update their statistics.
    base_model.trainable = True
    compile_with(model, keras.optimizers.Adam(1e-5))  # Low learning rate
    before = base_model.layers[2].get_weights()
    second = model.fit(x, y, validation_split=0.25, **FITTING).history
    after = base_model.layers[2].get_weights()
    statistics_stayed = all(np.array_equal(a, b) for a, b in zip(before[2:], after[2:]))
    return {
        "first": first,
        "second": second,
        "evaluate": model.evaluate(x, y, verbose=0),
        "counts": [frozen_counts, counts(model)],
        "statistics_stayed": statistics_stayed,
    }


def feature_extraction():
    base_model = make_base_model()
    x, y = new_data()
    features = base_model.predict(x / 127.5 - 1, verbose=0)
    model = keras.Sequential([keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(1)])
    compile_with(model, "adam")
    return {"history": model.fit(features, y, **FITTING).history}


def custom_training_loop():
    base_model = make_base_model()
    # Freeze base model
    base_model.trainable = False
    model = make_model(base_model)
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    optimizer = keras.optimizers.Adam()
    x, y = new_data()
    new_dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(6)
    losses = []
    # Iterate over the batches of a dataset.
    for inputs, targets in new_dataset:
        # Open a GradientTape.
        with tf.GradientTape() as tape:
            # Forward pass.
            predictions = model(inputs)
            # Compute the loss value for this batch.
            loss_value = loss_fn(targets, predictions)
        # Get gradients of loss wrt the *trainable* weights.
        gradients = tape.gradient(loss_value, model.trainable_weights)
        # Update the weights of the model.
        optimizer.apply(gradients, model.trainable_weights)
        losses.append(loss_value)
    return {"losses": losses, "weights": model.trainable_weights[0]}


PARTS = {
    "the trainable attribute": trainable_attribute,
    "a frozen layer": frozen_layer,
    "models in models": recursive_setting,
    "the typical workflow": typical_workflow,
    "feature extraction": feature_extraction,
    "a custom training loop": custom_training_loop,
}

if __name__ == "__main__":
    show(PARTS)
