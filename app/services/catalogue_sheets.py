"""Describe the workbook in which departments keep their lists: its sheets, columns and limits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.domain.catalogue import LimitUnit
from app.domain.errors import AppError, Blame
from app.services.catalogue_faults import CatalogueFaults

MOST_ROWS = 20_000  # with content, on one sheet
MOST_COLUMNS = 64
EXAMPLE = "例："  # a row whose item code begins so is an example and not read


class WorkbookFaults(CatalogueFaults):
    """Cells that cannot be taken; each fault begins with sheet, column letter and row."""

    code = "CAT-12"

    def __init__(self, faults: tuple[str, ...], count: int) -> None:
        super().__init__(faults)
        self.details["count"] = count


class WorkbookRefused(AppError):
    """Not opened at all: no workbook, or built to exhaust the machine; ``reason`` says which."""

    code = "CAT-13"
    blame = Blame.DATA


class TooManyRows(AppError):
    """A sheet with more rows than a list can have."""

    code = "CAT-14"
    blame = Blame.DATA


class NotForWorkbook(AppError):
    """A list that a workbook cannot hold unchanged; JSON can."""

    code = "CAT-15"
    blame = Blame.DATA


class Kind(StrEnum):
    TEXT = "text"
    LINES = "lines"  # one entry a line
    CODE = "code"  # codes and ids: width and case of digits do not matter
    IDS = "ids"  # several, between any separators
    REFS = "refs"  # question=option, several
    GROUPS = "groups"  # name of the group=question, several
    COUNT = "count"
    FLAG = "flag"
    DATE = "date"
    MONEY = "money"
    UNIT = "unit"
    SET = "set"
    SETS = "sets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``key`` is the field in item files, dotted for parts; ``set`` names the code set."""

    key: str
    heading: str
    kind: Kind = Kind.TEXT
    required: bool = False
    set: str = ""
    example: str = ""
    width: int = 14
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    name: str
    columns: tuple[Column, ...]
    required: bool = False


UNIT_NAMES = {LimitUnit.WORKING_DAY: "工作日", LimitUnit.DAY: "自然日", LimitUnit.MONTH: "月"}

_ITEM = Column(
    key="code", heading="事项编码", kind=Kind.CODE, required=True, width=36,
    example="11370199MB0001001Y4370131001001",
    note="实施编码，按文本填写。同一事项在各表中写同一个编码。",
)  # fmt: skip
_VERSION = Column(
    key="version", heading="版本", kind=Kind.COUNT, example="1", width=6,
    note="清单改动一次加 1；空着就是 1（事项表），或者就是该事项唯一的版本（其他各表）。",
)  # fmt: skip

_NATURE = Column(
    key="department.nature", heading="主体性质", kind=Kind.SET, set="authority",
    example="1 法定机关",
)  # fmt: skip
_LAST_DAY = Column(
    key="effective_to", heading="停止日期", kind=Kind.DATE,
    note="最后一天还可以申请；空着就是一直有效。",
)  # fmt: skip

ITEMS = Sheet(
    name="事项",
    required=True,
    columns=(
        _ITEM,
        _VERSION,
        Column(key="effective_from", heading="生效日期", kind=Kind.DATE, required=True,
               example="2026-01-01", note="年-月-日。"),
        Column(key="name", heading="事项名称", required=True, example="食品经营许可新办", width=30),
        Column(key="aliases", heading="别名", kind=Kind.LINES, example="开饭馆", width=18,
               note="群众的说法，一行一个。"),
        Column(key="department.code", heading="部门编码", kind=Kind.CODE, required=True,
               example="11370199MB0001001Y", width=22, note="统一社会信用代码。"),
        Column(key="department.name", heading="部门名称", required=True,
               example="示例县市场监督管理局", width=24),
        Column(key="department.phone", heading="部门电话", example="0531-00000101"),
        Column(key="level", heading="行使层级", kind=Kind.SET, set="level", required=True,
               example="4 县"),
        Column(key="type", heading="事项类型", kind=Kind.SET, set="item_type", required=True,
               example="01 行政许可"),
        Column(key="kind", heading="办件类型", kind=Kind.SET, set="item_kind", required=True,
               example="2 承诺件"),
        Column(key="served", heading="服务对象", kind=Kind.SETS, set="served", required=True,
               example="1 自然人；2 企业法人", width=22, note="可以有几个，用分号隔开。"),
        Column(key="statutory_limit.count", heading="法定时限", kind=Kind.COUNT, required=True,
               example="20"),
        Column(key="statutory_limit.unit", heading="法定时限单位", kind=Kind.UNIT,
               example="工作日", note="空着就是工作日。"),
        Column(key="promised_limit.count", heading="承诺时限", kind=Kind.COUNT, required=True,
               example="5", note="即办件写 0。"),
        Column(key="promised_limit.unit", heading="承诺时限单位", kind=Kind.UNIT,
               example="工作日"),
        Column(key="basis", heading="设定依据", kind=Kind.LINES, width=30, note="一行一条。",
               example="《中华人民共和国食品安全法》第三十五条"),
        Column(key="conditions", heading="受理条件", kind=Kind.LINES, width=30,
               example="有与经营品种、数量相适应的场所", note="一行一条。"),
        Column(key="result", heading="办理结果", example="食品经营许可证", width=18),
        Column(key="delivery", heading="送达方式", kind=Kind.LINES, example="自取",
               note="一行一个；空着就是自取。"),
        Column(key="guide", heading="办事指南", width=30, example="需要现场核查的，会先电话约定。"),
        Column(key="promise_allowed", heading="告知承诺", kind=Kind.FLAG, example="否",
               note="是或者否；空着就是否。"),
        Column(key="power_source", heading="权力来源", kind=Kind.SET, set="power_source",
               example="1 法定本级", note="公共服务可以空着。"),
        Column(key="channels", heading="办理形式", kind=Kind.SETS, set="channel", width=20,
               example="1 窗口；4 快递", note="可以有几个，用分号隔开；空着就是 1 窗口。"),
        Column(key="special_procedures", heading="特别程序", kind=Kind.SETS, width=18,
               set="special_procedure", example="2 其他", note="可以有几个；空着就是没有。"),
        Column(key="visits", heading="到现场次数", kind=Kind.COUNT, example="1",
               note="全程网办写 0；空着就是 1。"),
        _NATURE,
        _LAST_DAY,
    ),
)  # fmt: skip
QUESTIONS = Sheet(
    name="问题与选项",
    columns=(
        _ITEM,
        _VERSION,
        Column(key="id", heading="问题编号", kind=Kind.CODE, required=True, example="who",
               note="小写字母、数字、连字符。一个选项一行，同一问题的各行写同一个编号。"),
        Column(key="text", heading="问题", example="由谁来办理？", width=28,
               note="写在该问题的第一行。"),
        Column(key="multiple", heading="可多选", kind=Kind.FLAG, example="否"),
        Column(key="asked_when", heading="提问条件", kind=Kind.REFS, example="", width=20,
               note="前面的问题编号=选项编号，可以有几个；空着就是总要问。"),
        Column(key="option.id", heading="选项编号", kind=Kind.CODE, required=True,
               example="agent"),
        Column(key="option.text", heading="选项", required=True, example="委托他人代办",
               width=28),
        Column(key="option.materials", heading="所需材料", kind=Kind.IDS, width=30,
               example="power-of-attorney；agent-id-card",
               note="材料编号，用分号隔开。没有选项提到的材料总是要交。"),
        Column(key="option.fact", heading="说明的身份", kind=Kind.SET, set="option_fact", width=16,
               example="2 代办", note="选了它就知道是谁在办；登记了代办人或者单位的，不再问。"),
    ),
)  # fmt: skip
MATERIALS = Sheet(
    name="材料",
    required=True,
    columns=(
        _ITEM,
        _VERSION,
        Column(key="id", heading="材料编号", kind=Kind.CODE, required=True, width=22,
               example="business-licence", note="同一份材料在各事项中写同一个编号。"),
        Column(key="name", heading="材料名称", required=True, example="营业执照", width=28),
        Column(key="type", heading="材料类型", kind=Kind.SET, set="material_type",
               example="1 证照证明", note="空着就是 3 其他。"),
        Column(key="form", heading="材料形式", kind=Kind.SET, set="material_form",
               example="1 纸质", note="空着就是 1 纸质。"),
        Column(key="originals", heading="原件份数", kind=Kind.COUNT, example="0",
               note="空着就是 1。"),
        Column(key="copies", heading="复印件份数", kind=Kind.COUNT, example="1",
               note="空着就是 0。"),
        Column(key="necessity", heading="必要性", kind=Kind.SET, set="necessity",
               example="1 必要", note="空着就是 1 必要。"),
        Column(key="defer_days", heading="容缺工作日", kind=Kind.COUNT, example="",
               note="容缺后补的材料几个工作日内补齐；空着或者 0 就是承诺时限。"),
        Column(key="promisable", heading="可告知承诺", kind=Kind.FLAG, example="否"),
        Column(key="source", heading="来源渠道", kind=Kind.SET, set="material_source",
               example="20 政府部门核发", width=18, note="空着就是 10 申请人自备。"),
        Column(key="standard", heading="受理标准", example="复印件清晰，加盖公章", width=30),
        Column(key="basis", heading="依据", width=24),
        Column(key="faults", heading="常见问题", kind=Kind.LINES, example="已被吊销", width=24,
               note="一行一条。"),
        Column(key="reuse_grades", heading="复用等级", kind=Kind.SETS, set="reuse_grade",
               width=22, example="A 部门核发",
               note="哪几级的库存件可以免交，用分号隔开；空着就是每次都要交。"),
        Column(key="reuse_months", heading="复用月数", kind=Kind.COUNT, example="",
               note="B、C、D 级从核验那天起几个月内可以用；空着或者 0 就是没有期限。"),
        Column(key="licence", heading="电子证照编码", kind=Kind.CODE, width=20,
               example="licence.business", note="写了 A 级的必须写，没有 A 级的不写。"),
    ),
)  # fmt: skip
FEES = Sheet(
    name="收费",
    columns=(
        _ITEM,
        _VERSION,
        Column(key="name", heading="收费项目", required=True, example="不动产登记费", width=24),
        Column(key="amount", heading="金额", kind=Kind.MONEY, required=True, example="80.00",
               note="元。"),
        Column(key="basis", heading="收费依据", width=30,
               example="发改价格规〔2016〕2559号"),
    ),
)  # fmt: skip
FIELDS = Sheet(
    name="表单字段",
    columns=(
        _ITEM,
        _VERSION,
        Column(key="id", heading="字段编号", kind=Kind.CODE, required=True, width=20,
               example="applicant-name",
               note="同一项内容在各事项中写同一个编号，一件事里只填一次。"),
        Column(key="label", heading="字段名称", required=True, example="申请人姓名", width=26),
        Column(key="kind", heading="类型", kind=Kind.SET, set="field_kind", width=16,
               example="1 文字", note="空着就是 1 文字。"),
        Column(key="fill", heading="自动填入", kind=Kind.SET, set="field_fill", width=20,
               example="01 申请人姓名", note="从证件、执照中来的内容；空着就由申请人说。"),
        Column(key="required", heading="必填", kind=Kind.FLAG, example="是",
               note="是或者否；空着就是是。"),
        Column(key="choices", heading="可选值", kind=Kind.LINES, width=24,
               note="类型是 6 选择的，一行一个，至少两个。"),
    ),
)  # fmt: skip
BUNDLES = Sheet(
    name="一件事",
    columns=(
        Column(key="code", heading="一件事编码", kind=Kind.CODE, required=True, width=32,
               example="11370199MB0001001Y4YJS0000001",
               note="一个事项一行，同一个一件事的各行写同一个编码和版本。"),
        Column(key="version", heading="版本", kind=Kind.COUNT, example="1", width=6,
               note="清单改动一次加 1；空着就是 1。"),
        Column(key="item", heading="事项编码", kind=Kind.CODE, required=True, width=36,
               example="11370199MB0001001Y4370131001001",
               note="按在窗口显示的次序。可以是其他清单里的事项。"),
        Column(key="same", heading="同一问题", kind=Kind.GROUPS, width=26,
               example="由谁办理=who；场所=premises",
               note="组名=本事项的问题编号，可以有几个。各事项中组名相同的问题只问一次，"
                    "它们的选项编号必须相同。"),
        Column(key="name", heading="一件事名称", example="开办餐饮店一件事", width=26,
               note="这一列和右边各列写在该一件事的第一行。"),
        Column(key="effective_from", heading="生效日期", kind=Kind.DATE, example="2026-01-01"),
        Column(key="aliases", heading="别名", kind=Kind.LINES, example="开饭馆", width=18,
               note="群众的说法，一行一个。"),
        Column(key="department.code", heading="牵头部门编码", kind=Kind.CODE, width=22,
               example="11370199MB0001001Y"),
        Column(key="department.name", heading="牵头部门名称", width=24,
               example="示例县市场监督管理局"),
        Column(key="department.phone", heading="牵头部门电话", example="0531-00000101"),
        _NATURE,
        Column(key="joint_form", heading="综合申请表", width=26, example="开办餐饮店综合申请表",
               note="代替各事项申请表的一张表；空着就是各填各的。"),
        Column(key="guide", heading="办事指南", width=30),
        _LAST_DAY,
    ),
)  # fmt: skip
SHEETS = (ITEMS, QUESTIONS, MATERIALS, FEES, FIELDS, BUNDLES)
NOTES = "说明"
CODES = "代码"
