/*
 * Certificates for black-box tests, by the keys of a coordinator of the test's own:
 *
 *   certs STATE PASSPHRASE_FILE COUNTRY KIND KEY OUT
 *
 * KEY is a PKCS#8 DER key, made when absent. OUT gets key and certificate, PEM. KIND:
 *   valid, expired, early (not yet valid), other-ca, server (serverAuth only), self (self-signed)
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coordinator/keys.h"
#include "proto/kit/files.h"
#include "proto/kit/print.h"
#include "proto/kit/x509.h"

#define DAY INT64_C(86400)

static struct proto_error error;

static void
must(enum proto_code code)
{
	if (code == PROTO_OK)
		return;
	fprintf(stderr, "certs: %s: %s: %s\n", proto_error_name(code), error.what, error.where);
	exit(1);
}

static void
load_key(struct proto_buffer *key, const char *path)
{
	if (access(path, F_OK) == 0) {
		must(kit_files_read_private(key, path, 4096, &error));
		return;
	}
	must(kit_x509_key(key, &error));
	must(kit_files_write(path, key->data, key->len, 0600, true, &error));
}

static void
issue(struct proto_buffer *ret_cert, struct coord_state *state, const struct coord_keys *keys, const char *country, const char *kind,
    const struct proto_buffer *key)
{
	struct proto_buffer spki = {0}, ca_key = {0}, ca = {0};
	struct kit_x509_issue request = {coord_keys_ca(keys), &state->trust.ca, &spki, state->identity.coordinator, country, kit_print_now()};
	uint8_t hash[PROTO_HASH];

	must(kit_x509_spki(hash, &spki, key, &error));
	if (strcmp(kind, "expired") == 0)
		request.now -= 6 * 366 * DAY;
	else if (strcmp(kind, "early") == 0)
		request.now += 30 * DAY;
	else if (strcmp(kind, "server") == 0)
		request.country = NULL;
	else if (strcmp(kind, "other-ca") == 0) {
		must(kit_x509_key(&ca_key, &error));
		must(kit_x509_ca(&ca, &ca_key, state->identity.coordinator, request.now, &error));
		request.ca_key = &ca_key;
		request.ca_cert = &ca;
	} else if (strcmp(kind, "valid") != 0) {
		fprintf(stderr, "certs: unknown kind %s\n", kind);
		exit(2);
	}
	must(kit_x509_issue(ret_cert, &request, &error));
	proto_buffer_wipe(&spki);
	proto_buffer_wipe(&ca_key);
	proto_buffer_wipe(&ca);
}

int
main(int argc, char **argv)
{
	struct proto_buffer key = {0}, cert = {0}, pem[2] = {{0}};
	struct kit_passphrase *passphrase;
	struct coord_state state;
	struct coord_keys *keys;

	if (argc != 7 || sodium_init() < 0)
		return 2;
	must(kit_passphrase_load(&passphrase, argv[2], &error));
	must(coord_state_open(&state, argv[1], &error));
	must(coord_keys_open(&keys, &state, passphrase, &error));
	load_key(&key, argv[5]);
	if (strcmp(argv[4], "self") == 0)
		must(kit_x509_self(&cert, &key, argv[3], kit_print_now(), &error));
	else
		issue(&cert, &state, keys, argv[3], argv[4], &key);
	must(kit_x509_pem(&pem[0], &key, "PRIVATE KEY", &error));
	must(kit_x509_pem(&pem[1], &cert, "CERTIFICATE", &error));
	proto_buffer_put(&pem[0], pem[1].data, pem[1].len);
	must(kit_files_write(argv[6], pem[0].data, pem[0].len, 0600, false, &error));
	proto_buffer_wipe(&key);
	proto_buffer_wipe(&cert);
	proto_buffer_wipe(&pem[0]);
	proto_buffer_wipe(&pem[1]);
	coord_keys_close(keys);
	coord_state_close(&state);
	kit_passphrase_free(passphrase);
	return 0;
}
