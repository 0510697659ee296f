#ifndef PROTO_KIT_FILES_H
#define PROTO_KIT_FILES_H

#include <stdbool.h>
#include <sys/types.h>

#include "proto/buffer.h"
#include "proto/error.h"

/*
 * Files that both programs keep. Private files are mode 0600, private directories 0700, owned by
 * this user, never a symbolic link, with one hard link; anything else is refused (PERMISSION).
 */

/* Is path a private file? NOT_FOUND, PERMISSION. */
PROTO_CHECK enum proto_code kit_files_check_private(const char *path, struct proto_error *error);
/* Reads a whole regular file of at most most bytes (TOO_LARGE). A pipe, device or directory: PERMISSION, at once. */
PROTO_CHECK enum proto_code kit_files_read(struct proto_buffer *ret_data, const char *path, size_t most, struct proto_error *error);
/* The same for a private file (checks as above). */
PROTO_CHECK enum proto_code kit_files_read_private(struct proto_buffer *ret_data, const char *path, size_t most, struct proto_error *error);
/*
 * Writes path so that after a crash it holds the old or the new bytes, never part: a temporary file beside it, fsync,
 * rename, fsync of the directory. exclusive: EXISTS when path exists. What stands there and is no regular file
 * is refused (PERMISSION), so /dev/stdout stays what it is.
 */
PROTO_CHECK enum proto_code kit_files_write(const char *path, const void *data, size_t len, mode_t mode, bool exclusive, struct proto_error *error);
/* All of it to a descriptor: short writes and interruptions are handled. False with errno. */
PROTO_CHECK bool kit_files_put(int fd, const void *data, size_t len);
/* Makes (parents too, as private) or checks a private directory. Absent without create: NOT_FOUND. */
PROTO_CHECK enum proto_code kit_files_private_dir(const char *path, bool create, struct proto_error *error);
/* Makes a directory (0755, whatever the umask) if absent; syncs its parent. */
PROTO_CHECK enum proto_code kit_files_dir(const char *path, struct proto_error *error);
PROTO_CHECK enum proto_code kit_files_sync_dir(const char *path, struct proto_error *error);
/* The directory that holds path. */
PROTO_CHECK enum proto_code kit_files_sync_parent(const char *path, struct proto_error *error);
/* "a/b" into ret (PATH_MAX); MALFORMED if too long. */
PROTO_CHECK enum proto_code kit_files_join(char *ret_path, size_t size, const char *dir, const char *name, struct proto_error *error);

/* An exclusive lock on a state directory for state-changing commands (flock on DIR/lock): BUSY when another run holds it. */
PROTO_CHECK enum proto_code kit_files_lock(int *ret_fd, const char *dir, struct proto_error *error);
void kit_files_unlock(int fd);

#endif
