#!/usr/bin/env bash
# include.sh COMPILER ROOTS ROOM OTHER DIRECTORIES: a file of ROOM, with the include directories that the build gives it
# (separated by ';'), sees its own headers; a header of OTHER is "No such file".
set -euo pipefail
compiler=$1 roots=$2 room=$3 other=$4 directories=$5

# A public header of a room, as it is included.
header_of() {
	(cd "$roots/${1//\//_}" && find "$1" -maxdepth 1 -name '*.h' | sort | head -n1)
}

flags=()
IFS=';' read -ra list <<<"$directories"
for directory in "${list[@]}"; do
	[ -z "$directory" ] || flags+=("-I$directory")
done

own=$(header_of "$room") foreign=$(header_of "$other")
[ -n "$own" ] && [ -n "$foreign" ] || { echo "no header of $room or $other in $roots"; exit 1; }
echo "#include \"$own\"" | "$compiler" -std=c17 -D_GNU_SOURCE "${flags[@]}" -fsyntax-only -x c -
said=$(echo "#include \"$foreign\"" | LC_ALL=C "$compiler" -std=c17 -D_GNU_SOURCE "${flags[@]}" -fsyntax-only -x c - 2>&1) &&
	{ echo "$room sees $foreign"; exit 1; }
grep -E "$foreign.*(No such file|file not found)" <<<"$said"
