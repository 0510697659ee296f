#ifndef SUPPORT_SUITE_H
#define SUPPORT_SUITE_H

#include <CUnit/CUnit.h>

/*
 * One program a suite; a case is a sentence. The exit status is 1 when any assertion failed or no
 * case ran (CUnit's own runner would return 0).
 *
 *     static const struct suite_case cases[] = {
 *         {"zero variance is refused", zero_variance}, {NULL, NULL}};
 *     int main(void) { return suite_run("dp.gauss", cases); }
 */
struct suite_case {
	const char *sentence;
	void (*run)(void);
};

int suite_run(const char *name, const struct suite_case *cases);

/* A seed for random tests: CHORALE_TEST_SEED, else from the clock; printed. */
unsigned long long suite_seed(void);

/* The path of a file of the agreement's data (../shared beside the source tree), or NULL when it is
 * absent; then suite_skip(why) prints the reason loudly and ends the program with 77 (ctest: skipped). */
const char *suite_shared(const char *path);
void suite_skip(const char *why) __attribute__((noreturn));

#endif
