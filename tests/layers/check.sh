#!/usr/bin/env bash
# What the compiler cannot see of the rooms' law (ARCHITECTURE: dp <- proto <- node | coordinator).
#   check.sh [ROOT]       0, or 1 with one line FILE:LINE: RULE: TEXT for each violation
#   check.sh --self-test  plants one violation of each rule in a copy, and wants each refused
set -euo pipefail
cd "$(dirname "$0")/../.."

# The C library's headers that any file may use ...
plain='assert|errno|float|inttypes|limits|locale|math|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|string|strings|emmintrin|immintrin|pthread'
# ... and those of the system, which dp/ and the protocol core do without: no I/O, no clock.
system='(arpa|net|netinet|sys)/[a-z]+|dirent|dlfcn|fcntl|ftw|getopt|langinfo|netdb|poll|sched|signal|syslog|termios|time|unistd|wchar|wctype'
core='^(dp/|proto/[^/]+$)'
core_calls='fopen|fdopen|freopen|open|openat|getenv|secure_getenv|time|clock_gettime|gettimeofday|localtime_r|gmtime_r|socket|system'

# Third-party headers, and the files that may include them. A header that stands in no row is refused everywhere.
third_party='
sodium\.h                    ^(dp|proto|node|coordinator)/([a-z0-9_]+|kit/[a-z0-9_]+)\.c$
openssl/bn\.h                ^dp/ratio\.c$
openssl/evp\.h               ^dp/noise_entropy\.c$
openssl/sha\.h               ^coordinator/(api_sync|store_submission)\.c$
openssl/[a-z0-9_]+\.h        ^proto/kit/(tls|x509)[a-z0-9_]*\.[ch]$|^proto/kit/process\.c$
jansson\.h                   ^proto/json\.h$
protobuf-c/protobuf-c\.h     ^proto/strict\.[ch]$
[a-z0-9_]+\.pb-c\.h          ^proto/[a-z0-9_]+\.[ch]$
utf8proc\.h                  ^(proto/(error|json_write|strict|structure_area|structure_text)|node/utf8)\.c$
sqlite3\.h                   ^proto/kit/db[a-z0-9_]*\.[ch]$
libsmartcols/libsmartcols\.h ^proto/kit/table[a-z0-9_]*\.c$
event2/[a-z_]+\.h            ^coordinator/http[a-z0-9_]*\.[ch]$
curl/curl\.h                 ^node/client[a-z0-9_]*\.c$
'

# Which rooms a file may name in an #include.
rooms_of() {
	case $1 in
	dp/*) echo '^dp/[a-z0-9_]+\.h$' ;;
	proto/kit/*) echo '^(dp|proto|proto/kit)/[a-z0-9_]+\.h$' ;;
	proto/*) echo '^(dp|proto)/[a-z0-9_]+\.h$' ;;
	node/*) echo '^(dp|proto|proto/kit|node)/[a-z0-9_]+\.h$' ;;
	coordinator/*) echo '^(dp|proto|proto/kit|coordinator)/[a-z0-9_]+\.h$' ;;
	esac
}

# Where nothing may be a double: between a count and a noisy count, and where budget is spent.
exact='^(dp/(noise|gauss|laplace|bernoulli|bits|ledger|counts)[a-z0-9_]*\.c|node/tally[a-z0-9_]*\.c)$'

directive='^[[:space:]]*#[[:space:]]*(include|include_next|import)[[:space:]]*(["<])([^">]*)[">]'
inexact='(^|[^a-zA-Z0-9_])(double|float|_Float[0-9]+x?|[0-9]+\.[0-9]*|[0-9]+[eE]-?[0-9]+)([^a-zA-Z0-9_]|$)|include *<(math|float)\.h>'

found=0
refuse() {
	echo "$1:$2: $3: $4"
	found=1
}

# allowed_here HEADER FILE: a row of the table has both.
allowed_here() {
	local header where
	while read -r header where; do
		if [[ -n $header && $1 =~ ^$header$ && $2 =~ $where ]]; then
			return 0
		fi
	done <<<"$third_party"
	return 1
}

# include FILE LINE NAME QUOTED: one #include, judged.
include() {
	local file=$1 line=$2 name=$3 quoted=$4
	if [[ $name == *../* || $name == /* ]]; then
		refuse "$file" "$line" "an include leaves its folder" "$name"
	elif [[ $name =~ ^(dp|proto|node|coordinator|tests|support)/ ]]; then
		[[ $name =~ $(rooms_of "$file") ]] || refuse "$file" "$line" "a room that this one may not see" "$name"
	elif [[ $quoted == '"' && $name != */* && -e ${file%/*}/$name ]]; then
		:
	elif [[ $name =~ ^($plain)\.h$ ]]; then
		:
	elif [[ $name =~ ^($system)\.h$ ]]; then
		[[ ! $file =~ $core ]] || refuse "$file" "$line" "dp and proto do no I/O and read no clock" "$name"
	else
		allowed_here "$name" "$file" || refuse "$file" "$line" "a third-party header outside its files" "$name"
	fi
}

# The code of a file without comments and strings, lines kept.
code_of() {
	sed -E "s/'(\\\\)?.'/0/g"';s/"([^"\\]|\\.)*"/""/g' "$1" | awk '
	{
		line = $0; out = ""
		while (line != "") {
			if (inside) {
				at = index(line, "*/")
				if (at == 0) break
				line = substr(line, at + 2); inside = 0
			} else {
				block = index(line, "/*"); rest = index(line, "//")
				if (rest && (!block || rest < block)) { out = out substr(line, 1, rest - 1); break }
				if (!block) { out = out line; break }
				out = out substr(line, 1, block - 1) " "; line = substr(line, block + 2); inside = 1
			}
		}
		print out
	}'
}

# calls FILE RULE REGEX: each line of code that matches is refused.
calls() {
	local line text
	while IFS=: read -r line text; do
		refuse "$1" "$line" "$2" "${text#"${text%%[![:space:]]*}"}"
	done < <(code_of "$1" | grep -nE "$3" || true)
}

# check FILE...: all rules; 0 when nothing was refused.
check() {
	local file line text
	while IFS=: read -r file line text; do
		if [[ $text =~ $directive ]]; then
			include "$file" "$line" "${BASH_REMATCH[3]}" "${BASH_REMATCH[2]}"
		else
			refuse "$file" "$line" "an include whose name is not plain" "$text"
		fi
	done < <(grep -nHE '^[[:space:]]*#[[:space:]]*(include|import)' "$@")
	for file in "$@"; do
		if [[ $file =~ $core ]]; then
			calls "$file" "dp and proto do no I/O and read no clock" "(^|[^a-zA-Z0-9_.>])($core_calls)\("
		fi
		if [[ $file =~ $exact ]]; then
			calls "$file" "no double here" "$inexact"
		fi
	done
	return $found
}

check_all() {
	local files
	mapfile -t files < <(find dp proto node coordinator -name '*.[ch]' | sort)
	[ "${#files[@]}" -gt 0 ] || { echo "no source found in $PWD"; return 1; }
	check "${files[@]}"
}

# planted FILE TEXT RULE: TEXT at the end of FILE in the copy must be refused by RULE.
planted() {
	local saved
	[ -e "$1" ] || { echo "self-test: $1 does not exist"; exit 1; }
	saved=$(mktemp)
	cp "$1" "$saved"
	printf '%s\n' "$2" >>"$1"
	if (found=0; check "$1") >report || ! grep -qF "$1:$(wc -l <"$1"): $3" report; then
		echo "self-test: not refused: $1: $2"
		exit 1
	fi
	mv "$saved" "$1"
}

# first FOLDER: some source of it.
first() {
	find "$1" -maxdepth 1 -name '*.c' | sort | head -n1
}

self_test() {
	local copy
	copy=$(mktemp -d)
	# shellcheck disable=SC2064
	trap "rm -rf '$copy'" EXIT
	cp -r dp proto node coordinator "$copy"
	cd "$copy"
	check_all || { echo "self-test: the tree itself is refused"; exit 1; }
	local dp=dp/domain.c kit node coordinator node_cmd coordinator_cmd
	kit=$(first proto/kit) node=$(first node) coordinator=$(first coordinator)
	node_cmd=$(first node/cmd) coordinator_cmd=$(first coordinator/cmd)
	local leaves='an include leaves its folder' room='a room that this one may not see' pure='dp and proto do no I/O and read no clock'
	local third='a third-party header outside its files' double='no double here' odd='an include whose name is not plain'
	planted "$dp" '#include "../proto/error.h"' "$leaves"
	planted proto/json.h '  #  include <sys/../stdio.h>' "$leaves"
	planted "$dp" '#include "/usr/include/stdio.h"' "$leaves"
	planted "$dp" '#include "proto/error.h"' "$room"
	planted dp/domain.h '#include <proto/error.h>' "$room"
	planted proto/error.c '#include "proto/kit/files.h"' "$room"
	planted proto/json.h '#include "node/node.h"' "$room"
	planted "$kit" '#include "node/node.h"' "$room"
	planted "$kit" '#include "coordinator/coordinator.h"' "$room"
	planted "$node" '#include "coordinator/coordinator.h"' "$room"
	planted "$node_cmd" '#include "coordinator/coordinator.h"' "$room"
	planted "$coordinator_cmd" '#include "node/node.h"' "$room"
	planted "$coordinator" '#include "support/suite.h"' "$room"
	planted "$dp" '#include NAME' "$odd"
	planted dp/gauss.c '#include <time.h>' "$pure"
	planted proto/period.c '	return time(NULL);' "$pure"
	planted proto/period.c '	file = fopen("x", "r"); /* a file */' "$pure"
	planted "$dp" '#include <jansson.h>' "$third"
	planted "$kit" '#include "sqlite3.h"' "$third"
	planted "$node" '#include <event2/event.h>' "$third"
	planted "$coordinator" '#include <curl/curl.h>' "$third"
	planted "$node" '#include <unheard/of.h>' "$third"
	planted "$node" '#include "missing.h"' "$third"
	planted dp/gauss.c '	double x;' "$double"
	planted dp/noise.c 'static float x;' "$double"
	planted dp/ledger.c '	x = y * 1.5;' "$double"
	planted dp/counts.c '	x = /* one */ 1e-9; // "' "$double"
	planted dp/laplace.c '#include <math.h>' "$double"
	cp dp/counts.c node/tally_planted.c
	planted node/tally_planted.c '	long double x;' "$double"
	# and what only looks like a violation is none
	printf '%s\n' '/* a double in a comment, 1.5 */' '	text = "double 0.5"; // float' 'static int double_check;' >>dp/gauss.c
	printf '%s\n' '/* time(NULL) */' '	x = proto_open(part->time(y));' >>proto/period.c
	(found=0; check dp/gauss.c proto/period.c) || { echo "self-test: refused without reason"; exit 1; }
	echo "self-test: each rule refuses"
}

case ${1:-} in
--self-test) self_test ;;
"") check_all ;;
*) cd "$1" && check_all ;;
esac
