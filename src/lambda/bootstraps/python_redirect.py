"""Calls come home: the addresses of AWS's hosts on port 443 are those of the gateway's TLS port.

What is said on the connection stays as it was (server name, Host header, signature). Every client of Python asks
`socket.getaddrinfo` where to connect: http.client, urllib3, requests, botocore, asyncio.
"""
import socket

ENDINGS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def install(settings):
    usual = socket.getaddrinfo
    excepted = settings["except"]

    def getaddrinfo(host, port, family=0, type=0, proto=0, flags=0):
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if isinstance(name, str) and port in (443, "443", "https") and is_redirected(name, excepted):
            return usual(settings["host"], settings["port"], socket.AF_UNSPEC, type, proto, 0)
        return usual(host, port, family, type, proto, flags)

    socket.getaddrinfo = getaddrinfo


def is_redirected(name, excepted):
    host = name.rstrip(".").lower()
    return host.endswith(ENDINGS) and not any(matches(pattern.lower(), host) for pattern in excepted)


def matches(pattern, host):
    return host.endswith(pattern[1:]) if pattern.startswith("*.") else host == pattern
