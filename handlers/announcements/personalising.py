"""Marks of a mail merge in the text of an announcement, which fills none in: everybody gets the same text."""

import re
from urllib.parse import unquote

from handlers.richtext import read, visible

_FIELDS = (
    r"(?:pr[ée]noms?|noms?|civilit[ée]|fonction|structure|r[ée]gion|ville|t[ée]l[ée]phone|e-?mail|courriel"
    r"|first[ _-]?name|last[ _-]?name|name)"
)
_MARK = re.compile(
    r"\{{1,3}[^{}\n]{1,40}\}{1,3}"  # whatever is in braces: no sentence has them
    rf"|\[{_FIELDS}\]|<{{1,2}}{_FIELDS}>{{1,2}}|%{_FIELDS}%|«{_FIELDS}»",  # the others are often prose
    re.IGNORECASE,
)


def merge_fields(text: str) -> tuple[str, ...]:
    """What would go out as written: « {prénom} », « [structure] », as it will be read; each once, in order.

    Those in the address of a link count as well: what is pasted from a mail merge often has them there.
    """
    blocks = read(text)
    addresses = (unquote(span.href) for block in blocks for span in block.spans if span.href)
    return tuple(dict.fromkeys(_MARK.findall("\n".join((visible(blocks), *addresses)))))
