"""Examples of computer vision: https://keras.io/examples/vision/."""

import tempfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from common import classes, pictures, show, summary_of
from keras import layers, ops


def mnist_convnet():
    """https://keras.io/examples/vision/mnist_convnet/"""
    keras.utils.set_random_seed(1)
    # Model / data parameters
    num_classes = 4
    input_shape = (14, 14, 1)
    x_train, y_train = pictures(60, 14, num_classes), classes(60, num_classes)
    # Scale images to the [0, 1] range
    x_train = x_train.astype("float32") / 255
    # Make sure images have shape (14, 14, 1)
    x_train = np.expand_dims(x_train, -1)
    # convert class vectors to binary class matrices
    y_train = keras.utils.to_categorical(y_train, num_classes)
    x_test, y_test = x_train[40:], y_train[40:]
    x_train, y_train = x_train[:40], y_train[:40]

    model = keras.Sequential(
        [
            keras.Input(shape=input_shape),
            layers.Conv2D(6, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(8, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(num_classes, activation="softmax"),
        ]
    )
    summary = summary_of(model)
    model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
    history = model.fit(
        x_train, y_train, batch_size=8, epochs=4, validation_split=0.1, shuffle=False, verbose=0
    )
    score = model.evaluate(x_test, y_test, verbose=0)
    return {"summary": summary, "history": history.history, "test_loss": score[0], "test_accuracy": score[1]}


def make_xception(input_shape, num_classes):
    inputs = keras.Input(shape=input_shape)
    # Entry block
    x = layers.Rescaling(1.0 / 255)(inputs)
    x = layers.Conv2D(4, 3, strides=2, padding="same")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    previous_block_activation = x  # Set aside residual
    for size in [6, 8]:
        x = layers.Activation("relu")(x)
        x = separable(x, size)
        x = layers.BatchNormalization()(x)
        x = layers.Activation("relu")(x)
        x = separable(x, size)
        x = layers.BatchNormalization()(x)
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
        # Project residual
        residual = layers.Conv2D(size, 1, strides=2, padding="same")(previous_block_activation)
        x = layers.add([x, residual])  # Add back residual
        previous_block_activation = x  # Set aside next residual
    x = layers.GlobalAveragePooling2D()(x)
    units = 1 if num_classes == 2 else num_classes
    x = layers.Dropout(0.25)(x)
    # We specify activation=None so as to return logits
    outputs = layers.Dense(units, activation=None)(x)
    return keras.Model(inputs, outputs)


def separable(x, filters):
    """A SeparableConv2D in two steps."""
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    return layers.Conv2D(filters, 1)(x)


def image_classification_from_scratch():
    """https://keras.io/examples/vision/image_classification_from_scratch/"""
    keras.utils.set_random_seed(1)
    with tempfile.TemporaryDirectory() as folder:
        # A folder of pictures for each class.
        images, labels = pictures(24, 16, 2), classes(24, 2)
        for i, (image, label) in enumerate(zip(images, labels)):
            path = Path(folder) / ["lying", "standing"][label] / f"{i:02}.png"
            path.parent.mkdir(exist_ok=True)
            rgb = np.stack([image, 255 - image, image / 2], axis=-1)
            keras.utils.save_img(path, rgb, scale=False)
        image_size = (12, 12)
        dataset = keras.utils.image_dataset_from_directory(
            folder,
            shuffle=False,
            seed=1337,
            label_mode="int",
            image_size=image_size,
            batch_size=6,
            verbose=False,
        )
        batches = list(dataset)
        names = dataset.class_names
    # So that each batch has pictures of both classes.
    images = np.concatenate([x for x, _ in batches])
    labels = np.concatenate([y for _, y in batches])
    order = [i // 2 + 12 * (i % 2) for i in range(24)]
    images, labels = images[order], labels[order]
    model = make_xception(input_shape=image_size + (3,), num_classes=2)
    model.compile(
        optimizer=keras.optimizers.SGD(0.01),
        loss=keras.losses.BinaryCrossentropy(from_logits=True),
        metrics=[keras.metrics.BinaryAccuracy(name="acc")],
    )
    history = model.fit(
        images[:18],
        labels[:18],
        batch_size=6,
        epochs=4,
        shuffle=False,
        verbose=0,
        validation_data=(images[18:], labels[18:]),
    )
    predictions = model.predict(images[:1], verbose=0)
    score = ops.sigmoid(predictions[0][0])
    return {
        "class_names": names,
        "pixels": images[0],
        "history": history.history,
        "score": score,
    }


class EuclideanDistance(layers.Layer):
    """The distance between two vectors."""

    def call(self, vects):
        x, y = vects
        sum_square = ops.sum(ops.square(x - y), axis=1, keepdims=True)
        return ops.sqrt(ops.maximum(sum_square, keras.backend.epsilon()))


def loss(margin=1):
    """Provides 'contrastive_loss' an enclosing scope with variable 'margin'."""

    def contrastive_loss(y_true, y_pred):
        square_pred = ops.square(y_pred)
        margin_square = ops.square(ops.maximum(margin - y_pred, 0))
        return ops.mean((1 - y_true) * square_pred + y_true * margin_square)

    return contrastive_loss


def siamese_network():
    """https://keras.io/examples/vision/siamese_contrastive/"""
    keras.utils.set_random_seed(1)
    images, labels = pictures(40, 12, 2) / 255, classes(40, 2)
    # Pairs of the same class, and of different ones.
    partner = [(i + 2 if i % 4 < 2 else i + 1) % 40 for i in range(40)]
    x_1, x_2 = images[..., np.newaxis], images[partner][..., np.newaxis]
    pairs = (labels != labels[partner]).astype("float32")

    input = keras.Input((12, 12, 1))
    x = layers.BatchNormalization()(input)
    x = layers.Conv2D(3, (3, 3), activation="tanh")(x)
    x = layers.AveragePooling2D(pool_size=(2, 2))(x)
    x = layers.Conv2D(4, (3, 3), activation="tanh")(x)
    x = layers.AveragePooling2D(pool_size=(2, 2))(x)
    x = layers.Flatten()(x)
    x = layers.BatchNormalization()(x)
    x = layers.Dense(5, activation="tanh")(x)
    embedding_network = keras.Model(input, x)

    input_1 = keras.Input((12, 12, 1))
    input_2 = keras.Input((12, 12, 1))
    # Siamese Network share weights between tower networks (sister networks).
    tower_1 = embedding_network(input_1)
    tower_2 = embedding_network(input_2)
    merge_layer = EuclideanDistance()([tower_1, tower_2])
    normal_layer = layers.BatchNormalization()(merge_layer)
    output_layer = layers.Dense(1, activation="sigmoid")(normal_layer)
    siamese = keras.Model(inputs=[input_1, input_2], outputs=output_layer)
    siamese.compile(loss=loss(margin=1), optimizer="RMSprop", metrics=["accuracy"])
    history = siamese.fit(
        [x_1[:32], x_2[:32]],
        pairs[:32],
        validation_data=([x_1[32:], x_2[32:]], pairs[32:]),
        batch_size=8,
        epochs=3,
        shuffle=False,
        verbose=0,
    )
    return {
        "history": history.history,
        "results": siamese.evaluate([x_1, x_2], pairs, verbose=0),
        "weights": len(siamese.weights),
    }


class Distiller(keras.Model):
    def __init__(self, student, teacher):
        super().__init__()
        self.teacher = teacher
        self.student = student

    def compile(self, optimizer, metrics, student_loss_fn, distillation_loss_fn, alpha=0.1, temperature=3):
        super().compile(optimizer=optimizer, metrics=metrics)
        self.student_loss_fn = student_loss_fn
        self.distillation_loss_fn = distillation_loss_fn
        self.alpha = alpha
        self.temperature = temperature

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, allow_empty=False):
        teacher_pred = self.teacher(x, training=False)
        student_loss = self.student_loss_fn(y, y_pred)
        distillation_loss = self.distillation_loss_fn(
            ops.softmax(teacher_pred / self.temperature, axis=1),
            ops.softmax(y_pred / self.temperature, axis=1),
        ) * (self.temperature**2)
        return self.alpha * student_loss + (1 - self.alpha) * distillation_loss

    def call(self, x):
        return self.student(x)


def knowledge_distillation():
    """https://keras.io/examples/vision/knowledge_distillation/"""
    keras.utils.set_random_seed(1)

    def make(filters, name):
        return keras.Sequential(
            [
                keras.Input(shape=(12, 12, 1)),
                layers.Conv2D(filters, (3, 3), strides=(2, 2), padding="same"),
                layers.LeakyReLU(negative_slope=0.2),
                layers.MaxPooling2D(pool_size=(2, 2), strides=(1, 1), padding="same"),
                layers.Conv2D(2 * filters, (3, 3), strides=(2, 2), padding="same"),
                layers.Flatten(),
                layers.Dense(4),
            ],
            name=name,
        )

    teacher, student = make(8, "teacher"), make(2, "student")
    x_train, y_train = pictures(40, 12, 4)[..., np.newaxis] / 255.0, classes(40, 4)
    fitting = dict(batch_size=8, epochs=3, shuffle=False, verbose=0)
    # Train teacher as usual
    teacher.compile(
        optimizer=keras.optimizers.Adam(),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
    )
    taught = teacher.fit(x_train, y_train, **fitting).history
    teacher.trainable = False
    # Initialize and compile distiller
    distiller = Distiller(student=student, teacher=teacher)
    distiller.compile(
        optimizer=keras.optimizers.Adam(),
        metrics=[keras.metrics.SparseCategoricalAccuracy()],
        student_loss_fn=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        distillation_loss_fn=keras.losses.KLDivergence(),
        alpha=0.1,
        temperature=10,
    )
    # Distill teacher to student
    distilled = distiller.fit(x_train, y_train, **fitting).history
    return {"taught": taught, "distilled": distilled, "evaluate": distiller.evaluate(x_train, y_train, verbose=0)}


def grad_cam():
    """https://keras.io/examples/vision/grad_cam/"""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((12, 12, 1)),
            layers.Conv2D(4, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(5, 3, activation="relu", name="last_conv"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(4, activation="softmax"),
        ]
    )
    # Remove last layer's softmax
    model.layers[-1].activation = None
    img_array = np.expand_dims(pictures(3, 12, 4)[2:], -1) / 255
    preds = model.predict(img_array, verbose=0)
    # First, we create a model that maps the input image to the activations of the last conv layer as well as the output
    # predictions
    grad_model = keras.Model(model.inputs, [model.get_layer("last_conv").output, model.outputs[0]])
    # Then, we compute the gradient of the top predicted class for our input image with respect to the activations of the
    # last conv layer
    with tf.GradientTape() as tape:
        last_conv_layer_output, outputs = grad_model(img_array)
        pred_index = int(tf.argmax(outputs[0]))
        class_channel = outputs[:, pred_index]
    grads = tape.gradient(class_channel, last_conv_layer_output)
    # This is a vector where each entry is the mean intensity of the gradient over a specific feature map channel
    pooled_grads = tf.reduce_mean(grads, axis=(0, 1, 2))
    heatmap = tf.squeeze(last_conv_layer_output[0] @ pooled_grads[..., tf.newaxis])
    heatmap = tf.maximum(heatmap, 0) / tf.math.reduce_max(heatmap)
    return {"preds": preds, "pred_index": pred_index, "heatmap": heatmap}


PARTS = {
    "MNIST convnet": mnist_convnet,
    "image classification from scratch": image_classification_from_scratch,
    "a siamese network": siamese_network,
    "knowledge distillation": knowledge_distillation,
    "Grad-CAM": grad_cam,
}

if __name__ == "__main__":
    show(PARTS)
