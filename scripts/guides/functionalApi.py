"""The functional API, after https://keras.io/guides/functional_api/."""

import keras
from common import classes, numbers, show, summary_of
from keras import layers


class CustomDense(layers.Layer):
    def __init__(self, units=32, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.w = self.add_weight(shape=(input_shape[-1], self.units), initializer="random_normal", trainable=True)
        self.b = self.add_weight(shape=(self.units,), initializer="random_normal", trainable=True)

    def call(self, inputs):
        return keras.ops.matmul(inputs, self.w) + self.b

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class CustomRNN(layers.Layer):
    """Walks over the steps of a series; holds a functional model."""

    def __init__(self, units, classifier):
        super().__init__()
        self.units = units
        self.projection_1 = layers.Dense(units=units, activation="tanh")
        self.projection_2 = layers.Dense(units=units, activation="tanh")
        self.classifier = classifier

    def call(self, inputs):
        outputs = []
        state = keras.ops.zeros(shape=(inputs.shape[0], self.units))
        for t in range(inputs.shape[1]):
            x = inputs[:, t, :]
            h = self.projection_1(x)
            y = h + self.projection_2(state)
            state = y
            outputs.append(y)
        features = keras.ops.stack(outputs, axis=1)
        return self.classifier(features)


def first_model():
    keras.utils.set_random_seed(1)
    seen = {}
    inputs = keras.Input(shape=(12,))
    x = layers.Dense(8, activation="relu")(inputs)
    x = layers.Dense(8, activation="relu")(x)
    outputs = layers.Dense(4)(x)
    model = keras.Model(inputs=inputs, outputs=outputs, name="mnist_model")
    seen["input"] = [list(inputs.shape), inputs.dtype]
    seen["summary"] = summary_of(model)
    model.compile(
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        optimizer=keras.optimizers.RMSprop(),
        metrics=["accuracy"],
    )
    x, y = numbers((40, 12)), classes(40, 4)
    fitting = dict(batch_size=8, epochs=3, validation_split=0.2, shuffle=False, verbose=0)
    seen["history"] = model.fit(x, y, **fitting).history
    test_scores = model.evaluate(x[:10], y[:10], verbose=0)
    seen["test_loss"], seen["test_accuracy"] = test_scores[0], test_scores[1]
    return seen


def autoencoder():
    keras.utils.set_random_seed(1)
    seen = {}
    encoder_input = keras.Input(shape=(12, 12, 1), name="original_img")
    x = layers.Conv2D(4, 3, activation="relu")(encoder_input)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Conv2D(3, 2, activation="relu")(x)
    encoder_output = layers.GlobalAveragePooling2D()(x)
    encoder = keras.Model(encoder_input, encoder_output, name="encoder")

    decoder_input = keras.Input(shape=(3,), name="encoded_img")
    x = layers.Dense(9, activation="relu")(decoder_input)
    x = layers.Reshape((3, 3, 1))(x)
    x = layers.UpSampling2D(4)(x)
    decoder_output = layers.Conv2D(1, 3, activation="sigmoid", padding="same")(x)
    decoder = keras.Model(decoder_input, decoder_output, name="decoder")

    # Models are called like layers.
    autoencoder_input = keras.Input(shape=(12, 12, 1), name="img")
    encoded_img = encoder(autoencoder_input)
    decoded_img = decoder(encoded_img)
    model = keras.Model(autoencoder_input, decoded_img, name="autoencoder")
    seen["summary"] = summary_of(model)
    images = numbers((16, 12, 12, 1))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    seen["history"] = model.fit(images, images, batch_size=4, epochs=3, shuffle=False, verbose=0).history
    seen["encoded"] = encoder.predict(images[:2], verbose=0)
    return seen


def ensemble():
    keras.utils.set_random_seed(1)

    def get_model():
        inputs = keras.Input(shape=(6,))
        outputs = layers.Dense(1)(inputs)
        return keras.Model(inputs, outputs)

    model1, model2, model3 = get_model(), get_model(), get_model()
    inputs = keras.Input(shape=(6,))
    y1, y2, y3 = model1(inputs), model2(inputs), model3(inputs)
    outputs = layers.average([y1, y2, y3])
    ensemble_model = keras.Model(inputs=inputs, outputs=outputs)
    return {"average": ensemble_model(numbers((2, 6)))}


def tickets():
    keras.utils.set_random_seed(1)
    seen = {}
    title_input = keras.Input(shape=(8,), name="title")
    body_input = keras.Input(shape=(10,), name="body")
    tags_input = keras.Input(shape=(5,), name="tags")
    # One layer for both texts.
    title_features = layers.Dense(6, activation="tanh")(title_input)
    body_features = layers.Dense(6, activation="tanh")(body_input)
    shared = layers.Dense(4, activation="relu", name="shared")
    x = layers.concatenate([shared(title_features), shared(body_features), tags_input])
    priority_pred = layers.Dense(1, name="priority")(x)
    department_pred = layers.Dense(4, name="department")(x)
    model = keras.Model(inputs=[title_input, body_input, tags_input], outputs=[priority_pred, department_pred])

    title, body, tags = numbers((24, 8)), numbers((24, 10), 5), numbers((24, 5), 9)
    priority = numbers((24, 1), 3)
    department = keras.utils.to_categorical(classes(24, 4), 4)
    fitting = dict(epochs=3, batch_size=6, shuffle=False, verbose=0)
    # Losses as a list.
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss=[
            keras.losses.BinaryCrossentropy(from_logits=True),
            keras.losses.CategoricalCrossentropy(from_logits=True),
        ],
        loss_weights=[1.0, 0.2],
    )
    seen["lists"] = model.fit([title, body, tags], [priority, department], **fitting).history
    # Losses and data by name.
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss={
            "priority": keras.losses.BinaryCrossentropy(from_logits=True),
            "department": keras.losses.CategoricalCrossentropy(from_logits=True),
        },
        loss_weights={"priority": 1.0, "department": 0.2},
        metrics={"priority": ["mae"], "department": ["accuracy"]},
    )
    inputs = {"title": title, "body": body, "tags": tags}
    targets = {"priority": priority, "department": department}
    seen["records"] = model.fit(inputs, targets, **fitting).history
    seen["scores"] = model.evaluate(inputs, targets, verbose=0)
    seen["scores_by_name"] = model.evaluate(inputs, targets, verbose=0, return_dict=True)
    seen["predicted"] = model.predict([title[:2], body[:2], tags[:2]], verbose=0)
    return seen


def toy_resnet():
    keras.utils.set_random_seed(1)
    seen = {}
    inputs = keras.Input(shape=(16, 16, 3), name="img")
    x = layers.Conv2D(4, 3, activation="relu")(inputs)
    x = layers.Conv2D(6, 3, activation="relu")(x)
    block_1_output = layers.MaxPooling2D(3)(x)

    x = layers.Conv2D(6, 3, activation="relu", padding="same")(block_1_output)
    x = layers.Conv2D(6, 3, activation="relu", padding="same")(x)
    block_2_output = layers.add([x, block_1_output])

    x = layers.Conv2D(6, 3, activation="relu", padding="same")(block_2_output)
    x = layers.Conv2D(6, 3, activation="relu", padding="same")(x)
    block_3_output = layers.add([x, block_2_output])

    x = layers.Conv2D(6, 3, activation="relu")(block_3_output)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dense(8, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    outputs = layers.Dense(4)(x)
    model = keras.Model(inputs, outputs, name="toy_resnet")
    model.compile(
        optimizer=keras.optimizers.RMSprop(1e-3),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=["acc"],
    )
    x, y = numbers((40, 16, 16, 3)), keras.utils.to_categorical(classes(40, 4), 4)
    fitting = dict(batch_size=8, epochs=3, validation_split=0.2, shuffle=False, verbose=0)
    seen["history"] = model.fit(x, y, **fitting).history

    # The activations of all layers.
    features_list = [layer.output for layer in model.layers]
    feat_extraction_model = keras.Model(inputs=model.input, outputs=features_list)
    seen["features"] = [list(feature.shape) for feature in feat_extraction_model(x[:1])]
    return seen


def custom_layer():
    keras.utils.set_random_seed(1)
    inputs = keras.Input((4,))
    outputs = CustomDense(10)(inputs)
    model = keras.Model(inputs, outputs)
    config = model.get_config()
    new_model = keras.Model.from_config(config, custom_objects={"CustomDense": CustomDense})
    new_model.set_weights(model.get_weights())
    x = numbers((2, 4))
    return {"model": model(x), "new_model": new_model(x)}


UNITS, TIMESTEPS, INPUT_DIM, BATCH_SIZE = 4, 6, 5, 3


def make_classifier():
    inputs = keras.Input((TIMESTEPS, UNITS))
    outputs = layers.Dense(1)(layers.Flatten()(inputs))
    return keras.Model(inputs, outputs)


def custom_rnn():
    keras.utils.set_random_seed(1)
    rnn_model = CustomRNN(UNITS, make_classifier())
    return {"outputs": rnn_model(numbers((2, TIMESTEPS, INPUT_DIM)))}


def fixed_batch_size():
    keras.utils.set_random_seed(1)
    # The layer makes zeros of the size of the batch, which is known.
    inputs = keras.Input(batch_shape=(BATCH_SIZE, TIMESTEPS + 2, INPUT_DIM))
    x = layers.Conv1D(5, 3)(inputs)
    outputs = CustomRNN(UNITS, make_classifier())(x)
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="sgd", loss="mse")
    x, y = numbers((12, TIMESTEPS + 2, INPUT_DIM)), numbers((12, 1))
    history = model.fit(x, y, batch_size=BATCH_SIZE, epochs=3, shuffle=False, verbose=0)
    return {"output_shape": list(model.output_shape), "history": history.history}


PARTS = {
    "a first model": first_model,
    "models in a model": autoencoder,
    "an ensemble": ensemble,
    "several inputs and outputs": tickets,
    "a toy ResNet": toy_resnet,
    "a custom layer": custom_layer,
    "a model in a custom layer": custom_rnn,
    "a fixed batch size": fixed_batch_size,
}

if __name__ == "__main__":
    show(PARTS)
