"""Losses and measures of images: restoration, denoising."""
