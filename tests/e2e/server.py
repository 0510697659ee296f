"""What a server must not misread (C3) and whom it must not wait for (C5), on both ports."""
import os
import socket
import sqlite3
import threading
import time
import unittest

import harness
import wire

SMUGGLED = {
    "a length twice": b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
    "two lengths": b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
    "a signed length": b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
    "a length and a coding": b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello",
    "a folded line": b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nX-A: b\r\n c\r\nContent-Length: 0\r\n\r\n",
    "NUL": b"POST /v1/sync HTTP/1.1\r\nHost: x\0y\r\nContent-Length: 0\r\n\r\n",
    "CR alone": b"POST /v1/sync HTTP/1.1\r\nHost: x\ry\r\nContent-Length: 0\r\n\r\n",
    "LF alone": b"POST /v1/sync HTTP/1.1\nHost: x\nContent-Length: 0\n\n",
    "no host": b"POST /v1/sync HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "two hosts": b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
}


class Misread(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.region = harness.Region()
        cls.region.serve("--public", "127.0.0.1:0")
        cls.region.enroll("XA")
        pem = wire.identity(cls.region, "XA", "valid", os.path.join(cls.region.office("XA").state, "tls.key"))
        cls.tls = wire.context(pem)

    @classmethod
    def tearDownClass(cls):
        cls.region.__exit__()

    def nodes(self):
        return wire.connect(self.region, self.tls)

    def public(self):
        host, port = self.region.public.rsplit(":", 1)
        return socket.create_connection((host, int(port)), timeout=20)

    def drain(self, sock):
        """What still comes until the server closes."""
        data = b""
        while True:
            try:
                piece = sock.recv(4096)
            except OSError:
                return data
            if not piece:
                return data
            data += piece

    def test_what_servers_disagree_about_is_answered_400_and_closed(self):
        for port in (self.nodes, self.public):
            for what, head in SMUGGLED.items():
                with self.subTest(what), port() as sock:
                    # a second, good request behind it must never be answered
                    sock.sendall(head + wire.request())
                    status, _ = wire.read_reply(sock)
                    self.assertEqual(status, 400)
                    self.assertNotIn(b"HTTP/1.1", self.drain(sock))

    def test_a_connection_serves_several_requests_one_after_another(self):
        with self.nodes() as sock:
            for _ in range(3):
                sock.sendall(wire.request())
                self.assertEqual(wire.read_reply(sock)[0], 200)
            sock.sendall(wire.request() + wire.request(more="Connection: close\r\n"))
            self.assertEqual(wire.read_reply(sock)[0], 200)
            self.assertEqual(wire.read_reply(sock)[0], 200)
            self.assertEqual(self.drain(sock), b"")

    def test_a_body_beyond_the_cap_is_refused_before_it_is_sent(self):
        for path, length in (("/v1/header", 357), ("/v1/sync", 65537), ("/v1/enrol", 65537), ("/v1/body", (16 << 20) + 1)):
            with self.subTest(path), self.nodes() as sock:
                sock.sendall(("POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (path, length)).encode())
                status, body = wire.read_reply(sock)
                self.assertEqual(status, 413)
                self.assertIn(b"too-large", body)

    def test_a_refused_call_ends_the_connection(self):
        with self.nodes() as sock:
            sock.sendall(wire.request("/v1/header", b"x" * 356) + wire.request())
            self.assertEqual(wire.read_reply(sock)[0], 403)
            self.assertEqual(self.drain(sock), b"")

    def test_a_head_beyond_the_cap_is_refused(self):
        with self.nodes() as sock:
            sock.sendall(b"POST /v1/sync HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9000)
            self.assertEqual(wire.read_reply(sock)[0], 431)

    def test_other_methods_and_paths_are_refused(self):
        with self.nodes() as sock:
            sock.sendall(b"GET /v1/sync HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertEqual(wire.read_reply(sock)[0], 400)
        for path in ("/", "/v1/sync/", "/v1/../v1/sync", "/v1/sync?x=1", "/V1/SYNC", "/v1/%73ync"):
            with self.subTest(path), self.nodes() as sock:
                sock.sendall(wire.request(path))
                self.assertEqual(wire.read_reply(sock)[0], 404)
        with self.public() as sock:
            sock.sendall(wire.request("/index.json"))
            self.assertEqual(wire.read_reply(sock)[0], 405)

    def test_head_gives_the_length_and_no_body(self):
        with self.public() as sock:
            sock.sendall(b"HEAD /index.json HTTP/1.1\r\nHost: x\r\n\r\nGET /index.json HTTP/1.0\r\nHost: x\r\n\r\n")
            data = self.drain(sock)
        first, second = data.split(b"HTTP/1.1 200 OK\r\n")[1:]
        self.assertTrue(first.endswith(b"\r\n\r\n"))
        length = int([line for line in first.split(b"\r\n") if line.startswith(b"Content-Length")][0].split(b":")[1])
        self.assertEqual(len(second.split(b"\r\n\r\n", 1)[1]), length)

    def test_paths_lead_nowhere_else(self):
        for path in ("/../coordinator.db", "/releases/../coordinator.db", "/releases/%2e%2e/coordinator.db", "/releases//etc/passwd",
                     "/%2e%2e%2fcoordinator.db", "/releases/..\\coordinator.db", "/keys/tls", "/index.json/../keys/tls"):
            with self.subTest(path), self.public() as sock:
                sock.sendall(("GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path).encode())
                self.assertIn(wire.read_reply(sock)[0], (400, 404))

    def test_an_address_that_is_none_is_wrong_usage(self):
        # 80801 modulo 65536 is a port too: a typing error must not open it
        for address in ("127.0.0.1:80801", "127.0.0.1:", "127.0.0.1", ":8443", "127.0.0.1:84x3", "::1:8443"):
            self.region.run("serve", "--listen", address, expect=2, timeout=20)

    def test_forged_proxy_headers_change_nothing(self):
        forged = "X-SSL-Client-Verify: SUCCESS\r\nX-SSL-Client-S-DN: CN=XA\r\nX-Forwarded-For: 127.0.0.1\r\n"
        status, body = wire.ask(self.region, wire.context(wire.identity(self.region, "XA", "self")), wire.request(more=forged))
        self.assertEqual(status, 403)
        self.assertIn(b"not-genuine", body)


class Waiting(unittest.TestCase):
    """Peers that hold a connection and bring nothing forward."""

    @classmethod
    def setUpClass(cls):
        cls.region = harness.Region()
        cls.region.serve("--public", "127.0.0.1:0")
        cls.region.enroll("XA")
        pem = wire.identity(cls.region, "XA", "valid", os.path.join(cls.region.office("XA").state, "tls.key"))
        cls.tls = wire.context(pem)

    @classmethod
    def tearDownClass(cls):
        cls.region.__exit__()

    def cut_after(self, sock, trickle=None):
        """Seconds until the server ends this connection; trickle is sent byte by byte meanwhile."""
        start = time.monotonic()
        sock.settimeout(0.25)
        at = 0
        while time.monotonic() - start < 40:
            try:
                if trickle and at < len(trickle):
                    sock.sendall(trickle[at:at + 1])
                    at += 1
                if sock.recv(4096) == b"":
                    break
            except (TimeoutError, socket.timeout):
                continue
            except OSError:
                break
        return time.monotonic() - start

    def check_cut(self, open_sock, trickle=None):
        with open_sock() as sock:
            seconds = self.cut_after(sock, trickle)
        self.assertLess(seconds, 14)  # ten, and room for a busy machine
        self.assertGreater(seconds, 5)

    def test_all_who_wait_are_cut_in_ten_seconds(self):
        long_head = b"POST /v1/sync HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 200
        body = wire.request("/v1/body", b"x" * 4000)

        def nodes():
            return wire.connect(self.region, self.tls)

        def stalled():
            return socket.create_connection(wire.address(self.region), timeout=20)

        def public():
            host, port = self.region.public.rsplit(":", 1)
            return socket.create_connection((host, int(port)), timeout=20)

        kinds = {"idle after the handshake": (nodes, None), "a trickled head": (nodes, long_head), "a trickled body": (nodes, body),
                 "a stalled handshake": (stalled, None), "a trickled handshake": (stalled, b"\x16\x03\x01\x02\x00\x01" + b"\0" * 200),
                 "idle on the public port": (public, None), "a trickled public head": (public, long_head)}
        faults = []

        def one(name, open_sock, trickle):
            try:
                self.check_cut(open_sock, trickle)
            except Exception as error:  # collected: a thread's failure would be lost
                faults.append("%s: %s" % (name, error))

        threads = [threading.Thread(target=one, args=(name, *how)) for name, how in kinds.items()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(faults, [])

    def test_a_thousand_of_them_do_not_keep_an_honest_node_waiting(self):
        holders = []
        try:
            for _ in range(1000):
                sock = socket.create_connection(wire.address(self.region), timeout=20)
                sock.sendall(b"\x16")
                holders.append(sock)
            start = time.monotonic()
            status, _ = wire.ask(self.region, self.tls)
            seconds = time.monotonic() - start
            self.assertEqual(status, 200)
            self.assertLess(seconds, 2)
            print("\n    an honest request beside 1000 stalled ones: %.3f s" % seconds)
        finally:
            for sock in holders:
                sock.close()

    def test_a_store_that_is_held_gives_503_and_then_goes_on(self):
        with harness.Region() as region:
            region.enroll("XA")
            tls = wire.context(wire.identity(region, "XA", "valid", os.path.join(region.office("XA").state, "tls.key")))
            holder = sqlite3.connect(os.path.join(region.state, "coordinator.db"))
            holder.execute("BEGIN EXCLUSIVE")
            status, body = wire.ask(region, tls)
            self.assertEqual(status, 503)
            self.assertIn(b"busy", body)
            holder.rollback()
            holder.close()
            self.assertEqual(wire.ask(region, tls)[0], 200)

    def test_termination_finishes_what_is_under_way(self):
        with harness.Region() as region:
            region.enroll("XA")
            pem = wire.identity(region, "XA", "valid", os.path.join(region.office("XA").state, "tls.key"))
            idle = wire.connect(region, wire.context(pem))
            with wire.connect(region, wire.context(pem)) as sock:
                whole = wire.request(more="X-Long: " + "a" * 1000 + "\r\n")
                sock.sendall(whole[:500])
                time.sleep(0.5)
                region.server.terminate()
                time.sleep(0.5)
                sock.sendall(whole[500:])
                self.assertEqual(wire.read_reply(sock)[0], 200)
            idle.close()
            self.assertEqual(region.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
