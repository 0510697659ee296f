#include "support/structures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
read_file(struct proto_buffer *ret_data, const char *path)
{
	FILE *file = fopen(path, "rb");
	char block[4096];
	size_t got;

	if (file == NULL)
		return false;
	while ((got = fread(block, 1, sizeof(block), file)) > 0)
		proto_buffer_put(ret_data, block, got);
	return fclose(file) == 0 && !ret_data->failed;
}

struct proto_buffer
structures_read(const char *path)
{
	struct proto_buffer data = {0};

	if (!read_file(&data, path)) {
		perror(path);
		exit(1);
	}
	return data;
}

static enum proto_code
read_beside(void *ctx, const char *name, struct proto_buffer *ret_data, struct proto_error *error)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", (const char *)ctx, name);
	return read_file(ret_data, path) ? PROTO_OK : proto_error_errno(error, name, "cannot read");
}

struct proto_structure_files
structures_files(const char *dir)
{
	return (struct proto_structure_files){read_beside, (void *)(uintptr_t)dir};
}

struct proto_structure *
structures_default(const char *id)
{
	struct proto_buffer data = structures_read(STRUCTURES_DIR "/structures.json");
	struct proto_structure_files files = structures_files(STRUCTURES_DIR);
	struct proto_structure **set = NULL, *found = NULL;
	struct proto_error error = {0};
	size_t structures = 0, i;

	if (proto_structure_load_set(&set, &structures, data.data, data.len, &files, "structures.json", &error) != PROTO_OK) {
		fprintf(stderr, "%s: %s\n", error.where, error.what);
		exit(1);
	}
	for (i = 0; i < structures; i++)
		if (strcmp(set[i]->id, id) == 0)
			found = set[i];
		else
			proto_structure_free(set[i]);
	free(set);
	proto_buffer_wipe(&data);
	if (found == NULL) {
		fprintf(stderr, "no structure %s\n", id);
		exit(1);
	}
	return found;
}
