"""A table on the page: sorted by its headings, walked through with the keyboard, saved as CSV."""

from .columns import Column
from .table import show_table

__all__ = ["Column", "show_table"]
