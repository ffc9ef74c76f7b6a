"""Writing with a trained network, letter by letter, without PyTorch in the process that asks for it."""
