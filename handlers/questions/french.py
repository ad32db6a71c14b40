"""Is a word French? Asked before a word is taken for a misspelt one, or for the name of somebody."""

import functools

import simplemma


@functools.lru_cache(maxsize=50_000)
def is_french(word: str) -> bool:
    """Is it a word of a dictionary of French, in any of its forms? « japon » is no misspelt « jalon »."""
    return simplemma.is_known(word, lang="fr")
