#ifndef NODE_VERIFY_H
#define NODE_VERIFY_H

#include "node/office.h"

/*
 * Checks everything that is kept, offline. Opening the state has already checked the store, the
 * ledger's chain and its head file; these are named too.
 */
struct node_verify_check {
	const char *name;
	bool ok;
	char detail[200];
};
#define NODE_VERIFY_CHECKS 8

struct node_verify {
	bool ok;
	size_t checks;
	struct node_verify_check check[NODE_VERIFY_CHECKS];
};

/* Errors only where nothing can be said at all (MEMORY, IO). */
PROTO_CHECK enum proto_code node_verify_run(struct node_verify *ret_verify, const struct node_office *office,
    struct proto_error *error);

#endif
