#ifndef PROTO_STRUCTURE_PARTS_H
#define PROTO_STRUCTURE_PARTS_H

#include "proto/json.h"
#include "proto/structure.h"

/*
 * Private to the structure's files: what each reads and who calls whom.
 *
 *   structure_load      the file, one structure after the other
 *     structure_list    code lists
 *       structure_codes   their codes        structure_area   the CSV of areas
 *     structure_dims    dimensions          structure_marks  multi, pick and the like
 *     structure_tables  tables and their groups
 *   structure_document  the canonical document, both ways
 */
#define PROTO_LIST_CODES_MAX 1000
#define PROTO_LISTS_MAX 64
#define PROTO_STRUCTURES_MAX 64
#define PROTO_AREA_MAX (1u << 20) /* bytes of a file of areas */
#define PROTO_TOTAL "_T"

/* What a reader carries so that each error can say where: file, structure, key. */
struct proto_structure_reader {
	const char *where;     /* the file, or what the document is called */
	const char *structure; /* NULL until its id is known */
	const struct proto_structure_files *files;
	struct proto_error *error;
};

/* A key of the file as it stands in an error: "multi", then parts in dots. Parts from outside are made safe. */
#define PROTO_KEY_TEXT 120
const char *proto_structure_key(char ret_key[static PROTO_KEY_TEXT], const char *first, const char *second, const char *third);

/* STRUCTURE at file: structure: key. */
enum proto_code proto_structure_wrong(const struct proto_structure_reader *reader, const char *key, const char *what, ...)
    __attribute__((format(printf, 3, 4)));
enum proto_code proto_structure_memory(const struct proto_structure_reader *reader);
/* Turns the MALFORMED of proto_json_only into STRUCTURE at key. */
PROTO_CHECK enum proto_code proto_structure_only(const struct proto_structure_reader *reader, const char *key,
    enum proto_code code);

/* A text for people: 1 to PROTO_TEXT_MAX bytes, no control, line or bidirectional override characters. */
#define PROTO_TEXT_MAX 200
PROTO_CHECK bool proto_structure_presentable(const char *text);
PROTO_CHECK enum proto_code proto_structure_text(char **ret_text, const struct proto_structure_reader *reader,
    const char *key, const json_t *value);
/* A copy of an id. */
PROTO_CHECK enum proto_code proto_structure_id(char **ret_id, const struct proto_structure_reader *reader,
    const char *key, const json_t *value);

struct proto_codelists {
	size_t lists;
	struct proto_codelist *list;
};
PROTO_CHECK enum proto_code proto_structure_lists_read(struct proto_codelists *ret_lists,
    const struct proto_structure_reader *reader, json_t *value);
const struct proto_codelist *proto_structure_lists_find(const struct proto_codelists *lists, const char *id);
void proto_structure_lists_free(struct proto_codelists *lists);
/* a deep copy; false when out of memory, the copy then is still good for proto_structure_list_wipe */
PROTO_CHECK bool proto_structure_list_copy(struct proto_codelist *ret_list, const struct proto_codelist *list);
void proto_structure_list_wipe(struct proto_codelist *list);

PROTO_CHECK enum proto_code proto_structure_codes_read(struct proto_codelist *list,
    const struct proto_structure_reader *reader, json_t *value);
PROTO_CHECK enum proto_code proto_structure_parents_read(struct proto_codelist *list,
    const struct proto_structure_reader *reader, json_t *value);
PROTO_CHECK enum proto_code proto_structure_codes_check(const struct proto_codelist *list,
    const struct proto_structure_reader *reader);
/* What holds for a code whatever it was read from; key names it in errors. */
PROTO_CHECK enum proto_code proto_structure_item_check(const struct proto_structure_reader *reader, const char *key,
    const struct proto_code_item *item);

/* Fills list->code from the CSV of areas. */
PROTO_CHECK enum proto_code proto_structure_area_read(struct proto_codelist *list,
    const struct proto_structure_reader *reader, const char *key, const struct proto_buffer *data);

PROTO_CHECK enum proto_code proto_structure_dims_read(struct proto_structure *structure,
    const struct proto_structure_reader *reader, const struct proto_codelists *lists, json_t *value);
PROTO_CHECK enum proto_code proto_structure_marks_read(struct proto_structure *structure,
    const struct proto_structure_reader *reader, json_t *value);
PROTO_CHECK enum proto_code proto_structure_tables_read(struct proto_structure *structure,
    const struct proto_structure_reader *reader, json_t *value);

/* Fills structure->document and structure->sha256 from the rest. */
PROTO_CHECK enum proto_code proto_structure_encode(struct proto_structure *structure, struct proto_error *error);

#endif
