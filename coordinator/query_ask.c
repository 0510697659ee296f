#include "coordinator/query_ask.h"

#include <string.h>

/* Calls take for each part of text between separators; an empty part is refused. */
struct ask_parts {
	enum proto_code (*take)(void *ctx, const char *part, size_t len, struct proto_error *error);
	void *ctx;
};

static enum proto_code
each_part(const char *text, char separator, const struct ask_parts *parts, struct proto_error *error)
{
	for (;;) {
		const char *end = strchr(text, separator);
		size_t len = end ? (size_t)(end - text) : strlen(text);
		enum proto_code code;

		if (len == 0)
			return proto_error_set(error, PROTO_USAGE, "query", "an empty name between separators");
		if ((code = parts->take(parts->ctx, text, len, error)) != PROTO_OK || end == NULL)
			return code;
		text = end + 1;
	}
}

struct asking {
	struct coord_query_ask *ask;
	const struct proto_structure *structure;
	uint32_t dim; /* whose codes are being read */
};

static enum proto_code
unknown_dimension(const struct proto_structure *structure, const char *name, size_t len, struct proto_error *error)
{
	struct proto_buffer names = {0};
	char shown[200];
	size_t i;

	for (i = 0; i < structure->dims; i++)
		proto_buffer_printf(&names, "%s%s", i ? ", " : "", structure->dim[i].id);
	(void)proto_error_set(error, PROTO_NOT_FOUND, structure->id, "no dimension %s; it has %s",
	    proto_error_text(shown, sizeof(shown), name, len), proto_buffer_string(&names));
	proto_buffer_wipe(&names);
	return PROTO_NOT_FOUND;
}

static enum proto_code
take_by(void *ctx, const char *part, size_t len, struct proto_error *error)
{
	struct asking *asking = ctx;
	int dim = proto_structure_dim(asking->structure, part, len);
	size_t i;

	if (dim < 0)
		return unknown_dimension(asking->structure, part, len, error);
	for (i = 0; i < asking->ask->bys; i++)
		if (asking->ask->by[i] == (uint32_t)dim)
			return proto_error_set(error, PROTO_USAGE, "--by", "%s stands twice", asking->structure->dim[dim].id);
	asking->ask->by[asking->ask->bys++] = (uint32_t)dim;
	return PROTO_OK;
}

static enum proto_code
take_code(void *ctx, const char *part, size_t len, struct proto_error *error)
{
	struct asking *asking = ctx;
	const struct proto_dimension *dim = &asking->structure->dim[asking->dim];
	int code = proto_codelist_find(dim->list, part, len);
	char shown[200];

	if (code < 0)
		return proto_error_set(error, PROTO_NOT_FOUND, dim->id, "no code %s in %s",
		    proto_error_text(shown, sizeof(shown), part, len), dim->list->id);
	asking->ask->kept.chosen[asking->dim][code] = true;
	return PROTO_OK;
}

/* D=C or D=C+C */
static enum proto_code
take_where(void *ctx, const char *part, size_t len, struct proto_error *error)
{
	struct asking *asking = ctx;
	struct ask_parts codes = {take_code, asking};
	const char *equals = memchr(part, '=', len);
	char list[1024];
	int dim;

	if (equals == NULL)
		return proto_error_set(error, PROTO_USAGE, "--where", "write DIMENSION=CODE or DIMENSION=CODE+CODE");
	if ((dim = proto_structure_dim(asking->structure, part, (size_t)(equals - part))) < 0)
		return unknown_dimension(asking->structure, part, (size_t)(equals - part), error);
	if (asking->ask->limited[dim])
		return proto_error_set(error, PROTO_USAGE, "--where", "%s stands twice", asking->structure->dim[dim].id);
	len -= (size_t)(equals + 1 - part);
	if (len >= sizeof(list))
		return proto_error_set(error, PROTO_TOO_LARGE, "--where", "too many codes");
	memcpy(list, equals + 1, len);
	list[len] = '\0';
	asking->dim = (uint32_t)dim;
	asking->ask->limited[dim] = true;
	return each_part(list, '+', &codes, error);
}

bool
coord_query_ask_total(const struct proto_structure *structure, uint32_t dim)
{
	return structure->dim[dim].bound == 0 && !structure->dim[dim].no_margin_over;
}

static size_t
kept_codes(const struct coord_query_ask *ask, uint32_t dim, uint32_t codes)
{
	size_t kept = 0;
	uint32_t c;

	for (c = 0; c < codes; c++)
		kept += ask->kept.chosen[dim][c];
	return kept;
}

static bool
in_by(const struct coord_query_ask *ask, uint32_t dim)
{
	size_t i;

	for (i = 0; i < ask->bys; i++)
		if (ask->by[i] == dim)
			return true;
	return false;
}

/* Some table of the group holds it, and sums no dimension out that must be kept. */
static enum proto_code
check_tables(const struct coord_query_ask *ask, const struct proto_structure *structure, struct proto_error *error)
{
	struct proto_buffer names = {0};
	size_t t, i;

	for (t = 0; t < structure->tables; t++)
		if (structure->figure[t].group == ask->figure.group && (ask->figure.dims & ~structure->figure[t].dims) == 0 &&
		    (structure->figure[t].dims & structure->keep & ~ask->figure.dims) == 0)
			return PROTO_OK;
	for (t = 0; t < structure->tables; t++) {
		proto_buffer_printf(&names, "%s%s (", t ? ", " : "", structure->table[t].id);
		for (i = 0; i < structure->table[t].dims; i++)
			proto_buffer_printf(&names, "%s%s", i ? " x " : "", structure->dim[structure->table[t].dim[i]].id);
		proto_buffer_text(&names, ")");
	}
	(void)proto_error_set(error, PROTO_REFUSED, structure->id, "this combination lies in no table; there are %s",
	    proto_buffer_string(&names));
	proto_buffer_wipe(&names);
	return PROTO_REFUSED;
}

static enum proto_code
resolve(struct coord_query_ask *ask, const struct proto_structure *structure, struct proto_error *error)
{
	uint32_t i, c;

	for (i = 0; i < structure->dims; i++) {
		bool by = in_by(ask, i);

		if (by || ask->limited[i])
			ask->figure.dims |= (dp_dims)1 << i;
		if (structure->dim[i].no_margin_over && !by &&
		    (!ask->limited[i] || kept_codes(ask, i, structure->domain.dim[i].codes) != 1))
			return proto_error_set(error, PROTO_REFUSED, structure->dim[i].id,
			    "is never summed: it must stand in --by, or in --where with one code");
		for (c = 0; !ask->limited[i] && c < structure->domain.dim[i].codes; c++)
			ask->kept.chosen[i][c] = true;
	}
	ask->figure.group = ask->figure.dims & dp_domain_multi(&structure->domain);
	return check_tables(ask, structure, error);
}

enum proto_code
coord_query_ask(struct coord_query_ask *ret_ask, const struct proto_structure *structure,
    const struct coord_query_text *text, struct proto_error *error)
{
	struct asking asking = {ret_ask, structure, 0};
	struct ask_parts by = {take_by, &asking}, where = {take_where, &asking};
	enum proto_code code;

	memset(ret_ask, 0, sizeof(*ret_ask));
	if ((code = each_part(text->by, ',', &by, error)) != PROTO_OK)
		return code;
	if (text->where != NULL && (code = each_part(text->where, ',', &where, error)) != PROTO_OK)
		return code;
	return resolve(ret_ask, structure, error);
}
