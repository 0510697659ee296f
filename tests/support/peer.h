#ifndef SUPPORT_PEER_H
#define SUPPORT_PEER_H

#include "coordinator/api.h"
#include "coordinator/country.h"
#include "coordinator/init.h"
#include "coordinator/round.h"
#include "proto/structure.h"

/*
 * A coordinator in a directory of the test, and offices that talk to it through
 * coord_api_answer: chorale_test(unit NAME coordinator support_peer).
 * What cannot go wrong in the test itself ends the program with a message.
 */
extern int64_t peer_clock; /* what the coordinator takes the time to be */
int64_t peer_now(void);

struct peer_region {
	char dir[256];
	struct coord_api api;
	struct coord_keys *keys;
	struct coord_state state; /* the administrator's own connection */
};

/* A new coordinator REGION, area XZ, in dir/NAME with the structures in json. */
void peer_region_make(struct peer_region *region, const char *dir, const char *name, const char *json);
void peer_region_close(struct peer_region *region);

/* A small structure: SEX x AGE, with the areas XA to XE. */
extern const char peer_structures[];

struct peer {
	struct proto_node_keys keys;
	uint8_t signing[PROTO_SECRET], secret[PROTO_SEED];
	struct proto_buffer tls, self, certificate; /* DER */
	/* its ledger: the last entry */
	uint64_t sequence, total;
	uint8_t head[PROTO_HASH];
};

/* Keys and a self-signed certificate. */
void peer_make(struct peer *peer, const char *country);
void peer_wipe(struct peer *peer);
/* Invited by the region; the invitation's secret is taken. */
void peer_invite(struct peer *peer, struct peer_region *region);
/* One call under a certificate; the reply's bytes. */
enum proto_code peer_call(struct proto_buffer *ret_reply, struct peer_region *region, const struct proto_buffer *certificate,
    const char *path, const void *body, size_t len);
/* The code that an error_reply of that call carries, its text into error (may be NULL). */
enum proto_code peer_error(const struct proto_buffer *reply, struct proto_error *error);
/* /v1/enrol or /v1/enrol/state; on approval takes the certificate. */
enum proto_code peer_enrol(struct peer *peer, struct peer_region *region, const char *path);
/* Invited, enrolled, approved. */
void peer_join(struct peer *peer, struct peer_region *region);

/* A round with the structure T, period and rho 0.1; closes 0 or a time. */
void peer_round_open(char ret_round[static PROTO_ROUND_TEXT], struct peer_region *region, const char *period, int64_t closes);

/* A submission: a header that continues the peer's ledger (which moves on), and a body of len bytes. */
struct peer_submission {
	uint8_t header[PROTO_HEADER_BYTES];
	struct proto_header fields;
	struct proto_buffer body; /* digest in front, as it is sent */
};
void peer_submission_make(struct peer_submission *submission, struct peer *peer, struct peer_region *region, const char *round, const char *text);
/* The same header signed anew after its fields were changed; rehead: with the ledger head that they give. */
void peer_submission_sign(struct peer_submission *submission, const struct peer *peer, struct peer_region *region, bool rehead);
void peer_submission_wipe(struct peer_submission *submission);

enum proto_code peer_send_header(struct proto_header_reply *ret_reply, struct peer_region *region, const struct peer *peer,
    const struct peer_submission *submission, struct proto_error *error);
enum proto_code peer_send_body(struct proto_header_reply *ret_reply, struct peer_region *region, const struct peer *peer,
    const struct peer_submission *submission, struct proto_error *error);

#endif
