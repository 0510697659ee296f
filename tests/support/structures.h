#ifndef SUPPORT_STRUCTURES_H
#define SUPPORT_STRUCTURES_H

#include "proto/structure.h"

/*
 * Structures for tests: chorale_test(unit NAME room support_structures).
 *
 * structures_read(path): the bytes of a file; ends the program with a message when it cannot.
 * structures_files(dir): reads code lists beside a file of structures in dir.
 * structures_default(id): one of the project's own, to be freed; never NULL.
 */
struct proto_buffer structures_read(const char *path);
struct proto_structure_files structures_files(const char *dir);
struct proto_structure *structures_default(const char *id);

#define STRUCTURES_DIR CHORALE_BINARY_DIR "/share/chorale"

#endif
