"""Train two small networks on real handwritten digits and save what they say about the held-out ones.

Run from the root of the repository: python examples/digits/make.py
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor, nn

HERE = Path(__file__).parent
SEED = 0
CLASSES = 10
EIGHT = 8


def network(outputs: int) -> nn.Module:
    """Return a perceptron with one hidden layer, from the 64 pixels to `outputs` logits."""
    return nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, outputs))


def train(model: nn.Module, criterion: nn.Module, images: Tensor, targets: Tensor, epochs: int) -> nn.Module:
    """Fit the model with Adam on shuffled batches of 64."""
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(64):
            optimizer.zero_grad()
            criterion(model(images[batch]).squeeze(1), targets[batch]).backward()
            optimizer.step()
    return model.eval()


def inverse_frequency(labels: Tensor) -> Tensor:
    """Return one weight per class: N / (C * count), so that a balanced set would give all ones."""
    counts = torch.bincount(labels, minlength=CLASSES)
    return (len(labels) / (CLASSES * counts)).float()


def mixup(images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Blend every image with another one, and their one-hot labels in the same proportion."""
    other = torch.randperm(len(images))
    share = torch.distributions.Beta(1.0, 1.0).sample((len(images), 1))
    one_hot = F.one_hot(labels, CLASSES).float()
    return torch.lerp(images[other], images, share), torch.lerp(one_hot[other], one_hot, share)


def save(name: str, array: Tensor) -> None:
    """Write a tensor beside this script as name.npy."""
    np.save(HERE / f"{name}.npy", array.detach().contiguous().numpy())


def digits() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return training images, test images, training labels and test labels; one fifth is held out, by class."""
    images, labels = load_digits(return_X_y=True)
    split = train_test_split(images / 16, labels, test_size=0.2, stratify=labels, random_state=SEED)
    return tuple(torch.from_numpy(part.astype(dtype)) for part, dtype in zip(split, ["float32"] * 2 + ["int64"] * 2))


def ten_classes(train_images: Tensor, test_images: Tensor, train_labels: Tensor, test_labels: Tensor) -> None:
    """Save the logits of a ten-class network, plain and on blended images."""
    torch.manual_seed(SEED)
    model = train(network(CLASSES), nn.CrossEntropyLoss(), train_images, train_labels, epochs=30)
    logits = model(test_images)
    save("logits", logits)
    save("log-probabilities", F.log_softmax(logits, 1))
    save("labels", test_labels)
    save("weights", inverse_frequency(train_labels))

    blended, soft_labels = mixup(test_images[:100], test_labels[:100])
    save("mixup-logits", model(blended))
    save("mixup-targets", soft_labels)
    accuracy = (logits.argmax(1) == test_labels).float().mean().item()
    print(f"ten classes: {len(test_labels)} test images, accuracy {accuracy:.4f}")


def is_it_an_eight(train_images: Tensor, test_images: Tensor, train_labels: Tensor, test_labels: Tensor) -> None:
    """Save the logits and probabilities of a network with one output: is this digit an 8?"""
    torch.manual_seed(SEED)
    train_targets, test_targets = ((labels == EIGHT).float() for labels in (train_labels, test_labels))
    pos_weight = (train_targets == 0).sum() / (train_targets == 1).sum().reshape(1)
    model = train(network(1), nn.BCEWithLogitsLoss(pos_weight=pos_weight), train_images, train_targets, epochs=30)
    logits = model(test_images).squeeze(1)
    save("eight-logits", logits)
    save("eight-probabilities", torch.sigmoid(logits))
    save("eight-targets", test_targets)
    save("eight-pos-weight", pos_weight)
    accuracy = ((logits > 0) == test_targets.bool()).float().mean().item()
    print(f"is it an 8: {int(test_targets.sum())} of {len(test_targets)} are, accuracy {accuracy:.4f}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    data = digits()
    ten_classes(*data)
    is_it_an_eight(*data)
