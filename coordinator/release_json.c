#include "coordinator/release_json.h"

#include <stdio.h>
#include <string.h>

#include "dp/rho.h"
#include "proto/json.h"
#include "proto/kit/print.h"

#define ABOUT_FORMAT 1

static void
put_privacy(struct proto_json *json, const struct coord_published *published)
{
	const struct proto_manifest *manifest = &published->manifest;
	struct proto_buffer words = {0};
	char rho[DP_RHO_TEXT];

	dp_rho_format(rho, manifest->rho_units);
	proto_json_key(json, "privacy");
	proto_json_object(json);
	proto_json_key(json, "unit");
	proto_json_string(json, manifest->structure->unit);
	proto_json_key(json, "neighbors");
	proto_json_string(json, "adding or removing all contributions of one person in this structure and period");
	proto_json_key(json, "mechanism");
	proto_json_string(json, "discrete Gaussian on integer residuals, drawn once in each country's office");
	proto_json_key(json, "rho");
	proto_json_string(json, rho);
	proto_json_key(json, "rho_units");
	proto_buffer_printf(&words, "%llu", (unsigned long long)manifest->rho_units);
	proto_json_string(json, proto_buffer_string(&words));
	proto_json_key(json, "epsilon");
	proto_json_real(json, dp_rho_epsilon(manifest->rho_units, KIT_DELTA));
	proto_json_key(json, "delta");
	proto_json_real(json, KIT_DELTA);
	proto_json_key(json, "q_max");
	proto_json_u64(json, manifest->structure->q_max);
	proto_json_key(json, "epsilon_q_max");
	proto_json_real(json, dp_rho_epsilon(manifest->rho_units * manifest->structure->q_max, KIT_DELTA));
	proto_json_key(json, "words");
	proto_buffer_wipe(&words);
	kit_print_privacy(&words, manifest->rho_units, manifest->structure->unit);
	proto_json_string(json, proto_buffer_string(&words));
	proto_json_object_end(json);
	proto_buffer_wipe(&words);
}

static void
put_countries(struct proto_json *json, const struct coord_published *published)
{
	size_t i;

	proto_json_key(json, "countries");
	proto_json_array(json);
	for (i = 1; i < published->areas; i++) {
		const struct coord_area *area = &published->area[i];

		proto_json_object(json);
		proto_json_key(json, "country");
		proto_json_string(json, area->code);
		proto_json_key(json, "name");
		proto_json_string(json, area->name);
		proto_json_key(json, "status");
		proto_json_string(json, area->reporters > 0 ? "accepted" : area->reason[0] ? "left out" : "not reported");
		proto_json_key(json, "reason");
		proto_json_string(json, area->reason[0] ? area->reason : NULL);
		proto_json_key(json, "counted_by");
		proto_json_string(json, area->reporters == 0 ? NULL : area->aggregate ? "office" : "node");
		proto_json_key(json, "attestation");
		proto_json_string(json, area->attest);
		proto_json_object_end(json);
	}
	proto_json_array_end(json);
}

static void
put_reading(struct proto_json *json)
{
	static const char *const line[] = {
		"Registrations are counted, not prevalence; a person registered in two countries is counted twice.",
		"measurements.csv is unbiased: use it for sums, comparisons and trends; negatives are noise and are kept.",
		"estimates.csv holds whole numbers that are never negative; they are biased where counts are small.",
		"Intervals cover the added noise only, with 95 % confidence; they come from the measurements.",
		("The standard error of a sum of independent figures is the root of the sum of squares; cells of one "
		 "table are not independent: use the covariance formula of the manual, or the query command."),
		"A country that did not report is a missing observation with status O, never a zero.",
	};
	size_t i;

	proto_json_key(json, "reading");
	proto_json_array(json);
	for (i = 0; i < sizeof(line) / sizeof(line[0]); i++)
		proto_json_string(json, line[i]);
	proto_json_array_end(json);
}

static void
put_identity(struct proto_json *json, const struct coord_published *published)
{
	const struct proto_manifest *manifest = &published->manifest;
	char text[PROTO_TIME_TEXT], period[PROTO_PERIOD_TEXT];

	proto_json_key(json, "format");
	proto_json_u64(json, ABOUT_FORMAT);
	proto_json_key(json, "release");
	proto_json_string(json, published->id);
	proto_json_key(json, "round");
	proto_json_string(json, manifest->round_text);
	proto_json_key(json, "structure");
	proto_json_object(json);
	proto_json_key(json, "id");
	proto_json_string(json, manifest->structure->id);
	proto_json_key(json, "name");
	proto_json_string(json, manifest->structure->name);
	proto_json_key(json, "sha256");
	proto_json_hex(json, manifest->structure->sha256, PROTO_HASH);
	proto_json_object_end(json);
	proto_period_format(period, &manifest->round.period);
	proto_json_key(json, "period");
	proto_json_string(json, period);
	proto_json_key(json, "area");
	proto_json_string(json, published->area[0].code);
	proto_json_key(json, "area_name");
	proto_json_string(json, published->area[0].name);
	proto_json_key(json, "coordinator");
	proto_json_string(json, manifest->coordinator);
	proto_time_format(text, published->created);
	proto_json_key(json, "closed");
	proto_json_string(json, text);
	proto_json_key(json, "manifest_sha256");
	proto_json_hex(json, manifest->sha256, PROTO_HASH);
}

enum proto_code
coord_release_json_about(struct proto_buffer *ret_json, const struct coord_published *published, struct proto_error *error)
{
	struct proto_buffer out = {0};
	struct proto_json json;

	proto_json_init(&json, &out, 1);
	proto_json_object(&json);
	put_identity(&json, published);
	put_countries(&json, published);
	put_privacy(&json, published);
	put_reading(&json);
	proto_json_key(&json, "signed");
	proto_json_object(&json);
	proto_json_key(&json, "trust");
	proto_json_hex(&json, published->trust_bytes.data, published->trust_bytes.len);
	proto_json_key(&json, "manifest");
	proto_json_hex(&json, published->manifest_signed.data, published->manifest_signed.len);
	proto_json_key(&json, "accepted");
	proto_json_hex(&json, published->accepted_signed.data, published->accepted_signed.len);
	proto_json_object_end(&json);
	proto_json_object_end(&json);
	proto_buffer_text(&out, "\n");
	if (out.failed) {
		proto_buffer_wipe(&out);
		return proto_error_set(error, PROTO_MEMORY, published->id, "out of memory");
	}
	*ret_json = out;
	return PROTO_OK;
}

static void
put_ids(struct proto_json *json, const char *key, const struct proto_structure *structure, dp_dims dims)
{
	size_t i;

	proto_json_key(json, key);
	proto_json_array(json);
	for (i = 0; i < structure->dims; i++)
		if (dims >> i & 1)
			proto_json_string(json, structure->dim[i].id);
	proto_json_array_end(json);
}

/* s2 as "P/Q": n draws of variance s2 / 2^16 each. */
static void
format_s2(char ret_text[static 64], dp_u128 s2, size_t n)
{
	dp_u128 value = s2 * n;
	char digits[48];
	size_t len = 0, i;

	do
		digits[len++] = (char)('0' + (int)(value % 10));
	while ((value /= 10) > 0);
	for (i = 0; i < len; i++)
		ret_text[i] = digits[len - 1 - i];
	(void)snprintf(ret_text + len, 64 - len, "/%u", 1u << DP_S2_BITS);
}

static void
put_residual(struct proto_json *json, const struct proto_structure *structure, const struct dp_residual *residual,
    const struct coord_area *area)
{
	char s2[64];
	uint64_t i;

	format_s2(s2, residual->s2, area->reporters);
	proto_json_object(json);
	proto_json_key(json, "part");
	proto_json_string(json, "country");
	put_ids(json, "group", structure, residual->group);
	put_ids(json, "dims", structure, residual->dims);
	proto_json_key(json, "L");
	proto_json_u64(json, residual->scale);
	proto_json_key(json, "s2");
	proto_json_string(json, s2);
	proto_json_key(json, "y");
	proto_json_array(json);
	for (i = 0; i < residual->cells; i++)
		proto_json_i64(json, area->y[residual->offset + i]);
	proto_json_array_end(json);
	proto_json_object_end(json);
}

enum proto_code
coord_release_json_residuals(struct proto_buffer *ret_json, const struct coord_published *published, struct proto_error *error)
{
	const struct proto_manifest *manifest = &published->manifest;
	struct proto_buffer out = {0};
	struct proto_json json;
	size_t a, r;

	proto_json_init(&json, &out, 0);
	proto_json_object(&json);
	proto_json_key(&json, "release");
	proto_json_string(&json, published->id);
	proto_json_key(&json, "areas");
	proto_json_array(&json);
	for (a = 0; a < published->areas; a++) {
		const struct coord_area *area = &published->area[a];

		if (area->y == NULL)
			continue;
		proto_json_object(&json);
		proto_json_key(&json, "area");
		proto_json_string(&json, area->code);
		proto_json_key(&json, "reporters");
		proto_json_u64(&json, area->reporters);
		proto_json_key(&json, "residuals");
		proto_json_array(&json);
		for (r = 0; r < manifest->plan.residuals; r++)
			put_residual(&json, manifest->structure, &manifest->plan.residual[r], area);
		proto_json_array_end(&json);
		proto_json_object_end(&json);
	}
	proto_json_array_end(&json);
	proto_json_object_end(&json);
	proto_buffer_text(&out, "\n");
	if (out.failed) {
		proto_buffer_wipe(&out);
		return proto_error_set(error, PROTO_MEMORY, published->id, "out of memory");
	}
	*ret_json = out;
	return PROTO_OK;
}
