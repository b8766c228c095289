#!/bin/bash
# requeue_test.sh PROJECT RANKWISE MPIEXEC WORK: jobs that are interrupted go through several runs to the right digest.
set -euo pipefail
project=$1 mpiexec=$3 work=$4
export RANKWISE=$2
. "$(dirname "$0")/cluster.sh"

samples=3e10 many_samples=1.2e11
"$mpiexec" -n 2 "$RANKWISE" pi --samples $samples --progress none >pi.mpiexec
"$mpiexec" -n 2 "$RANKWISE" pi --samples $many_samples --progress none >long.mpiexec
restarts() { scontrol show job "$1" | grep -o 'Restarts=[0-9]*' | cut -d= -f2; }
has_restarted() { [ "$(restarts "$1")" -ge "$2" ]; }

# A time limit shorter than the work: Slurm sends SIGUSR1 50 s before a minute is over; it looks twice a minute.
job=$(submit --time=1 --signal=USR1@50 --output=limited.log "$project/jobs/pi.slurm" $many_samples)
wait_for 400 is_over "$job"
same 'a job that needs several runs' limited.log long.mpiexec
says 'stopped by SIGUSR1.*--resume' limited.log
says 'resumed: [0-9.]* % was done' limited.log
echo "$(grep -c 'stopped by SIGUSR1' limited.log) times back into the queue"
[ ! -e "pi-$job.ckpt" ] || { echo 'the checkpoint is left behind'; exit 1; }

# A node that fails in the middle.
job=$(submit --output=failed.log "$project/jobs/pi.slurm" $samples --checkpoint-every 1s)
has_checkpoint() { [ -e "pi-$job.ckpt" ]; }
wait_for 60 has_checkpoint
sleep 4
scontrol update nodename=rankwise-node2 state=DOWN reason=test
wait_for 20 has_restarted "$job" 1
scontrol update nodename=rankwise-node2 state=RESUME 2>resume.log || true # it may be back by itself already
wait_for 120 is_over "$job"
same 'a job whose node failed' failed.log pi.mpiexec
says 'resumed: [0-9.]* % was done' failed.log

# Jobs of an array that are interrupted go on by themselves and leave the others alone; the last one merges.
array=$(submit --array=1-2 --time=1 --signal=USR1@50 --output=array-%a.log "$project/jobs/pi-array.slurm" $many_samples --json)
wait_for 400 is_over "$array"
cat array-*.log >array.log
interrupted=$(grep -c 'stopped by SIGUSR1' array.log)
restarted=$(scontrol show job "$array" | grep -o 'Restarts=[0-9]*' | awk -F= '{sum += $2} END {print sum}')
echo "jobs of an array were interrupted $interrupted times and restarted $restarted times"
[ "$interrupted" -ge 1 ] && [ "$interrupted" = "$restarted" ] || { cat array.log; exit 1; }
says "\"digest\": \"$(digest long.mpiexec | cut -d' ' -f2)\"" array.log
[ -z "$(ls ./*.ckpt 2>/dev/null)" ] || { echo 'checkpoints are left behind:' ./*.ckpt; exit 1; }

# One that never gets as far as to keep anything does not come back for ever.
printf '#!/bin/sh\nexit 75\n' >stopped
chmod +x stopped
job=$(RANKWISE=$PWD/stopped submit --output=stopped.log "$project/jobs/columns.slurm" x.npy)
wait_for 200 is_over "$job"
says 'not put back into the queue' stopped.log
[ "$(restarts "$job")" = 3 ] || { echo "it came back $(restarts "$job") times"; exit 1; }
