#ifndef DP_STATUS_H
#define DP_STATUS_H

/*
 * What every function of dp/ that can fail returns. No text: the caller knows
 * what it asked for. Outputs (ret_x) are written only with DP_OK.
 */
enum dp_status {
	DP_OK = 0,
	DP_PARAM,  /* an argument is outside its documented domain */
	DP_RANGE,  /* a result would not fit its type */
	DP_NOMEM,  /* out of memory */
	DP_RNG,    /* the source of randomness failed; nothing was drawn */
	DP_ROUND,  /* ledger: the cap of one round would be passed */
	DP_PERIOD, /* ledger: the cap of one structure and period would be passed */
	DP_YEAR,   /* ledger: the cap of one reference year would be passed */
	DP_FLOOR,  /* ledger: the floor's cap would be passed */
	DP_SPENT,  /* ledger: this round has an entry already, or the grant was used */
	DP_CHAIN,  /* ledger: the stored entries do not form one chain */
	DP_STORE,  /* ledger: the storage handed in failed */
};

#define DP_CHECK __attribute__((warn_unused_result))

#endif
