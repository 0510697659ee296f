#include "coordinator/release_dir.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/kit/files.h"

#define RELEASE_FILE_MAX (256u << 20)
#define RELEASE_FILES_MAX 1024

/* Removes what an unfinished attempt left: files, and one level of folders. */
static enum proto_code
clear(const char *dir, int depth, struct proto_error *error)
{
	DIR *handle = opendir(dir);
	struct dirent *entry;
	enum proto_code code = PROTO_OK;

	if (handle == NULL)
		return errno == ENOENT ? PROTO_OK : proto_error_errno(error, dir, "cannot be opened");
	while (code == PROTO_OK && (entry = readdir(handle)) != NULL) {
		char path[PATH_MAX];

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		code = kit_files_join(path, sizeof(path), dir, entry->d_name, error);
		if (code == PROTO_OK && unlink(path) != 0) {
			if (errno == EISDIR && depth > 0)
				code = clear(path, depth - 1, error);
			else
				code = proto_error_errno(error, path, "cannot be removed");
		}
	}
	(void)closedir(handle);
	if (code == PROTO_OK && rmdir(dir) != 0)
		code = proto_error_errno(error, dir, "cannot be removed");
	return code;
}

static enum proto_code
save_files(const struct coord_pack *pack, const char *dir, struct proto_error *error)
{
	char path[PATH_MAX];
	enum proto_code code;
	size_t i;

	if ((code = kit_files_dir(dir, error)) != PROTO_OK ||
	    (code = kit_files_join(path, sizeof(path), dir, "receipts", error)) != PROTO_OK ||
	    (code = kit_files_dir(path, error)) != PROTO_OK)
		return code;
	for (i = 0; i < pack->files && code == PROTO_OK; i++) {
		code = kit_files_join(path, sizeof(path), dir, pack->file[i].name, error);
		if (code == PROTO_OK)
			code = kit_files_write(path, pack->file[i].data.data, pack->file[i].data.len, 0644, false, error);
	}
	return code;
}

/* The directory under its own name is complete: rename is the moment of publication on disk. */
static enum proto_code
put_in_place(const char *draft, const char *dir, enum coord_release_dir_mode mode, struct proto_error *error)
{
	enum proto_code code;

	if (rename(draft, dir) == 0)
		return PROTO_OK;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return proto_error_errno(error, dir, "cannot be put in place");
	if (mode == COORD_RELEASE_DIR_NEW) {
		(void)clear(draft, 1, NULL);
		return proto_error_set(error, PROTO_EXISTS, dir, "the directory is not empty; nothing was written");
	}
	if ((code = clear(dir, 1, error)) == PROTO_OK && rename(draft, dir) != 0)
		code = proto_error_errno(error, dir, "cannot be put in place");
	return code;
}

enum proto_code
coord_release_dir_save(const struct coord_pack *pack, const char *dir, enum coord_release_dir_mode mode,
    struct proto_error *error)
{
	char place[PATH_MAX], draft[PATH_MAX], *slash;
	size_t len = strlen(dir);
	enum proto_code code;

	while (len > 1 && dir[len - 1] == '/')
		len--;
	if (snprintf(place, sizeof(place), "%.*s", (int)len, dir) >= (int)sizeof(place) ||
	    snprintf(draft, sizeof(draft), "%.*s.draft", (int)len, dir) >= (int)sizeof(draft))
		return proto_error_set(error, PROTO_MALFORMED, "release", "the path is too long");
	if ((code = clear(draft, 1, error)) != PROTO_OK || (code = save_files(pack, draft, error)) != PROTO_OK ||
	    (code = put_in_place(draft, place, mode, error)) != PROTO_OK)
		return code;
	if ((slash = strrchr(place, '/')) == NULL)
		return kit_files_sync_dir(".", error);
	slash[slash == place] = '\0';
	return kit_files_sync_dir(place, error);
}

static enum proto_code
load_file(struct coord_pack *pack, const char *dir, const char *name, struct proto_error *error)
{
	struct coord_pack_file *grown;
	char path[PATH_MAX];
	enum proto_code code;

	if (strlen(name) >= sizeof(grown->name) || pack->files >= RELEASE_FILES_MAX)
		return proto_error_set(error, PROTO_MALFORMED, "release", "files that do not belong to a release");
	if ((grown = realloc(pack->file, (pack->files + 1) * sizeof(*grown))) == NULL)
		return proto_error_set(error, PROTO_MEMORY, "release", "out of memory");
	pack->file = grown;
	memset(&grown[pack->files], 0, sizeof(*grown));
	memcpy(grown[pack->files].name, name, strlen(name) + 1);
	if ((code = kit_files_join(path, sizeof(path), dir, name, error)) == PROTO_OK)
		code = kit_files_read(&grown[pack->files].data, path, RELEASE_FILE_MAX, error);
	pack->files++;
	return code;
}

/* One folder's files; prefix is "" or "receipts/". */
static enum proto_code
load_folder(struct coord_pack *pack, const char *dir, const char *prefix, struct proto_error *error)
{
	char path[PATH_MAX], name[PATH_MAX];
	struct dirent *entry;
	enum proto_code code;
	DIR *handle;

	if ((code = kit_files_join(path, sizeof(path), dir, prefix, error)) != PROTO_OK)
		return code;
	if ((handle = opendir(path)) == NULL)
		return proto_error_errno(error, path, "cannot be opened");
	while (code == PROTO_OK && (entry = readdir(handle)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (prefix[0] == '\0' && strcmp(entry->d_name, "receipts") == 0)
			continue;
		(void)snprintf(name, sizeof(name), "%s%s", prefix, entry->d_name);
		code = load_file(pack, dir, name, error);
	}
	(void)closedir(handle);
	return code;
}

enum proto_code
coord_release_dir_load(struct coord_pack *ret_pack, const char *dir, struct proto_error *error)
{
	struct coord_pack pack = {0};
	enum proto_code code;

	if ((code = load_folder(&pack, dir, "", error)) == PROTO_OK)
		code = load_folder(&pack, dir, "receipts/", error);
	if (code == PROTO_OK)
		*ret_pack = pack;
	else
		coord_release_pack_wipe(&pack);
	return code;
}
