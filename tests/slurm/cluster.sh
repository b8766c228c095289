# For the tests in this folder: a Slurm of two nodes, and how to compare what commands printed. Sourced with $work set.

digest() { grep -o 'digest [0-9a-f]\{32\}' "$1" | tail -n 1; }
same() { # WHAT FILE FILE
  if [ -z "$(digest "$2")" ] || [ "$(digest "$2")" != "$(digest "$3")" ]; then
    echo "$1: another digest, or none"
    cat "$2" "$3"
    exit 1
  fi
  echo "$1: $(digest "$2")"
}
says() { grep -q "$1" "$2" || { echo "'$1' is not in $2:"; cat "$2"; exit 1; }; }

rm -rf "$work"
mkdir -p "$work"
cd "$work"
export RANKWISE_CLUSTER=${TMPDIR:-/tmp}/rankwise-slurm-test
code=0
"$project/jobs/local-cluster.sh" start || code=$?
[ $code = 0 ] || exit $code
trap '"$project/jobs/local-cluster.sh" stop' EXIT
eval "$("$project/jobs/local-cluster.sh" env)"

# wait_for SECONDS CONDITION...: until the command holds
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || { echo "still not, after a long time: $*"; exit 1; }
    sleep 0.2
  done
}
submit() { sbatch --parsable "$@"; }
is_over() { [ -z "$(squeue --noheader --job "$1" 2>/dev/null)" ]; }
