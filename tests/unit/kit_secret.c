#include "proto/kit/secret.h"

#include <sodium.h>
#include <sys/wait.h>
#include <time.h>

#include "proto/kit/files.h"
#include "support/suite.h"
#include "unit/kit_scratch.h"

static struct kit_passphrase *
passphrase(const char *text)
{
	struct kit_passphrase *ret = NULL;

	scratch_text(scratch("passphrase"), text, 0600);
	CU_ASSERT_EQUAL_FATAL(kit_passphrase_load(&ret, scratch("passphrase"), NULL), PROTO_OK);
	return ret;
}

/* The code of one use of a passphrase file; the message goes to *ret_error. */
static enum proto_code
try_passphrase(const char *path, struct proto_error *ret_error)
{
	struct kit_passphrase *pass = NULL;
	enum proto_code code = kit_passphrase_load(&pass, path, ret_error);

	CU_ASSERT_EQUAL(code == PROTO_OK, pass != NULL);
	kit_passphrase_free(pass);
	return code;
}

static void
unusable_files(void)
{
	const char *path = scratch("bad");
	char long_text[10240];
	struct proto_error error, first;
	static const mode_t open_modes[] = {0640, 0604, 0644, 0660};
	size_t i;

	memset(long_text, 'x', sizeof(long_text));
	scratch_text(path, "", 0600);
	CU_ASSERT_EQUAL(try_passphrase(path, &first), PROTO_PASSPHRASE);
	scratch_text(path, "\n", 0600);
	CU_ASSERT_EQUAL(try_passphrase(path, &error), PROTO_PASSPHRASE);
	CU_ASSERT_EQUAL(memcmp(&error, &first, sizeof(error)), 0);
	scratch_put(path, long_text, 1024, 0600);
	CU_ASSERT_EQUAL(try_passphrase(path, NULL), PROTO_OK);
	scratch_put(path, long_text, 1025, 0600);
	CU_ASSERT_EQUAL(try_passphrase(path, &error), PROTO_PASSPHRASE);
	CU_ASSERT_EQUAL(memcmp(&error, &first, sizeof(error)), 0);
	scratch_put(path, long_text, sizeof(long_text), 0600);
	CU_ASSERT_EQUAL(try_passphrase(path, &error), PROTO_PASSPHRASE);
	CU_ASSERT_EQUAL(memcmp(&error, &first, sizeof(error)), 0);
	for (i = 0; i < sizeof(open_modes) / sizeof(*open_modes); i++) {
		scratch_text(path, "good", open_modes[i]);
		CU_ASSERT_EQUAL(try_passphrase(path, NULL), PROTO_PASSPHRASE);
	}
	scratch_text(path, "good", 0400);
	CU_ASSERT_EQUAL(try_passphrase(path, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(symlink("bad", scratch("link")), 0);
	CU_ASSERT_EQUAL(try_passphrase(scratch("link"), NULL), PROTO_PASSPHRASE);
	CU_ASSERT_EQUAL(mkfifo(scratch("fifo"), 0600), 0);
	CU_ASSERT_EQUAL(try_passphrase(scratch("fifo"), NULL), PROTO_PASSPHRASE);
	CU_ASSERT_EQUAL(try_passphrase(scratch_dir, NULL), PROTO_PASSPHRASE);
	CU_ASSERT_EQUAL(try_passphrase(scratch("absent"), NULL), PROTO_PASSPHRASE);
}

static enum proto_code
load(const char *path, const char *context, const struct kit_passphrase *pass, struct proto_error *error)
{
	uint8_t *secret = NULL;
	size_t len = 0;
	enum proto_code code = kit_secret_load(&secret, &len, path, context, pass, error);

	CU_ASSERT_EQUAL(code == PROTO_OK, secret != NULL);
	kit_secret_free(secret);
	return code;
}

static void
round_trip(void)
{
	struct kit_passphrase *pass = passphrase("correct horse\n"), *same = passphrase("correct horse");
	const char *path = scratch("key");
	uint8_t *secret = NULL, *large = malloc(KIT_SECRET_MAX + 1);
	struct proto_buffer file = {0};
	size_t len = 0;

	CU_ASSERT_EQUAL(kit_secret_save(path, "node", "\0secret", 7, pass, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_secret_load(&secret, &len, path, "node", same, NULL), PROTO_OK);
	CU_ASSERT(len == 7 && memcmp(secret, "\0secret", 7) == 0);
	kit_secret_free(secret);
	CU_ASSERT_EQUAL(kit_files_read_private(&file, path, 1000, NULL), PROTO_OK);
	CU_ASSERT_PTR_NULL(memmem(file.data + 16, file.len - 16, "secret", 6)); /* 16: the magic has the word */
	proto_buffer_wipe(&file);

	randombytes_buf(large, KIT_SECRET_MAX + 1);
	CU_ASSERT_EQUAL(kit_secret_save(path, "node", large, KIT_SECRET_MAX + 1, pass, NULL), PROTO_TOO_LARGE);
	CU_ASSERT_EQUAL(kit_secret_save(path, "node", large, 0, pass, NULL), PROTO_INTERNAL);
	CU_ASSERT_EQUAL(kit_secret_save(path, "node", large, KIT_SECRET_MAX, pass, NULL), PROTO_OK);
	CU_ASSERT_EQUAL_FATAL(kit_secret_load(&secret, &len, path, "node", same, NULL), PROTO_OK);
	CU_ASSERT(len == KIT_SECRET_MAX && memcmp(secret, large, len) == 0);
	kit_secret_free(secret);
	free(large);
	kit_passphrase_free(pass);
	kit_passphrase_free(same);
}

static double
seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A1 */
static void
one_answer(void)
{
	struct kit_passphrase *pass = passphrase("right"), *wrong;
	const char *path = scratch("key");
	struct proto_error empty, error;
	struct proto_buffer file = {0};
	double right, start;

	CU_ASSERT_EQUAL(kit_secret_save(path, "node", "abc", 3, pass, NULL), PROTO_OK);
	start = seconds();
	CU_ASSERT_EQUAL(load(path, "node", pass, NULL), PROTO_OK);
	right = seconds() - start;
	wrong = passphrase("wrong");
	start = seconds();
	CU_ASSERT_EQUAL(load(path, "node", wrong, &error), PROTO_PASSPHRASE);
	CU_ASSERT(seconds() - start > 0.5 * right && right > 0.05);
	scratch_text(scratch("passphrase"), "", 0600);
	CU_ASSERT_EQUAL(try_passphrase(scratch("passphrase"), &empty), PROTO_PASSPHRASE);
	CU_ASSERT_STRING_EQUAL(error.what, empty.what);
	CU_ASSERT_STRING_EQUAL(error.where, empty.where);
	CU_ASSERT_EQUAL(load(path, "another purpose", pass, &error), PROTO_PASSPHRASE);
	CU_ASSERT_STRING_EQUAL(error.what, empty.what);

	CU_ASSERT_EQUAL(kit_files_read_private(&file, path, 1000, NULL), PROTO_OK);
	file.data[file.len - 1] ^= 1;
	scratch_put(path, file.data, file.len, 0600);
	CU_ASSERT_EQUAL(load(path, "node", pass, &error), PROTO_PASSPHRASE);
	CU_ASSERT_STRING_EQUAL(error.what, empty.what);
	CU_ASSERT_STRING_EQUAL(error.where, empty.where);
	proto_buffer_wipe(&file);
	kit_passphrase_free(pass);
	kit_passphrase_free(wrong);
}

/* Every bit of the header, and the first of the seal, one at a time. */
static void
every_bit(void)
{
	struct kit_secret_header header;
	struct kit_passphrase *pass = passphrase("right");
	const char *path = scratch("key");
	struct proto_buffer file = {0};
	size_t bit, derived = 0;

	CU_ASSERT_EQUAL(kit_secret_save(path, "node", "abc", 3, pass, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_files_read_private(&file, path, 1000, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_secret_header(&header, file.data, file.len), PROTO_OK);
	CU_ASSERT_EQUAL(header.header_len + header.sealed_len, file.len);
	for (bit = 0; bit < 8 * file.len; bit++) {
		bool plausible;

		file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		plausible = kit_secret_header(&header, file.data, file.len) == PROTO_OK;
		/* a derivation costs half a second: all refused headers are tried, of the others one in 97 */
		if (!plausible || bit % 97 == 0) {
			scratch_put(path, file.data, file.len, 0600);
			CU_ASSERT_EQUAL(load(path, "node", pass, NULL), PROTO_PASSPHRASE);
			derived += plausible;
		}
		file.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	CU_ASSERT(derived > 2);
	proto_buffer_wipe(&file);
	kit_passphrase_free(pass);
}

static void
limits(void)
{
	static const struct { unsigned at; uint64_t value; } out_of_bounds[] = {
		{16, 0}, {16, 2}, {16, 13}, {16, UINT64_MAX}, {24, 0}, {24, 8192}, {24, (256u << 20) - 1},
		{24, (1u << 30) + 1}, {24, UINT64_MAX}};
	struct kit_passphrase *pass = passphrase("right");
	const char *path = scratch("key");
	struct kit_secret_header header;
	struct proto_buffer file = {0};
	size_t i, len;

	CU_ASSERT_EQUAL(kit_secret_save(path, "node", "abc", 3, pass, NULL), PROTO_OK);
	CU_ASSERT_EQUAL(kit_files_read_private(&file, path, 1000, NULL), PROTO_OK);
	for (i = 0; i < sizeof(out_of_bounds) / sizeof(*out_of_bounds); i++) {
		uint8_t kept[8];
		unsigned j;

		memcpy(kept, file.data + out_of_bounds[i].at, 8);
		for (j = 0; j < 8; j++)
			file.data[out_of_bounds[i].at + j] = (uint8_t)(out_of_bounds[i].value >> 8 * j);
		CU_ASSERT_EQUAL(kit_secret_header(&header, file.data, file.len), PROTO_MALFORMED);
		scratch_put(path, file.data, file.len, 0600);
		CU_ASSERT_EQUAL(load(path, "node", pass, NULL), PROTO_PASSPHRASE);
		memcpy(file.data + out_of_bounds[i].at, kept, 8);
	}
	for (len = 0; len < file.len - 2; len++)
		CU_ASSERT_EQUAL(kit_secret_header(&header, file.data, len), PROTO_MALFORMED);
	proto_buffer_wipe(&file);
	kit_passphrase_free(pass);
}

/* N22 */
static void
private_only(void)
{
	struct kit_passphrase *pass = passphrase("right");
	const char *path = scratch("key");
	struct stat status;

	CU_ASSERT_EQUAL(kit_secret_save(path, "node", "abc", 3, pass, NULL), PROTO_OK);
	CU_ASSERT(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600);
	CU_ASSERT_EQUAL(load(scratch("absent"), "node", pass, NULL), PROTO_NOT_FOUND);
	CU_ASSERT_EQUAL(chmod(path, 0640), 0);
	CU_ASSERT_EQUAL(load(path, "node", pass, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(chmod(path, 0600), 0);
	CU_ASSERT_EQUAL(link(path, scratch("hard")), 0);
	CU_ASSERT_EQUAL(load(path, "node", pass, NULL), PROTO_PERMISSION);
	CU_ASSERT_EQUAL(unlink(scratch("hard")), 0);
	CU_ASSERT_EQUAL(symlink("key", scratch("soft")), 0);
	CU_ASSERT_EQUAL(load(scratch("soft"), "node", pass, NULL), PROTO_PERMISSION);
	kit_passphrase_free(pass);
}

static const struct suite_case cases[] = {
	{"an empty, long, open, linked or missing passphrase file gives one message", unusable_files},
	{"a secret is read back; one trailing newline of the passphrase does not count", round_trip},
	{"a wrong passphrase, another context and a changed file give one message, after the slow derivation", one_answer},
	{"no flipped bit of the file opens", every_bit},
	{"Argon2id limits in the file are bounded on both sides; a cut file is refused", limits},
	{"a key file that is open, hard-linked or symlinked is refused", private_only},
	{NULL, NULL},
};

int
main(void)
{
	if (sodium_init() < 0)
		return 1;
	scratch_start();
	return suite_run("kit.secret", cases);
}
