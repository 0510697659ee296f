#include "node/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const class_text[NODE_CLASS_COUNT] = {
	[NODE_RIGHT] = "right",
#define CLASS_TEXT(name, text) [NODE_##name] = text,
	NODE_CLASSES(CLASS_TEXT)
#undef CLASS_TEXT
};

struct node_report_writer {
	struct node_report *report;
	char *path, *beside;
	FILE *file;
	int number; /* errno of the first failed write */
};

const char *
node_report_class(enum node_class kind)
{
	return (unsigned)kind < NODE_CLASS_COUNT ? class_text[kind] : class_text[0];
}

/*
 * What a spreadsheet would take for a formula: = + - @ and their full-width forms, tab and carriage return, at the
 * beginning or behind blanks.
 */
static bool
formula(const char *text)
{
	static const char *const begins[] = {"=", "+", "-", "@", "\t", "\r", "\xef\xbc\x9d", "\xef\xbc\x8b",
	    "\xef\xbc\x8d", "\xef\xbc\xa0"};
	size_t i;

	text += strspn(text, " ");
	for (i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strncmp(text, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

static void
field(FILE *file, const char *text, char behind)
{
	bool quote = text[strcspn(text, ",\"\r\n;\t")] != '\0';

	if (quote)
		(void)putc('"', file);
	if (formula(text))
		(void)putc('\'', file);
	for (; *text; text++) {
		if (*text == '"')
			(void)putc('"', file);
		(void)putc(*text, file);
	}
	if (quote)
		(void)putc('"', file);
	(void)putc(behind, file);
}

static void
line(struct node_report_writer *writer, const struct node_report_error *one)
{
	if (writer->file == NULL || writer->number != 0)
		return;
	errno = 0;
	if (one->row)
		(void)fprintf(writer->file, "%llu", (unsigned long long)one->row);
	(void)putc(',', writer->file);
	field(writer->file, one->column, ',');
	field(writer->file, node_report_class(one->kind), ',');
	field(writer->file, one->text ? one->text : "", ',');
	field(writer->file, one->reason, '\n');
	if (ferror(writer->file))
		writer->number = errno ? errno : EIO;
}

static void
discard(struct node_report_writer *writer)
{
	if (writer->file)
		(void)fclose(writer->file);
	if (writer->beside)
		(void)unlink(writer->beside);
	free(writer->beside);
	free(writer->path);
	free(writer);
}

enum proto_code
node_report_open(struct node_report_writer **ret_writer, struct node_report *report, const char *path,
    struct proto_error *error)
{
	struct node_report_writer *writer = calloc(1, sizeof(*writer));
	struct stat status;
	enum proto_code code;
	int fd;

	if (writer == NULL)
		return proto_error_set(error, PROTO_MEMORY, NULL, "out of memory");
	writer->report = report;
	if (path) {
		if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
			discard(writer);
			return proto_error_set(error, PROTO_PERMISSION, path, "not a regular file");
		}
		if ((writer->path = strdup(path)) == NULL || (report->errors_file = strdup(path)) == NULL ||
		    asprintf(&writer->beside, "%s.XXXXXX", path) < 0) {
			writer->beside = NULL;
			discard(writer);
			return proto_error_set(error, PROTO_MEMORY, path, "out of memory");
		}
		/* mkostemp's mode is 0600, whatever the umask */
		if ((fd = mkostemp(writer->beside, O_CLOEXEC)) < 0) {
			code = proto_error_errno(error, path, "the errors file cannot be written");
			free(writer->beside);
			writer->beside = NULL;
			discard(writer);
			return code;
		}
		if ((writer->file = fdopen(fd, "w")) == NULL) {
			(void)close(fd);
			discard(writer);
			return proto_error_set(error, PROTO_MEMORY, path, "out of memory");
		}
		(void)fputs("row,column,class,text,reason\n", writer->file);
	}
	*ret_writer = writer;
	return PROTO_OK;
}

void
node_report_add(struct node_report_writer *writer, const struct node_report_place *place, enum node_class kind,
    const char *reason, ...)
{
	struct node_report *report = writer->report;
	char why[240], text[PROTO_ERROR_TEXT], column[PROTO_ERROR_TEXT];
	struct node_report_error one = {.row = place->row, .kind = kind, .column = column, .reason = why}, *kept;
	va_list args;

	va_start(args, reason);
	(void)vsnprintf(why, sizeof(why), reason, args);
	va_end(args);
	proto_error_text(column, sizeof(column), place->column ? place->column : "",
	    place->column ? strlen(place->column) : 0);
	if (place->text)
		one.text = proto_error_text(text, sizeof(text), place->text, place->text_len);
	report->errors++;
	line(writer, &one);
	if (report->shown == NODE_REPORT_SHOWN)
		return;
	kept = &report->error[report->shown];
	*kept = (struct node_report_error){.row = one.row, .kind = kind, .column = strdup(column), .reason = strdup(why),
	    .text = one.text ? strdup(text) : NULL};
	if (kept->column && kept->reason && (one.text == NULL || kept->text)) {
		report->shown++;
		return;
	}
	free(kept->column);
	free(kept->reason);
	free(kept->text);
	*kept = (struct node_report_error){0};
	writer->number = ENOMEM;
}

enum proto_code
node_report_close(struct node_report_writer *take_writer, bool keep, struct proto_error *error)
{
	enum proto_code code = PROTO_OK;

	if (take_writer == NULL)
		return PROTO_OK;
	if (keep && take_writer->file) {
		FILE *file = take_writer->file;

		take_writer->file = NULL;
		if (fclose(file) != 0 && take_writer->number == 0)
			take_writer->number = errno;
		if (take_writer->number == 0 && rename(take_writer->beside, take_writer->path) != 0)
			take_writer->number = errno;
	}
	if (keep && take_writer->number) {
		errno = take_writer->number;
		code = proto_error_errno(error, take_writer->path, "the errors file cannot be written");
	} else if (keep) {
		free(take_writer->beside);
		take_writer->beside = NULL;
	}
	discard(take_writer);
	return code;
}

static void
json_bounds(struct proto_json *json, const struct node_report *report)
{
	size_t i;

	proto_json_key(json, "bound");
	proto_json_object(json);
	for (i = 0; i < report->bounds; i++) {
		proto_json_key(json, report->bound[i].dim);
		proto_json_object(json);
		proto_json_key(json, "seen");
		proto_json_u64(json, report->bound[i].seen);
		proto_json_key(json, "kept");
		proto_json_u64(json, report->bound[i].kept);
		proto_json_object_end(json);
	}
	proto_json_object_end(json);
}

static void
json_errors(struct proto_json *json, const struct node_report *report)
{
	size_t i;

	proto_json_key(json, "errors");
	proto_json_array(json);
	for (i = 0; i < report->shown; i++) {
		const struct node_report_error *one = &report->error[i];

		proto_json_object(json);
		proto_json_key(json, "row");
		if (one->row)
			proto_json_u64(json, one->row);
		else
			proto_json_null(json);
		proto_json_key(json, "column");
		proto_json_string(json, one->column[0] ? one->column : NULL);
		proto_json_key(json, "class");
		proto_json_string(json, node_report_class(one->kind));
		proto_json_key(json, "reason");
		proto_json_string(json, one->reason);
		proto_json_object_end(json);
	}
	proto_json_array_end(json);
}

void
node_report_json(struct proto_json *json, const struct node_report *report)
{
	const struct { const char *key; uint64_t value; } figures[] = {{"rows", report->rows}, {"taken", report->taken},
	    {"rejected", report->rejected}, {"not_selected", report->not_selected}, {"persons", report->persons},
	    {"dual", report->dual}, {"unused", report->unused}, {"errors_total", report->errors}};
	size_t i;

	proto_json_object(json);
	proto_json_key(json, "ok");
	proto_json_bool(json, report->ok);
	for (i = 0; i < sizeof(figures) / sizeof(figures[0]); i++) {
		proto_json_key(json, figures[i].key);
		proto_json_u64(json, figures[i].value);
	}
	json_bounds(json, report);
	json_errors(json, report);
	proto_json_key(json, "errors_file");
	proto_json_string(json, report->errors_file);
	proto_json_object_end(json);
}

void
node_report_wipe(struct node_report *report)
{
	size_t i;

	for (i = 0; i < report->shown; i++) {
		free(report->error[i].column);
		free(report->error[i].text);
		free(report->error[i].reason);
	}
	free(report->errors_file);
	explicit_bzero(report, sizeof(*report));
}
