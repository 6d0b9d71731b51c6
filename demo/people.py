"""The people of the demo's company: made by the administrator, and logged in as themselves."""

import secrets
from dataclasses import dataclass

from demo.api import Json, Session

EAST, SOUTH, NORTH, WEST = "华东", "华南", "华北", "西南"
_PASSWORD_BYTES = 9


@dataclass(frozen=True)
class Plan:
    """Somebody to be created; `team` is the region of the team."""

    username: str
    name: str
    role: str
    team: str = ""
    tags: tuple[str, ...] = ()


HEAD_OFFICE = (
    Plan("director", "沈国华", "director"),
    Plan("gm", "顾维民", "general_manager"),
    Plan("marketing", "林晓", "marketing"),
    Plan("finance", "周敏", "finance"),
    Plan("legal", "吴桐", "legal"),
    Plan("success", "郑洁", "customer_success"),
)
SUPERVISORS = (
    Plan("chen.li", "陈立", "supervisor", EAST),
    Plan("he.jing", "何静", "supervisor", SOUTH),
    Plan("tian.yu", "田宇", "supervisor", NORTH),
    Plan("deng.kai", "邓凯", "supervisor", WEST),
)
SALESPEOPLE = (
    Plan("wang.fang", "王芳", "salesperson", EAST, ("CRM", "财务对接", "电子签约")),
    Plan("li.qiang", "李强", "salesperson", EAST, ("ERP", "门店管理", "仓储")),
    Plan("zhao.lei", "赵磊", "salesperson", EAST, ("冷链", "数据看板", "门店管理", "ERP")),
    Plan("sun.yan", "孙燕", "salesperson", EAST, ("会员营销", "CRM", "门店管理")),
    Plan("huang.tao", "黄涛", "salesperson", SOUTH, ("门店管理", "数据看板", "会员营销")),
    Plan("liang.mei", "梁梅", "salesperson", SOUTH, ("冷链", "仓储", "ERP")),
    Plan("luo.jun", "罗军", "salesperson", SOUTH, ("CRM", "财务对接", "电子签约")),
    Plan("xu.na", "许娜", "salesperson", SOUTH, ("电子签约", "会员营销", "冷链")),
    Plan("guo.wei", "郭伟", "salesperson", NORTH, ("仓储", "ERP", "CRM")),
    Plan("ma.lin", "马琳", "salesperson", NORTH, ("财务对接", "电子签约", "门店管理")),
    Plan("gao.bo", "高博", "salesperson", NORTH, ("冷链", "会员营销", "CRM")),
    Plan("tang.xue", "唐雪", "salesperson", WEST, ("会员营销", "电子签约", "数据看板")),
    Plan("yang.min", "杨敏", "salesperson", WEST, ("ERP", "仓储", "财务对接")),
    Plan("long.fei", "龙飞", "salesperson", WEST, ("门店管理", "冷链", "数据看板")),
)


class Company:
    """Everybody with a login, by user name and by id."""

    def __init__(self, base_url: str, admin_password: str) -> None:
        self._base_url = base_url
        self.admin = Session(base_url, "admin", admin_password)
        self.public = Session(base_url)
        self.sessions: dict[str, Session] = {}
        self.names: dict[str, str] = {}
        self._ids: dict[str, str] = {}
        self._usernames: dict[str, str] = {}

    def __getitem__(self, username: str) -> Session:
        return self.sessions[username]

    def found(self) -> None:
        """Create head office, the teams with their supervisors, and the salespeople."""
        for plan in HEAD_OFFICE:
            self._create(plan, {})
        teams = {plan.team: self._team(plan) for plan in SUPERVISORS}
        for plan in SALESPEOPLE:
            self._create(plan, {"team_id": teams[plan.team], "region": plan.team})

    def by_id(self, person_id: str) -> Session:
        """The login of a person known by id."""
        return self.sessions[self._usernames[person_id]]

    def name_of(self, person_id: str) -> str:
        """A person's name."""
        return self.names[self._usernames[person_id]]

    def id_of(self, username: str) -> str:
        """A person's id."""
        return self._ids[username]

    def _team(self, plan: Plan) -> str:
        """The supervisor first, then the team that names the supervisor, then the supervisor's place in it."""
        supervisor_id = self._create(plan, {"region": plan.team})
        body = {"name": f"{plan.team}销售组", "region": plan.team, "supervisor_id": supervisor_id}
        team_id = str(self.admin.post("/v1/teams", body)["team"]["id"])
        self.admin.patch(f"/v1/people/{supervisor_id}", {"team_id": team_id})
        return team_id

    def _create(self, plan: Plan, place: Json) -> str:
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        body = {
            "username": plan.username,
            "password": password,
            "name": plan.name,
            "roles": [plan.role],
            "tags": list(plan.tags),
            "email": f"{plan.username}@example.cn",
            "language": "zh",
            **place,
        }
        person_id = str(self.admin.post("/v1/people", body)["person"]["id"])
        self.sessions[plan.username] = Session(self._base_url, plan.username, password)
        self.names[plan.username] = plan.name
        self._ids[plan.username] = person_id
        self._usernames[person_id] = plan.username
        return person_id
