#include "coordinator/request.h"

#include <stdlib.h>
#include <string.h>

#include "support/suite.h"

#define GOOD "POST /v1/header HTTP/1.1\r\nHost: a:1\r\nContent-Length: 5\r\n\r\n"

/* The status that a head gets: 0 taken, 400 when the scan refuses it, -1 when it never ends. */
static int
judge(const char *head, size_t len)
{
	struct coord_request_scan scan = {0};
	struct coord_request request;

	switch (coord_request_scan(&scan, head, len)) {
	case COORD_REQUEST_END:
		return coord_request_parse(&request, head, scan.seen);
	case COORD_REQUEST_BAD:
		return 400;
	case COORD_REQUEST_LONG:
		return 431;
	case COORD_REQUEST_MORE:
		break;
	}
	return -1;
}

static int
judge_text(const char *head)
{
	return judge(head, strlen(head));
}

static void
a_request_is_taken_apart(void)
{
	static const char head[] = "GET /releases/A.v1/x?y=1&z HTTP/1.1\r\nhOsT: b\r\nAccept:\t text/csv \t\r\nConnection: keep-alive, Close\r\n\r\nrest";
	struct coord_request_scan scan = {0};
	struct coord_request request;
	const struct coord_request_text *accept;

	CU_ASSERT_EQUAL(coord_request_scan(&scan, head, sizeof head - 1), COORD_REQUEST_END);
	CU_ASSERT_EQUAL(scan.seen, sizeof head - 1 - 4);
	CU_ASSERT_EQUAL(coord_request_parse(&request, head, scan.seen), 0);
	CU_ASSERT_TRUE(coord_request_is(request.method, "GET"));
	CU_ASSERT_TRUE(coord_request_is(request.path, "/releases/A.v1/x"));
	CU_ASSERT_TRUE(coord_request_is(request.query, "y=1&z"));
	CU_ASSERT_EQUAL(request.fields, 3);
	accept = coord_request_field(&request, "accept");
	CU_ASSERT_TRUE(accept != NULL && coord_request_is(*accept, "text/csv"));
	CU_ASSERT_PTR_NULL(coord_request_field(&request, "Cookie"));
	CU_ASSERT_TRUE(request.close);
	CU_ASSERT_EQUAL(request.length, 0);
}

static void
a_post_says_its_length(void)
{
	struct coord_request request;

	CU_ASSERT_EQUAL(coord_request_parse(&request, GOOD, sizeof GOOD - 1), 0);
	CU_ASSERT_EQUAL(request.length, 5);
	CU_ASSERT_FALSE(request.close);
	CU_ASSERT_PTR_NULL(request.query.text);
	CU_ASSERT_EQUAL(judge_text("POST / HTTP/1.1\r\nHost: a\r\n\r\n"), 411);
	CU_ASSERT_EQUAL(judge_text("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), 0);
	CU_ASSERT_EQUAL(judge_text("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n"), 400);
}

static void
what_servers_disagree_about_is_refused(void)
{
	static const struct {
		const char *head;
		int status;
	} wrong[] = {
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\ncontent-length: 6\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5 5\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551621\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\nContent-Length: 5\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\nContent-Length: 5\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n", 400},
	    {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 501},
	    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n", 417},
	    {"GET / HTTP/1.1\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
	    {"GET / HTTP/1.1\nHost: a\n\n", 400},
	    {"GET / HTTP/1.1\r\nHost: a\n\r\n", 400},
	    {"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\nHost: a\r\nX: \x1b[2J\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\nHost: a\r\n: empty\r\n\r\n", 400},
	    {"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
	    {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
	    {"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
	    {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
	    {"GET http://x/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
	    {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
	    {"GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
	    {"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
	    {"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
	    {"GET /\r\nHost: a\r\n\r\n", 400},
	    {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
	    {"GET / XTTP/1.1\r\nHost: a\r\n\r\n", 400},
	};
	size_t i;

	for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		int status = judge_text(wrong[i].head);

		CU_ASSERT_EQUAL(status, wrong[i].status);
		if (status != wrong[i].status)
			printf("\n    head %zu: %d, not %d\n", i, status, wrong[i].status);
	}
	CU_ASSERT_EQUAL(judge("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 30), 400);
	CU_ASSERT_EQUAL(judge_text("GET / HTTP/1.0\r\nHost: a\r\n\r\n"), 0);
}

static void
a_head_that_arrives_in_bytes_is_the_same(void)
{
	struct coord_request_scan scan = {0};
	size_t i;

	for (i = 1; i < sizeof GOOD - 1; i++)
		CU_ASSERT_EQUAL(coord_request_scan(&scan, GOOD, i), COORD_REQUEST_MORE);
	CU_ASSERT_EQUAL(coord_request_scan(&scan, GOOD, sizeof GOOD - 1), COORD_REQUEST_END);
	CU_ASSERT_EQUAL(scan.seen, sizeof GOOD - 1);
}

static void
a_long_head_is_refused_before_its_end(void)
{
	char *head = malloc(COORD_REQUEST_HEAD_MAX + 2);
	struct coord_request_scan scan = {0};

	CU_ASSERT_PTR_NOT_NULL_FATAL(head);
	memset(head, 'a', COORD_REQUEST_HEAD_MAX + 2);
	CU_ASSERT_EQUAL(coord_request_scan(&scan, head, COORD_REQUEST_HEAD_MAX), COORD_REQUEST_MORE);
	CU_ASSERT_EQUAL(coord_request_scan(&scan, head, COORD_REQUEST_HEAD_MAX + 1), COORD_REQUEST_LONG);
	free(head);
}

static void
many_fields_are_refused(void)
{
	char head[COORD_REQUEST_HEAD_MAX] = "GET / HTTP/1.1\r\nHost: a\r\n";
	size_t i;

	for (i = 1; i < COORD_REQUEST_FIELDS_MAX; i++)
		strcat(head, "X: y\r\n");
	strcat(head, "\r\n");
	CU_ASSERT_EQUAL(judge_text(head), 0);
	strcpy(head + strlen(head) - 2, "X: y\r\n\r\n");
	CU_ASSERT_EQUAL(judge_text(head), 400);
}

/* Any single byte changed gives the same request, a refusal, or a head that has not ended. */
static void
no_byte_makes_it_read_past_the_head(void)
{
	size_t i, len = sizeof GOOD - 1;
	int c;

	for (i = 0; i < len; i++)
		for (c = 0; c < 256; c++) {
			char *head = malloc(len); /* exact, so that a sanitizer sees one byte too many */

			CU_ASSERT_PTR_NOT_NULL_FATAL(head);
			memcpy(head, GOOD, len);
			head[i] = (char)c;
			(void)judge(head, len);
			free(head);
		}
}

static const struct suite_case cases[] = {
	{"a request is taken apart", a_request_is_taken_apart},
	{"a POST says its length", a_post_says_its_length},
	{"what servers disagree about is refused", what_servers_disagree_about_is_refused},
	{"a head that arrives in bytes is the same", a_head_that_arrives_in_bytes_is_the_same},
	{"a long head is refused before its end", a_long_head_is_refused_before_its_end},
	{"many fields are refused", many_fields_are_refused},
	{"no byte makes it read past the head", no_byte_makes_it_read_past_the_head},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("coordinator.request", cases);
}
