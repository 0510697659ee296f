#include <stdlib.h>
#include <string.h>

#include "structure_parts.h"

static bool
copy_text(char **ret_text, const char *text)
{
	return text == NULL || (*ret_text = strdup(text)) != NULL;
}

bool
proto_structure_list_copy(struct proto_codelist *ret_list, const struct proto_codelist *list)
{
	bool good;
	size_t i;

	*ret_list = (struct proto_codelist){.total = list->total};
	if ((ret_list->code = calloc(list->codes, sizeof(*list->code))) == NULL)
		return false;
	ret_list->codes = list->codes;
	good = copy_text(&ret_list->id, list->id) && copy_text(&ret_list->name, list->name) &&
	    copy_text(&ret_list->source, list->source);
	for (i = 0; good && i < list->codes; i++) {
		const struct proto_code_item *from = &list->code[i];
		struct proto_code_item *to = &ret_list->code[i];

		good = copy_text(&to->id, from->id) && copy_text(&to->name, from->name) &&
		    copy_text(&to->parent, from->parent) && copy_text(&to->alpha3, from->alpha3) &&
		    copy_text(&to->m49, from->m49) && copy_text(&to->subregion, from->subregion);
	}
	return good;
}

/* A list in a file of its own: the name is plain, so that whoever opens it may join it to a directory. */
static enum proto_code
read_file(struct proto_codelist *list, const struct proto_structure_reader *reader, const json_t *value)
{
	char key[PROTO_KEY_TEXT];
	const char *name = json_string_value(value);
	struct proto_buffer data = {0};
	enum proto_code code;

	proto_structure_key(key, "codelists", list->id, "file");
	if (reader->files == NULL)
		return proto_structure_wrong(reader, key, "code lists must be inlined here");
	if (name == NULL || name[0] == '.' || strlen(name) > 64 ||
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != strlen(name))
		return proto_structure_wrong(reader, key, "is not the plain name of a file beside this one");
	code = reader->files->read(reader->files->ctx, name, &data, reader->error);
	if (code == PROTO_OK && data.failed)
		code = proto_structure_memory(reader);
	if (code == PROTO_OK)
		code = proto_structure_area_read(list, reader, key, &data);
	proto_buffer_wipe(&data);
	return code;
}

static enum proto_code
read_list(struct proto_codelist *list, const struct proto_structure_reader *reader, const char *id, json_t *value)
{
	char key[PROTO_KEY_TEXT];
	json_t *file = json_object_get(value, "file"), *codes = json_object_get(value, "codes");
	json_t *source = json_object_get(value, "source");
	enum proto_code code;

	proto_structure_key(key, "codelists", id, NULL);
	if (!json_is_object(value) || !proto_id_check(id, strlen(id)))
		return proto_structure_wrong(reader, key, "is not an object under an id (1 to %d of A-Z a-z 0-9 _ -)", PROTO_ID_MAX);
	/* sdg_series and note are for readers of the file */
	if ((code = proto_structure_only(reader, key, proto_json_only(value, key, reader->error, "source", "file", "codes",
	         "parents", "sdg_series", "note", NULL))) != PROTO_OK)
		return code;
	if ((list->id = strdup(id)) == NULL)
		return proto_structure_memory(reader);
	if (source != NULL && !json_is_null(source) &&
	    (code = proto_structure_text(&list->source, reader, key, source)) != PROTO_OK)
		return code;
	if ((file == NULL) == (codes == NULL))
		return proto_structure_wrong(reader, key, "needs either codes or file");
	code = file ? read_file(list, reader, file) : proto_structure_codes_read(list, reader, codes);
	if (code != PROTO_OK)
		return code;
	if (list->codes == 0)
		return proto_structure_wrong(reader, key, list->total ? "has no code but " PROTO_TOTAL : "has no codes");
	if (list->name == NULL && (list->name = strdup("Total")) == NULL)
		return proto_structure_memory(reader);
	if ((code = proto_structure_codes_check(list, reader)) != PROTO_OK)
		return code;
	return proto_structure_parents_read(list, reader, json_object_get(value, "parents"));
}

enum proto_code
proto_structure_lists_read(struct proto_codelists *ret_lists, const struct proto_structure_reader *reader, json_t *value)
{
	struct proto_codelists lists = {0};
	const char *id;
	json_t *one;
	enum proto_code code = PROTO_OK;

	if (!json_is_object(value) || json_object_size(value) == 0 || json_object_size(value) > PROTO_LISTS_MAX)
		return proto_structure_wrong(reader, "codelists", "is not an object of 1 to %d code lists", PROTO_LISTS_MAX);
	if ((lists.list = calloc(json_object_size(value), sizeof(*lists.list))) == NULL)
		return proto_structure_memory(reader);
	json_object_foreach(value, id, one)
		if (code == PROTO_OK)
			code = read_list(&lists.list[lists.lists++], reader, id, one);
	if (code == PROTO_OK)
		*ret_lists = lists;
	else
		proto_structure_lists_free(&lists);
	return code;
}

const struct proto_codelist *
proto_structure_lists_find(const struct proto_codelists *lists, const char *id)
{
	size_t i;

	for (i = 0; i < lists->lists; i++)
		if (strcmp(lists->list[i].id, id) == 0)
			return &lists->list[i];
	return NULL;
}

void
proto_structure_lists_free(struct proto_codelists *lists)
{
	size_t i;

	for (i = 0; i < lists->lists; i++)
		proto_structure_list_wipe(&lists->list[i]);
	free(lists->list);
	*lists = (struct proto_codelists){0};
}
