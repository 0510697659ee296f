#ifndef NODE_FIGURES_H
#define NODE_FIGURES_H

#include "dp/counts.h"
#include "node/submission.h"
#include "proto/json.h"
#include "proto/manifest.h"

/*
 * A round's tables for the office's own eyes: its counts with the band in which the sent
 * figure will fall, or the figures that were sent. Nothing here draws.
 *
 * Privacy: counts are national and exact: INTERNAL.
 */
struct node_figures {
	const struct proto_manifest *manifest;
	size_t tables;
	struct node_figures_table {
		const struct proto_table *table;
		size_t cells;
		double se;       /* standard error of every cell */
		uint64_t *count; /* own counts, or NULL */
		double *sent;    /* unbiased noisy figures, or NULL */
	} *table;
};

/* The expected errors alone: no counts, nothing sent. */
PROTO_CHECK enum proto_code node_figures_plan(struct node_figures *ret_figures, const struct proto_manifest *manifest,
    struct proto_error *error);
/* And the counts; or the figures that were sent. */
PROTO_CHECK enum proto_code node_figures_counts(struct node_figures *figures, const struct dp_counts *counts,
    struct proto_error *error);
PROTO_CHECK enum proto_code node_figures_sent(struct node_figures *figures, const struct node_submission *submission,
    struct proto_error *error);
void node_figures_wipe(struct node_figures *figures);

/* count -+ 1.96 standard errors: where the sent figure falls in 95 of 100 draws. Not cut at zero: what is sent
 * is unbiased, and may be negative. */
void node_figures_band(double *ret_low, double *ret_high, uint64_t count, double se);

/* The array of tables: {id, dims, se, cells:[{DIM:CODE.., count, low, high}]} or {.., value}. */
void node_figures_json(const struct node_figures *figures, struct proto_json *json);
/* One text table each. */
PROTO_CHECK enum proto_code node_figures_print(const struct node_figures *figures, struct proto_buffer *out,
    struct proto_error *error);

#endif
