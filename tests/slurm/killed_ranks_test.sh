#!/bin/bash
# killed_ranks_test.sh PROJECT RANKWISE MPIEXEC WORK: under srun, a rank that is killed or stands still ends the others,
# and the checkpoint leads on.
set -euo pipefail
project=$1 mpiexec=$3 work=$4
export RANKWISE=$2
. "$(dirname "$0")/cluster.sh"

mark=$((1000000 + $$)) # tells the ranks of these runs from others
ranks() { pgrep -f "^$RANKWISE pi --seed $mark" || true; }
has_two() { [ "$(ranks | wc -l)" = 2 ]; }
has_none() { [ -z "$(ranks)" ]; }
checkpoint_is_there() { [ -s pi.ckpt ]; }
step() { # options of pi...
  srun "${more[@]}" --nodes=2 --ntasks-per-node=1 "$RANKWISE" pi --seed $mark --threads 1 --progress none --checkpoint pi.ckpt --resume \
    --checkpoint-every 0.1s "$@"
}

# Slurm ends the others where it is asked to, and where not, they notice that one is silent.
for victim in first last alone; do
  more=(--kill-on-bad-exit=1) longest=15
  [ $victim != alone ] || more=(--kill-on-bad-exit=0) longest=60
  rm -f pi.ckpt
  step --samples 1e15 >killed.log 2>&1 &
  step=$!
  wait_for 30 checkpoint_is_there
  wait_for 10 has_two
  [ $victim = first ] && rank=$(ranks | head -n 1) || rank=$(ranks | tail -n 1)
  sleep 1
  kill -KILL "$rank"
  wait_for $longest has_none
  code=0
  wait $step || code=$?
  [ $code != 0 ] || { echo 'a step whose rank was killed says that all is well'; cat killed.log; exit 1; }
  [ $victim != alone ] || says 'rank [01] does not answer' killed.log
  echo "the $victim rank killed: srun ended with $code"
done
more=()
code=0
step --samples 1e15 --max-time 1s >resumed.log 2>&1 || code=$?
[ $code = 75 ] || { echo "exit code $code, not 75"; cat resumed.log; exit 1; }

# A rank that stands still: the watchdog tells which, and the exit code says that there is a checkpoint.
step --samples 1e15 --watchdog 2s >stopped.log 2>&1 &
step=$!
wait_for 30 has_two
sleep 2
rank=$(ranks | tail -n 1)
kill -STOP "$rank"
stops() { ! kill -0 $step 2>/dev/null; }
wait_for 40 stops
code=0
wait $step || code=$?
kill -CONT "$rank" 2>/dev/null || true
kill -KILL "$rank" 2>/dev/null || true
[ $code = 75 ] || { echo "exit code $code, not 75"; cat stopped.log; exit 1; }
says 'rank [01] does not answer' stopped.log
[ "$(grep -c '^rankwise' stopped.log)" = 1 ] || { cat stopped.log; exit 1; }
wait_for 15 has_none
echo 'a rank that stands still was told'
