#!/usr/bin/env python3
"""The vectors of tests/vector/wire, made from proto/PROTOCOL.md alone.

Hashes are hashlib's, Ed25519 is the openssl command's, layouts and protobuf are packed here by hand; nothing is
shared with the C code. `wire.py` compares; `wire.py --write` writes the files.
"""
import base64
import functools
import hashlib
import pathlib
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent / "wire"
NOW, FROM, UNTIL = 1800000000, 1600000000, 2200000000
COORDINATOR, ROUND = "REGION-1", "TIP_TINY.2023-Q1.r0"
MANIFEST, ACCEPTED, RELEASE, OPENING, RECEIPT, CA = 1, 2, 3, 4, 5, 6
CA_DER = b"stands for the DER of the CA's certificate\0"
# RFC 8410: a private key of 32 bytes, Ed25519 and X25519
PKCS8 = {"ed25519": bytes.fromhex("302e020100300506032b657004220420"),
         "x25519": bytes.fromhex("302e020100300506032b656e04220420")}


def openssl(*args, key=b"", data=b""):
    with tempfile.TemporaryDirectory() as scratch:
        for name, content in (("key", key), ("data", data)):
            pathlib.Path(scratch, name).write_bytes(content)
        return subprocess.run(["openssl", *args], cwd=scratch, check=True, capture_output=True).stdout


@functools.lru_cache(maxsize=None)
def public(seed, kind="ed25519"):
    return openssl("pkey", "-inform", "DER", "-in", "key", "-pubout", "-outform", "DER", key=PKCS8[kind] + seed)[-32:]


@functools.lru_cache(maxsize=None)
def sign(seed, data):
    return openssl("pkeyutl", "-sign", "-rawin", "-inkey", "key", "-keyform", "DER", "-in", "data",
                   key=PKCS8["ed25519"] + seed, data=data)


def blake(data, key=b""):
    return hashlib.blake2b(data, digest_size=32, key=key).digest()


def sha(data):
    return hashlib.sha256(data).digest()


def pad(text, size):
    return text.encode().ljust(size, b"\0")


def label(text):
    return pad(text, 32)


def seed(a, b):
    return bytes([b]) + bytes([a]) * 31


ROOT = seed(1, 0)
KEY = {p: public(seed(1, p)) for p in (MANIFEST, ACCEPTED, RELEASE, RECEIPT)}
KEY[OPENING] = public(seed(1, OPENING), "x25519")
KEY[CA] = sha(CA_DER)

# libsodium's X25519 public key of the fixtures is of the first 32 bytes of the Ed25519 secret: the seed
NODE_SEED = seed(ord("X"), ord("A"))
NODE = {"signing": public(NODE_SEED), "sealing": public(seed(ord("A"), ord("X")), "x25519"), "tls": sha(b"XA")}


def cert(purpose):
    front = label("chorale cert v1") + pad(COORDINATOR, 32) + struct.pack("<QQQ", purpose, FROM, UNTIL) + KEY[purpose]
    return front + sign(ROOT, front)


def signed(purpose, name, document):
    string = label(name) + sha(document)
    return label(name) + cert(purpose) + sign(seed(1, purpose), string) + document


# protobuf, proto3: a field at its default is absent
def varint(n):
    out = b""
    while n >= 0x80:
        out += bytes([n & 0x7f | 0x80])
        n >>= 7
    return out + bytes([n])


def number(field, n):
    return varint(field << 3) + varint(n) if n else b""


def data(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(field << 3 | 2) + varint(len(content)) + content if content else b""


def trust():
    return (data(1, COORDINATOR) + data(2, "A synthetic region") + data(3, "XZ") + data(4, public(ROOT)) +
            b"".join(data(5, cert(p)) for p in range(1, 7)) + data(6, CA_DER))


def fingerprint():
    digest = blake(label("chorale fingerprint v1") + public(ROOT) + NODE["signing"] + NODE["sealing"] + NODE["tls"] + b"XA")
    text = base64.b32encode(digest).decode()[:20]
    return "-".join(text[i:i + 4] for i in range(0, 20, 4)).encode()


# The structure and the plan come out of other modules (with vectors of their own): the document and
# the variances are read back from the manifest; everything around them is made here.
def fields(message):
    at = 0

    def read():
        nonlocal at
        n = shift = 0
        while True:
            byte = message[at]
            at += 1
            n |= (byte & 0x7f) << shift
            shift += 7
            if byte < 0x80:
                return n
    while at < len(message):
        tag = read()
        if tag & 7 == 0:
            yield tag >> 3, read()
        else:
            size = read()
            at += size
            yield tag >> 3, message[at - size:at]


GIVEN = bytes.fromhex((HERE / "manifest.hex").read_text())[280:]
STRUCTURE = dict(fields(GIVEN))[7]
PART = dict(fields(dict(fields(GIVEN))[8]))
RHO = PART[2]


def country(code):
    return data(1, code) + data(2, "A synthetic country") + data(3, public(seed(ord(code[0]), ord(code[1]))))


DOCUMENT = (number(1, 1) + data(2, COORDINATOR) + data(3, "XZ") + data(4, ROUND) + number(5, NOW) + number(6, NOW + 86400) +
            data(7, STRUCTURE) + data(8, number(1, 1) + number(2, RHO) + data(3, PART[3])) + data(9, KEY[OPENING]) +
            b"".join(data(10, country(c)) for c in ("XA", "XB", "XC")))


def header():
    front = (label("chorale header v1") + struct.pack("<II", 1, 1) + pad(COORDINATOR, 32) + pad(ROUND, 64) + sha(DOCUMENT) +
             b"XA" + bytes(6) + struct.pack("<QQ", 1, RHO) + bytes([6]) * 32 + bytes([7]) * 32 +
             struct.pack("<I", 1) + bytes([5]) * 32)
    return front + sign(NODE_SEED, front)


def receipt():
    return (data(1, COORDINATOR) + data(2, ROUND) + data(3, sha(DOCUMENT)) + data(4, "XA") + number(5, 1) +
            data(6, sha(header())) + data(7, bytes([7]) * 32) + number(8, RHO) + number(9, NOW + 60))


def accepted():
    entries = (data(1, "XA") + number(2, 1) + data(3, bytes([3]) * 32) + number(4, 1),
               data(1, "XB") + number(2, 2) + data(3, bytes([4]) * 32) + data(5, "late"))
    return (data(1, COORDINATOR) + data(2, ROUND) + data(3, sha(DOCUMENT)) + number(6, NOW + 3600) +
            b"".join(data(7, e) for e in entries))


def catalog():
    return data(1, COORDINATOR) + number(2, NOW) + data(3, bytes([1]) * 32) + data(3, bytes([2]) * 32)


def enrol():
    rest = pad(COORDINATOR, 32) + b"XA" + NODE["signing"] + NODE["sealing"] + NODE["tls"]
    proof = blake(label("chorale enrol proof v1") + rest, key=bytes([5]) * 32)
    signature = sign(NODE_SEED, label("chorale enrol v1") + rest + proof)
    return (data(1, "XA") + data(2, NODE["signing"]) + data(3, NODE["sealing"]) + data(4, NODE["tls"]) + data(5, proof) +
            data(6, signature))


VECTORS = {
    "cert": cert(RECEIPT),
    "trust": trust(),
    "root_hash": blake(label("chorale root v1") + public(ROOT)),
    "fingerprint": fingerprint(),
    "header": header(),
    "header_sha256": sha(header()),
    "body": blake(label("chorale body v1") + struct.pack("<II", 1, 1) + bytes([5]) * 32),
    "manifest": signed(MANIFEST, "chorale manifest v1", DOCUMENT),
    "round_hash": blake(label("chorale round v1") + pad(COORDINATOR, 32) + pad(ROUND, 64)),
    "series_hash": blake(label("chorale series v1") + pad(COORDINATOR, 32) + pad("TIP_TINY", 32) + pad("2023-Q1", 16)),
    "receipt": signed(RECEIPT, "chorale receipt v1", receipt()),
    "accepted": signed(ACCEPTED, "chorale accepted v1", accepted()),
    "catalog": signed(MANIFEST, "chorale structures v1", catalog()),
    "enrol": enrol(),
    "release_sig": sign(seed(1, RELEASE), b"chorale release v1\n" + b"0123  measurements.csv\n"),
}


def main():
    wrong = 0
    for name, content in VECTORS.items():
        path = HERE / (name + ".hex")
        text = content.hex()
        lines = "".join(text[i:i + 96] + "\n" for i in range(0, len(text), 96))
        if "--write" in sys.argv:
            path.write_text(lines)
        same = path.read_text() == lines
        wrong += not same
        print(name, len(content), "bytes:", "equal" if same else "DIFFERENT")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
