#include "proto/part.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "chorale.pb-c.h"
#include "decode.h"
#include "layout.h"
#include "proto/limits.h"
#include "strict.h"

#define SEALED_MAX (PROTO_EXCHANGE_BODY_MAX - PROTO_HASH)
#define KEY_ID 8 /* bytes of a public key that name it in a message */

static const struct proto_strict_kind kind = {&chorale__part__descriptor, "country part", SEALED_MAX - crypto_box_SEALBYTES};

void
proto_part_digest(uint8_t ret_sha256[static PROTO_HASH], const struct proto_buffer *sealed)
{
	(void)crypto_hash_sha256(ret_sha256, sealed->data, sealed->len);
}

static enum proto_code
encode(struct proto_buffer *ret_plain, const struct proto_header *header, const struct dp_noisy *noisy,
    const struct proto_attest *attest, struct proto_error *error)
{
	union { const int64_t *in; int64_t *out; } value;
	Chorale__Part message;

	chorale__part__init(&message);
	value.in = dp_noise_values(noisy, &message.n_value);
	message.value = value.out;
	message.label = proto_strict_borrow(PROTO_LABEL_PART);
	message.coordinator = proto_strict_borrow(header->coordinator);
	message.round = proto_strict_borrow(header->round);
	message.manifest = proto_strict_view(header->manifest, PROTO_HASH);
	message.node = proto_strict_borrow(header->node);
	message.sequence = header->sequence;
	message.part = PROTO_PART_COUNTRY;
	message.aggregate = attest->aggregate;
	message.attest = proto_strict_borrow(attest->text);
	return proto_strict_encode(ret_plain, &kind, &message.base, error);
}

/* Who counted by himself says who answers for it, in a few words; who did not says nothing. */
static bool
attested(bool aggregate, const char *text)
{
	return aggregate == (text != NULL && text[0] != '\0') && (!aggregate || strlen(text) <= PROTO_PART_ATTEST_MAX);
}

/* What the header says must be what the manifest says: a part is sealed and opened within one round. */
static enum proto_code
fits(const struct proto_manifest *manifest, const struct proto_header *header, struct proto_error *error)
{
	const char *odd = NULL;

	if (strcmp(header->coordinator, manifest->coordinator) != 0)
		odd = "coordinator";
	else if (strcmp(header->round, manifest->round_text) != 0)
		odd = "round";
	else if (memcmp(header->manifest, manifest->sha256, PROTO_HASH) != 0)
		odd = "manifest";
	else if (proto_manifest_find(manifest, header->node) == NULL)
		odd = "node";
	if (odd != NULL)
		return proto_error_set(error, PROTO_REFUSED, manifest->round_text, "the header's %s is not the manifest's", odd);
	return PROTO_OK;
}

enum proto_code
proto_part_seal(struct proto_buffer *ret_sealed, const struct proto_manifest *manifest,
    const struct proto_header *header, const struct dp_noisy *noisy, const struct proto_attest *attest,
    struct proto_error *error)
{
	struct proto_buffer plain = {0}, sealed = {0};
	enum proto_code code;
	size_t cells;

	if ((code = fits(manifest, header, error)) != PROTO_OK)
		return code;
	(void)dp_noise_values(noisy, &cells);
	if (cells != manifest->plan.cells || !attested(attest->aggregate, attest->text))
		return proto_error_set(error, PROTO_INTERNAL, kind.name, "vector or attestation of another shape");
	if ((code = encode(&plain, header, noisy, attest, error)) != PROTO_OK)
		goto out;
	sealed.len = sealed.cap = plain.len + crypto_box_SEALBYTES;
	if ((sealed.data = malloc(sealed.cap)) == NULL) {
		sealed.len = sealed.cap = 0;
		code = proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
		goto out;
	}
	/* An opening key of small order is the only way in which this fails. */
	if (crypto_box_seal(sealed.data, plain.data, plain.len, manifest->opening) != 0) {
		code = proto_error_set(error, PROTO_REFUSED, manifest->round_text, "the manifest's opening key cannot be sealed to");
		goto out;
	}
	*ret_sealed = sealed;
	sealed = (struct proto_buffer){0};
out:
	proto_buffer_wipe(&sealed);
	proto_buffer_wipe(&plain);
	return code;
}

static bool
decode_context(struct proto_part_context *context, const Chorale__Part *message)
{
	struct proto_round round;

	context->sequence = message->sequence;
	return strcmp(message->label, PROTO_LABEL_PART) == 0 && message->part == PROTO_PART_COUNTRY &&
	    proto_strict_text(context->coordinator, sizeof(context->coordinator), message->coordinator) &&
	    proto_keys_coordinator_id(context->coordinator) &&
	    proto_strict_text(context->round, sizeof(context->round), message->round) &&
	    proto_round_parse(&round, context->round, NULL) == PROTO_OK &&
	    proto_strict_bytes(context->manifest, PROTO_HASH, &message->manifest) &&
	    proto_strict_text(context->node, sizeof(context->node), message->node) && proto_keys_country(context->node) &&
	    attested(message->aggregate, message->attest);
}

enum proto_code
proto_part_decode(struct proto_part *ret_part, struct proto_part_context *ret_context,
    const void *plain, size_t len, struct proto_error *error)
{
	struct proto_part_context context = {0};
	struct proto_part part = {0};
	const Chorale__Part *message;
	ProtobufCMessage *base = NULL;
	enum proto_code code;

	if ((code = proto_strict_decode(&base, &kind, plain, len, error)) != PROTO_OK)
		return code;
	message = (const Chorale__Part *)base;
	if (!decode_context(&context, message)) {
		code = proto_error_set(error, PROTO_MALFORMED, kind.name, "a field has the wrong length or form");
		goto out;
	}
	part.aggregate = message->aggregate;
	part.cells = message->n_value;
	if ((part.value = calloc(part.cells + 1, sizeof(*part.value))) == NULL ||
	    !proto_strict_dup(&part.attest, message->attest)) {
		code = proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
		goto out;
	}
	if (part.cells > 0)
		memcpy(part.value, message->value, part.cells * sizeof(*part.value));
	*ret_part = part;
	*ret_context = context;
	part = (struct proto_part){0};
out:
	proto_part_wipe(&part);
	proto_strict_free(base);
	return code;
}

/* The sealed context must be the header's, field by field: a body that was copied under another node's
 * header, or out of another round, is named for what it is. */
static enum proto_code
same_context(const struct proto_part_context *context, const struct proto_header *header, struct proto_error *error)
{
	const char *odd = NULL;

	if (strcmp(context->coordinator, header->coordinator) != 0)
		odd = "coordinator";
	else if (strcmp(context->round, header->round) != 0)
		odd = "round";
	else if (memcmp(context->manifest, header->manifest, PROTO_HASH) != 0)
		odd = "manifest";
	else if (strcmp(context->node, header->node) != 0)
		odd = "node";
	else if (context->sequence != header->sequence)
		odd = "sequence";
	if (odd != NULL)
		return proto_error_set(error, PROTO_REFUSED, kind.name, "its sealed %s is not the header's", odd);
	return PROTO_OK;
}

/* The smallest integer r with r^2 >= x. */
static uint64_t
root_up(dp_u128 x)
{
	uint64_t low = 0, high = UINT64_MAX;

	while (low < high) {
		uint64_t middle = low + (high - low) / 2;

		if ((dp_u128)middle * middle >= x)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/*
 * Range. No vector that follows the manifest holds a value above L N_max + 20 sqrt(s2) (N_max = 2^32; the
 * room of dp_plan_check): noise passes twenty standard deviations with probability below e^-199. dp_plan_check keeps the
 * bound below 2^62, so that sums over countries cannot overflow unseen.
 */
static bool
in_range(const struct dp_plan *plan, const int64_t *value)
{
	size_t i, j;

	for (i = 0; i < plan->residuals; i++) {
		const struct dp_residual *residual = &plan->residual[i];
		dp_u128 most = ((dp_u128)residual->scale << 32) + (dp_u128)20 * root_up((residual->s2 >> DP_S2_BITS) + 1);

		for (j = residual->offset; j < residual->offset + residual->cells; j++) {
			uint64_t size = value[j] < 0 ? 0 - (uint64_t)value[j] : (uint64_t)value[j];

			if (size > most)
				return false;
		}
	}
	return true;
}

static enum proto_code
unseal(struct proto_buffer *ret_plain, const struct proto_header *header, const struct proto_buffer *sealed,
    const uint8_t opening[static PROTO_PUBLIC], const uint8_t secret[static PROTO_SEED], struct proto_error *error)
{
	struct proto_buffer plain = {0};
	uint8_t digest[PROTO_HASH], public[PROTO_PUBLIC];
	char id[2 * KEY_ID + 1];

	if (sealed->len < crypto_box_SEALBYTES || sealed->len > SEALED_MAX)
		return proto_error_set(error, PROTO_TOO_LARGE, kind.name, "not a sealed part by its length");
	proto_part_digest(digest, sealed);
	if (sodium_memcmp(digest, header->country_part, sizeof(digest)) != 0)
		return proto_error_set(error, PROTO_NOT_GENUINE, kind.name, "not the body that the header names");
	if (crypto_scalarmult_base(public, secret) != 0 || memcmp(public, opening, sizeof(public)) != 0)
		return proto_error_set(error, PROTO_INTERNAL, kind.name, "the opening key is not the manifest's");
	plain.cap = sealed->len;
	if ((plain.data = malloc(plain.cap)) == NULL)
		return proto_error_set(error, PROTO_MEMORY, kind.name, "out of memory");
	plain.len = sealed->len - crypto_box_SEALBYTES;
	if (crypto_box_seal_open(plain.data, sealed->data, sealed->len, opening, secret) != 0) {
		proto_buffer_wipe(&plain);
		return proto_error_set(error, PROTO_NOT_GENUINE, kind.name, "not sealed to the manifest's opening key %s",
		    sodium_bin2hex(id, sizeof(id), opening, KEY_ID));
	}
	*ret_plain = plain;
	return PROTO_OK;
}

enum proto_code
proto_part_open(struct proto_part *ret_part, const struct proto_manifest *manifest,
    const struct proto_header *header, const struct proto_buffer *sealed, const uint8_t opening_secret[static PROTO_SEED],
    struct proto_error *error)
{
	struct proto_part_context context;
	struct proto_buffer plain = {0};
	struct proto_part part = {0};
	enum proto_code code;

	if ((code = fits(manifest, header, error)) != PROTO_OK ||
	    (code = unseal(&plain, header, sealed, manifest->opening, opening_secret, error)) != PROTO_OK ||
	    (code = proto_part_decode(&part, &context, plain.data, plain.len, error)) != PROTO_OK ||
	    (code = same_context(&context, header, error)) != PROTO_OK)
		goto out;
	if (part.cells != manifest->plan.cells) {
		code = proto_error_set(error, PROTO_REFUSED, kind.name, "%zu values; the manifest has %zu", part.cells, manifest->plan.cells);
		goto out;
	}
	if (!in_range(&manifest->plan, part.value)) {
		code = proto_error_set(error, PROTO_REFUSED, kind.name, "a value outside the manifest's range");
		goto out;
	}
	*ret_part = part;
	part = (struct proto_part){0};
out:
	proto_part_wipe(&part);
	proto_buffer_wipe(&plain);
	return code;
}

void
proto_part_wipe(struct proto_part *part)
{
	if (part->value != NULL)
		sodium_memzero(part->value, part->cells * sizeof(*part->value));
	free(part->value);
	free(part->attest);
	*part = (struct proto_part){0};
}
