#!/bin/bash
# examples_are_short.sh FOLDER: fails if a program in it has more than 40 lines or a line more than 120 characters.
set -euo pipefail
shopt -s failglob
for file in "$1"/*.cpp; do
  awk -v file="$file" 'length > 120 { print file ":" NR ": " length " characters"; bad = 1 }
                       END { if (NR > 40) { print file ": " NR " lines"; bad = 1 }; exit bad }' "$file" || failed=1
done
exit "${failed:-0}"
