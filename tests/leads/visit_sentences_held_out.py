"""Thirty notes that the rules have not seen: written when they were finished, and not used to change them.

The same day and labels as in `visit_sentences`.
"""

from tests.leads.visit_sentences import says

HELD_OUT = (
    says("刘主任说金蝶的顾问已经驻场两周了。", "金蝶"),
    says("他们打算一季度把老系统全部换掉。", window="2027-01-01 2027-03-31"),
    says("下周一我给周总打电话确认参会名单。", action="打电话|11-16"),
    says("生产那边怕盘点的时候系统反应不过来。", concerns="performance"),
    says("目前没有跟别家谈。"),
    says("采购说要等集团统一招标，时间在明年二月。", window="2027-02-01 2027-02-28"),
    says("对方信息安全部要求先做渗透测试。", concerns="security"),
    says("老板娘管账，对软件不感兴趣。"),
    says("以前用过浪潮的系统，体验一般。", "浪潮"),
    says("想把微信商城的订单自动同步过来，问我们支不支持。", concerns="integration"),
    says("月底前要出结果，用友那边也在催。", "用友", "11-11 11-30"),
    says("约了周五中午和他们的技术负责人吃饭。", action="吃饭|11-13"),
    says("Two vendors left: us and Salesforce.", "Salesforce"),
    says("Their CFO will approve the budget in December.", window="12-01 12-31"),
    says("I'll prepare a demo for next Wednesday.", action="prepare a demo|11-18"),
    says("仓库没网络，手持机离线能不能用是关键。", concerns="reliability"),
    says("客户嫌我们的界面太老气，员工不爱用。", concerns="usability"),
    says("他们只认本地服务器，数据放外面老板不放心。", concerns="deployment"),
    says("报表格式跟他们的不一样，要能自己改。", concerns="customisation"),
    says("今天签了意向书，合同等元旦后再签。", window="2027-01-04 2027-01-31"),
    says("管家婆的数据想全部导到新系统里。", "管家婆", concerns="data_migration"),
    says("后天把演示账号开好发给小陈。", action="演示账号|11-13"),
    says("客户的孩子今年高考，没什么心思。"),
    says("半个月内给不出方案就不考虑我们了。"),
    says("他们用的钉钉，要求审批能在钉钉里走。", concerns="integration"),
    says("竞品是销售易和纷享，价格都比我们低。", "销售易 纷享销客"),
    says("下月15号董事会投票决定。", window="12-15 12-15"),
    says("说我们的工程师上次来得太慢，问题拖了一周。", concerns="support"),
    says("已经寄了样品，等他们试用反馈。"),
    says("三天之内把修改好的方案发过去。", action="方案|11-14"),
)
