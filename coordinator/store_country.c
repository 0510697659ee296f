#include "store_row.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS "code, name, state, secret, expires, signing, sealing, tls, proof, self, certificate"

const char *
coord_store_country_state(enum coord_country_state state)
{
	static const char *const name[] = {"", "invited", "pending", "active", "revoked"};

	return name[state];
}

static enum proto_code
read_keys(struct coord_country *country, struct kit_rows *rows, struct proto_error *error)
{
	enum proto_code code;

	strcpy(country->keys.country, country->code);
	country->has_keys = true;
	if ((code = coord_store_row_bytes(country->keys.signing, PROTO_PUBLIC, rows, 5, error)) != PROTO_OK ||
	    (code = coord_store_row_bytes(country->keys.sealing, PROTO_PUBLIC, rows, 6, error)) != PROTO_OK ||
	    (code = coord_store_row_bytes(country->keys.tls, PROTO_HASH, rows, 7, error)) != PROTO_OK)
		return code;
	return coord_store_row_bytes(country->proof, PROTO_HASH, rows, 8, error);
}

static enum proto_code
read_country(void *ret_country, struct kit_rows *rows, struct proto_error *error)
{
	struct coord_country *country = ret_country;
	enum proto_code code;
	size_t len;

	country->state = (enum coord_country_state)kit_rows_int(rows, 2);
	country->expires = kit_rows_int(rows, 4);
	if ((code = coord_store_row_id(country->code, sizeof country->code, rows, 0, error)) != PROTO_OK ||
	    (code = coord_store_row_text(&country->name, rows, 1, error)) != PROTO_OK ||
	    (code = coord_store_row_buffer(&country->self, rows, 9, error)) != PROTO_OK ||
	    (code = coord_store_row_buffer(&country->certificate, rows, 10, error)) != PROTO_OK)
		return code;
	country->has_secret = kit_rows_blob(rows, 3, &len) != NULL;
	if (country->has_secret && (code = coord_store_row_bytes(country->secret, sizeof country->secret, rows, 3, error)) != PROTO_OK)
		return code;
	return kit_rows_blob(rows, 5, &len) == NULL ? PROTO_OK : read_keys(country, rows, error);
}

enum proto_code
coord_store_country(struct coord_country *ret_country, struct coord_store *store, const char *code_text, struct proto_error *error)
{
	struct coord_country country = {0};
	struct kit_rows *rows = NULL;
	enum proto_code code;
	bool row = false;

	code = kit_db_query(store->db, &rows, error, "SELECT " COLUMNS " FROM country WHERE code = ?", "t", code_text);
	if (code == PROTO_OK)
		code = kit_rows_next(rows, &row, error);
	if (code == PROTO_OK && !row)
		code = proto_error_set(error, PROTO_NOT_FOUND, code_text, "no such country; `country list` shows them");
	if (code == PROTO_OK)
		code = read_country(&country, rows, error);
	kit_rows_free(rows);
	if (code == PROTO_OK)
		*ret_country = country;
	else
		coord_store_country_wipe(&country);
	return code;
}

enum proto_code
coord_store_country_list(struct coord_country **ret_country, size_t *ret_countries, struct coord_store *store, struct proto_error *error)
{
	static const struct coord_store_row_reader reader = {sizeof(struct coord_country), read_country};
	struct kit_rows *rows = NULL;
	void *list = NULL;
	size_t countries = 0;
	enum proto_code code;

	code = kit_db_query(store->db, &rows, error, "SELECT " COLUMNS " FROM country ORDER BY code", "");
	if (code == PROTO_OK)
		code = coord_store_row_list(&list, &countries, rows, &reader, error);
	kit_rows_free(rows);
	if (code != PROTO_OK) {
		coord_store_country_free(list, countries);
		return code;
	}
	*ret_country = list;
	*ret_countries = countries;
	return PROTO_OK;
}

enum proto_code
coord_store_country_put(struct coord_store *store, const struct coord_country *country, struct proto_error *error)
{
	size_t secret = country->has_secret ? sizeof country->secret : 0, key = country->has_keys ? PROTO_PUBLIC : 0;

	return kit_db_run(store->db, error,
	    "INSERT INTO country (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code) DO UPDATE SET"
	    " name = excluded.name, state = excluded.state, secret = excluded.secret, expires = excluded.expires,"
	    " signing = excluded.signing, sealing = excluded.sealing, tls = excluded.tls, proof = excluded.proof,"
	    " self = excluded.self, certificate = excluded.certificate",
	    "ttibibbbbbb", country->code, country->name, (int64_t)country->state, secret ? country->secret : NULL, secret,
	    country->expires, key ? country->keys.signing : NULL, key, key ? country->keys.sealing : NULL, key,
	    key ? country->keys.tls : NULL, key, key ? country->proof : NULL, key,
	    country->self.data, country->self.len, country->certificate.data, country->certificate.len);
}

void
coord_store_country_wipe(struct coord_country *country)
{
	free(country->name);
	country->name = NULL;
	proto_buffer_wipe(&country->self);
	proto_buffer_wipe(&country->certificate);
	explicit_bzero(country->secret, sizeof country->secret);
}

void
coord_store_country_free(struct coord_country *country, size_t countries)
{
	size_t i;

	for (i = 0; i < countries; i++)
		coord_store_country_wipe(&country[i]);
	free(country);
}
