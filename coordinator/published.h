#ifndef COORDINATOR_PUBLISHED_H
#define COORDINATOR_PUBLISHED_H

#include "dp/estimate.h"
#include "proto/submission.h"

/*
 * A release in memory: what was measured in one round, by whom, and what follows from
 * it. Everything here is after the noise. `release publish` makes one from opened
 * parts, `verify` and `query` load one from its directory; the figures are always
 * derived by the same code from the residuals, never read back from a CSV.
 */
struct coord_area {
	char code[PROTO_ID_MAX + 1];
	char *name;
	size_t listed;     /* countries that it stands for: 1, or all of the manifest for the region */
	size_t reporters;  /* how many of them were accepted */
	int64_t *y;        /* sum of their vectors, plan->cells long; NULL without reporters */
	struct dp_estimate estimate; /* empty without reporters */
	bool aggregate;    /* a country: counted by the office itself */
	char *attest;      /* a country with aggregate: who declares the bound */
	char reason[32];   /* a country that was left out: why; "" */
};

struct coord_published {
	char id[PROTO_ROUND_TEXT]; /* ROUND.vN */
	int64_t created;
	struct proto_trust trust;
	struct proto_manifest manifest;
	struct proto_accepted accepted;
	struct proto_buffer manifest_signed, accepted_signed, trust_bytes;
	struct proto_buffer *receipt; /* signed, parallel to accepted.entry; empty where not accepted */
	size_t areas;                 /* 1 + countries: the region first, then the manifest's order */
	struct coord_area *area;
};

/*
 * coord_published_derive(published, error): from the countries' y: the region's sum and every
 * estimate (dp_estimate_region). The region's total is max(0, unbiased total), rounded; every cell of the
 * region is the sum of its countries' cells.
 * Errors: FAILED (a sum out of range), MEMORY.
 */
PROTO_CHECK enum proto_code coord_published_derive(struct coord_published *published, struct proto_error *error);

/* coord_published_frame(published, error): areas from manifest and accepted set, y still NULL. */
PROTO_CHECK enum proto_code coord_published_frame(struct coord_published *published, struct proto_error *error);

/* The area of that code, or NULL. */
struct coord_area *coord_published_area(const struct coord_published *published, const char *code);
void coord_published_wipe(struct coord_published *published);

#endif
