"""The currencies of ISO 4217, as a table of codes.

Source: ISO 4217 list one (current currencies and funds) and list three (historic denominations), as its
maintenance agency published them at the start of 2026.
"""

from __future__ import annotations

from aidtimeline.errors import InvalidValue

_CURRENT = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT
LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR
NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN
SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAD
XAF XAG XAU XBA XBB XBC XBD XCD XCG XDR XOF XPD XPF XPT XSU XUA YER ZAR ZMW ZWG
"""

CURRENT = frozenset(_CURRENT.split())
"""Codes in use. XTS (for tests) and XXX (no currency) are ISO's too, but nothing is given in them."""

_HISTORIC = """
ADP AFA ALK ANG AOK AON AOR ARA ARP ARY ATS AYM AZM BAD BEC BEF BEL BGJ BGK BGL BGN BOP BRB BRC BRE BRN
BRR BUK BYB BYR CHC CSD CSJ CSK CUC CYP DDM DEM ECS ECV EEK ESA ESB ESP FIM FRF GEK GHC GHP GNE GNS GQE
GRD GWE GWP HRD HRK IEP ILP ILR ISJ ITL LAJ LSM LTL LTT LUC LUF LUL LVL LVR MGF MLF MRO MTL MTP MVQ MXP
MZE MZM NIC NLG PEH PEI PES PLZ PTE RHD ROK ROL RUR SDD SDP SIT SKK SLL SRG STD SUR TJR TMM TPE TRL UAK
UGS UGW USS UYN UYP VEB VEF VNC XEU XFO XFU XRE YDD YUD YUM YUN ZAL ZMK ZRN ZRZ ZWC ZWD ZWL ZWN ZWR
"""

HISTORIC = frozenset(_HISTORIC.split())
"""Codes that were withdrawn. Promises in them stay in them."""

CURRENCIES = CURRENT | HISTORIC | {"XBT"}
"""Every code that money may have. XBT (bitcoin) is not in ISO 4217, but in the code list of IATI."""


MAX_GUESSED = 8
"""Longer texts are not compared with the codes to find a misspelt one."""


def check_currency(code: str) -> str:
    """The code itself, if it is one of `CURRENCIES`, in capitals. Raises `InvalidValue` for any other.

    >>> check_currency("JPY")
    'JPY'
    >>> check_currency("EURO")
    Traceback (most recent call last):
    aidtimeline.errors.InvalidValue: found 'EURO', expected a currency code of ISO 4217 (did you mean EUR?)
    """
    if isinstance(code, str) and code in CURRENCIES:
        return code
    nearest = _nearest(code.strip().upper()) if isinstance(code, str) and len(code) <= MAX_GUESSED else None
    hint = f"did you mean {nearest}?" if nearest else None
    raise InvalidValue(code, "a currency code of ISO 4217", hint)


def _nearest(code: str) -> str | None:
    """The code of the same country (its first two letters), of the same letters, or with two of them in place."""
    if code in CURRENCIES:
        return code

    def nearness(known: str) -> tuple[bool, bool, int, bool]:
        in_place = sum(map(str.__eq__, known, code))
        return known[:2] == code[:2], sorted(known) == sorted(code), in_place, known in CURRENT

    nearest = max(sorted(CURRENCIES), key=nearness)
    _, same_letters, in_place, _ = nearness(nearest)
    return nearest if same_letters or in_place >= 2 else None
