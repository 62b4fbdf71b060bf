"""The network of a job in PyTorch, in a plain training loop."""

import torch
from contender import run_contender
from torch import nn

ACTIVATIONS = {"relu": nn.ReLU}


def make_layer(name, options, shape):
    """Modules of a layer, and the shape of what they give, without the batch: channels first."""
    # The loss takes logits: a softmax at the end is part of it.
    activation = [ACTIVATIONS[options["activation"]]()] if options.get("activation") in ACTIVATIONS else []
    if name == "Conv2D":
        filters, kernel, padding = options["filters"], options["kernelSize"], options.get("padding", "valid")
        sides = shape[1:] if padding == "same" else [side - kernel + 1 for side in shape[1:]]
        return [nn.Conv2d(shape[0], filters, kernel, padding=padding), *activation], [filters, *sides]
    if name == "MaxPooling2D":
        size = options["poolSize"]
        return [nn.MaxPool2d(size)], [shape[0], *(side // size for side in shape[1:])]
    if name == "BatchNormalization":
        return [nn.BatchNorm2d(shape[0], eps=1e-3, momentum=0.01)], shape
    if name == "Dropout":
        return [nn.Dropout(options["rate"])], shape
    if name == "Flatten":
        return [nn.Flatten()], [torch.Size(shape).numel()]
    if name == "Dense":
        return [nn.Linear(shape[0], options["units"]), *activation], [options["units"]]
    if name == "Activation":
        return activation, shape
    raise ValueError(f"unknown layer {name}")


def make_model(job):
    *sides, channels = job["inputShape"]
    shape, modules = [channels, *sides], []
    for name, options in job["layers"]:
        made, shape = make_layer(name, options, shape)
        modules += made
    return nn.Sequential(*modules)


def to_tensors(x, *labels):
    """Arrays as tensors, the images channels first."""
    images = torch.from_numpy(x)
    images = images.permute(0, 3, 1, 2).contiguous() if images.ndim == 4 else images
    return [images, *(torch.from_numpy(label).argmax(1) for label in labels)]


def build(job):
    torch.set_num_threads(job["threads"])
    model, batch_size = make_model(job), job["batchSize"]
    loss_of = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)

    def fit(x, y, epochs, on_epoch_end):
        x, y = to_tensors(x, y)
        model.train()
        for _ in range(epochs):
            total, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
            for rows in torch.randperm(len(x)).split(batch_size):
                images, labels = x[rows], y[rows]
                optimizer.zero_grad()
                logits = model(images)
                loss = loss_of(logits, labels)
                loss.backward()
                optimizer.step()
                total += loss.detach() * len(rows)
                right += (logits.detach().argmax(1) == labels).sum()
            total.item(), right.item()
            on_epoch_end()

    @torch.inference_mode()
    def evaluate(x, y):
        x, y = to_tensors(x, y)
        model.eval()
        total, right = torch.zeros(()), torch.zeros((), dtype=torch.int64)
        for images, labels in zip(x.split(batch_size), y.split(batch_size)):
            logits = model(images)
            total += loss_of(logits, labels) * len(images)
            right += (logits.argmax(1) == labels).sum()
        return total.item() / len(x), right.item() / len(x)

    @torch.inference_mode()
    def predict(x):
        (images,) = to_tensors(x)
        model.eval()
        return torch.cat([model(part).softmax(1) for part in images.split(batch_size)]).numpy()

    return fit, evaluate, predict


run_contender(f"PyTorch {torch.__version__}", build)
