"""Make a document fit for an archive: PDF/A-2b (ISO 19005-2), level B of conformance.

Fonts are embedded anyway, nothing is encrypted, transparent or fetched from elsewhere; what is
missing is what the file says of itself: metadata as XMP, and what its greys mean on paper.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from reportlab.pdfbase.pdfdoc import (
    PDFArray,
    PDFDictionary,
    PDFName,
    PDFObject,
    PDFStream,
    PDFString,
)
from reportlab.pdfgen.canvas import Canvas

import resources

_END = b"endstream\n"
_MADE = "2000-01-01T00:00:00+00:00"  # the day that documents without a clock bear
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:description>
<pdf:Keywords>{keywords}</pdf:Keywords>
<pdf:Producer>OneWindow</pdf:Producer>
<xmp:CreatorTool>OneWindow</xmp:CreatorTool>
<xmp:CreateDate>{made}</xmp:CreateDate>
<xmp:ModifyDate>{made}</xmp:ModifyDate>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


@cache
def _profile() -> bytes:
    return (resources.FOLDER / "icc" / "srgb.icc").read_bytes()


def describe(canvas: Canvas, *, title: str, author: str, keywords: str) -> None:
    """Say in the document, and in XMP beside it, what it is; and what its colours mean."""
    canvas.setTitle(title)
    canvas.setAuthor(author)
    canvas.setSubject(title)
    if keywords:
        canvas.setKeywords(keywords)
    canvas.setCreator("OneWindow")
    canvas.setProducer("OneWindow")
    document: Any = getattr(canvas, "_doc")  # noqa: B009  # the only way to the catalogue
    said = _XMP.format(title=_xml(title), author=_xml(author), keywords=_xml(keywords), made=_MADE)
    metadata = _Plain(
        PDFDictionary({"Type": PDFName("Metadata"), "Subtype": PDFName("XML")}), said.encode()
    )
    profile = _Plain(PDFDictionary({"N": 3}), _profile())
    intent = PDFDictionary(
        {
            "Type": PDFName("OutputIntent"),
            "S": PDFName("GTS_PDFA1"),
            "OutputConditionIdentifier": PDFString("sRGB"),
            "Info": PDFString("sRGB IEC61966-2.1"),
            "DestOutputProfile": document.Reference(profile),
        }
    )
    document.idToObject = _Objects(document.idToObject)
    catalogue = document.Catalog
    catalogue.Metadata = metadata
    catalogue.OutputIntents = PDFArray([intent])
    catalogue.__NoDefault__ = [*catalogue.__NoDefault__, "OutputIntents"]


class _Plain(PDFStream):
    """Not compressed: a searcher must be able to read it without knowing PDF."""

    def format(self, document: Any) -> bytes:
        head = PDFDictionary({**self.dictionary.dict, "Length": len(self.content)})
        return b"%s\nstream\n%sendstream\n" % (head.format(document), self.content)


class _Ended(PDFObject):
    """A stream whose end stands on a line of its own, as an archive wants it."""

    def __init__(self, stream: PDFStream) -> None:
        self._stream = stream

    def format(self, document: Any) -> bytes:
        whole: bytes = self._stream.format(document)
        return whole.removesuffix(_END) + b"\n" + _END


class _Objects(dict[str, object]):
    """A document's objects, as they are written into the file."""

    def __getitem__(self, name: str) -> object:
        found = super().__getitem__(name)
        return _Ended(found) if isinstance(found, PDFStream) else found


def _xml(text: str) -> str:
    """XML has no place for most control characters."""
    return escape("".join(char for char in text if char.isprintable()))
