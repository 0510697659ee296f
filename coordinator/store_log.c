#include "store_row.h"

#include "proto/kit/print.h"

enum proto_code
coord_store_log_evidence(struct coord_store *store, const char *kind, const char *node, const char *round, const void *data, size_t len,
    struct proto_error *error)
{
	enum proto_code code;
	int64_t kept, same;
	bool any;

	code = kit_db_int(store->db, &kept, &any, error, "SELECT count(*) FROM evidence WHERE node = ? AND round = ?", "tt", node, round);
	if (code == PROTO_OK)
		code = kit_db_int(store->db, &same, &any, error, "SELECT 1 FROM evidence WHERE node = ? AND round = ? AND kind = ? AND data = ?",
		    "tttb", node, round, kind, data, len);
	if (code != PROTO_OK || any || kept >= COORD_EVIDENCE_MAX)
		return code;
	return kit_db_run(store->db, error, "INSERT INTO evidence (time, kind, node, round, data) VALUES (?, ?, ?, ?, ?)", "itttb",
	    kit_print_now(), kind, node, round, data, len);
}

enum proto_code
coord_store_log_evidence_count(uint64_t *ret_count, struct coord_store *store, const char *node, struct proto_error *error)
{
	enum proto_code code;
	int64_t count = 0;
	bool any;

	code = kit_db_int(store->db, &count, &any, error, "SELECT count(*) FROM evidence WHERE ? IS NULL OR node = ?", "tt", node, node);
	if (code == PROTO_OK)
		*ret_count = (uint64_t)count;
	return code;
}

enum proto_code
coord_store_log_event(struct coord_store *store, const char *what, const char *whom, struct proto_error *error)
{
	return kit_db_run(store->db, error, "INSERT INTO event (time, what, whom) VALUES (?, ?, ?)", "itt", kit_print_now(), what, whom);
}
