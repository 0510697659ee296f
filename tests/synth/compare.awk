# The region's published table beside the generator's truth.
#   awk -F, -v a=SEX -v b=AGE -f compare.awk XA-truth.csv ... measured.csv estimate.csv
# The truth files come first, the query's two answers (--measured, then estimates) last. Ends with 1 when
# a figure is more than six standard errors off, or when the two sides are not the same cells.
FNR == 1 {
	file++
	delete column
	for (i = 1; i <= NF; i++)
		column[$i] = i
	truth_file = ("count" in column)
	measured_file += !truth_file
	next
}
truth_file {
	group = (a == "EXPL" || b == "EXPL") ? "EXPL" : "persons"
	if ($column["group"] != group)
		next
	for (name in column)
		if ((name == "SEX" || name == "AGE" || name == "EXPL" || name == "CITGRP") && name != a && name != b && $column[name] != "_T")
			next
	truth[$column[a], $column[b]] += $column["count"]
	known[$column[a], $column[b]] = 1
	next
}
measured_file == 1 {
	key = $column[a] SUBSEP $column[b]
	order[++cells] = key
	measured[key] = $column["OBS_VALUE"]
	error[key] = $column["STD_ERR"]
	low[key] = $column["LOWER_BOUND"]
	high[key] = $column["UPPER_BOUND"]
	next
}
{ estimate[$column[a], $column[b]] = $column["OBS_VALUE"] }
END {
	printf "  %-7s %-7s %8s %9s %9s %7s   %s\n", a, b, "truth", "estimate", "measured", "+-", "95 % interval"
	for (i = 1; i <= cells; i++) {
		key = order[i]
		split(key, part, SUBSEP)
		if (!(key in known)) {
			printf "  no truth for %s %s\n", part[1], part[2]
			bad++
			continue
		}
		off = measured[key] - truth[key]
		note = ""
		if (off < 0)
			off = -off
		if (error[key] <= 0 || off > 6 * error[key]) {
			note = "  MORE THAN 6 STANDARD ERRORS OFF"
			bad++
		}
		inside += truth[key] >= low[key] && truth[key] <= high[key]
		printf "  %-7s %-7s %8d %9d %9.1f %7.1f   %.0f to %.0f%s\n", part[1], part[2], truth[key], estimate[key], measured[key], error[key], low[key], high[key], note
	}
	printf "  %d of %d true counts lie inside their intervals\n", inside, cells
	exit cells == 0 || bad > 0
}
