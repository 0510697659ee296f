#include <stdlib.h>
#include <string.h>

#include "structure_parts.h"

#define LEVELS_MAX 4 /* of parents above a code */

/* n characters, all from first to last. */
static bool
all_in(const char *text, size_t n, char first, char last)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (text[i] < first || text[i] > last)
			return false;
	return text[n] == '\0';
}

enum proto_code
proto_structure_item_check(const struct proto_structure_reader *reader, const char *key, const struct proto_code_item *item)
{
	if (item->id == NULL || !proto_id_check(item->id, strlen(item->id)) || strcmp(item->id, PROTO_TOTAL) == 0)
		return proto_structure_wrong(reader, key, "is no id of a code (1 to %d of A-Z a-z 0-9 _ -)", PROTO_ID_MAX);
	if (item->name == NULL || !proto_structure_presentable(item->name))
		return proto_structure_wrong(reader, key, "its name is empty, longer than %d bytes or has control characters",
		    PROTO_TEXT_MAX);
	if (item->alpha3 != NULL && !all_in(item->alpha3, 3, 'A', 'Z'))
		return proto_structure_wrong(reader, key, "alpha3 is not three capitals");
	if ((item->m49 != NULL && !all_in(item->m49, 3, '0', '9')) ||
	    (item->subregion != NULL && !all_in(item->subregion, 3, '0', '9')))
		return proto_structure_wrong(reader, key, "m49 and subregion are three digits");
	return PROTO_OK;
}

/* A code's value is its name, or for an area an object. */
static enum proto_code
read_item(struct proto_code_item *item, const struct proto_structure_reader *reader, const char *list, const char *id,
    json_t *value)
{
	char key[PROTO_KEY_TEXT];
	json_t *alpha3, *m49, *subregion;
	enum proto_code code;

	proto_structure_key(key, "codelists", list, id);
	if ((item->id = strdup(id)) == NULL)
		return proto_structure_memory(reader);
	if (!json_is_object(value)) {
		if ((code = proto_structure_text(&item->name, reader, key, value)) != PROTO_OK)
			return code;
		return proto_structure_item_check(reader, key, item);
	}
	if ((code = proto_structure_only(reader, key,
	         proto_json_only(value, key, reader->error, "name", "alpha3", "m49", "subregion", NULL))) != PROTO_OK ||
	    (code = proto_structure_text(&item->name, reader, key, json_object_get(value, "name"))) != PROTO_OK)
		return code;
	alpha3 = json_object_get(value, "alpha3");
	m49 = json_object_get(value, "m49");
	subregion = json_object_get(value, "subregion");
	if ((alpha3 && !json_is_null(alpha3) && (code = proto_structure_text(&item->alpha3, reader, key, alpha3)) != PROTO_OK) ||
	    (m49 && !json_is_null(m49) && (code = proto_structure_text(&item->m49, reader, key, m49)) != PROTO_OK) ||
	    (subregion && !json_is_null(subregion) &&
	        (code = proto_structure_text(&item->subregion, reader, key, subregion)) != PROTO_OK))
		return code;
	return proto_structure_item_check(reader, key, item);
}

enum proto_code
proto_structure_codes_read(struct proto_codelist *list, const struct proto_structure_reader *reader, json_t *value)
{
	char key[PROTO_KEY_TEXT];
	const char *id;
	json_t *item;
	enum proto_code code;

	proto_structure_key(key, "codelists", list->id, "codes");
	if (!json_is_object(value) || json_object_size(value) > PROTO_LIST_CODES_MAX)
		return proto_structure_wrong(reader, key, "is not an object of at most %d codes", PROTO_LIST_CODES_MAX);
	if ((list->code = calloc(json_object_size(value) + 1, sizeof(*list->code))) == NULL)
		return proto_structure_memory(reader);
	json_object_foreach(value, id, item) {
		if (strcmp(id, PROTO_TOTAL) == 0) {
			list->total = true;
			code = proto_structure_text(&list->name, reader, key, item);
		} else
			code = read_item(&list->code[list->codes++], reader, list->id, id, item);
		if (code != PROTO_OK)
			return code;
	}
	return PROTO_OK;
}

/* From each code the way up ends within as many steps as there are codes. */
static enum proto_code
check_levels(const struct proto_codelist *list, const struct proto_structure_reader *reader)
{
	char key[PROTO_KEY_TEXT];
	size_t i, steps;

	for (i = 0; i < list->codes; i++) {
		const struct proto_code_item *item = &list->code[i];

		for (steps = 0; item->parent != NULL; steps++) {
			if (steps == LEVELS_MAX)
				return proto_structure_wrong(reader,
				    proto_structure_key(key, "codelists", list->id, list->code[i].id),
				    "parents: a circle, or more than %d levels", LEVELS_MAX);
			item = &list->code[proto_codelist_find(list, item->parent, strlen(item->parent))];
		}
	}
	return PROTO_OK;
}

/* "parents": {child: parent}; both codes of this list. */
enum proto_code
proto_structure_parents_read(struct proto_codelist *list, const struct proto_structure_reader *reader, json_t *value)
{
	char key[PROTO_KEY_TEXT];
	const char *id;
	json_t *parent;

	proto_structure_key(key, "codelists", list->id, "parents");
	if (value == NULL)
		return PROTO_OK;
	if (!json_is_object(value) || (json_object_size(value) > 0 && list->codes > DP_CODES_MAX))
		return proto_structure_wrong(reader, key, "is not an object, or the list has more than %d codes", DP_CODES_MAX);
	json_object_foreach(value, id, parent) {
		const char *text = json_string_value(parent);
		int child = proto_codelist_find(list, id, strlen(id));

		if (child < 0 || text == NULL || proto_codelist_find(list, text, strlen(text)) < 0)
			return proto_structure_wrong(reader, proto_structure_key(key, "codelists", list->id, id),
			    "parents: the code or its parent is not in the list");
		if ((list->code[child].parent = strdup(text)) == NULL)
			return proto_structure_memory(reader);
	}
	return check_levels(list, reader);
}

struct meaning {
	const char *text;
	size_t code;
};

static int
compare_meaning(const void *a, const void *b)
{
	const struct meaning *first = a, *second = b;
	int order = strcmp(first->text, second->text);

	return order ? order : (first->code > second->code) - (first->code < second->code);
}

/* No text may mean two codes: ids, names, alpha-3 and M49 numbers are all accepted on input. */
enum proto_code
proto_structure_codes_check(const struct proto_codelist *list, const struct proto_structure_reader *reader)
{
	struct meaning *meaning = calloc(4 * list->codes + 1, sizeof(*meaning));
	char key[PROTO_KEY_TEXT], text[PROTO_ERROR_TEXT];
	enum proto_code code = PROTO_OK;
	size_t meanings = 0, i;

	if (meaning == NULL)
		return proto_structure_memory(reader);
	for (i = 0; i < list->codes; i++) {
		const struct proto_code_item *item = &list->code[i];

		meaning[meanings++] = (struct meaning){item->id, i};
		meaning[meanings++] = (struct meaning){item->name, i};
		if (item->alpha3 != NULL)
			meaning[meanings++] = (struct meaning){item->alpha3, i};
		if (item->m49 != NULL)
			meaning[meanings++] = (struct meaning){item->m49, i};
	}
	qsort(meaning, meanings, sizeof(*meaning), compare_meaning);
	for (i = 1; i < meanings && code == PROTO_OK; i++)
		if (meaning[i - 1].code != meaning[i].code && strcmp(meaning[i - 1].text, meaning[i].text) == 0)
			code = proto_structure_wrong(reader, proto_structure_key(key, "codelists", list->id, NULL),
			    "\"%s\" stands for two codes",
			    proto_error_text(text, sizeof(text), meaning[i].text, strlen(meaning[i].text)));
	free(meaning);
	return code;
}
