"""Train a small network to remove noise from one photograph, and let it clean a crop of another.

Run from the root of the repository: python examples/denoising/make.py
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from skimage import data
from torch import Tensor, nn

HERE = Path(__file__).parent
SEED = 0
NOISE = 0.1  # standard deviation, where black is 0 and white is 1
EYE = (slice(82, 146), slice(138, 202))  # rows and columns of the crop in the photograph of the cat


class Denoiser(nn.Module):
    """A residual network: it predicts the noise, and subtracts it."""

    def __init__(self) -> None:
        """Make four convolutions with 16 channels between them."""
        super().__init__()
        self.noise = nn.Sequential(
            nn.Conv2d(3, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 16, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(16, 3, 3, padding=1),
        )

    def forward(self, noisy: Tensor) -> Tensor:
        """Return the image without the noise that the network finds in it."""
        return noisy - self.noise(noisy)


def photograph(pixels: np.ndarray) -> Tensor:
    """Return a (1, 3, H, W) image in [0, 1] from (H, W, 3) bytes."""
    return torch.from_numpy(pixels.astype("float32") / 255).permute(2, 0, 1).unsqueeze(0)


def random_crops(image: Tensor, count: int, size: int) -> Tensor:
    """Return square crops from random places of the image, as one batch."""
    rows = torch.randint(image.shape[2] - size + 1, (count,)).tolist()
    columns = torch.randint(image.shape[3] - size + 1, (count,)).tolist()
    return torch.cat([image[:, :, r : r + size, c : c + size] for r, c in zip(rows, columns)])


def add_noise(clean: Tensor) -> Tensor:
    """Return the image with Gaussian noise, not clipped: a few values leave [0, 1]."""
    return clean + NOISE * torch.randn_like(clean)


def train(model: nn.Module, image: Tensor, steps: int) -> nn.Module:
    """Fit the model with Adam and the mean squared error on noisy crops of the image."""
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    for _ in range(steps):
        clean = random_crops(image, count=16, size=32)
        optimizer.zero_grad()
        F.mse_loss(model(add_noise(clean)), clean).backward()
        optimizer.step()
    return model.eval()


def save(name: str, array: Tensor) -> None:
    """Write a tensor beside this script as name.npy."""
    np.save(HERE / f"{name}.npy", array.detach().contiguous().numpy())


def decibels(image: Tensor, clean: Tensor) -> float:
    """Return the peak signal-to-noise ratio for images whose white is 1."""
    return -10 * F.mse_loss(image, clean).log10().item()


def main() -> None:
    """Train on the cup of coffee, and save the cat's eye clean, noisy and denoised."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(SEED)
    model = train(Denoiser(), photograph(data.coffee()), steps=400)
    clean = photograph(data.chelsea())[:, :, *EYE]
    noisy = add_noise(clean)
    denoised = model(noisy)
    for name, image in [("clean", clean), ("noisy", noisy), ("denoised", denoised)]:
        save(name, image)
    print(f"PSNR: noisy {decibels(noisy, clean):.2f} dB, denoised {decibels(denoised, clean):.2f} dB")


if __name__ == "__main__":
    main()
