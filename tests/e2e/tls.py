"""Who gets through to the calls (W10), and on what terms of TLS (W11)."""
import os
import re
import socket
import ssl
import subprocess
import time
import unittest

import harness
import wire


class Peers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.region = harness.Region()
        cls.region.serve()
        for country in ("XA", "XB"):
            cls.region.enroll(country)
        cls.key = os.path.join(cls.region.office("XA").state, "tls.key")
        cls.good = wire.identity(cls.region, "XA", "valid", cls.key)

    @classmethod
    def tearDownClass(cls):
        cls.region.__exit__()

    def ask(self, kind, data=None, country="XA"):
        return wire.ask(self.region, wire.context(wire.identity(self.region, country, kind, self.key)), data)

    def test_the_approved_key_under_this_ca_is_heard(self):
        self.assertEqual(self.ask("valid")[0], 200)

    def test_a_peer_without_a_certificate_is_not(self):
        status, why = wire.ask(self.region, wire.context(None))
        self.assertIsNone(status)

    def test_faulty_certificates_end_the_handshake_before_any_answer(self):
        for kind in ("expired", "early", "other-ca", "server"):
            with self.subTest(kind):
                status, why = self.ask(kind)
                self.assertIsNone(status, "%s: answered %s %r" % (kind, status, why))
                # not one byte of HTTP came back, not even a refusal
                self.assertFalse(isinstance(why, bytes) and why)

    def test_a_faulty_certificate_binds_nothing(self):
        before = self.region.json("status")
        for kind in ("expired", "early", "other-ca", "server"):
            self.ask(kind, wire.request("/v1/header", b"x" * 356))
        self.assertEqual(self.region.json("status"), before)

    def test_a_self_signed_peer_reaches_enrolment_only(self):
        for path in ("/v1/sync", "/v1/header", "/v1/body"):
            status, body = self.ask("self", wire.request(path, b"1234"))
            self.assertEqual(status, 403, path)
            self.assertIn(b"not-genuine", body)
        status, body = self.ask("self", wire.request("/v1/enrol", b"1234"))
        self.assertEqual(status, 400)  # heard, and not understood

    def test_another_key_of_the_same_country_is_refused(self):
        other = wire.identity(self.region, "XA", "valid", name="other")
        status, body = wire.ask(self.region, wire.context(other))
        self.assertEqual(status, 403)
        self.assertIn(b"not-genuine", body)

    def test_one_countrys_key_under_anothers_name_is_refused(self):
        status, body = self.ask("valid", country="XB")
        self.assertEqual(status, 403)
        self.assertIn(b"not-genuine", body)

    def test_a_revocation_counts_on_a_connection_that_stands(self):
        key = os.path.join(self.region.office("XB").state, "tls.key")
        pem = wire.identity(self.region, "XB", "valid", key)
        with wire.connect(self.region, wire.context(pem)) as sock:
            sock.sendall(wire.request())
            self.assertEqual(wire.read_reply(sock)[0], 200)
            self.region.run("country", "revoke", "XB", "--yes")
            sock.sendall(wire.request())
            status, body = wire.read_reply(sock)
        self.assertEqual(status, 403)
        self.assertIn(b"revoked", body)
        self.region.office("XB").run("sync", expect=1)
        self.region.run("country", "approve", "XB", "--fingerprint", self.region.office("XB").fingerprint.lower().replace("-", ""),
                        *self.region.secret())
        self.region.office("XB").run("sync")

    def test_revoking_needs_a_yes(self):
        self.region.run("country", "revoke", "XA", expect=2)
        self.assertEqual(self.ask("valid")[0], 200)

    def test_a_renewed_leaf_is_taken_up_while_serving(self):
        def leaf():
            with wire.connect(self.region, wire.context(self.good)) as sock:
                return sock.getpeercert(binary_form=True)
        before = leaf()
        self.assertEqual(leaf(), before)
        self.region.run("init", "--id", "DEMO", "--name", "Synthetic region", "--area", "XZ", *self.region.secret())
        self.assertNotEqual(leaf(), before)
        self.region.office("XA").run("sync")


class Terms(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.region = harness.Region()
        cls.region.serve()
        cls.region.enroll("XA")
        cls.pem = wire.identity(cls.region, "XA", "valid", os.path.join(cls.region.office("XA").state, "tls.key"))

    @classmethod
    def tearDownClass(cls):
        cls.region.__exit__()

    def s_client(self, *arguments, text=b""):
        done = subprocess.run(["openssl", "s_client", "-connect", self.region.address, "-cert", self.pem, "-key", self.pem, *arguments],
                              input=text, capture_output=True, timeout=60)
        return (done.stdout + done.stderr).decode("utf-8", "replace")

    def test_below_tls_1_3_nothing_is_agreed(self):
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1, ssl.TLSVersion.TLSv1_2):
            tls = wire.context(self.pem, ssl.TLSVersion.TLSv1, version)
            tls.set_ciphers("ALL:@SECLEVEL=0")
            status, why = wire.ask(self.region, tls)
            self.assertIsNone(status, str(version))
        with wire.connect(self.region, wire.context(self.pem)) as sock:
            self.assertEqual(sock.version(), "TLSv1.3")

    def test_weak_and_unlisted_ciphers_are_not_agreed(self):
        said = self.s_client("-ciphersuites", "TLS_AES_128_CCM_8_SHA256:TLS_AES_128_CCM_SHA256", "-tls1_3")
        self.assertIn("Cipher is (NONE)", said)
        for suite in ("TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"):
            self.assertIn("Cipher is " + suite, self.s_client("-ciphersuites", suite, "-tls1_3"))

    def test_no_ticket_is_given_and_no_session_resumed(self):
        tls = wire.context(self.pem)
        with wire.connect(self.region, tls) as sock:
            sock.sendall(wire.request())
            self.assertEqual(wire.read_reply(sock)[0], 200)
            session = sock.session
            self.assertFalse(session is not None and session.has_ticket)
        if session is not None:
            with wire.connect(self.region, tls, session=session) as sock:
                self.assertFalse(sock.session_reused)
        saved = os.path.join(self.region.home, "session")
        said = self.s_client("-tls1_3", "-sess_out", saved, "-ign_eof", text=wire.request(more="Connection: close\r\n"))
        self.assertNotIn("New Session Ticket arrived", said)
        self.assertIn("HTTP/1.1 200", said)
        self.assertFalse(os.path.exists(saved) and os.path.getsize(saved) > 0)

    def test_early_data_is_never_taken(self):
        # The client holds a session of another server that allows early data, and tries it here.
        saved = os.path.join(self.region.home, "foreign")
        early = os.path.join(self.region.home, "early")
        with open(early, "wb") as file:
            file.write(wire.request())
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        other = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:%d" % port, "-cert", self.pem, "-key", self.pem, "-tls1_3",
                                  "-early_data", "-quiet"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        client = None
        try:
            for attempt in range(100):
                if client is None or client.poll() is not None:
                    if client is not None:
                        client.stdin.close()
                    client = subprocess.Popen(["openssl", "s_client", "-connect", "127.0.0.1:%d" % port, "-tls1_3", "-sess_out", saved],
                                              stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                time.sleep(0.1)
                if os.path.exists(saved) and os.path.getsize(saved) > 0:
                    break
        finally:
            for process in (client, other):
                process.kill()
                process.wait()
                process.stdin.close()
        self.assertTrue(os.path.getsize(saved) > 0)
        said = self.s_client("-tls1_3", "-sess_in", saved, "-early_data", early)
        self.assertIn("Early data was rejected", said)
        self.assertIn("New, TLSv1.3", said)

    def test_there_is_no_renegotiation(self):
        said = self.s_client("-tls1_2", text=b"R\n")
        self.assertIn("Cipher is (NONE)", said)
        # in TLS 1.3 the command is unknown to the protocol: asking for it ends nothing and changes nothing
        self.assertIn("TLSv1.3", self.s_client("-tls1_3"))

    def test_plain_http_gets_no_answer_on_this_port(self):
        with socket.create_connection(wire.address(self.region), timeout=20) as sock:
            sock.sendall(wire.request())
            data = b""
            try:
                while True:
                    piece = sock.recv(4096)
                    if not piece:
                        break
                    data += piece
            except ConnectionError:
                pass
        self.assertFalse(re.search(rb"HTTP/1", data))


if __name__ == "__main__":
    unittest.main(verbosity=2, warnings="ignore")
