"""Every event type, who publishes it and who listens: the one table of exchanges, queues and bindings."""

from chassis.topology import Event, Subscription, Topology

SERVICES = ("leads", "quotes", "billing", "stores", "notify", "gateway")

EVENTS = (
    Event("gateway", "person_changed.v1"),
    Event("leads", "lead_created.v1"),
    Event("leads", "lead_routing_proposed.v1"),
    Event("leads", "lead_routing_lapsed.v1"),
    Event("leads", "lead_assigned.v1"),
    Event("leads", "lead_unroutable.v1"),
    Event("leads", "lead_contacted.v1"),
    Event("leads", "first_contact_warned.v1"),
    Event("leads", "first_contact_breached.v1"),
    Event("leads", "account_changed.v1"),
    Event("quotes", "product_changed.v1"),
    Event("quotes", "quote_submitted.v1", subscribed=False),
    Event("quotes", "approval_requested.v1"),
    Event("quotes", "approval_decided.v1"),
    Event("quotes", "approval_overdue.v1"),
    Event("quotes", "quote_approved.v1"),
    Event("quotes", "quote_signed.v1"),
    Event("billing", "contract_started.v1", subscribed=False),
    Event("billing", "order_moved.v1", subscribed=False),
    Event("billing", "invoice_issued.v1", subscribed=False),
    Event("billing", "payment_recorded.v1"),
    Event("billing", "receivable_overdue.v1"),
    Event("billing", "receivable_settled.v1"),
    Event("billing", "account_risk_changed.v1"),
    Event("billing", "success_task_opened.v1"),
    Event("billing", "success_task_completed.v1"),
    Event("stores", "terminal_enrolled.v1", subscribed=False),
    Event("stores", "terminal_revoked.v1", subscribed=False),
    Event("notify", "task_card_changed.v1", subscribed=False),
)

SUBSCRIPTIONS = (
    Subscription("leads", "copy_person", "gateway", "person_changed.v1"),
    Subscription("leads", "route_lead_when_created", "leads", "lead_created.v1"),
    Subscription("leads", "assign_when_confirmation_lapsed", "leads", "lead_routing_lapsed.v1"),
    Subscription("quotes", "copy_person", "gateway", "person_changed.v1"),
    Subscription("quotes", "copy_account", "leads", "account_changed.v1"),
    Subscription("quotes", "copy_account_risk", "billing", "account_risk_changed.v1"),
    Subscription("billing", "copy_account", "leads", "account_changed.v1"),
    Subscription("billing", "start_contract_when_quote_signed", "quotes", "quote_signed.v1"),
    Subscription("billing", "assess_account_risk_when_receivable_overdue", "billing", "receivable_overdue.v1"),
    Subscription("stores", "copy_product", "quotes", "product_changed.v1"),
    Subscription("notify", "copy_person", "gateway", "person_changed.v1"),
    Subscription("notify", "tell_lead_assigned", "leads", "lead_assigned.v1"),
    Subscription("notify", "tell_lead_routing_proposed", "leads", "lead_routing_proposed.v1"),
    Subscription("notify", "tell_lead_unroutable", "leads", "lead_unroutable.v1"),
    Subscription("notify", "tell_first_contact_warned", "leads", "first_contact_warned.v1"),
    Subscription("notify", "tell_first_contact_breached", "leads", "first_contact_breached.v1"),
    Subscription("notify", "close_card_when_lead_contacted", "leads", "lead_contacted.v1"),
    Subscription("notify", "tell_approval_requested", "quotes", "approval_requested.v1"),
    Subscription("notify", "tell_approval_decided", "quotes", "approval_decided.v1"),
    Subscription("notify", "tell_approval_overdue", "quotes", "approval_overdue.v1"),
    Subscription("notify", "tell_quote_approved", "quotes", "quote_approved.v1"),
    Subscription("notify", "tell_quote_signed", "quotes", "quote_signed.v1"),
    Subscription("notify", "tell_payment_recorded", "billing", "payment_recorded.v1"),
    Subscription("notify", "tell_receivable_overdue", "billing", "receivable_overdue.v1"),
    Subscription("notify", "close_cards_when_receivable_settled", "billing", "receivable_settled.v1"),
    Subscription("notify", "tell_success_task_opened", "billing", "success_task_opened.v1"),
    Subscription("notify", "close_card_when_success_task_completed", "billing", "success_task_completed.v1"),
)

TOPOLOGY = Topology(services=SERVICES, events=EVENTS, subscriptions=SUBSCRIPTIONS, pos_partitions=64)
