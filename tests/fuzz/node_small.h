#ifndef FUZZ_NODE_SMALL_H
#define FUZZ_NODE_SMALL_H

#include <stdlib.h>
#include <string.h>

#include "proto/structure.h"

/* A small structure with every kind of dimension: single, multi-valued, pick, groups of citizenship, sub-regions. */
static const char small_text[] =
    "{\"agency\":\"T\",\"version\":\"1.0.0\",\"codelists\":{"
    "\"CL_FREQ\":{\"source\":\"x\",\"codes\":{\"A\":\"Annual\",\"Q\":\"Quarterly\"}},"
    "\"CL_AREA\":{\"source\":\"x\",\"file\":\"area.csv\"},"
    "\"CL_SEX\":{\"source\":\"x\",\"codes\":{\"F\":\"Female\",\"M\":\"Male\",\"_U\":\"Unknown\",\"_T\":\"Total\"}},"
    "\"CL_EXPL\":{\"source\":\"x\",\"codes\":{\"SX\":\"One\",\"FL\":\"Two\",\"OR\":\"Three\",\"_U\":\"Unknown\",\"_T\":\"Total\"}},"
    "\"CL_CITGRP\":{\"source\":\"x\",\"codes\":{\"NAT\":\"a\",\"REG\":\"b\",\"FOR\":\"c\",\"STLS\":\"d\",\"_U\":\"e\",\"_T\":\"Total\"}}},"
    "\"structures\":[{\"id\":\"S\",\"name\":\"Small\",\"unit\":\"person\",\"resolution\":[\"1\"],\"dimensions\":[[\"FREQ\",\"CL_FREQ\"],"
    "[\"REF_AREA\",\"CL_AREA\"],[\"SEX\",\"CL_SEX\"],[\"EXPL\",\"CL_EXPL\"],[\"CITGRP\",\"CL_CITGRP\"],[\"FORM\",\"CL_EXPL\"]],"
    "\"time\":\"TIME_PERIOD\",\"multi\":{\"EXPL\":{\"max\":2,\"priority\":[\"OR\",\"FL\",\"SX\",\"_U\"]}},"
    "\"pick\":{\"FORM\":[\"FL\",\"OR\",\"SX\",\"_U\"]},"
    "\"tables\":[{\"id\":\"A\",\"group\":\"persons\",\"dims\":[\"SEX\",\"CITGRP\"]},{\"id\":\"B\",\"group\":\"EXPL\",\"dims\":[\"EXPL\",\"SEX\"]},"
    "{\"id\":\"C\",\"group\":\"persons\",\"dims\":[\"FORM\"]}],\"q_max\":1}]}";

static const char small_areas[] = "id,alpha3,m49,name,subregion\nXA,XXA,,Country A,061\nXB,XXB,,Country B,061\nAQ,ATA,010,Antarctica,\nFR,FRA,250,France,155\n";

static enum proto_code
small_read(void *ctx, const char *name, struct proto_buffer *ret_data, struct proto_error *error)
{
	(void)ctx, (void)name, (void)error;
	proto_buffer_text(ret_data, small_areas);
	return ret_data->failed ? PROTO_MEMORY : PROTO_OK;
}

static const struct proto_structure *
small_structure(void)
{
	static struct proto_structure *structure;
	struct proto_structure_files files = {small_read, NULL};
	struct proto_structure **set = NULL;
	size_t n = 0;

	if (structure == NULL) {
		if (proto_structure_load_set(&set, &n, small_text, strlen(small_text), &files, "small", NULL) != PROTO_OK || n != 1)
			abort();
		structure = set[0];
		free(set);
	}
	return structure;
}

#endif
