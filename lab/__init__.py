"""What needs PyTorch. Nothing here is loaded by a page: it runs in processes of its own."""
