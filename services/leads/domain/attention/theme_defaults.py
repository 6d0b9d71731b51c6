"""The dictionary of themes until somebody stores another."""

from services.leads.domain.attention.themes import Theme

DEFAULT_THEMES = (
    Theme(
        "price",
        {"zh": "价格", "en": "Price"},
        (
            "价格", "报价", "太贵", "便宜", "折扣", "优惠", "涨价", "降价", "预算", "性价比",
            "price", "pricing", "expensive", "cheap", "discount", "budget", "cost",
        ),
    ),
    Theme(
        "delivery",
        {"zh": "交货", "en": "Delivery"},
        (
            "交货", "交期", "发货", "到货", "物流", "送货", "运输", "快递", "延误", "货期",
            "deliver", "shipment", "shipping", "lead time", "logistics", "courier", "arrive", "late truck",
        ),
    ),
    Theme(
        "quality",
        {"zh": "质量", "en": "Quality"},
        (
            "质量", "品质", "次品", "瑕疵", "破损", "损坏", "合格率", "耐用", "返工", "不良率",
            "quality", "defect", "damaged", "durab", "broke", "scratch", "rework",
        ),
    ),
    Theme(
        "after_sales",
        {"zh": "售后服务", "en": "After-sales service"},
        (
            "售后", "维修", "客服", "保修", "响应", "回访", "上门", "服务态度", "投诉", "退换",
            "after-sales", "after sales", "support", "warranty", "repair", "hotline", "technician",
            "service desk", "complain",
        ),
    ),
    Theme(
        "product",
        {"zh": "产品功能", "en": "Product and features"},
        (
            "功能", "型号", "规格", "新品", "定制", "性能", "参数", "款式",
            "feature", "function", "model", "specification", "custom", "performance", "new product",
        ),
    ),
    Theme(
        "usability",
        {"zh": "上手与培训", "en": "Usability and training"},
        (
            "培训", "操作", "难用", "上手", "界面", "说明书", "手册", "教程", "看不懂", "复杂",
            "training", "manual", "easy to use", "hard to use", "interface", "tutorial", "learn", "confusing",
        ),
    ),
    Theme(
        "payment",
        {"zh": "付款与发票", "en": "Payment and invoices"},
        (
            "付款", "账期", "发票", "对账", "开票", "预付", "回款", "结算", "返利",
            "payment", "invoice", "credit term", "prepay", "rebate", "billing", "pay in",
        ),
    ),
    Theme(
        "stock",
        {"zh": "库存与缺货", "en": "Stock"},
        (
            "库存", "缺货", "断货", "补货", "备货", "现货", "压货",
            "stock", "inventory", "backorder", "replenish", "availab",
        ),
    ),
    Theme(
        "system",
        {"zh": "系统与对接", "en": "Systems and integration"},
        (
            "系统", "对接", "接口", "崩溃", "卡顿", "死机", "登录", "数据", "同步", "软件",
            "system", "integrat", "interface api", "api", "crash", "login", "log in", "sync", "software",
            "app ",
        ),
    ),
    Theme(
        "competition",
        {"zh": "竞争对手", "en": "Competitors"},
        (
            "竞品", "竞争对手", "别家", "另一家", "同行", "对手",
            "competitor", "another supplier", "other supplier", "other vendor", "rival",
        ),
    ),
)  # fmt: skip
