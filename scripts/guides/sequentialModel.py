"""The Sequential model, after https://keras.io/guides/sequential_model/."""

import keras
import numpy as np
from common import classes, numbers, show, summary_of
from keras import layers


def stack():
    keras.utils.set_random_seed(1)
    # Without an Input the model has no weights until it sees data.
    model = keras.Sequential(
        [
            layers.Dense(2, activation="tanh", name="layer1"),
            layers.Dense(3, activation="tanh", name="layer2"),
            layers.Dense(4, name="layer3"),
        ]
    )
    before = model.built
    called = model(np.ones((3, 3)))
    # The same as three layers called one after the other.
    layer1, layer2, layer3 = model.layers
    by_hand = layer3(layer2(layer1(np.ones((3, 3)))))
    weights = [list(weight.shape) for weight in model.weights]
    return {"before": before, "called": called, "by_hand": by_hand, "weights": weights}


def without_input():
    keras.utils.set_random_seed(1)
    model = keras.Sequential(name="my_sequential")
    model.add(layers.Dense(2, activation="tanh", name="layer1"))
    model.add(layers.Dense(3, activation="tanh", name="layer2"))
    model.add(layers.Dense(4, name="layer3"))
    model.pop()
    # It is built from its first batch.
    x, y = numbers((16, 4)), numbers((16, 3), 7)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse", metrics=["mae"])
    history = model.fit(x, y, batch_size=4, epochs=4, shuffle=False, verbose=0)
    return {
        "model": [model.name, len(model.layers)],
        "history": history.history,
        "evaluate": model.evaluate(x, y, verbose=0),
        "predict": model.predict(x[:2], verbose=0),
    }


def add_and_summary():
    model = keras.Sequential()
    model.add(keras.Input(shape=(50, 50, 3)))
    model.add(layers.Conv2D(8, 5, strides=2, activation="relu"))
    model.add(layers.Conv2D(8, 3, activation="relu"))
    model.add(layers.MaxPooling2D(3))
    first = summary_of(model)
    model.add(layers.Conv2D(8, 3, activation="relu"))
    model.add(layers.MaxPooling2D(2))
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(10))
    return {"first": first, "second": summary_of(model)}


def feature_extraction():
    keras.utils.set_random_seed(1)
    initial_model = keras.Sequential(
        [
            keras.Input(shape=(9, 9, 3)),
            layers.Conv2D(2, 5, strides=2, activation="relu"),
            layers.Conv2D(2, 2, activation="relu", name="my_intermediate_layer"),
            layers.Conv2D(2, 2),
        ]
    )
    x = numbers((1, 9, 9, 3))
    extractor = keras.Model(
        inputs=initial_model.inputs,
        outputs=[layer.output for layer in initial_model.layers],
    )
    features = extractor(x)
    extractor = keras.Model(
        inputs=initial_model.inputs,
        outputs=initial_model.get_layer(name="my_intermediate_layer").output,
    )
    return {"all": features, "one": extractor(x)}


def all_frozen_but_the_last():
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input(shape=(4,)),
            layers.Dense(5, activation="relu"),
            layers.Dense(5, activation="relu"),
            layers.Dense(3),
        ]
    )
    for layer in model.layers[:-1]:
        layer.trainable = False
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), optimizer="adam")
    before = model.layers[0].get_weights()
    history = model.fit(numbers((16, 4)), classes(16, 3), batch_size=4, epochs=3, shuffle=False, verbose=0)
    stayed = bool(np.all(before[0] == model.layers[0].get_weights()[0]))
    return {"history": history.history, "stayed": stayed}


def on_top_of_another():
    keras.utils.set_random_seed(1)
    base_model = keras.Sequential([keras.Input(shape=(4,)), layers.Dense(6, activation="tanh")], name="base")
    base_model.trainable = False
    model = keras.Sequential([base_model, layers.Dense(3)])
    model.compile(loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), optimizer="adam")
    history = model.fit(numbers((16, 4)), classes(16, 3), batch_size=4, epochs=3, shuffle=False, verbose=0)
    return {"history": history.history, "trainable": [weight.path for weight in model.trainable_weights]}


PARTS = {
    "a stack of layers": stack,
    "without an Input": without_input,
    "add() and summary()": add_and_summary,
    "feature extraction": feature_extraction,
    "all layers frozen but the last": all_frozen_but_the_last,
    "on top of another model": on_top_of_another,
}

if __name__ == "__main__":
    show(PARTS)
