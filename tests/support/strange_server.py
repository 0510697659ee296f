"""A TLS server that behaves as told, for the node's client (threats W10 to W12).

usage: strange_server.py MODE CERT KEY CA [FILE]    prints its port, serves one connection after the other

FILE holds the body of the answer in the modes `right` and `error`.
"""
import socket
import ssl
import sys
import time

MODE, CERT, KEY, CA = sys.argv[1:5]
BODY = open(sys.argv[5], "rb").read() if len(sys.argv) > 5 else b""


def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(CERT, KEY)
    made.load_verify_locations(CA)
    made.verify_mode = ssl.CERT_REQUIRED
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if MODE == "tls12":
        made.maximum_version = ssl.TLSVersion.TLSv1_2
    return made


def request(peer):
    data = b""
    while b"\r\n\r\n" not in data:
        data += peer.recv(65536)
    head, body = data.split(b"\r\n\r\n", 1)
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    while len(body) < int(fields[b"content-length"]):
        body += peer.recv(65536)
    return head, fields, body


def right(peer):
    """Answers with BODY, but only to exactly what a node should say."""
    head, fields, body = request(peer)
    name = dict(part[0] for part in peer.getpeercert()["subject"])
    fits = (head.startswith(b"POST /v1/sync HTTP/1.1\r\n") and body == b"question"
            and fields[b"host"].split(b":")[0] == b"region-1.chorale.invalid"
            and fields[b"content-type"] == b"application/x-protobuf"
            and b"expect" not in fields and b"authorization" not in fields
            and name["commonName"] == "XA" and peer.version() == "TLSv1.3")
    status = b"200 OK" if fits else b"400 Bad Request"
    peer.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n%s" % (status, len(BODY), BODY))


def error(peer):
    request(peer)
    peer.sendall(b"HTTP/1.1 410 Gone\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY))


def plain_error(peer):
    request(peer)
    peer.sendall(b"HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nbad\n")


def redirect(peer):
    request(peer)
    peer.sendall(b"HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/elsewhere\r\nContent-Length: 0\r\n\r\n")


def long_length(peer):
    request(peer)
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n" + bytes(1000))
    peer.recv(1)


def endless(peer):
    request(peer)
    peer.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        peer.sendall(b"100000\r\n" + bytes(1 << 20) + b"\r\n")


def endless_header(peer):
    request(peer)
    peer.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        peer.sendall(b"X-Filler: " + b"x" * 1000 + b"\r\n")


def endless_interim(peer):
    request(peer)
    while True:
        peer.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n" * 100)


def not_http(peer):
    request(peer)
    peer.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


def cut(peer):
    request(peer)
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def silent(peer):
    request(peer)


def trickle(peer):
    request(peer)
    peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while True:
        peer.sendall(b"x")
        time.sleep(1)


def handshake(raw):
    """TLS; when it fails, our alert reaches the other side before the line is cut (a reset would swallow it)."""
    peer = context().wrap_socket(raw, server_side=True, do_handshake_on_connect=False)
    try:
        peer.do_handshake()
    except ssl.SSLError:
        peer.shutdown(socket.SHUT_WR)
        peer.settimeout(5)
        while peer.recv(65536):
            pass
        peer.close()
        raise
    return peer


def serve(listener):
    handler = globals()[MODE] if MODE not in ("tls12", "not_tls", "hang_up") else right
    while True:
        raw, _ = listener.accept()
        try:
            if MODE == "not_tls":
                raw.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            elif MODE != "hang_up":
                peer = handshake(raw)
                handler(peer)
                peer.close()
        except (OSError, ssl.SSLError):
            pass
        raw.close()


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write("%d\n" % listener.getsockname()[1])  # in one write, whatever the buffering
    sys.stdout.flush()
    serve(listener)


main()
