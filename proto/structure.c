#include "proto/structure.h"

#include <stdlib.h>
#include <string.h>

#include "structure_parts.h"

void
proto_structure_list_wipe(struct proto_codelist *list)
{
	size_t i;

	for (i = 0; list->code != NULL && i < list->codes; i++) {
		struct proto_code_item *item = &list->code[i];

		free(item->id);
		free(item->name);
		free(item->parent);
		free(item->alpha3);
		free(item->m49);
		free(item->subregion);
	}
	free(list->code);
	free(list->id);
	free(list->name);
	free(list->source);
	*list = (struct proto_codelist){0};
}

void
proto_structure_free(struct proto_structure *structure)
{
	size_t i;

	if (structure == NULL)
		return;
	for (i = 0; i < DP_DIMS_MAX; i++) {
		free(structure->dim[i].id);
		free(structure->dim[i].rank);
		free(structure->dim[i].area_sum);
	}
	for (i = 0; structure->table != NULL && i < structure->tables; i++)
		free(structure->table[i].id);
	free(structure->table);
	for (i = 0; structure->list != NULL && i < structure->lists; i++)
		proto_structure_list_wipe(&structure->list[i]);
	free(structure->list);
	for (i = 0; structure->resolution != NULL && i < structure->resolutions; i++)
		free(structure->resolution[i]);
	free(structure->resolution);
	free(structure->agency);
	free(structure->version_label);
	free(structure->name);
	free(structure->unit);
	proto_buffer_wipe(&structure->document);
	free(structure);
}

static bool
same(const char *own, const char *text, size_t len)
{
	return own != NULL && strlen(own) == len && memcmp(own, text, len) == 0;
}

int
proto_structure_dim(const struct proto_structure *structure, const char *id, size_t len)
{
	size_t i;

	for (i = 0; i < structure->dims; i++)
		if (same(structure->dim[i].id, id, len))
			return (int)i;
	return -1;
}

int
proto_codelist_find(const struct proto_codelist *list, const char *id, size_t len)
{
	size_t i;

	for (i = 0; i < list->codes; i++)
		if (same(list->code[i].id, id, len))
			return (int)i;
	return -1;
}

int
proto_codelist_area(const struct proto_codelist *list, const char *text, size_t len)
{
	size_t i;

	/* the loader has made sure that no text means two areas */
	for (i = 0; i < list->codes; i++) {
		const struct proto_code_item *item = &list->code[i];

		if (same(item->id, text, len) || same(item->alpha3, text, len) || same(item->m49, text, len) ||
		    same(item->name, text, len))
			return (int)i;
	}
	return -1;
}
