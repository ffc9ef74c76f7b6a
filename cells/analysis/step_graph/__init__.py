"""One step of a cell as a computational graph: values and gradients, equations, paths, parameter counts."""
