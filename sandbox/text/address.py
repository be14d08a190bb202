"""Addresses in links: which the service keeps, and which mean a person."""

from urllib.parse import urlsplit


def mentioned_user(address: str) -> int:
    """The person that a `tg://user?id=` link mentions."""
    scheme, _, rest = address.strip().partition("://")
    path, _, identifier = rest.partition("?id=")
    if scheme.lower() == "tg" and path.strip("/") == "user" and identifier.isdecimal():
        return int(identifier)
    return 0


def checked_link(address: str) -> str:
    """The address as the service stores it, or nothing where it drops the link."""
    address = address.strip()
    if "://" not in address:
        address = f"http://{address}"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https", "ftp", "tg", "ton"} or not host:
        return ""
    if parts.scheme in {"http", "https", "ftp"} and "." not in host:
        return ""
    return address if parts.path or parts.query or parts.fragment else f"{address}/"
