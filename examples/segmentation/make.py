"""Segment a photograph of coins: labels by watershed, logits from a small network, doubtful pixels marked 255.

Run from the root of the repository: python examples/segmentation/make.py
"""

from pathlib import Path

import numpy as np
import torch
from scipy import ndimage
from skimage import data, filters, segmentation
from torch import Tensor, nn

HERE = Path(__file__).parent
SEED = 0
BACKGROUND, COIN, RIM, VOID = 0, 1, 2, 255
CLASSES = 3
CROP = (56, 72)
TRAINING_ROWS = slice(0, 224)  # the three upper rows of coins; the crops below lie in the fourth
CROP_CORNERS = [(228, 54), (228, 256)]


def find_coins(photo: np.ndarray) -> np.ndarray:
    """Return where the coins are: a watershed of the edges, started from surely dark and surely bright pixels."""
    markers = np.zeros(photo.shape, np.int32)
    markers[photo < 30] = 1
    markers[photo > 150] = 2
    filled = ndimage.binary_fill_holes(segmentation.watershed(filters.sobel(photo), markers) == 2)
    regions, _ = ndimage.label(filled)
    sizes = np.bincount(regions.ravel())
    return filled & (sizes[regions] > 100)


def label(coins: np.ndarray) -> np.ndarray:
    """Return int64 labels: coin, a rim 4 pixels wide inside it, background, and 255 within 2 pixels of the outline."""
    inside = ndimage.distance_transform_edt(coins)
    outside = ndimage.distance_transform_edt(~coins)
    mask = np.where(coins, COIN, BACKGROUND).astype(np.int64)
    mask[coins & (inside <= 6)] = RIM
    mask[np.where(coins, inside, outside) <= 2] = VOID
    return mask


def network() -> nn.Module:
    """Return a convolutional network whose dilations let each pixel see a square of 31 pixels."""
    layers: list[nn.Module] = []
    for channels, dilation in [(1, 1), (12, 2), (12, 4), (12, 8)]:
        layers += [nn.Conv2d(channels, 12, 3, padding=dilation, dilation=dilation), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv2d(12, CLASSES, 1))


def inverse_frequency(mask: Tensor) -> Tensor:
    """Return one weight per class, N / (C * count), void pixels left out."""
    counts = torch.bincount(mask[mask != VOID], minlength=CLASSES)
    return (counts.sum() / (CLASSES * counts)).float()


def train(model: nn.Module, photo: Tensor, mask: Tensor, weights: Tensor, steps: int) -> nn.Module:
    """Fit the model with Adam on batches of eight random crops."""
    criterion = nn.CrossEntropyLoss(weight=weights, ignore_index=VOID)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    height, width = photo.shape
    for _ in range(steps):
        rows = torch.randint(height - CROP[0] + 1, (8,)).tolist()
        columns = torch.randint(width - CROP[1] + 1, (8,)).tolist()
        corners = list(zip(rows, columns))
        optimizer.zero_grad()
        criterion(model(crops(photo, corners).unsqueeze(1)), crops(mask, corners)).backward()
        optimizer.step()
    return model.eval()


def crops(image: Tensor, corners: list[tuple[int, int]]) -> Tensor:
    """Return the crops that start at the given corners, as one batch."""
    return torch.stack([image[row : row + CROP[0], column : column + CROP[1]] for row, column in corners])


def save(name: str, array: Tensor) -> None:
    """Write a tensor beside this script as name.npy."""
    np.save(HERE / f"{name}.npy", array.detach().contiguous().numpy())


def main() -> None:
    """Train on the upper rows of coins, and save logits and labels of two crops of the lowest."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)
    pixels = data.coins()
    photo, mask = torch.from_numpy(pixels.astype("float32") / 255), torch.from_numpy(label(find_coins(pixels)))
    weights = inverse_frequency(mask[TRAINING_ROWS])
    model = train(network(), photo[TRAINING_ROWS], mask[TRAINING_ROWS], weights, steps=300)

    logits, truth = model(crops(photo, CROP_CORNERS).unsqueeze(1)), crops(mask, CROP_CORNERS)
    save("logits", logits)
    save("mask", truth)
    save("weights", weights)
    counted, right = truth != VOID, logits.argmax(1) == truth
    print(f"weights {weights.tolist()}, void {(~counted).float().mean():.4f} of the pixels")
    print(f"accuracy {right[counted].float().mean():.4f} of the pixels that count")
    for name, index in [("background", BACKGROUND), ("coin", COIN), ("rim", RIM)]:
        print(f"  {name}: {int((truth == index).sum())} pixels, {right[truth == index].float().mean():.4f} right")


if __name__ == "__main__":
    main()
