#include "dp/domain.h"

#include "support/suite.h"

static const struct dp_domain domain = {3, {{3, 0}, {1, 0}, {12, 2}}};

static void
limits_are_checked(void)
{
	struct dp_domain wrong = domain;

	CU_ASSERT_EQUAL(dp_domain_check(&domain), DP_OK);
	wrong.dim[1].codes = 0;
	CU_ASSERT_EQUAL(dp_domain_check(&wrong), DP_PARAM);
	wrong.dim[1].codes = DP_CODES_MAX + 1;
	CU_ASSERT_EQUAL(dp_domain_check(&wrong), DP_PARAM);
	wrong = domain;
	wrong.dim[0].bound = 4;
	CU_ASSERT_EQUAL(dp_domain_check(&wrong), DP_PARAM);
	wrong = domain;
	wrong.dims = DP_DIMS_MAX + 1;
	CU_ASSERT_EQUAL(dp_domain_check(&wrong), DP_PARAM);
}

static void
every_cell_has_one_number(void)
{
	dp_dims dims;

	for (dims = 0; dims < 8; dims++) {
		uint64_t cells = dp_domain_cells(&domain, dims), cell;

		for (cell = 0; cell < cells; cell++) {
			uint32_t code[DP_DIMS_MAX] = {0};

			dp_domain_codes(code, &domain, dims, cell);
			CU_ASSERT_EQUAL(dp_domain_cell(&domain, dims, code), cell);
		}
	}
	CU_ASSERT_EQUAL(dp_domain_cells(&domain, 0), 1);
	CU_ASSERT_EQUAL(dp_domain_cells(&domain, 5), 36);
	CU_ASSERT_EQUAL(dp_domain_multi(&domain), 4);
}

static void
the_last_dimension_runs_fastest(void)
{
	const uint32_t code[DP_DIMS_MAX] = {1, 0, 5};

	CU_ASSERT_EQUAL(dp_domain_cell(&domain, 5, code), 17);
}

static void
only_dimensions_of_several_codes_inform(void)
{
	const struct dp_domain with_one = {3, {{3, 0}, {1, 0}, {2, 1}}};

	CU_ASSERT_EQUAL(dp_domain_informative(&with_one, 7), 5);
	CU_ASSERT_EQUAL(dp_domain_informative(&with_one, 3), 1);
	CU_ASSERT_EQUAL(dp_domain_informative(&with_one, 2), 0);
	CU_ASSERT_EQUAL(dp_domain_informative(&with_one, 0), 0);
}

static const struct suite_case cases[] = {
	{"limits are checked", limits_are_checked},
	{"every cell has one number", every_cell_has_one_number},
	{"the last dimension runs fastest", the_last_dimension_runs_fastest},
	{"only dimensions of several codes inform", only_dimensions_of_several_codes_inform},
	{NULL, NULL},
};

int
main(void)
{
	return suite_run("dp.domain", cases);
}
