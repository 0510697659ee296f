"""Bytes on the nodes' port, without either program: TLS by Python's ssl, HTTP by hand."""
import os
import socket
import ssl
import subprocess

import harness

TOOLS = os.path.join(os.path.dirname(os.path.abspath(harness.BIN)), "tests")


def identity(region, country, kind, key=None, name=None):
    """A PEM file with a key and a certificate of that kind; key names the DER file of an existing key."""
    out = os.path.join(region.home, "%s.%s.pem" % (name or country, kind))
    subprocess.run([os.path.join(TOOLS, "certs"), region.state, region.passphrase, country, kind,
                    key or out + ".key", out], check=True)
    return out


def context(pem, oldest=ssl.TLSVersion.TLSv1_3, newest=ssl.TLSVersion.TLSv1_3):
    """A client that shows pem (None: nothing) and believes any server: the server is what is tested."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    made.minimum_version = oldest
    made.maximum_version = newest
    if pem:
        made.load_cert_chain(pem)
    return made


def address(region):
    host, port = region.address.rsplit(":", 1)
    return host, int(port)


def connect(region, tls, **more):
    raw = socket.create_connection(address(region), timeout=20)
    return tls.wrap_socket(raw, server_hostname="x.invalid", **more)


def request(path="/v1/sync", body=b"", more=""):
    return ("POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n%s\r\n" % (path, len(body), more)).encode() + body


def read_reply(sock):
    """Status and body of one answer; (None, what came) when the connection ended before one."""
    data = b""
    while b"\r\n\r\n" not in data:
        try:
            piece = sock.recv(65536)
        except (ssl.SSLError, ConnectionError, socket.timeout):
            return None, data
        if not piece:
            return None, data
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        piece = sock.recv(65536)
        if not piece:
            break
        body += piece
    return int(head.split()[1]), body


def ask(region, tls, data=None):
    """One request on a connection of its own: (status or None, body or the TLS error)."""
    try:
        with connect(region, tls) as sock:
            sock.sendall(data or request())
            return read_reply(sock)
    except (ssl.SSLError, ConnectionError) as error:
        return None, str(error)
