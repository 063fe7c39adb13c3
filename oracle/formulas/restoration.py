"""Losses and measures of images: restoration, denoising. Computed in float64, whatever comes, so that only the last rounding is float32's."""

import math

import skimage.metrics
import torch
import torch.nn.functional as F

from torchvision_loader import load_torchvision

from . import formula

load_torchvision()  # which torchmetrics imports
import torchmetrics.functional.image
from torchmetrics.functional.image.ssim import _ssim_update


def batch(image):
    """(N, C, H, W) in float64 of images of two to four axes."""
    return image.double().reshape((1,) * (4 - image.dim()) + image.shape)


def reduced(per_image, image, dtype, reduction):
    """One value per image, or one of all; a single image has no axis for its value."""
    if reduction == "mean":
        value = per_image.mean()
    elif reduction == "sum":
        value = per_image.sum()
    else:
        value = per_image if image.dim() == 4 else per_image[0]
    return value.to(dtype)


def weights_of(window, size, sigma):
    """The window's weights, all in a row."""
    if window == "uniform":
        return torch.full((size * size,), 1 / size**2, dtype=torch.float64)
    at = torch.arange(size, dtype=torch.float64) - (size - 1) / 2
    square = torch.exp(-(at[:, None] ** 2 + at[None, :] ** 2) / (2 * sigma**2))
    return (square / square.sum()).flatten()


def factors(x, y, *, data_range, window, window_size, sigma, k1, k2, border, sample_covariance):
    """
    SSIM of every window, and its second factor: the paper's quotients. Each window is cut out, and its variances are means of squares of
    distances from its own mean, so that nothing cancels.
    """
    weights = weights_of(window, window_size, sigma)[None, :, None]
    n, c, h, w = x.shape
    pad = (window_size - 1) // 2

    def patches(image):
        image = image.reshape(n * c, 1, h, w)
        if border == "reflect" and pad > 0:
            image = F.pad(image, (pad, pad, pad, pad), mode="reflect")
        return F.unfold(image, window_size)

    def mean(values):
        return (weights * values).sum(dim=1)

    if x.numel() == 0:
        return [(x + y).sum(dim=(2, 3))[:, :, None] / 0] * 2
    px, py = patches(x), patches(y)
    mx, my = mean(px), mean(py)
    dx, dy = px - mx[:, None], py - my[:, None]
    spread = window_size**2 / (window_size**2 - 1) if sample_covariance else 1
    c1, c2 = (k1 * data_range) ** 2, (k2 * data_range) ** 2
    cs = (2 * spread * mean(dx * dy) + c2) / (spread * mean(dx**2) + spread * mean(dy**2) + c2)
    whole = cs * (2 * mx * my + c1) / (mx * mx + my * my + c1)
    return [each.reshape(n, c, -1) for each in (whole, cs)]


def hold(ours, theirs, who):
    """The formula against another library's number of the same thing; a difference is an error, and so no golden."""
    # float64's own roundings, where nearly flat windows leave little of two moments but c2
    if not math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9):
        raise AssertionError(f"the formula has {ours}, {who} {theirs}")


def gaussian_size(sigma):
    """How large scikit-image and torchmetrics make a Gaussian window."""
    return 2 * int(3.5 * sigma + 0.5) + 1


@formula(
    source="Z. Wang et al., Image Quality Assessment, https://doi.org/10.1109/TIP.2003.819861; held against scikit-image (valid) and torchmetrics 1.9 (reflect)",
    library="scikit-image",
)
def ssim_loss(
    input, target, *, data_range=1.0, window="gaussian", window_size=11, sigma=1.5, k1=0.01, k2=0.03, border="valid",
    sample_covariance=False, reduction="mean",
):
    options = dict(data_range=data_range, window=window, window_size=window_size, sigma=sigma, k1=k1, k2=k2, border=border)
    x, y = batch(input), batch(target)
    similar, _ = factors(x, y, **options, sample_covariance=sample_covariance)
    per_image = similar.mean(dim=(1, 2))
    usual = window == "uniform" or window_size == gaussian_size(sigma)
    if usual and similar.numel() > 0 and min(x.shape[2:]) >= window_size > 1 and torch.isfinite(per_image).all():
        if border == "valid":
            for i in range(len(x)):
                theirs = skimage.metrics.structural_similarity(
                    x[i].detach().numpy(), y[i].detach().numpy(), channel_axis=0, data_range=data_range, win_size=window_size,
                    gaussian_weights=window == "gaussian", sigma=sigma, use_sample_covariance=sample_covariance, K1=k1, K2=k2,
                )
                hold(per_image[i].item(), float(theirs), "scikit-image")
        elif not sample_covariance:
            theirs = torchmetrics.functional.image.structural_similarity_index_measure(
                x.detach(), y.detach(), gaussian_kernel=window == "gaussian", sigma=sigma, kernel_size=window_size, reduction="none",
                data_range=data_range, k1=k1, k2=k2,
            )
            for mine, other in zip(per_image.tolist(), theirs.tolist()):
                hold(mine, other, "torchmetrics")
    return reduced(1 - per_image, input, torch.promote_types(input.dtype, target.dtype), reduction)


@formula(
    source="Z. Wang et al., Multi-scale Structural Similarity, https://doi.org/10.1109/ACSSC.2003.1292216; its factors held against torchmetrics",
    library="torchmetrics",
)
def ms_ssim_loss(
    input, target, *, data_range=1.0, window="gaussian", window_size=11, sigma=1.5, k1=0.01, k2=0.03, border="valid",
    sample_covariance=False, betas=(0.0448, 0.2856, 0.3001, 0.2363, 0.1333), reduction="mean",
):
    options = dict(data_range=data_range, window=window, window_size=window_size, sigma=sigma, k1=k1, k2=k2, border=border)
    x, y = batch(input), batch(target)
    product = torch.ones(x.shape[:2], dtype=torch.float64)
    for scale, beta in enumerate(betas):
        if scale > 0:
            # channels as a batch, which may be empty
            n, c, h, w = x.shape
            x, y = (F.avg_pool2d(each.reshape(n * c, 1, h, w), 2).reshape(n, c, h // 2, w // 2) for each in (x, y))
        maps = factors(x, y, **options, sample_covariance=sample_covariance)
        means = [each.mean(dim=2) for each in maps]
        hold_factors(x.detach(), y.detach(), [each.detach() for each in means], **options, sample_covariance=sample_covariance)
        factor = means[0] if scale + 1 == len(betas) else means[1]
        # 0 to a power has no slope here, where autograd would make NaN of it
        power = torch.where(factor <= 0, torch.zeros_like(factor), torch.where(factor <= 0, 1.0, factor) ** beta)
        product = product * (power if beta > 0 else torch.ones_like(factor))
    alive = torch.where(product == 0, product.detach(), product)
    return reduced((1 - alive).mean(dim=1), input, torch.promote_types(input.dtype, target.dtype), reduction)


def hold_factors(x, y, means, *, data_range, window, window_size, sigma, k1, k2, border, sample_covariance):
    pad = (window_size - 1) // 2
    same = window == "uniform" or window_size == gaussian_size(sigma)
    if border != "valid" or sample_covariance or not same or pad == 0 or x.numel() == 0 or min(x.shape[2:]) < window_size:
        return
    for n in range(x.shape[0]):
        for c in range(x.shape[1]):
            if not (math.isfinite(means[0][n, c]) and math.isfinite(means[1][n, c])):
                continue
            one = [each[n : n + 1, c : c + 1] for each in (x, y)]
            how = dict(gaussian_kernel=window == "gaussian", sigma=sigma, kernel_size=window_size, data_range=data_range, k1=k1, k2=k2)
            _, whole = _ssim_update(*one, **how, return_full_image=True)
            _, contrast = _ssim_update(*one, **how, return_contrast_sensitivity=True)
            hold(means[0][n, c].item(), whole[..., pad:-pad, pad:-pad].mean().item(), "torchmetrics")
            hold(means[1][n, c].item(), contrast.item(), "torchmetrics")


@formula(
    source="L. Rudin, S. Osher and E. Fatemi, https://doi.org/10.1016/0167-2789(92)90242-F; anisotropic by torchmetrics", library="torchmetrics"
)
def total_variation_loss(input, *, isotropic=False, reduction="mean"):
    x = batch(input)
    if not isotropic:
        per_image = torchmetrics.functional.image.total_variation(x, reduction="none")
    else:
        squares = sum(each**2 for each in difference(x))
        # the root of 0 has no slope here, where autograd would make NaN of it
        per_image = torch.where(squares == 0, 0.0, torch.where(squares == 0, 1.0, squares).sqrt()).sum(dim=(1, 2, 3))
    return reduced(per_image, input, input.dtype, reduction)


def beyond(x, rows, columns):
    """The image with so many copies of its edge rows and columns around it."""
    index = lambda extent, by: torch.arange(-by, extent + by).clamp(0, max(extent - 1, 0))
    return x[..., index(x.shape[-2], rows), :][..., index(x.shape[-1], columns)] if x.numel() > 0 else x


def pyramid(x):
    """As in MPRNet (its `laplacian_kernel`): one square kernel, of every second pixel four times."""
    row = torch.tensor([0.05, 0.25, 0.4, 0.25, 0.05], dtype=torch.float64)
    square = torch.outer(row, row)[None, None]
    n, c, h, w = x.shape
    blur = lambda image: F.conv2d(F.pad(image.reshape(n * c, 1, h, w), (2, 2, 2, 2), mode="replicate"), square).reshape(x.shape)
    every = torch.zeros_like(x)
    every[..., ::2, ::2] = 4 * blur(x)[..., ::2, ::2]
    return [x - blur(every)]


def laplacian(x):
    p = beyond(x, 1, 1)
    return [p[..., :-2, 1:-1] + p[..., 2:, 1:-1] + p[..., 1:-1, :-2] + p[..., 1:-1, 2:] - 4 * x]


def sobel(x):
    p = beyond(x, 1, 1)
    across = p[..., 2:] - p[..., :-2]
    along = p[..., 2:, :] - p[..., :-2, :]
    smooth = lambda a, b, c: (a + 2 * b + c) / 8
    return [
        smooth(across[..., :-2, :], across[..., 1:-1, :], across[..., 2:, :]),
        smooth(along[..., :-2], along[..., 1:-1], along[..., 2:]),
    ]


def difference(x):
    """The next pixel less this one; none at the end."""
    across = F.pad(torch.diff(x, dim=-1), (0, 1))
    along = F.pad(torch.diff(x, dim=-2), (0, 0, 0, 1))
    return [across, along]


@formula(source="S. Zamir et al., Multi-Stage Progressive Image Restoration, https://arxiv.org/abs/2102.02808, with the operators of its code, of Sobel and Laplace")
def edge_loss(input, target, *, operator="pyramid", distance="charbonnier", eps=1e-3, reduction="mean"):
    x, y = batch(input), batch(target)
    empty = x.numel() == 0
    find = {"pyramid": pyramid, "laplacian": laplacian, "sobel": sobel, "difference": difference}[operator]
    edges = [x - y] if empty else find(x - y)
    e = torch.stack(edges, dim=1)
    if distance == "l1":
        values = e.abs()
    elif distance == "l2":
        values = e**2
    else:
        squares = e**2 + eps**2
        values = torch.where(squares == 0, 0.0, torch.where(squares == 0, 1.0, squares).sqrt())
    return reduced(values.mean(dim=(1, 2, 3, 4)), input, torch.promote_types(input.dtype, target.dtype), reduction)
