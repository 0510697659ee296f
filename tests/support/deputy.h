#ifndef SUPPORT_DEPUTY_H
#define SUPPORT_DEPUTY_H

#include "node/keys.h"
#include "node/office.h"
#include "node/submission.h"
#include "support/office.h"
#include "support/wire.h"

/*
 * Stands in for a coordinator in the node's tests: chorale_test(unit NAME node support_deputy). It answers the five
 * calls out of memory, as a coordinator would or, when told, as one never should. No sockets.
 */
#define DEPUTY_ROUNDS 4

struct deputy_round {
	char round[PROTO_ROUND_TEXT];
	enum proto_round_state state;
	struct proto_manifest manifest;
	struct proto_buffer manifest_signed, header, body, receipt, accepted; /* header: bound */
};

struct deputy {
	struct wire wire;             /* with a CA that can sign */
	struct proto_buffer ca_key;
	struct proto_enrol_request enrolled;
	bool approved;
	size_t rounds;
	struct deputy_round round[DEPUTY_ROUNDS];
	struct proto_buffer structure; /* the one document, named by the catalog */
	struct proto_buffer catalog;
	struct proto_buffer certificate; /* what an approved office is given */
	struct node_transport transport;
	size_t calls;
	const char *lost;  /* the answer to this path is lost on its way, once */
	const char *dead;  /* this path cannot be reached */
	enum proto_code refuses; /* header and body are answered with this error; OK: they are taken */
	/* What the sync reply and the receipt say just before they are encoded. */
	void (*twist_sync)(struct deputy *deputy, struct proto_sync_reply *reply);
	void (*twist_receipt)(struct deputy *deputy, struct proto_receipt *receipt);
};
void deputy_init(struct deputy *deputy, const char *coordinator, uint8_t seed);
void deputy_wipe(struct deputy *deputy);

/* An invitation for XA. */
struct proto_invitation deputy_invitation(const struct deputy *deputy);

/* Issues a certificate for this country and TLS key, and answers "approved" from now on. */
void deputy_approve(struct deputy *deputy, const char *country, const struct proto_buffer *tls_key);

/* Opens a round that lists the enrolled office. */
struct deputy_round *deputy_open_round(struct deputy *deputy, const char *round);
/* Signs and shows the accepted set: with what is bound; entries may be left out or marked. */
enum deputy_set { DEPUTY_SET_RIGHT, DEPUTY_SET_WITHOUT, DEPUTY_SET_REFUSED, DEPUTY_SET_OTHER, DEPUTY_SET_ABORT };
void deputy_close_round(struct deputy *deputy, struct deputy_round *round, enum deputy_set set);

/*
 * An office of XA that is enrolled there, without the time that a passphrase takes: fixed keys; approved, but
 * without its certificate yet. Opened for writing.
 */
struct deputy_office {
	struct office office;
	struct wire_node node;
	struct node_keys keys;
	struct node_office open;
};
void deputy_office_init(struct deputy_office *own, struct deputy *deputy);
void deputy_office_reopen(struct deputy_office *own, struct deputy *deputy);
void deputy_office_wipe(struct deputy_office *own);
/* Draws and stores a submission for a round that sync has brought. */
void deputy_office_draw(struct deputy_office *own, const char *round, struct node_submission *ret_submission);

#endif
