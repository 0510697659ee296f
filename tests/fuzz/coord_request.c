#include <stdlib.h>
#include <string.h>

#include "coordinator/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The head of a request: whatever arrives, in whatever pieces, every field lies inside the head. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct coord_request_scan whole = {0}, pieces = {0};
	enum coord_request_head found, found_again = COORD_REQUEST_MORE;
	struct coord_request request;
	size_t i;

	found = coord_request_scan(&whole, (const char *)data, size);
	for (i = 0; found_again == COORD_REQUEST_MORE && i <= size; i++)
		found_again = coord_request_scan(&pieces, (const char *)data, i);
	if (found != found_again || whole.seen != pieces.seen)
		abort();
	if (found != COORD_REQUEST_END || coord_request_parse(&request, (const char *)data, whole.seen) != 0)
		return 0;
	if (coord_request_field(&request, "Host") == NULL || coord_request_field(&request, "Transfer-Encoding") != NULL)
		abort();
	for (i = 0; i < request.fields; i++)
		if (request.field[i].value.text + request.field[i].value.len > (const char *)data + whole.seen)
			abort();
	return 0;
}
