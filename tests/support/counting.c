#include "support/counting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/suite.h"

static char dir[64];

static void
remove_dir(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", dir);
	if (system(command) != 0)
		perror(dir);
}

const char *
counting_file(const char *name, const void *data, size_t len)
{
	static char path[16][256];
	static unsigned next;
	char *mine = path[next++ % 16];
	FILE *file;

	if (dir[0] == '\0') {
		strcpy(dir, "/tmp/chorale-test-XXXXXX");
		if (mkdtemp(dir) == NULL)
			abort();
		atexit(remove_dir);
	}
	(void)snprintf(mine, sizeof(path[0]), "%s/%s", dir, name);
	if (data == NULL)
		return mine;
	if ((file = fopen(mine, "wb")) == NULL || fwrite(data, 1, len, file) != len || fclose(file) != 0) {
		perror(mine);
		abort();
	}
	return mine;
}

const char *
counting_text(const char *name, const char *text)
{
	return counting_file(name, text, strlen(text));
}

struct node_count *
counting_run(enum proto_code *ret_code, const struct counting_what *what, const struct proto_structure *structure,
    struct proto_error *error)
{
	struct node_count_request request = {.file = what->file, .mapping = what->mapping, .structure = structure,
	    .country = what->country ? what->country : "GB", .errors_file = what->errors_file};
	struct node_count *count = NULL;

	if (proto_period_parse(&request.period, what->period, NULL) != PROTO_OK ||
	    proto_time_parse(&request.now, what->now ? what->now : "2026-11-23T12:00:00Z", NULL) != PROTO_OK)
		abort();
	*ret_code = node_count_file(&count, &request, error);
	return count;
}

/* The dimensions of "SEX=F,AGE=Y0T17", and their codes. */
static dp_dims
parse(uint32_t code[DP_DIMS_MAX], const struct proto_structure *structure, const char *codes)
{
	dp_dims dims = 0;

	while (*codes) {
		size_t name = strcspn(codes, "="), len = strcspn(codes + name + 1, ",");
		int dim = proto_structure_dim(structure, codes, name), found;

		if (dim < 0 || (found = proto_codelist_find(structure->dim[dim].list, codes + name + 1, len)) < 0) {
			printf("no such code: %s\n", codes);
			abort();
		}
		code[dim] = (uint32_t)found;
		dims |= (dp_dims)1 << dim;
		codes += name + 1 + len;
		codes += *codes == ',';
	}
	return dims;
}

uint64_t
counting_cell(const struct node_count *count, const struct proto_structure *structure, const char *group, const char *codes)
{
	uint32_t code[DP_DIMS_MAX] = {0};
	struct dp_figure figure = {0, parse(code, structure, codes)};
	uint64_t *cells, value;

	if (group[0])
		figure.group = (dp_dims)1 << proto_structure_dim(structure, group, strlen(group));
	cells = calloc(dp_domain_cells(&structure->domain, figure.dims), sizeof(cells[0]));
	if (cells == NULL || dp_counts_figure(cells, count->counts, figure) != DP_OK)
		abort();
	value = cells[dp_domain_cell(&structure->domain, figure.dims, code)];
	free(cells);
	return value;
}

const char *
counting_errors(const struct node_count *count)
{
	static char text[NODE_REPORT_SHOWN * 400];
	size_t used = 0, i;

	text[0] = '\0';
	for (i = 0; i < count->report.shown; i++) {
		const struct node_report_error *one = &count->report.error[i];

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%llu %s %s%s%s", used ? "; " : "",
		    (unsigned long long)one->row, one->column[0] ? one->column : "-", node_report_class(one->kind),
		    one->text ? " " : "", one->text ? one->text : "");
	}
	return text;
}
