"""Thirty more notes. When they were new to the rules, these found 0.25 of the concerns and 0.5 of the windows in them.

The rules have been made for them since; see `visit_sentences_held_out` for what the rules have not seen.
"""

from tests.leads.visit_sentences import says

SECOND = (
    says("赵总说他们集团统一用SAP，分公司没有决定权。", "SAP"),
    says("月中要给董事会汇报，通过了12月就签约。", window="12-01 12-31"),
    says("下周五把修改后的合同发给法务。", action="合同|11-20"),
    says("他们库存数据每天有二十万条，怕我们扛不住。", concerns="performance"),
    says("目前用友和我们各占一半机会。", "用友"),
    says("客户希望先试用再谈价格。"),
    says("明年二季度预算下来再定。", window="2027-04-01 2027-06-30"),
    says("要求系统部署在他们自己的机房，数据不能出园区。", concerns="deployment"),
    says("我后天再去一趟，带上样品。", action="带上样品|11-13"),
    says("他们的小程序是有赞做的，不打算换。", "有赞"),
    says("担心换系统期间业务停摆。", concerns="reliability"),
    says("这两天感冒了，改到下周拜访。", action="拜访|11-20"),
    says("原来的供应商年底合同到期，想在此之前换掉。", window="12-01 12-31"),
    says("We should visit them again next Thursday with an engineer.", action="visit them|11-19"),
    says("They plan to buy 40 terminals in Q2 2027.", window="2027-04-01 2027-06-30"),
    says("金蝶那边已经被否决了，现在就看我们的方案。"),
    says("客户反映现有系统导出报表要等十分钟。", concerns="performance"),
    says("问了发票和付款方式，没提技术问题。"),
    says("电子秤的协议能不能接进来，他们很在意。", concerns="integration"),
    says("12月20日之前要完成验收。", window="11-11 12-20"),
    says("前台小姑娘说老板出国了，下个月才回来。"),
    says("说微盟的客服很差，正在找替代。", "微盟"),
    says("客户让我周四下午四点前把报价单发到他邮箱。", action="报价单|11-12"),
    says("他们信息科要审代码，怕有后门。", concerns="security"),
    says("Oracle renewal is too expensive for them, they want to switch before next summer.", "Oracle"),
    says("暑假前不会动，暑假期间换系统最合适。"),
    says("李总对我们的售后响应不太满意，上次报修等了三天。", concerns="support"),
    says("约好25号带他们去标杆客户那里参观。", action="参观|11-25"),
    says("三个门店先试点，效果好春节后全面铺开。", window="2027-02-13 2027-03-15"),
    says("财务想知道旧账套里的往来余额能不能带过来。", concerns="data_migration"),
)
