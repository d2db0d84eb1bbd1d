"""Money that knows the year of its prices."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.domain.parameters import Deflator
from workbench.errors import PriceBaseError


def financial_year(year: int) -> str:
    """A financial year by the calendar year in which it begins.

    Examples
    --------
    >>> financial_year(2025), financial_year(1999)
    ('2025/26', '1999/00')
    """
    return f"{year}/{(year + 1) % 100:02d}"


def pounds(amount: float | None) -> str:
    """An amount in whole pounds, below £10 in pence; None is not known.

    Examples
    --------
    >>> pounds(-1234.5), pounds(2.44), pounds(0), pounds(None)
    ('−£1,234', '£2.44', '£0', 'not known')
    """
    if amount is None:
        return "not known"
    places = 2 if abs(amount) < 10 and amount != round(amount) else 0
    text = f"{abs(amount):,.{places}f}"
    if not float(text.replace(",", "")):
        return "£0"
    return f"−£{text}" if amount < 0 else f"£{text}"


@dataclass(frozen=True, slots=True)
class Money:
    """An amount of pounds in the prices of one financial year.

    Attributes
    ----------
    amount : float
    price_year : int
        2025 means prices of 2025/26.

    Examples
    --------
    >>> Money(2.0, 2024) + Money(3.0, 2024)
    Money(amount=5.0, price_year=2024)
    """

    amount: float
    price_year: int

    def __add__(self, other: Money) -> Money:
        self._same_base(other)
        return Money(self.amount + other.amount, self.price_year)

    def __sub__(self, other: Money) -> Money:
        self._same_base(other)
        return Money(self.amount - other.amount, self.price_year)

    def __mul__(self, factor: float) -> Money:
        return Money(self.amount * factor, self.price_year)

    __rmul__ = __mul__

    def __neg__(self) -> Money:
        return Money(-self.amount, self.price_year)

    def in_prices_of(self, year: int, deflator: Deflator) -> Money:
        """The same real value in the prices of another year.

        Parameters
        ----------
        year : int
        deflator : Deflator
            A series by financial year.

        Returns
        -------
        Money

        Raises
        ------
        PriceBaseError
            When the series does not hold a year, or goes by calendar years.

        Notes
        -----
        Real value = nominal × I(year) / I(price year), HM Treasury, The Green Book. It moves the price year, not the
        evidence: an old value stays an old value.
        """
        if deflator.years_are != "financial":
            raise PriceBaseError(
                "The price index goes by calendar years and the amount by financial years.",
                "Use a price index by financial year.",
                deflator.id,
            )
        return Money(self.amount * deflator.factor(self.price_year, year), year)

    def _same_base(self, other: Money) -> None:
        if other.price_year != self.price_year:
            mine, theirs = financial_year(self.price_year), financial_year(other.price_year)
            raise PriceBaseError(
                f"Amounts in {mine} prices and in {theirs} prices cannot be added.",
                f"Bring them to one price year first: deflate {theirs} prices to {mine}.",
            )
