"""Losses of detectors that torchvision does not have."""
