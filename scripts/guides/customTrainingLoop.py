"""Writing a training loop from scratch, after https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/."""

import keras
import tensorflow as tf
from common import classes, numbers, pictures, show

BATCH_SIZE = 8
X_TRAIN, Y_TRAIN = numbers((40, 12)), classes(40, 4)
X_VAL, Y_VAL = numbers((16, 12), 60), classes(16, 4)
TRAIN_DATASET = tf.data.Dataset.from_tensor_slices((X_TRAIN, Y_TRAIN)).batch(BATCH_SIZE)
VAL_DATASET = tf.data.Dataset.from_tensor_slices((X_VAL, Y_VAL)).batch(BATCH_SIZE)


def get_model():
    keras.utils.set_random_seed(1)
    inputs = keras.Input(shape=(12,), name="digits")
    x1 = keras.layers.Dense(8, activation="relu")(inputs)
    x2 = keras.layers.Dense(8, activation="relu")(x1)
    outputs = keras.layers.Dense(4, name="predictions")(x2)
    return keras.Model(inputs=inputs, outputs=outputs)


def first_example():
    model = get_model()
    # Instantiate an optimizer.
    optimizer = keras.optimizers.Adam(learning_rate=1e-3)
    # Instantiate a loss function.
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    losses = []
    for _epoch in range(3):
        # Iterate over the batches of the dataset.
        for x_batch_train, y_batch_train in TRAIN_DATASET:
            # Open a GradientTape to record the operations run during the forward pass, which enables auto-differentiation.
            with tf.GradientTape() as tape:
                # Run the forward pass of the layer.
                logits = model(x_batch_train, training=True)  # Logits for this minibatch
                # Compute the loss value for this minibatch.
                loss_value = loss_fn(y_batch_train, logits)
            # Use the gradient tape to automatically retrieve the gradients of the trainable variables with respect to the
            # loss.
            grads = tape.gradient(loss_value, model.trainable_weights)
            # Run one step of gradient descent by updating the value of the variables to minimize the loss.
            optimizer.apply(grads, model.trainable_weights)
            losses.append(float(loss_value))
    return {"losses": losses}


def metrics():
    model = get_model()
    optimizer = keras.optimizers.Adam(learning_rate=1e-2)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    # Prepare the metrics.
    train_acc_metric = keras.metrics.SparseCategoricalAccuracy()
    val_acc_metric = keras.metrics.SparseCategoricalAccuracy()

    def train_step(x, y):
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            loss_value = loss_fn(y, logits)
        grads = tape.gradient(loss_value, model.trainable_weights)
        optimizer.apply(grads, model.trainable_weights)
        # Update training metric.
        train_acc_metric.update_state(y, logits)
        return loss_value

    def test_step(x, y):
        val_logits = model(x, training=False)
        # Update val metrics
        val_acc_metric.update_state(y, val_logits)

    epochs = []
    for _epoch in range(4):
        for x_batch_train, y_batch_train in TRAIN_DATASET:
            loss_value = train_step(x_batch_train, y_batch_train)
        # Display metrics at the end of each epoch.
        train_acc = train_acc_metric.result()
        # Reset training metrics at the end of each epoch
        train_acc_metric.reset_state()
        # Run a validation loop at the end of each epoch.
        for x_batch_val, y_batch_val in VAL_DATASET:
            test_step(x_batch_val, y_batch_val)
        val_acc = val_acc_metric.result()
        val_acc_metric.reset_state()
        epochs.append([float(loss_value), float(train_acc), float(val_acc)])
    return {"epochs": epochs}


class ActivityRegularizationLayer(keras.layers.Layer):
    def call(self, inputs):
        self.add_loss(1e-2 * keras.ops.sum(inputs))
        return inputs


def losses_of_layers():
    keras.utils.set_random_seed(1)
    inputs = keras.Input(shape=(12,), name="digits")
    x = keras.layers.Dense(8, activation="relu")(inputs)
    # Insert activity regularization as a layer
    x = ActivityRegularizationLayer()(x)
    x = keras.layers.Dense(8, activation="relu")(x)
    outputs = keras.layers.Dense(4, name="predictions")(x)
    model = keras.Model(inputs=inputs, outputs=outputs)
    optimizer = keras.optimizers.Adam(learning_rate=1e-3)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def train_step(x, y):
        with tf.GradientTape() as tape:
            logits = model(x, training=True)
            loss_value = loss_fn(y, logits)
            # Add any extra losses created during the forward pass.
            loss_value += sum(model.losses)
        grads = tape.gradient(loss_value, model.trainable_weights)
        optimizer.apply(grads, model.trainable_weights)
        return loss_value

    return {"losses": [float(train_step(x, y)) for x, y in TRAIN_DATASET]}


def end_to_end():
    keras.utils.set_random_seed(1)
    discriminator = keras.Sequential(
        [
            keras.Input(shape=(8, 8, 1)),
            keras.layers.Conv2D(4, (3, 3), strides=(2, 2), padding="same"),
            keras.layers.LeakyReLU(negative_slope=0.2),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1),
        ],
        name="discriminator",
    )
    latent_dim = 6
    generator = keras.Sequential(
        [
            keras.Input(shape=(latent_dim,)),
            keras.layers.Dense(4 * 4 * 4),
            keras.layers.LeakyReLU(negative_slope=0.2),
            keras.layers.Reshape((4, 4, 4)),
            keras.layers.UpSampling2D(2),
            keras.layers.Conv2D(1, (5, 5), padding="same", activation="sigmoid"),
        ],
        name="generator",
    )
    # Instantiate one optimizer for the discriminator and another for the generator.
    d_optimizer = keras.optimizers.Adam(learning_rate=0.0003)
    g_optimizer = keras.optimizers.Adam(learning_rate=0.0004)
    # Instantiate a loss function.
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    seed_generator = keras.random.SeedGenerator(7)

    def train_step(real_images):
        # Sample random points in the latent space
        random_latent_vectors = keras.random.normal((BATCH_SIZE, latent_dim), seed=seed_generator)
        # Decode them to fake images
        generated_images = generator(random_latent_vectors)
        # Combine them with real images
        combined_images = tf.concat([generated_images, real_images], axis=0)
        # Assemble labels discriminating real from fake images
        labels = tf.concat([tf.ones((BATCH_SIZE, 1)), tf.zeros((real_images.shape[0], 1))], axis=0)
        # Train the discriminator
        with tf.GradientTape() as tape:
            predictions = discriminator(combined_images)
            d_loss = loss_fn(labels, predictions)
        grads = tape.gradient(d_loss, discriminator.trainable_weights)
        d_optimizer.apply(grads, discriminator.trainable_weights)
        # Sample random points in the latent space
        random_latent_vectors = keras.random.normal((BATCH_SIZE, latent_dim), seed=seed_generator)
        # Assemble labels that say "all real images"
        misleading_labels = tf.zeros((BATCH_SIZE, 1))
        # Train the generator (note that we should *not* update the weights of the discriminator)!
        with tf.GradientTape() as tape:
            predictions = discriminator(generator(random_latent_vectors))
            g_loss = loss_fn(misleading_labels, predictions)
        grads = tape.gradient(g_loss, generator.trainable_weights)
        g_optimizer.apply(grads, generator.trainable_weights)
        return d_loss, g_loss

    images = pictures(32, 8, 4).reshape(32, 8, 8, 1) / 255
    dataset = tf.data.Dataset.from_tensor_slices(images).batch(BATCH_SIZE)
    return {"losses": [train_step(real_images) for real_images in dataset]}


PARTS = {
    "a first example": first_example,
    "metrics": metrics,
    "losses of layers": losses_of_layers,
    "a GAN": end_to_end,
}

if __name__ == "__main__":
    show(PARTS)
