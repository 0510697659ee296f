#ifndef PASSPHRASE_TYPE_H
#define PASSPHRASE_TYPE_H

#include <stddef.h>

/* What passphrase.c and secret.c share; nobody else sees the text. */
#define PASSPHRASE_MAX 1024

/* One message for a wrong passphrase, an unusable file and a changed file: none tells a guesser anything. */
#define PASSPHRASE_WHAT "wrong passphrase, or an unusable passphrase or key file"

struct kit_passphrase {
	char *text; /* sodium_malloc */
	size_t len;
	char *path; /* of the file, for messages */
};

#endif
