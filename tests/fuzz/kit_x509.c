#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/kit/x509.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/*
 * A certificate from anyone: what is said of it fits, and nobody verifies against a CA whose key is unknown to
 * the fuzzer (the first certificate verifies against itself only where it is a CA, and then not as a leaf).
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct proto_buffer cert = {0}, spki = {0};
	struct kit_x509_view view;

	proto_buffer_put(&cert, data, len);
	if (kit_x509_view(&view, data, len, NULL) == PROTO_OK) {
		if (view.country[0] != '\0' && !proto_keys_country(view.country))
			abort();
		if (kit_x509_subject(&spki, data, len, NULL) != PROTO_OK || spki.len == 0)
			abort();
	}
	if (kit_x509_verify(&cert, &cert, true, 1795464000, NULL) == PROTO_OK ||
	    kit_x509_verify(&cert, &cert, false, 1795464000, NULL) == PROTO_OK)
		abort();
	proto_buffer_wipe(&spki);
	proto_buffer_wipe(&cert);
	return 0;
}
