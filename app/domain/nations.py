"""The nations of GB/T 3304 by their codes, as cards hold them. Pure."""

from __future__ import annotations

_NATIONS_IN_ORDER = (
    "汉、蒙古、回、藏、维吾尔、苗、彝、壮、布依、朝鲜、满、侗、瑶、白、土家、哈尼、哈萨克、傣、黎、"
    "傈僳、佤、畲、高山、拉祜、水、东乡、纳西、景颇、柯尔克孜、土、达斡尔、仫佬、羌、布朗、撒拉、"
    "毛南、仡佬、锡伯、阿昌、普米、塔吉克、怒、乌孜别克、俄罗斯、鄂温克、德昂、保安、裕固、京、"
    "塔塔尔、独龙、鄂伦春、赫哲、门巴、珞巴、基诺"
)
_NATIONS = _NATIONS_IN_ORDER.split("、")
_OTHER_NATIONS = {"97": "其他", "98": "外国血统中国籍人士"}


def nation_words(code: str) -> str:
    """``01`` -> ``汉族``; a code outside the standard is left as it is."""
    if code in _OTHER_NATIONS:
        return _OTHER_NATIONS[code]
    if code.isascii() and code.isdigit() and 1 <= int(code) <= len(_NATIONS):
        return f"{_NATIONS[int(code) - 1]}族"
    return code


def nation_code(word: str) -> str:
    """``汉`` and ``汉族`` -> ``01``; "" for what is no nation of the standard."""
    name = word.strip()
    codes = {nation: f"{place:02d}" for place, nation in enumerate(_NATIONS, start=1)}
    codes |= {words: code for code, words in _OTHER_NATIONS.items()}
    return codes.get(name) or codes.get(name.removesuffix("族"), "")
