#include "support/suite.h"

#include <CUnit/Basic.h>
#include <CUnit/TestDB.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int
suite_run(const char *name, const struct suite_case *cases)
{
	CU_pSuite suite;
	unsigned failed;

	if (CU_initialize_registry() != CUE_SUCCESS || (suite = CU_add_suite(name, NULL, NULL)) == NULL)
		return 1;
	for (; cases->sentence; cases++)
		if (CU_add_test(suite, cases->sentence, cases->run) == NULL)
			return 1;
	CU_basic_set_mode(CU_BRM_VERBOSE);
	if (CU_basic_run_tests() != CUE_SUCCESS)
		return 1;
	failed = CU_get_number_of_failures() + CU_get_number_of_tests_failed();
	if (CU_get_number_of_tests_run() == 0)
		failed = 1;
	CU_cleanup_registry();
	return failed ? 1 : 0;
}

unsigned long long
suite_seed(void)
{
	const char *text = getenv("CHORALE_TEST_SEED");
	unsigned long long seed = text ? strtoull(text, NULL, 0) : (unsigned long long)time(NULL);

	printf("seed %llu\n", seed);
	return seed;
}

const char *
suite_shared(const char *path)
{
	static char full[4096];

	(void)snprintf(full, sizeof(full), "%s/../shared/%s", CHORALE_SOURCE_DIR, path);
	return access(full, R_OK) == 0 ? full : NULL;
}

void
suite_skip(const char *why)
{
	printf("SKIPPED: %s\n", why);
	exit(77);
}
