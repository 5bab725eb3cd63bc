"""Say a list's faults in Chinese; codes, ids and places stay as they are."""

from __future__ import annotations

import re

# Each English sentence as the checks write it, and what an administrator reads. The first that
# fits the end of a fault says it; what stands before is its place.
_SENTENCES: tuple[tuple[str, str], ...] = (
    (r"material (\S+) stands twice", r"材料 \1 写了两次"),
    (r"no materials", "没有材料"),
    (r"material (\S+): negative count", r"材料 \1：份数是负数"),
    (r"material (\S+): neither original nor copy", r"材料 \1：原件、复印件都是 0 份"),
    (
        r"material (\S+): promisable, but the item allows no promise",
        r"材料 \1：写明可以告知承诺，但这个事项不适用告知承诺",
    ),
    (
        r"material (\S+): days to lag, but it may not lag",
        r"材料 \1：写了容缺工作日，但必要性不是容缺后补",
    ),
    (
        r"material (\S+): promisable, but nobody has to bring it",
        r"材料 \1：写明可以告知承诺，但必要性是非必要",
    ),
    (r"material (\S+): a reuse grade stands twice", r"材料 \1：同一复用等级写了两次"),
    (
        r"material (\S+): reuse grade A and an e-licence go together",
        r"材料 \1：复用等级 A 和电子证照编码要么都写，要么都不写",
    ),
    (
        r"material (\S+): months of reuse without a grade B, C or D",
        r"材料 \1：写了复用月数，但没有 B、C、D 等级",
    ),
    (r"material (\S+): negative months of reuse", r"材料 \1：复用月数是负数"),
    (r"material (\S+): months of reuse above (\d+)", r"材料 \1：复用月数超过 \2"),
    (r"material (\S+): no name", r"材料 \1：没有名称"),
    (r"material (\S+): count above (\d+)", r"材料 \1：份数或者天数超过 \2"),
    (r"material (\S+): negative defer_days", r"材料 \1：容缺工作日是负数"),
    (r"material (\S+): licence (.+)", r"材料 \1：电子证照编码 \2 不能使用"),
    (r"question (\S+) stands twice", r"问题 \1 写了两次"),
    (r"question (\S+): fewer than two options", r"问题 \1：不到两个选项"),
    (r"question (\S+): depends on (\S+), not asked before", r"问题 \1：提问条件 \2 前面没有"),
    (r"question (\S+): option (\S+) stands twice", r"问题 \1：选项 \2 写了两次"),
    (r"option (\S+): unknown material (\S+)", r"选项 \1：材料表里没有 \2"),
    (r"limit out of range", "时限超出 0 至 3650"),
    (r"serves nobody", "没有写服务对象"),
    (r"names fewer than two items, or one twice", "事项不到两个，或者同一事项写了两次"),
    (r"ends before it begins", "停止日期早于生效日期"),
    (r"field (\S+) stands twice in one object", r"同一处写了两个 \1"),
    (r"field (\S+) stands twice", r"表单字段 \1 写了两次"),
    (
        r"field (\S+): choices belong to a choice, and at least two",
        r"表单字段 \1：类型是“选择”的至少要有两个可选值，其他类型不能有",
    ),
    (r"field (\S+): no label or an empty choice", r"表单字段 \1：没有名称，或者有空的可选值"),
    (r"field (\S+): a choice stands twice", r"表单字段 \1：同一可选值写了两次"),
    (r"field (\S+) is missing", r"缺少 \1"),
    (r"unknown field (\S+)", r"不认识 \1"),
    (r"unknown item (\S+)", r"没有事项 \1"),
    (r"unknown question (\S+) of (\S+)", r"事项 \2 没有问题 \1"),
    (r"question (\S+) of (\S+) stands twice", r"事项 \2 的问题 \1 写了两次"),
    (
        r"question (\S+) of (\S+) depends on another: not shareable",
        r"事项 \2 的问题 \1 有提问条件，不能合并成一问",
    ),
    (r"questions (\S*) are not the same", r"合并成一问的 \1 选项不同，或者不到两个事项"),
    (r"code (.+) is not usable", r"编码 \1 不能使用（只能有字母、数字和符号，1 至 64 位）"),
    (r"a name of more than (\d+) characters", r"名称超过 \1 个字"),
    (r"no name or no department", "没有名称或者没有部门"),
    (r"version (\d+) stands twice", r"版本 \1 写了两次"),
    (r"stands already in (.+)", r"在 \1 里已经有了"),
    (r"is the code of an item", "和一个事项的编码相同"),
    (r"stands twice", "写了两次"),
    (
        r"version (\d+) is published already.+ give the changed list version (\d+)",
        r"版本 \1 已经公布，内容不同；改动过的清单请编为版本 \2",
    ),
    (r"version (-?\d+)", r"版本 \1 不对，要从 1 起"),
    (r"visits (-?\d+)", r"到现场次数 \1 不对"),
    (r"fee (.*): amount (\S+)", r"收费“\1”：金额 \2 不对"),
    (
        r"id (.+): a-z, 0-9, hyphen, dot and underscore only",
        r"编号 \1 不能使用（只能有小写字母、数字、连字符、点和下划线）",
    ),
    (r"(.+) is no code of (\S+) \((.+)\)", r"\1 不在代码表“\2”里（\3）"),
    (r"no item files", "没有清单文件"),
    (r"too large", "文件太大"),
    (r"cannot be read", "读不出来"),
    (r"No such file or directory", "没有这个文件"),
    (r"Permission denied", "没有权限读取"),
    (r"Is a directory", "是文件夹，不是文件"),
    (r"not UTF-8", "不是 UTF-8 编码"),
    (r"line (\d+): .+", r"第 \1 行不是正确的 JSON"),
    (r"half of a surrogate pair", "有半个字符"),
    (r"not a list of items", "不是事项清单"),
    (r"not a list of this format", "不是这种格式的签名清单"),
    (r"not an array", "要写成数组"),
    (r"no zone", "没有时区"),
    (r"(\S+) is no number", r"\1 不是数"),
    (r"Expected `(.+?)`, got `(.+?)`( - at .+)?", r"要写<\1>，写成了<\2>"),
    (r"Invalid enum value (.+?)( - at .+)?", r"没有 \1 这个取值"),
    (r"Invalid RFC3339.*|Invalid date.*", "不是日期，请写成 2026-01-01 的样子"),
    (r"Invalid decimal.*", "不是金额，请写成 80.00 的样子"),
    (r"Object missing required field `(.+?)`( - at .+)?", r"缺少 \1"),
)
_KINDS = {
    "str": "文字", "int": "整数", "float": "小数", "bool": "true 或者 false", "null": "null（空）",
    "array": "数组", "object": "对象", "date": "日期", "decimal": "金额",
}  # fmt: skip
_LONGEST = 600  # what a hostile list writes into its codes is not searched through
_DEEPEST = 8  # file, item, material …
_KIND = re.compile(r"<([^<>]+)>")
_KNOWN = tuple((re.compile(english), chinese) for english, chinese in _SENTENCES)


def in_chinese(fault: str) -> str:
    """``FILE: CODE: sentence`` with the sentence in Chinese; unknown ones are left as they are."""
    if len(fault) > _LONGEST:
        return f"{fault[:_LONGEST]}…"
    start = 0
    for _ in range(_DEEPEST):
        rest = fault[start:]
        for english, chinese in _KNOWN:
            found = english.fullmatch(rest)
            if found:
                said = found.expand(chinese)
                if english.pattern.startswith("Expected"):
                    said = _KIND.sub(_kinds, said)
                return fault[:start] + said
        start = fault.find(": ", start) + 2
        if start < 2:
            break
    return fault


def _kinds(found: re.Match[str]) -> str:
    """``array | null`` as 数组或者 null（空）."""
    return "或者".join(_KINDS.get(kind, kind) for kind in found[1].split(" | "))
