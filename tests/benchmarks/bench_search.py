"""Time the item search: start-up, and every keystroke of typical queries, at several sizes.

``python -m tests.benchmarks.bench_search [SIZE...]``
"""

from __future__ import annotations

import json
import random
import sys
import time
import tracemalloc
from datetime import date

from app.domain.catalogue import Department, Item, ItemKind, Limit, Material
from app.services.search import SearchIndex

_HEADS = (
    "食品 药品 道路 水运 医疗 建筑 房屋 土地 农药 兽药 种子 林木 "
    "文物 电影 出版 印刷 烟草 旅馆 劳务 "
)
_MIDDLES = "经营 生产 销售 运输 使用 制造 检验 维修 储存 开采 占用 收购 代理 培训 加工 进口 "
_TAILS = "许可新办 许可变更 许可延续 许可注销 备案 登记 年度报告 补发证书 资格认定 审批 确认 给付 "
_PLACES = "（县级） （乡镇） （个人） （企业） （首次申请） （涉及场地变化） （不涉及场地变化） "
_OFFICES = "公安 人社 卫健 医保 民政 住建 交通 水利 林业 农业 文旅 教育 应急 市场监督 生态环境 "
_QUERIES = (
    "食品经营", "shipinjingying", "spjy", "道路yunshu", "yiliao 许可", "nongyaoxiaoshou",
    "公安 登记", "11370199", "shpin", "建筑维修变更", "烟草零售", "s", "zh", "lingshidaili",
)  # fmt: skip


def synthetic_items(count: int) -> list[Item]:
    """Names as long and as alike as real ones, with numbers to tell them apart."""
    rng = random.Random(2026)
    offices = [
        Department(code=f"11370199MB{n:07d}0", name=f"示例{rng.choice('市县区')}{office}局")
        for n, office in enumerate(_OFFICES.split())
    ]
    words = [a + b for a in _HEADS.split() for b in _MIDDLES.split()]
    tails, places = _TAILS.split(), _PLACES.split()
    items = []
    for number in range(count):
        extra = "".join(rng.choices("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥", k=2))
        office = rng.choice(offices)
        items.append(
            Item(
                code=f"{office.code}4{number:012d}",
                name=rng.choice(words) + extra + rng.choice(tails) + rng.choice(places),
                aliases=("办" + rng.choice(words),),
                department=office,
                level="4",
                type="01",
                kind=ItemKind.PROMISED,
                served=("1",),
                statutory_limit=Limit(count=20),
                promised_limit=Limit(count=5),
                materials=(Material(id="id-card", name="身份证"),),
                effective_from=date(2026, 1, 1),
            )
        )
    return items


def measure(size: int) -> dict[str, float | int | str]:
    items = synthetic_items(size)
    tracemalloc.start()
    began = time.perf_counter()
    traced = SearchIndex(items)
    traced_build = time.perf_counter() - began
    memory = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del traced
    began = time.perf_counter()
    index = SearchIndex(items)
    build = time.perf_counter() - began
    times: list[tuple[float, str]] = []
    for _ in range(5):
        for query in _QUERIES:
            for end in range(1, len(query) + 1):
                began = time.perf_counter()
                index.find(query[:end])
                times.append((time.perf_counter() - began, query[:end]))
    times.sort()
    return {
        "items": size,
        "build_ms": round(build * 1e3, 1),
        "build_traced_ms": round(traced_build * 1e3, 1),
        "memory_mb": round(memory / 1e6, 1),
        "keystrokes": len(times),
        "p50_ms": round(times[len(times) // 2][0] * 1e3, 3),
        "p99_ms": round(times[len(times) * 99 // 100][0] * 1e3, 3),
        "worst_ms": round(times[-1][0] * 1e3, 3),
        "worst": times[-1][1],
    }


def main(sizes: list[int] | None = None) -> None:
    for wanted in sizes or [1_000, 10_000, 100_000]:
        print(json.dumps(measure(wanted), ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]])
