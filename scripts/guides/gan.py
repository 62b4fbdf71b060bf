"""
Generative adversarial networks: the end of https://keras.io/guides/custom_train_step_in_tensorflow/, and
https://keras.io/examples/generative/dcgan_overriding_train_step/ with its callback.
"""

import keras
import numpy as np
import tensorflow as tf
from common import pictures, show
from keras import layers

LATENT_DIM = 8


def make_networks():
    keras.utils.set_random_seed(1)
    discriminator = keras.Sequential(
        [
            keras.Input(shape=(12, 12, 1)),
            layers.Conv2D(6, (3, 3), strides=(2, 2), padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(8, (3, 3), strides=(2, 2), padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.MaxPooling2D(3),
            layers.Flatten(),
            layers.Dense(1),
        ],
        name="discriminator",
    )
    generator = keras.Sequential(
        [
            keras.Input(shape=(LATENT_DIM,)),
            layers.Dense(3 * 3 * 8),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Reshape((3, 3, 8)),
            layers.UpSampling2D(2),
            layers.Conv2D(8, (4, 4), padding="same"),
            layers.LeakyReLU(negative_slope=0.2),
            layers.UpSampling2D(2),
            layers.Conv2D(1, (7, 7), padding="same", activation="sigmoid"),
        ],
        name="generator",
    )
    return discriminator, generator


class GAN(keras.Model):
    def __init__(self, discriminator, generator, latent_dim):
        super().__init__()
        self.discriminator = discriminator
        self.generator = generator
        self.latent_dim = latent_dim
        self.d_loss_tracker = keras.metrics.Mean(name="d_loss")
        self.g_loss_tracker = keras.metrics.Mean(name="g_loss")
        self.seed_generator = keras.random.SeedGenerator(1337)

    @property
    def metrics(self):
        return [self.d_loss_tracker, self.g_loss_tracker]

    def compile(self, d_optimizer, g_optimizer, loss_fn):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    def train_step(self, real_images):
        if isinstance(real_images, tuple):
            real_images = real_images[0]
        # Sample random points in the latent space
        batch_size = tf.shape(real_images)[0]
        random_latent_vectors = keras.random.normal(shape=(batch_size, self.latent_dim), seed=self.seed_generator)

        # Decode them to fake images
        generated_images = self.generator(random_latent_vectors)

        # Combine them with real images
        combined_images = tf.concat([generated_images, real_images], axis=0)

        # Assemble labels discriminating real from fake images
        labels = tf.concat([tf.ones((batch_size, 1)), tf.zeros((batch_size, 1))], axis=0)
        # Add random noise to the labels - important trick!
        labels += 0.05 * keras.random.uniform(tf.shape(labels), seed=self.seed_generator)

        # Train the discriminator
        with tf.GradientTape() as tape:
            predictions = self.discriminator(combined_images)
            d_loss = self.loss_fn(labels, predictions)
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply(grads, self.discriminator.trainable_weights)

        # Sample random points in the latent space
        random_latent_vectors = keras.random.normal(shape=(batch_size, self.latent_dim), seed=self.seed_generator)

        # Assemble labels that say "all real images"
        misleading_labels = tf.zeros((batch_size, 1))

        # Train the generator (note that we should *not* update the weights of the discriminator)!
        with tf.GradientTape() as tape:
            predictions = self.discriminator(self.generator(random_latent_vectors))
            g_loss = self.loss_fn(misleading_labels, predictions)
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply(grads, self.generator.trainable_weights)

        # Update metrics and return their value.
        self.d_loss_tracker.update_state(d_loss)
        self.g_loss_tracker.update_state(g_loss)
        return {"d_loss": self.d_loss_tracker.result(), "g_loss": self.g_loss_tracker.result()}


class GANMonitor(keras.callbacks.Callback):
    def __init__(self, num_img=3, latent_dim=LATENT_DIM):
        self.num_img = num_img
        self.latent_dim = latent_dim
        self.seed_generator = keras.random.SeedGenerator(42)
        self.sizes, self.means = [], []

    def on_epoch_end(self, epoch, logs=None):
        random_latent_vectors = keras.random.normal(shape=(self.num_img, self.latent_dim), seed=self.seed_generator)
        generated_images = self.model.generator(random_latent_vectors)
        generated_images *= 255
        images = [keras.utils.array_to_img(image, scale=False) for image in generated_images.numpy()]
        self.sizes.append([list(image.size) for image in images])
        self.means.append(tf.reduce_mean(generated_images, axis=(1, 2, 3)).numpy())


def make_gan():
    discriminator, generator = make_networks()
    gan = GAN(discriminator=discriminator, generator=generator, latent_dim=LATENT_DIM)
    gan.compile(
        d_optimizer=keras.optimizers.Adam(learning_rate=0.0003),
        g_optimizer=keras.optimizers.Adam(learning_rate=0.0003),
        loss_fn=keras.losses.BinaryCrossentropy(from_logits=True),
    )
    return gan


def end_to_end():
    all_digits = pictures(40, 12, 4) / 255.0
    all_digits = np.reshape(all_digits, (-1, 12, 12, 1))
    dataset = tf.data.Dataset.from_tensor_slices(all_digits).batch(8)
    gan = make_gan()
    history = gan.fit(dataset, epochs=3, verbose=0)
    weights = gan.generator.get_weights()
    return {"history": history.history, "bias": weights[-1], "metrics_names": gan.metrics_names}


def with_a_monitor():
    all_digits = np.reshape(pictures(40, 12, 4) / 255.0, (-1, 12, 12, 1))
    gan = make_gan()
    monitor = GANMonitor(num_img=3, latent_dim=LATENT_DIM)
    history = gan.fit(all_digits, batch_size=8, epochs=3, shuffle=False, verbose=0, callbacks=[monitor])
    return {"history": history.history, "means": monitor.means, "sizes": monitor.sizes}


PARTS = {
    "a GAN": end_to_end,
    "with a callback": with_a_monitor,
}

if __name__ == "__main__":
    show(PARTS)
