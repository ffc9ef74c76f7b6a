"""Recipes: runs that show one thing, in full and in about 30 seconds; docs/recipes.md has what they reached."""

from .adding import ADDING
from .average import AVERAGE
from .base import Claim, Recipe
from .book import BOOK
from .exploding import EXPLODING
from .frequency import FREQUENCY
from .lengths import LENGTHS
from .names import ELEMENT_NAMES, FILM_TITLES
from .optimisers import OPTIMISERS
from .palindrome import PALINDROME
from .recall import RECALL
from .surnames import SURNAMES
from .words import WORDS

RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        PALINDROME,
        AVERAGE,
        ELEMENT_NAMES,
        FILM_TITLES,
        LENGTHS,
        WORDS,
        BOOK,
        SURNAMES,
        ADDING,
        RECALL,
        FREQUENCY,
        EXPLODING,
        OPTIMISERS,
    )
}

__all__ = ["RECIPES", "Claim", "Recipe"]
