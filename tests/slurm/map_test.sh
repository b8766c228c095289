#!/bin/bash
# map_test.sh PROJECT RANKWISE MPIEXEC WORK: tasks run on both nodes; ranks, helpers and tasks are killed under srun; a
# node goes down, and the job goes on from its log.
set -euo pipefail
project=$1 mpiexec=$3 work=$4 here=$(realpath "$(dirname "$0")")
export RANKWISE=$2
. "$here/cluster.sh"

# On both nodes, dynamically; what tasks print comes to one place, and standard input is for rank 0 alone.
seq 400 | srun --nodes=2 --ntasks-per-node=2 "$RANKWISE" map -j 2 --joblog both.jsonl 'sleep 0.05; echo {}' >both.out 2>both.log
[ "$(sort -n both.out)" = "$(seq 400)" ] || { cat both.out both.log; exit 1; }
for node in 1 2; do
  tasks=$(grep -c "\"host\":\"rankwise-node$node\"" both.jsonl)
  echo "$tasks of 400 tasks on node $node"
  [ "$tasks" -gt 100 ] || { cat both.log; exit 1; }
done
says '4 ranks × .* on 2 nodes · 400 tasks done' both.log

# An MPI program is a task, also here: it must not take itself for a rank.
srun --nodes=2 --ntasks-per-node=1 "$RANKWISE" map "$RANKWISE pi --json --samples" ::: 1000000 1000001 >alone.out
[ "$(grep -c '"ranks": 1,' alone.out)" = 2 ] || { cat alone.out; exit 1; }

# A list that no rank but the first wants: 20 MB of it do not hold up anything.
seq 3000000 | srun --nodes=2 --ntasks-per-node=1 "$RANKWISE" map --halt now,fail=1 'exit {}' >/dev/null 2>long.log && exit 1
says 'a task failed; --halt ends it' long.log

# Ranks, helpers and tasks are killed: with srun ending the others, and, twice, with one that leaves it to them to notice.
# (A step whose srun was killed goes on: so Slurm has it.)
python=${PYTHON:-python3} kills=$here/../failures/map_kills.py
srun=(srun --nodes=2 --ntasks-per-node=2)
"$python" "$kills" --kills 24 --victims rank,helper,task --launcher "${srun[*]} --kill-on-bad-exit=1"
"$python" "$kills" --kills 2 --victims rank --launcher "${srun[*]} --kill-on-bad-exit=0"

# A node goes down in the middle: the job comes back, and does what is left.
seq 600 >list
job=$(submit --ntasks-per-node=1 --cpus-per-task=2 --output=down.out --error=down.log "$project/jobs/map.slurm" list \
  'sleep 0.1; echo {} >> began; echo {}')
has_begun() { [ "$(cat began 2>/dev/null | wc -l)" -gt 100 ]; }
wait_for 60 has_begun
scontrol update nodename=rankwise-node2 state=DOWN reason=test
restarts() { scontrol show job "$1" | grep -o 'Restarts=[0-9]*' | cut -d= -f2; }
has_restarted() { [ "$(restarts "$job")" -ge 1 ]; }
wait_for 20 has_restarted
scontrol update nodename=rankwise-node2 state=RESUME 2>resume.log || true # it may be back by itself already
wait_for 180 is_over "$job"
says 'tasks done, [0-9]* before' down.log
[ "$(sort -nu began)" = "$(seq 600)" ] || { echo 'not every task has run'; cat down.log; exit 1; }
[ "$(wc -l <map-$job.jsonl)" = 600 ] && [ "$(grep -o '"id":"[0-9a-f]*"' map-$job.jsonl | sort -u | wc -l)" = 600 ] ||
  { echo 'not every task is logged once'; cat down.log; exit 1; }
echo "a node went down: $(grep -o '[0-9]* before' down.log | tail -n 1), $(wc -l <began) begun in all, each of 600 logged once"
