#include <fcntl.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command_type.h"

/* A program started without a stdout would else open its database as descriptor 1 and print into it. */
static bool
standard_descriptors(void)
{
	int fd;

	for (fd = 0; fd <= 2; fd++)
		/* the wrong way round on purpose: what is written there fails, as it would have without this */
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == 0 ? O_WRONLY : O_RDONLY) != fd)
			return false;
	return true;
}

/* N24: memory with keys is never written to a file, nor read by another process of this user. */
static bool
no_core(void)
{
	struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return false;
#ifndef __SANITIZE_ADDRESS__ /* the leak checker attaches to its own process */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return false;
#endif
	return true;
}

enum proto_code
kit_process_start(struct proto_error *error)
{
	(void)umask(077);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)unsetenv("POSIXLY_CORRECT"); /* options may follow operands on every machine */
	if (!standard_descriptors() || !no_core())
		return proto_error_errno(error, "start", "the process cannot be set up");
	if (sodium_init() < 0)
		return proto_error_set(error, PROTO_RANDOM, "start", "no source of randomness");
	/* no configuration file: settings are this program's alone, whatever OPENSSL_CONF says */
	if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return proto_error_set(error, PROTO_TLS, "start", "the TLS library does not start");
	return PROTO_OK;
}
