#ifndef PROTO_LIMITS_H
#define PROTO_LIMITS_H

/*
 * What a receiver takes, in bytes, before it allocates anything. Each message has a cap of
 * its own below these (PROTOCOL.md, "Limits").
 */
#define PROTO_EXCHANGE_REQUEST_MAX (64u << 10) /* enrol, sync, header */
#define PROTO_EXCHANGE_BODY_MAX (16u << 20)    /* a sealed part, digest in front included */
#define PROTO_PART_CELLS_MAX ((PROTO_EXCHANGE_BODY_MAX - (64u << 10)) / 8) /* of a plan whose part fits a body */
#define PROTO_EXCHANGE_REPLY_MAX (16u << 20)
#define PROTO_EXCHANGE_TYPE "application/x-protobuf"

#endif
