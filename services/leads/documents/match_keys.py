"""Under what two customers are recognised as one."""

from services.leads.domain.intake.company import company_key


def name_key(company: str) -> str:
    """The key under which all spellings of a company meet."""
    return f"name:{company_key(company)}"


def phone_key(phone: str) -> str:
    """The key of a phone in E.164."""
    return f"phone:{phone}"
