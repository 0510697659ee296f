#ifndef COORDINATOR_RELEASE_DIR_H
#define COORDINATOR_RELEASE_DIR_H

#include "coordinator/release_pack.h"

/*
 * coord_release_dir_save(pack, dir, mode, error): writes the files, synced; dir appears whole or not at all. Its parent must exist.
 * NEW: dir must be absent or empty (EXISTS). REPLACE: an earlier release there is replaced; only for directories of this program.
 */
enum coord_release_dir_mode { COORD_RELEASE_DIR_NEW, COORD_RELEASE_DIR_REPLACE };
PROTO_CHECK enum proto_code coord_release_dir_save(const struct coord_pack *pack, const char *dir, enum coord_release_dir_mode mode,
    struct proto_error *error);

/* Reads a directory: only regular files, in it and in receipts/. */
PROTO_CHECK enum proto_code coord_release_dir_load(struct coord_pack *ret_pack, const char *dir, struct proto_error *error);

#endif
