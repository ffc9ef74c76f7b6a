"""Mistakes that people make with gradients: each wrong formula computed on a run, beside the right one."""
