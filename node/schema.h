#ifndef NODE_SCHEMA_H
#define NODE_SCHEMA_H

#include "proto/kit/db.h"

/*
 * The tables of DIR/node.db.
 *
 *   enrolment   one row: who this office is, which coordinator it belongs to, the pinned root
 *   policy      every policy this office ever set, signed; the newest is in force
 *   entry       the ledger; entries are added, never changed, never removed (triggers)
 *   submission  what was drawn and sealed under an entry: the very bytes that are sent
 *   receipt     the coordinator's signed answer to a submission
 *   round       manifests by round, with the coordinator's last word on each
 *   structure   canonical documents; catalog: the signed list of the current ones
 *   log         what was done here, for people
 *
 * Integers are whole units (2^-40 rho), times UTC seconds, hashes 32 bytes. seal is a keyed hash
 * over the row (node/head.h): it finds damage that a well-formed database hides.
 */
extern const struct kit_db_schema node_schema;

#endif
