"""Losses of embeddings and of language models that PyTorch does not have."""
