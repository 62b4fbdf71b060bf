"""Making new layers and models via subclassing, after https://keras.io/guides/making_new_layers_and_models_via_subclassing/."""

import keras
import numpy as np
import tensorflow as tf
from common import classes, numbers, pictures, show
from keras import layers, ops


class FixedLinear(keras.layers.Layer):
    def __init__(self, units=32, input_dim=32):
        super().__init__()
        self.w = self.add_weight(shape=(input_dim, units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(units,), initializer="zeros", trainable=True)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b


def weights_in_the_constructor():
    keras.utils.set_random_seed(1)
    linear_layer = FixedLinear(4, 2)
    y = linear_layer(ops.ones((2, 2)))
    return {"y": y, "tracked": linear_layer.weights == [linear_layer.w, linear_layer.b]}


class ComputeSum(keras.layers.Layer):
    def __init__(self, input_dim):
        super().__init__()
        self.total = self.add_weight(initializer="zeros", shape=(input_dim,), trainable=False)

    def call(self, inputs):
        self.total.assign_add(ops.sum(inputs, axis=0))
        return self.total


def non_trainable_weights():
    my_sum = ComputeSum(2)
    x = ops.ones((2, 2))
    first = my_sum(x).numpy()
    second = my_sum(x).numpy()
    counts = [len(my_sum.weights), len(my_sum.non_trainable_weights), len(my_sum.trainable_weights)]
    return {"first": first, "second": second, "counts": counts}


class Linear(keras.layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)

    def call(self, inputs):
        return ops.matmul(inputs, self.w) + self.b

    def get_config(self):
        config = super().get_config()
        config.update({"units": self.units})
        return config


class MLPBlock(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.linear_1 = Linear(8)
        self.linear_2 = Linear(8)
        self.linear_3 = Linear(1)

    def call(self, inputs):
        x = self.linear_1(inputs)
        x = ops.relu(x)
        x = self.linear_2(x)
        x = ops.relu(x)
        return self.linear_3(x)


def layers_in_layers():
    keras.utils.set_random_seed(1)
    linear_layer = Linear(5)
    y = linear_layer(numbers((2, 3)))
    mlp = MLPBlock()
    block = mlp(numbers((3, 16)))  # The first call to the `mlp` will create the weights
    return {
        "linear": y,
        "block": block,
        "counts": [len(mlp.weights), len(mlp.trainable_weights)],
        "shapes": [list(weight.shape) for weight in mlp.weights],
    }


class ActivityRegularizationLayer(keras.layers.Layer):
    """A layer that creates an activity regularization loss."""

    def __init__(self, rate=1e-2):
        super().__init__()
        self.rate = rate

    def call(self, inputs):
        self.add_loss(self.rate * ops.mean(inputs))
        return inputs


class OuterLayer(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.activity_reg = ActivityRegularizationLayer(1e-2)

    def call(self, inputs):
        return self.activity_reg(inputs)


class OuterLayerWithKernelRegularizer(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(6, kernel_regularizer=keras.regularizers.l2(1e-3))

    def call(self, inputs):
        return self.dense(inputs)


def add_loss():
    keras.utils.set_random_seed(1)
    layer = OuterLayer()
    counts = [len(layer.losses)]  # No losses yet since the layer has never been called
    layer(ops.zeros((1, 1)))
    counts.append(len(layer.losses))  # We created one loss value
    # `layer.losses` gets reset at the start of each __call__
    layer(ops.ones((1, 1)))
    counts.append(len(layer.losses))  # This is the loss created during the call above
    last = layer.losses
    layer = OuterLayerWithKernelRegularizer()
    layer(numbers((2, 3)))
    # This is `1e-3 * sum(layer.dense.kernel ** 2)`, created by the `kernel_regularizer` above.
    return {"counts": counts, "last": last, "penalties": layer.losses}


def add_loss_and_fit():
    def make_model():
        keras.utils.set_random_seed(1)
        inputs = keras.Input(shape=(3,))
        outputs = ActivityRegularizationLayer()(Linear(3)(inputs))
        return keras.Model(inputs, outputs)

    x, y = numbers((16, 3)), numbers((16, 3), 5)
    fitting = dict(batch_size=4, epochs=3, shuffle=False, verbose=0)
    # If there is a loss passed in `compile`, the regularization losses get added to it
    model = make_model()
    model.compile(optimizer="adam", loss="mse")
    both = model.fit(x, y, **fitting).history
    # It's also possible not to pass any loss in `compile`, since the model already has a loss to minimize, via the
    # `add_loss` call during the forward pass! (A model anew: compiled again, Keras 3.15 keeps the loss it had.)
    model = make_model()
    model.compile(optimizer="adam")
    return {"both": both, "added": model.fit(x, y, **fitting).history}


def config():
    layer = Linear(8, name="my_linear")
    config = layer.get_config()
    new_layer = Linear.from_config(config)
    return {"units": [config["units"], new_layer.units], "name": new_layer.name}


class CustomDropout(keras.layers.Layer):
    def __init__(self, rate, **kwargs):
        super().__init__(**kwargs)
        self.rate = rate
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs, training=None):
        if training:
            return keras.random.dropout(inputs, rate=self.rate, seed=self.seed_generator)
        return inputs


def training_argument():
    keras.utils.set_random_seed(1)
    layer = CustomDropout(0.5)
    x = numbers((2, 6))
    calls = [layer(x), layer(x, training=True), layer(x, training=False), layer(x, training=True)]
    model = keras.Sequential([keras.Input((6,)), CustomDropout(0.5), keras.layers.Dense(1)])
    model.compile(optimizer="sgd", loss="mse")
    history = model.fit(
        *(numbers((24, 6)), numbers((24, 1))),
        batch_size=4,
        epochs=3,
        shuffle=False,
        validation_split=0.25,
        verbose=0,
    )
    return {"calls": calls, "history": history.history}


class SkipPadding(keras.layers.Layer):
    """Makes a mask: steps of zeros are skipped by the layers behind it."""

    def __init__(self):
        super().__init__()
        self.supports_masking = True

    def compute_mask(self, inputs, mask=None):
        return ops.any(ops.not_equal(inputs, 0), axis=-1)

    def call(self, inputs):
        return inputs


class TemporalSoftmax(keras.layers.Layer):
    """Takes a mask: the softmax over the steps that are not skipped."""

    def __init__(self):
        super().__init__()
        self.supports_masking = True

    def call(self, inputs, mask=None):
        broadcast_float_mask = ops.expand_dims(ops.cast(mask, "float32"), -1)
        inputs_exp = ops.exp(inputs) * broadcast_float_mask
        inputs_sum = ops.sum(inputs_exp, axis=1, keepdims=True)
        return inputs_exp / inputs_sum


def given_mask():
    mask = ops.convert_to_tensor([[True, True, True, False], [False, True, True, True]])
    return {"outputs": TemporalSoftmax()(numbers((2, 4, 3)), mask=mask)}


def mask_argument():
    keras.utils.set_random_seed(1)
    x = numbers((24, 4, 3))
    x[::2, 2:] = 0
    inputs = keras.Input((4, 3))
    h = SkipPadding()(inputs)
    h = layers.Dense(2)(h)
    outputs = TemporalSoftmax()(h)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    # Steps that are skipped count nothing in the loss.
    history = model.fit(x, numbers((24, 4, 2), 9), batch_size=6, epochs=3, shuffle=False, verbose=0)
    return {"history": history.history, "predict": model.predict(x[:2], verbose=0)}


class ResNetBlock(keras.layers.Layer):
    def __init__(self, filters):
        super().__init__()
        self.conv_1 = layers.Conv2D(filters, 3, padding="same")
        self.norm = layers.BatchNormalization()
        self.conv_2 = layers.Conv2D(filters, 3, padding="same")
        self.add = layers.Add()

    def call(self, inputs, training=None):
        x = self.conv_1(inputs)
        x = self.norm(x, training=training)
        x = ops.relu(x)
        x = self.conv_2(x)
        return ops.relu(self.add([x, inputs]))


class ResNet(keras.Model):
    def __init__(self, num_classes=1000):
        super().__init__()
        self.block_1 = ResNetBlock(3)
        self.block_2 = ResNetBlock(3)
        self.global_pool = layers.GlobalAveragePooling2D()
        self.classifier = layers.Dense(num_classes)

    def call(self, inputs, training=None):
        x = self.block_1(inputs, training=training)
        x = self.block_2(x, training=training)
        x = self.global_pool(x)
        return self.classifier(x)


def model_class():
    keras.utils.set_random_seed(1)
    resnet = ResNet(num_classes=4)
    resnet.compile(
        optimizer=keras.optimizers.SGD(0.01),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    dataset = tf.data.Dataset.from_tensor_slices((numbers((24, 6, 6, 3)), classes(24, 4))).batch(6)
    history = resnet.fit(dataset, epochs=3, verbose=0)
    counts = [len(resnet.layers), len(resnet.weights), len(resnet.trainable_weights)]
    return {
        "history": history.history,
        "evaluate": resnet.evaluate(dataset, verbose=0),
        "counts": counts,
        "shapes": [list(weight.shape) for weight in resnet.weights],
    }


class ManyBlocks(keras.Model):
    """Holds its blocks in a list, and its heads in a dict."""

    def __init__(self, names):
        super().__init__()
        self.blocks = [layers.Dense(5, activation="tanh") for _ in range(3)]
        self.heads = {name: layers.Dense(1, name=name) for name in names}
        self.scale = self.add_weight(shape=(), initializer="ones", name="scale")

    def call(self, inputs):
        x = inputs
        for block in self.blocks:
            x = block(x)
        return {name: head(x) * self.scale for name, head in self.heads.items()}


def lists_and_dicts_of_layers():
    keras.utils.set_random_seed(1)
    model = ManyBlocks(["up", "down"])
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss={"up": "mse", "down": "mae"})
    x, y = numbers((24, 4)), {"up": numbers((24, 1), 5), "down": numbers((24, 1), 9)}
    history = model.fit(x, y, batch_size=6, epochs=3, shuffle=False, verbose=0)
    return {"history": history.history, "predict": model.predict(x[:2], verbose=0), "weights": len(model.weights)}


class Sampling(layers.Layer):
    """Uses (z_mean, z_log_var) to sample z, the vector encoding a digit."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(1337)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        batch = ops.shape(z_mean)[0]
        dim = ops.shape(z_mean)[1]
        epsilon = keras.random.normal(shape=(batch, dim), seed=self.seed_generator)
        return z_mean + ops.exp(0.5 * z_log_var) * epsilon


class Encoder(layers.Layer):
    """Maps MNIST digits to a triplet (z_mean, z_log_var, z)."""

    def __init__(self, latent_dim=32, intermediate_dim=64, name="encoder", **kwargs):
        super().__init__(name=name, **kwargs)
        self.dense_proj = layers.Dense(intermediate_dim, activation="relu")
        self.dense_mean = layers.Dense(latent_dim)
        self.dense_log_var = layers.Dense(latent_dim)
        self.sampling = Sampling()

    def call(self, inputs):
        x = self.dense_proj(inputs)
        z_mean = self.dense_mean(x)
        z_log_var = self.dense_log_var(x)
        z = self.sampling((z_mean, z_log_var))
        return z_mean, z_log_var, z


class Decoder(layers.Layer):
    """Converts z, the encoded digit vector, back into a readable digit."""

    def __init__(self, original_dim, intermediate_dim=64, name="decoder", **kwargs):
        super().__init__(name=name, **kwargs)
        self.dense_proj = layers.Dense(intermediate_dim, activation="relu")
        self.dense_output = layers.Dense(original_dim, activation="sigmoid")

    def call(self, inputs):
        x = self.dense_proj(inputs)
        return self.dense_output(x)


class VariationalAutoEncoder(keras.Model):
    """Combines the encoder and decoder into an end-to-end model for training."""

    def __init__(self, original_dim, intermediate_dim=64, latent_dim=32, name="autoencoder", **kwargs):
        super().__init__(name=name, **kwargs)
        self.original_dim = original_dim
        self.encoder = Encoder(latent_dim=latent_dim, intermediate_dim=intermediate_dim)
        self.decoder = Decoder(original_dim, intermediate_dim=intermediate_dim)

    def call(self, inputs):
        z_mean, z_log_var, z = self.encoder(inputs)
        reconstructed = self.decoder(z)
        # Add KL divergence regularization loss.
        kl_loss = -0.5 * ops.mean(z_log_var - ops.square(z_mean) - ops.exp(z_log_var) + 1)
        self.add_loss(kl_loss)
        return reconstructed


def autoencoder_in_a_loop():
    keras.utils.set_random_seed(1)
    vae = VariationalAutoEncoder(64, 10, 3)
    optimizer = keras.optimizers.Adam(learning_rate=1e-3)
    mse_loss_fn = keras.losses.MeanSquaredError()
    loss_metric = keras.metrics.Mean()
    x_train = pictures(24, 8, 4).reshape(24, 64) / 255
    train_dataset = tf.data.Dataset.from_tensor_slices(x_train).batch(6)
    losses = []
    vae(x_train[:1])  # Creates the weights
    for _epoch in range(2):
        # Iterate over the batches of the dataset.
        for x_batch_train in train_dataset:
            with tf.GradientTape() as tape:
                reconstructed = vae(x_batch_train)
                # Compute reconstruction loss
                loss = mse_loss_fn(x_batch_train, reconstructed)
                loss += sum(vae.losses)  # Add KLD regularization loss
            grads = tape.gradient(loss, vae.trainable_weights)
            optimizer.apply(grads, vae.trainable_weights)
            loss_metric(loss)
            losses.append(float(loss_metric.result()))
    return {"losses": losses}


def autoencoder_and_fit():
    keras.utils.set_random_seed(1)
    x_train = pictures(24, 8, 4).reshape(24, 64) / 255
    vae = VariationalAutoEncoder(64, 10, 3)
    optimizer = keras.optimizers.Adam(learning_rate=1e-3)
    vae.compile(optimizer, loss=keras.losses.MeanSquaredError())
    history = vae.fit(x_train, x_train, epochs=3, batch_size=6, shuffle=False, verbose=0)
    return {"history": history.history}


PARTS = {
    "weights in the constructor": weights_in_the_constructor,
    "non-trainable weights": non_trainable_weights,
    "layers in layers": layers_in_layers,
    "add_loss": add_loss,
    "add_loss and fit": add_loss_and_fit,
    "a config": config,
    "the training argument": training_argument,
    "a mask that is given": given_mask,
    "the mask argument": mask_argument,
    "a model class": model_class,
    "lists and dicts of layers": lists_and_dicts_of_layers,
    "an autoencoder in a loop": autoencoder_in_a_loop,
    "an autoencoder and fit": autoencoder_and_fit,
}

if __name__ == "__main__":
    show(PARTS)
