#include "node/submit.h"

#include "node/receipt.h"
#include "proto/header_reply.h"
#include "proto/limits.h"

#define HEADER_REPLY_MAX (16u << 10)

static enum proto_code
post(const struct node_office *office, void *line, struct proto_header_reply *ret_reply, const char *path,
    const struct proto_buffer *body, struct proto_error *error)
{
	const struct node_transport_call call = {.path = path, .body = body->data, .len = body->len,
	    .most = HEADER_REPLY_MAX};
	struct proto_buffer bytes = {0};
	enum proto_code code = office->transport->post(line, &bytes, &call, error);

	if (code == PROTO_OK)
		code = proto_header_reply_decode(ret_reply, bytes.data, bytes.len, error);
	proto_buffer_wipe(&bytes);
	return code;
}

static enum proto_code
send_header(const struct node_office *office, void *line, struct proto_header_reply *ret_reply,
    const struct node_submission *submission, struct proto_error *error)
{
	struct proto_buffer body = {0};
	enum proto_code code;

	proto_buffer_put(&body, submission->header, sizeof(submission->header));
	if (body.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	code = post(office, line, ret_reply, "/v1/header", &body, error);
	proto_buffer_wipe(&body);
	return code;
}

static enum proto_code
send_body(const struct node_office *office, void *line, struct proto_header_reply *ret_reply,
    const struct node_submission *submission, struct proto_error *error)
{
	struct proto_buffer body = {0};
	enum proto_code code;

	proto_buffer_put(&body, submission->digest, sizeof(submission->digest));
	proto_buffer_put(&body, submission->part.data, submission->part.len);
	if (body.failed)
		return proto_error_set(error, PROTO_MEMORY, "", "out of memory");
	code = post(office, line, ret_reply, "/v1/body", &body, error);
	proto_buffer_wipe(&body);
	return code;
}

static enum proto_code
exchange(struct node_office *office, void *line, struct node_submission *submission, struct proto_error *error)
{
	struct proto_header_reply reply = {0};
	bool fresh;
	enum proto_code code = send_header(office, line, &reply, submission, error);

	if (code == PROTO_OK && reply.want_body) {
		proto_header_reply_wipe(&reply);
		code = send_body(office, line, &reply, submission, error);
	}
	if (code == PROTO_OK && reply.receipt.len == 0)
		code = proto_error_set(error, PROTO_FAILED, submission->round, "the coordinator took the body but gave no receipt");
	if (code == PROTO_OK)
		code = node_receipt_take(office, submission, &reply.receipt, &fresh, error);
	proto_header_reply_wipe(&reply);
	return code;
}

enum proto_code
node_submit_send(struct node_office *office, struct node_submission *submission, struct proto_error *error)
{
	void *line = NULL;
	enum proto_code code;

	if (submission->receipt.len > 0)
		return PROTO_OK;
	if ((code = node_office_line(&line, office, NODE_OFFICE_ISSUED, error)) != PROTO_OK)
		return code;
	code = exchange(office, line, submission, error);
	office->transport->close(line);
	return code;
}
