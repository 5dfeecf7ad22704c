"""PDF, HTML and office files, turned into text by the libraries of the extra `documents`."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from semantic_text_splitter import TextSplitter

from botcore.errors import KnowledgeError
from botcore.knowledge.readers.base import SECTION_CHARACTERS, Reading, Section, title_from
from botcore.knowledge.readers.markdown import read_markdown


def read_pdf(path: Path) -> Reading:
    """Page by page, so that a source names its page. Scanned pages have no text and are left out."""
    pages = _library("pypdf", path).PdfReader(path).pages
    splitter = TextSplitter(SECTION_CHARACTERS)
    sections = [
        Section(f"p. {number}", piece)
        for number, page in enumerate(pages, start=1)
        for piece in splitter.chunks(page.extract_text())
    ]
    return Reading(title_from(path), sections)


def read_html(path: Path) -> Reading:
    """The main text of the page, without menus and footers."""
    trafilatura = _library("trafilatura", path)
    text = trafilatura.extract(path.read_bytes(), output_format="markdown", include_tables=True) or ""
    return read_markdown(text, path)


def read_office(path: Path) -> Reading:
    """Word, PowerPoint and Excel."""
    converter = _library("markitdown", path).MarkItDown(enable_plugins=False)
    return read_markdown(converter.convert_local(path).text_content, path)


def _library(name: str, path: Path) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise KnowledgeError(
            f"{path.name}: {path.suffix} files need more libraries: pip install 'botcore[documents]'"
        ) from error
