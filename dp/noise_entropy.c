#include "dp/noise.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

/*
 * AES-256 in counter mode under a key from the kernel, as a keystream over zeros. libsodium
 * asks the kernel at every call, which is too slow for millions of draws; OpenSSL's own generator
 * is not used because its state would be copied with a cloned machine and live on.
 */
#define ENTROPY_BLOCK 4096

struct entropy {
	EVP_CIPHER_CTX *cipher;
	size_t used; /* bytes of block that were handed out */
	uint8_t block[ENTROPY_BLOCK];
};

static enum dp_status
refill(struct entropy *entropy)
{
	static const uint8_t zeros[ENTROPY_BLOCK];
	int len = 0;

	if (EVP_EncryptUpdate(entropy->cipher, entropy->block, &len, zeros, ENTROPY_BLOCK) != 1 ||
	    len != ENTROPY_BLOCK)
		return DP_RNG;
	entropy->used = 0;
	return DP_OK;
}

static enum dp_status
fill(void *ctx, uint8_t *buf, size_t len)
{
	struct entropy *entropy = ctx;
	enum dp_status status;

	while (len > 0) {
		size_t take;

		if (entropy->used == ENTROPY_BLOCK && (status = refill(entropy)) != DP_OK)
			return status;
		take = ENTROPY_BLOCK - entropy->used;
		take = take < len ? take : len;
		memcpy(buf, entropy->block + entropy->used, take);
		/* what was handed out is no longer ours to know */
		explicit_bzero(entropy->block + entropy->used, take);
		entropy->used += take;
		buf += take;
		len -= take;
	}
	return DP_OK;
}

enum dp_status
dp_noise_entropy(struct dp_rng *ret_rng)
{
	uint8_t key[32], counter[16] = {0};
	struct entropy *entropy = NULL;
	enum dp_status status = DP_NOMEM;

	if (sodium_init() < 0)
		return DP_RNG;
	if ((entropy = calloc(1, sizeof(*entropy))) == NULL || (entropy->cipher = EVP_CIPHER_CTX_new()) == NULL)
		goto out;
	status = DP_RNG;
	randombytes_buf(key, sizeof(key)); /* ends the process when the kernel gives nothing */
	if (EVP_EncryptInit_ex2(entropy->cipher, EVP_aes_256_ctr(), key, counter, NULL) != 1)
		goto out;
	entropy->used = ENTROPY_BLOCK;
	*ret_rng = (struct dp_rng){fill, entropy};
	entropy = NULL;
	status = DP_OK;
out:
	explicit_bzero(key, sizeof(key));
	if (entropy != NULL)
		EVP_CIPHER_CTX_free(entropy->cipher);
	free(entropy);
	return status;
}

void
dp_noise_entropy_wipe(struct dp_rng *rng)
{
	struct entropy *entropy = rng->ctx;

	if (entropy != NULL) {
		EVP_CIPHER_CTX_free(entropy->cipher); /* cleanses the key schedule */
		explicit_bzero(entropy, sizeof(*entropy));
		free(entropy);
	}
	*rng = (struct dp_rng){NULL, NULL};
}
