#include "node/lookup.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY UINT32_MAX /* an area's text that stands for none */

struct entry {
	uint64_t hash;
	char *text;
	size_t len;
	struct node_meaning meaning;
};

struct node_lookup {
	struct entry *entry; /* open addressing, a power of two */
	size_t size, used;
};

enum proto_code
node_lookup_new(struct node_lookup **ret_lookup, struct proto_error *error)
{
	if ((*ret_lookup = calloc(1, sizeof(**ret_lookup))) == NULL)
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	return PROTO_OK;
}

void
node_lookup_free(struct node_lookup *lookup)
{
	size_t i;

	if (lookup == NULL)
		return;
	for (i = 0; i < lookup->size; i++)
		free(lookup->entry[i].text);
	free(lookup->entry);
	free(lookup);
}

size_t
node_lookup_size(const struct node_lookup *lookup)
{
	return lookup->used;
}

/* FNV-1a: the texts are the office's own, and their number is bounded. */
static uint64_t
hash_of(const char *text, size_t len)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ (uint8_t)text[i]) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

/* The entry of this text, or the free one where it belongs. */
static struct entry *
place(const struct node_lookup *lookup, uint64_t hash, const char *text, size_t len)
{
	size_t at = hash & (lookup->size - 1);

	for (;; at = (at + 1) & (lookup->size - 1)) {
		struct entry *entry = &lookup->entry[at];

		if (entry->text == NULL ||
		    (entry->hash == hash && entry->len == len && memcmp(entry->text, text, len) == 0))
			return entry;
	}
}

static enum proto_code
grow(struct node_lookup *lookup)
{
	struct node_lookup larger = {.size = lookup->size ? 2 * lookup->size : 16, .used = lookup->used};
	size_t i;

	if ((larger.entry = calloc(larger.size, sizeof(larger.entry[0]))) == NULL)
		return PROTO_MEMORY;
	for (i = 0; i < lookup->size; i++)
		if (lookup->entry[i].text)
			*place(&larger, lookup->entry[i].hash, lookup->entry[i].text, lookup->entry[i].len) = lookup->entry[i];
	free(lookup->entry);
	*lookup = larger;
	return PROTO_OK;
}

enum proto_code
node_lookup_add(struct node_lookup *lookup, const char *text, size_t len, struct node_meaning meaning)
{
	uint64_t hash = hash_of(text, len);
	struct entry *entry;

	if (len > NODE_LOOKUP_TEXT_MAX || lookup->used >= NODE_LOOKUP_MAX)
		return PROTO_TOO_LARGE;
	if (2 * lookup->used >= lookup->size && grow(lookup) != PROTO_OK)
		return PROTO_MEMORY;
	entry = place(lookup, hash, text, len);
	if (entry->text)
		return PROTO_EXISTS;
	if ((entry->text = malloc(len + 1)) == NULL)
		return PROTO_MEMORY;
	memcpy(entry->text, text, len);
	entry->text[len] = '\0';
	entry->len = len;
	entry->hash = hash;
	entry->meaning = meaning;
	lookup->used++;
	return PROTO_OK;
}

bool
node_lookup_find(struct node_meaning *ret_meaning, const struct node_lookup *lookup, const char *text, size_t len)
{
	const struct entry *entry;

	if (lookup == NULL || lookup->used == 0)
		return false;
	entry = place(lookup, hash_of(text, len), text, len);
	if (entry->text == NULL || entry->meaning.index == NOBODY)
		return false;
	*ret_meaning = entry->meaning;
	return true;
}

/* Adds one more name of area i; a name of two areas is kept, as nobody's. */
static enum proto_code
also(struct node_lookup *lookup, const char *text, uint32_t i)
{
	struct node_meaning area = {NODE_MEANS_AREA, i}, found = {NODE_MEANS_AREA, NOBODY};
	enum proto_code code;

	if (text == NULL || text[0] == '\0')
		return PROTO_OK;
	if ((code = node_lookup_add(lookup, text, strlen(text), area)) != PROTO_EXISTS)
		return code;
	if (!node_lookup_find(&found, lookup, text, strlen(text)) || found.index != i)
		place(lookup, hash_of(text, strlen(text)), text, strlen(text))->meaning.index = NOBODY;
	return PROTO_OK;
}

enum proto_code
node_lookup_areas(struct node_lookup **ret_lookup, const struct proto_codelist *list, struct proto_error *error)
{
	struct node_lookup *lookup = NULL;
	enum proto_code code;
	uint32_t i;

	if ((code = node_lookup_new(&lookup, error)) != PROTO_OK)
		return code;
	for (i = 0; i < list->codes && code == PROTO_OK; i++) {
		const struct proto_code_item *item = &list->code[i];

		if ((code = also(lookup, item->id, i)) == PROTO_OK && (code = also(lookup, item->alpha3, i)) == PROTO_OK &&
		    (code = also(lookup, item->m49, i)) == PROTO_OK)
			code = also(lookup, item->name, i);
	}
	if (code != PROTO_OK) {
		node_lookup_free(lookup);
		return proto_error_set(error, code, list->id, "the code list cannot be looked up");
	}
	*ret_lookup = lookup;
	return PROTO_OK;
}

enum proto_code
node_lookup_codes(struct node_lookup **ret_lookup, const struct proto_codelist *list, struct proto_error *error)
{
	struct node_lookup *lookup = NULL;
	enum proto_code code;
	uint32_t i;

	if ((code = node_lookup_new(&lookup, error)) != PROTO_OK)
		return code;
	for (i = 0; i < list->codes && code == PROTO_OK; i++)
		if ((code = also(lookup, list->code[i].id, i)) == PROTO_OK)
			code = also(lookup, list->code[i].name, i);
	if (code != PROTO_OK) {
		node_lookup_free(lookup);
		return proto_error_set(error, code, list->id, "the code list cannot be looked up");
	}
	for (i = 0; i < lookup->size; i++)
		lookup->entry[i].meaning.kind = NODE_MEANS_CODE;
	*ret_lookup = lookup;
	return PROTO_OK;
}
