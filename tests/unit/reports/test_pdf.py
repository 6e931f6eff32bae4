"""The PDF through its library: tagged, in English, with text that can be selected."""

import io
import os
from pathlib import Path

import pypdf
import pytest

from tests.golden.story import PROCESS, goes, play_until


def test_the_pdf_is_tagged_and_its_text_can_be_selected(tmp_path: Path) -> None:
    terminal = play_until(tmp_path, goes("replay", PROCESS))
    said = terminal("report", PROCESS, "--format", "pdf", "-o", "one.pdf")
    if "[SL114]" in said.err and not os.environ.get("CI"):
        pytest.skip("the system's Pango library is not installed")
    terminal.did("report", PROCESS, "--format", "pdf", "-o", "two.pdf")

    content = (tmp_path / "one.pdf").read_bytes()
    read = pypdf.PdfReader(io.BytesIO(content))
    root = read.trailer["/Root"].get_object()
    assert isinstance(root, pypdf.generic.DictionaryObject)
    text = " ".join(" ".join(sheet.extract_text() for sheet in read.pages).split())

    assert content == (tmp_path / "two.pdf").read_bytes()
    assert "/StructTreeRoot" in root
    assert "en" == str(root["/Lang"])
    assert "Ceramic counter box with lid" in text
    assert "at most 22 %" in text.replace("\N{NO-BREAK SPACE}", " ")
