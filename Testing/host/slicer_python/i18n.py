"""Stand-in for slicer.i18n: the context of Slicer's own, Qt's translators, its check of placeholders.

Every text that went through it is kept in ASKED with its context, so that a test sees it.
"""

import functools
import logging
import re
import sys
from pathlib import Path

PLACEHOLDER = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")
ASKED = []


def translate(context, text):
    """As the application does; text of another type raises, which PythonQt does as well."""
    if not isinstance(text, str):
        raise TypeError(f"expected a text, got {type(text).__name__}")
    ASKED.append((context, text))
    import slicer

    # Without an application (a module that is only imported) there is no translator either.
    return text if getattr(slicer, "app", None) is None else slicer.app.translate(context, text)


@functools.cache
def getContext(sourceFile):
    """The file's name, after its folder's where that is a package."""
    file = Path(sourceFile)
    packaged = file.is_file() and (file.parent / "__init__.py").is_file()
    return f"{file.parent.name}.{file.stem}" if packaged else file.stem


def tr(text):
    """``translate`` in the context of the file that calls; a translation with other placeholders does not count."""
    context = getContext(sys._getframe(1).f_code.co_filename)
    told = translate(context, text)
    if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(told)):
        logging.warning("The translation of %r in the context %r has other placeholders: %r", text, context, told)
        return text
    return told
