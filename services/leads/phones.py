"""Phone numbers in one form."""

from collections.abc import Callable

import phonenumbers


def phone_normaliser(default_country: str) -> Callable[[str], str]:
    """A function from a number as people write it to E.164; numbers without country code are of `default_country`
    (ISO 3166, for example "CN"). It raises ValueError for what no phone can have.
    """

    def normalise(text: str) -> str:
        try:
            number = phonenumbers.parse(text, default_country)
        except phonenumbers.NumberParseException as error:
            raise ValueError("not a phone number") from error
        if not phonenumbers.is_valid_number(number):
            raise ValueError("not a phone number of its country")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    return normalise
