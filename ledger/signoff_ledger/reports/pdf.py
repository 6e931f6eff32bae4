"""A page as a tagged PDF (PDF/UA-1) with text that can be selected, through WeasyPrint."""

from __future__ import annotations

import importlib
from hashlib import sha256

from signoff_ledger.errors import Advice, InputError


def pdf(page: str) -> bytes:
    """Print a self-contained page; the same page gives the same bytes on the same machine.

    Args:
        page: The HTML page; nothing it names is fetched.

    Raises:
        InputError: The extra `pdf`, or the system's Pango library, is not installed.
    """
    try:
        weasyprint = importlib.import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise InputError(
            "SL114",
            "a PDF cannot be made here",
            why=f"WeasyPrint does not load: {str(error).splitlines()[0]}",
            advice=Advice("install-pdf"),
        ) from error

    def nothing(url: str, *_: object, **__: object) -> None:
        raise ValueError(f"{url} is not part of the page")

    printed: bytes = weasyprint.HTML(string=page, url_fetcher=nothing).write_pdf(
        pdf_identifier=sha256(page.encode()).digest()[:16],
        pdf_variant="pdf/ua-1",
    )
    return printed
