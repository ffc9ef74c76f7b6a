"""From a surname to the language whose list it stands in: lists of the package faker, Latin script.

A caution belongs to it: a list says where a name is common, not where a person is from. Origin is not to be inferred
about real people.
"""

import re
from collections import Counter
from functools import cached_property, lru_cache
from importlib import import_module

import numpy as np

from cells.knobs import BadValue

from .base import TEST, VALIDATION, Batch, Task
from .language import check_batch

LANGUAGES = {  # language -> faker's locales
    "Croatian": ("hr_HR",),
    "Czech": ("cs_CZ",),
    "Dutch": ("nl_NL", "nl_BE"),
    "English": ("en_GB", "en_US", "en_NZ"),
    "Estonian": ("et_EE",),
    "Finnish": ("fi_FI",),
    "French": ("fr_FR", "fr_BE", "fr_CA"),
    "German": ("de_DE", "de_AT"),
    "Irish": ("ga_IE",),
    "Italian": ("it_IT",),
    "Slovak": ("sk_SK",),
    "Spanish": ("es_ES", "es_MX", "es_CL", "es_CO"),
    "Swedish": ("sv_SE",),
}
LISTS = ("last_names", "last_names_male", "last_names_female", "last_names_unisex")
LATIN = re.compile(r"[A-Za-zÀ-ž' -]+")
STEM = 5  # letters by which names are kept together when they are split
EPOCH_STREAM = 32


class Surnames(Task):
    """Letters of a surname in; after the last, one of 13 languages. The classes weigh alike in the loss."""

    name, label, symbols = "surnames", "surname to language", True
    hint = "Always the largest list is right in 19 % of names and in 8 % as the mean over languages."
    caution = "A list says where a name is common, not where a person is from: do not infer origin about real people."

    @classmethod
    def check(cls, settings):
        names = [name for name, _ in surnames()]
        longest = max(map(len, names))
        if settings.length < longest:
            told = f"length = {settings.length} is less than the {longest} letters of the longest name"
            raise BadValue(told, "length", longest)
        check_batch(settings, int(0.7 * len(names)), "names")

    @cached_property
    def vocabulary(self) -> list[str]:
        """Return all letters that occur, in order."""
        return sorted(set("".join(name for name, _ in surnames())))

    @property
    def inputs(self):
        return len(self.vocabulary)

    @property
    def outputs(self):
        return len(LANGUAGES)

    @property
    def classes(self):
        return list(LANGUAGES)

    @cached_property
    def _parts(self) -> dict[int, list[int]]:
        return split_by_stem([name for name, _ in surnames()])

    @cached_property
    def class_weights(self) -> np.ndarray:
        """Return one over each language's share of the training names, over their number: (13,)."""
        counts = np.bincount([surnames()[place][1] for place in self._parts[0]], minlength=self.outputs)
        return counts.sum() / (self.outputs * np.maximum(counts, 1))

    @property
    def updates_an_epoch(self):
        return max(1, len(self._parts[0]) // self.settings.batch)

    def train(self, update):
        epoch, number = divmod(update, self.updates_an_epoch)
        order = np.random.default_rng((self.settings.seed, EPOCH_STREAM, epoch)).permutation(self._parts[0])
        size = self.settings.batch
        return self._batch(order[number * size : (number + 1) * size].tolist())

    def held_out(self, stream):
        yield self._batch(self._parts[stream])

    def _batch(self, places: list[int]) -> Batch:
        names, labels = zip(*(surnames()[place] for place in places), strict=True)
        lengths = np.array([len(name) for name in names])
        letters = {letter: number for number, letter in enumerate(self.vocabulary)}
        x = np.zeros((lengths.max(), len(names)), dtype=np.int64)
        for column, name in enumerate(names):
            x[: len(name), column] = [letters[letter] for letter in name]
        targets = np.array(labels)[None]
        return Batch(x, targets, self.class_weights[targets], lengths=lengths)


@lru_cache(maxsize=1)
def surnames() -> list[tuple[str, int]]:
    """(name in small letters, number of its language), sorted; a name of two languages belongs to none."""
    found = {language: _listed(locales) for language, locales in LANGUAGES.items()}
    owners = Counter(name for names in found.values() for name in names)
    kept = [(name, k) for k, names in enumerate(found.values()) for name in names if owners[name] == 1]
    return sorted(kept)


def _listed(locales: tuple[str, ...]) -> set[str]:
    """Return the surnames of some of faker's locales, which is loaded here and nowhere else."""
    names: set[str] = set()
    for locale in locales:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for lists in LISTS:
            names |= set(getattr(provider, lists, ()))
    return {name.lower() for name in names if LATIN.fullmatch(name)}


def split_by_stem(names: list[str]) -> dict[int, list[int]]:
    """Return places that train, validate and test: 70, 15 and 15 %.

    Names of one stem stay together (novák, nováková).
    """
    stems = sorted({name[:STEM] for name in names})
    order = np.random.default_rng(0).permutation(len(stems))
    share = {stems[place]: rank / len(stems) for rank, place in enumerate(order)}
    parts: dict[int, list[int]] = {0: [], VALIDATION: [], TEST: []}
    for place, name in enumerate(names):
        rank = share[name[:STEM]]
        parts[0 if rank < 0.7 else VALIDATION if rank < 0.85 else TEST].append(place)
    return parts
