"""Draw sheets of paper as a scanner would see them: invented print, real barcodes."""

from __future__ import annotations

import io
import random

from PIL import Image, ImageDraw, ImageFont

from printers.documents.fonts import FontRole, find_fonts

LINES = (
    "不动产登记申请书", "申请人：张示例    联系电话：010-00000000", "坐落：示例市演示区样板路 1 号",
    "登记类型：首次登记    权利类型：房屋所有权", "本人承诺所提交的材料真实、合法、有效。",
)  # fmt: skip


def font(size: int) -> ImageFont.FreeTypeFont:
    path = next(each.path for each in find_fonts() if each.role is FontRole.HEI)
    return ImageFont.truetype(str(path), size)


def sheet(dpi: int = 150, *, lines: int = 24, first: str = "", code: str = "") -> Image.Image:
    """An A4 page of print, with a barcode at its head where ``code`` is given."""
    page = Image.new("RGB", (round(8.27 * dpi), round(11.69 * dpi)), "white")
    draw = ImageDraw.Draw(page)
    face = font(round(dpi * 0.16))
    for at in range(lines):
        text = first if first and at == 0 else LINES[at % len(LINES)]
        draw.text((dpi * 0.9, dpi * (1.4 + 0.36 * at)), text, fill=(20, 20, 30), font=face)
    if code:
        page.paste(barcode(code, dpi), (round(dpi * 0.9), round(dpi * 0.4)))
    return page


def barcode(text: str, dpi: int) -> Image.Image:
    import zxingcpp

    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    picture = Image.fromarray(zxingcpp.write_barcode_to_image(made, scale=max(3, dpi // 40)))
    return picture.convert("RGB")


def noise(picture: Image.Image, seed: int = 1, amount: int = 10) -> Image.Image:
    """The grain of a real scanner."""
    grain = Image.frombytes(
        "L", picture.size, random.Random(seed).randbytes(picture.width * picture.height)
    )
    return Image.blend(picture, grain.convert(picture.mode), amount / 255)


def jpeg(picture: Image.Image, dpi: int = 150, **more: object) -> bytes:
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=88, dpi=(dpi, dpi), **more)
    return made.getvalue()


def png(picture: Image.Image, dpi: int = 150) -> bytes:
    made = io.BytesIO()
    picture.save(made, "PNG", dpi=(dpi, dpi))
    return made.getvalue()


def tiff(pictures: list[Image.Image], dpi: int = 150) -> bytes:
    made = io.BytesIO()
    pictures[0].save(made, "TIFF", save_all=True, append_images=pictures[1:], dpi=(dpi, dpi))
    return made.getvalue()
