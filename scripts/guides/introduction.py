"""
Introductions to Keras: https://keras.io/getting_started/intro_to_keras_for_engineers/ and
https://keras.io/guides/intro_to_keras_for_researchers/.
"""

import keras
import numpy as np
import tensorflow as tf
from common import classes, numbers, pictures, show
from keras import ops


class MyDense(keras.layers.Layer):
    def __init__(self, units, activation=None, name=None):
        super().__init__(name=name)
        self.units = units
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        input_dim = input_shape[-1]
        self.w = self.add_weight(
            shape=(input_dim, self.units),
            initializer=keras.initializers.GlorotNormal(),
            name="kernel",
            trainable=True,
        )
        self.b = self.add_weight(
            shape=(self.units,),
            initializer=keras.initializers.Zeros(),
            name="bias",
            trainable=True,
        )

    def call(self, inputs):
        x = ops.matmul(inputs, self.w) + self.b
        return self.activation(x)


class MyDropout(keras.layers.Layer):
    def __init__(self, rate, name=None):
        super().__init__(name=name)
        self.rate = rate
        # Use seed_generator for managing RNG state. It is a state element and its seed variable is tracked as part of
        # `layer.variables`.
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        # Use `keras.random` for random ops.
        return keras.random.dropout(inputs, self.rate, seed=self.seed_generator)


class MyModel(keras.Model):
    def __init__(self, num_classes):
        super().__init__()
        self.conv_base = keras.Sequential(
            [
                keras.layers.Conv2D(4, kernel_size=(3, 3), activation="relu"),
                keras.layers.MaxPooling2D(pool_size=(2, 2)),
                keras.layers.Conv2D(6, kernel_size=(3, 3), activation="relu"),
                keras.layers.GlobalAveragePooling2D(),
            ]
        )
        self.dp = MyDropout(0.5)
        self.dense = MyDense(num_classes, activation="softmax")

    def call(self, x):
        x = self.conv_base(x)
        x = self.dp(x)
        return self.dense(x)


def custom_components():
    keras.utils.set_random_seed(1)
    x_train, y_train = np.expand_dims(pictures(40, 10, 4), -1) / 255, classes(40, 4)
    model = MyModel(num_classes=4)
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(),
        optimizer=keras.optimizers.Adam(learning_rate=1e-3),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="acc")],
    )
    history = model.fit(
        x_train,
        y_train,
        batch_size=8,
        epochs=4,
        validation_split=0.15,
        shuffle=False,
        verbose=0,
    )
    dataset = tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(10)
    more = model.fit(dataset, epochs=1, validation_data=dataset, verbose=0)
    return {"history": history.history, "dataset": more.history}


def variables_and_gradients():
    a = keras.Variable([[1.0, 2.0], [3.0, 4.0]])
    a.assign([[2.0, 2.0], [3.0, 4.0]])
    a.assign_add([[1.0, 0.0], [0.0, 0.0]])
    a.assign_sub([[0.0, 0.5], [0.0, 0.0]])
    b = tf.constant([[0.5, 1.0], [1.5, 2.0]])
    with tf.GradientTape() as tape:
        c = tf.sqrt(tf.square(a.value) + tf.square(b))
    dc_da = tape.gradient(c, a.value)
    x = tf.constant([[1.0, 2.0]])
    with tf.GradientTape() as outer_tape:
        outer_tape.watch(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.sqrt(tf.square(x) + 1)
        dy_dx = tape.gradient(y, x)
    d2y_dx2 = outer_tape.gradient(dy_dx, x)
    return {"a": a, "dc_da": dc_da, "d2y_dx2": d2y_dx2}


class Linear(keras.layers.Layer):
    """y = w.x + b"""

    def __init__(self, units=32, input_dim=32):
        super().__init__()
        w_init = keras.initializers.RandomNormal(seed=3)
        self.w = keras.Variable(w_init(shape=(input_dim, units)), trainable=True)
        self.b = keras.Variable(np.zeros((units,), "float32"), trainable=True)
        self.calls = keras.Variable(0.0, trainable=False)

    def call(self, inputs):
        self.calls.assign_add(1.0)
        return ops.matmul(inputs, self.w) + self.b


def variables_in_layers():
    keras.utils.set_random_seed(1)
    linear_layer = Linear(units=4, input_dim=6)
    y = linear_layer(numbers((2, 6)))
    model = keras.Sequential([keras.Input((6,)), linear_layer])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    history = model.fit(numbers((24, 6)), classes(24, 4), batch_size=6, epochs=3, shuffle=False, verbose=0)
    counts = [len(linear_layer.weights), len(linear_layer.trainable_weights)]
    return {"y": y, "history": history.history, "counts": counts, "calls": linear_layer.calls}


class Dropout(keras.layers.Layer):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs, training=None):
        if training:
            return keras.random.dropout(inputs, self.rate, seed=self.seed_generator)
        return inputs


class MLPWithDropout(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.linear_1 = MyDense(8)
        self.dropout = Dropout(0.5)
        self.linear_3 = MyDense(4)

    def call(self, inputs, training=None):
        x = self.linear_1(inputs)
        x = ops.relu(x)
        x = self.dropout(x, training=training)
        return self.linear_3(x)


def training_and_inference():
    keras.utils.set_random_seed(1)
    mlp = MLPWithDropout()
    x = numbers((2, 5))
    y_train = mlp(x, training=True)
    y_test = mlp(x, training=False)
    # The layers once more, in the functional API.
    inputs = keras.Input(shape=(5,), dtype="float32")
    outputs = MyDense(4)(Dropout(0.5)(MyDense(8)(inputs)))
    model = keras.Model(inputs, outputs)
    return {"train": y_train, "test": y_test, "functional": [model(x), model(x, training=True)]}


PARTS = {
    "components of one's own": custom_components,
    "variables and gradients": variables_and_gradients,
    "variables in layers": variables_in_layers,
    "training and inference": training_and_inference,
}

if __name__ == "__main__":
    show(PARTS)
