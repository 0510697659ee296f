#ifndef DB_TYPE_H
#define DB_TYPE_H

#include <sqlite3.h>
#include <stdarg.h>

#include "proto/kit/db.h"

/* What the files of db share. */
struct kit_db {
	sqlite3 *handle;
	char *path;
};

/* Fills error from the connection's last error, of result code `result`. */
enum proto_code kit_db_error(struct kit_db *db, int result, struct proto_error *error);
/* Every setting of the header comment, each read back. */
PROTO_CHECK enum proto_code kit_db_settings(struct kit_db *db, struct proto_error *error);
/* Before SQLite reads a page: is the file of this format and application? */
PROTO_CHECK enum proto_code kit_db_check_header(struct kit_db *db, const struct kit_db_schema *schema, struct proto_error *error);
/* Is this the schema's database, whole? */
PROTO_CHECK enum proto_code kit_db_check(struct kit_db *db, const struct kit_db_schema *schema, struct proto_error *error);

#endif
