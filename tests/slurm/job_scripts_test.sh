#!/bin/bash
# job_scripts_test.sh PROJECT RANKWISE MPIEXEC WORK: sbatch of the job scripts and srun give the digests of mpiexec and of
# one process alone.
set -euo pipefail
project=$1 mpiexec=$3 work=$4
export RANKWISE=$2

. "$(dirname "$0")/cluster.sh"

"$mpiexec" -n 3 "$RANKWISE" generate normal --rows 20011 --columns 101 --out matrix.h5:/x >generate.log
"$mpiexec" -n 3 "$RANKWISE" columns matrix.h5:/x >columns.mpiexec
"$mpiexec" -n 3 "$RANKWISE" pi --samples 1e8 >pi.mpiexec

sbatch --wait --output=columns.sbatch "$project/jobs/columns.slurm" matrix.h5:/x
same 'sbatch jobs/columns.slurm' columns.sbatch columns.mpiexec
says '4 ranks × [1-9] threads* on 2 nodes' columns.sbatch
sbatch --wait --output=pi.sbatch "$project/jobs/pi.slurm" 1e8
same 'sbatch jobs/pi.slurm' pi.sbatch pi.mpiexec
srun --nodes=2 --ntasks-per-node=2 "$RANKWISE" pi --samples 1e8 >pi.srun
same 'srun rankwise pi' pi.srun pi.mpiexec
says 'on 2 nodes' pi.srun

# A file that only the first node sees: rank 0 reads it for the others.
srun --nodes=2 --ntasks-per-node=1 "$RANKWISE" columns matrix.h5:/x --deliver scatter >scatter.srun
same 'srun rankwise columns --deliver scatter' scatter.srun columns.mpiexec
# Without srun, a batch script's command is one process alone.
sbatch --wait --nodes=2 --output=alone.sbatch --wrap "$RANKWISE pi --samples 1e8"
same 'a command of a batch script' alone.sbatch pi.mpiexec
says '1 rank ×' alone.sbatch
srun --nodes=2 --ntasks-per-node=2 "$RANKWISE" doctor >doctor.srun
says 'launched by srun' doctor.srun

# Models: each node has the data once, and any rank any fit.
"$RANKWISE" generate classification --rows 700 --columns 12 --n-informative 6 --n-classes 3 --out problem.h5:/x >>generate.log
models=(problem.h5:/x --labels problem.h5:/y)
grid=(--grid C=0.1,1,10,100 --grid gamma=0.001,0.01,0.1,scale)
"$RANKWISE" search svc "${models[@]}" "${grid[@]}" >search.one
srun --nodes=2 --ntasks-per-node=2 "$RANKWISE" search svc "${models[@]}" "${grid[@]}" >search.srun
same 'srun rankwise search' search.srun search.one
says 'on 2 nodes' search.srun
srun --nodes=2 --ntasks-per-node=1 "$RANKWISE" search svc "${models[@]}" "${grid[@]}" --deliver scatter >scatter.srun
same 'srun rankwise search --deliver scatter' scatter.srun search.one
"$RANKWISE" forest fit "${models[@]}" --out one.h5 >forest.one
srun --nodes=2 --ntasks-per-node=2 "$RANKWISE" forest fit "${models[@]}" --out two.h5 >forest.srun
same 'srun rankwise forest fit' forest.srun forest.one
srun --nodes=2 --ntasks-per-node=2 "$RANKWISE" forest predict two.h5 problem.h5:/x --out two.csv >predict.srun
"$RANKWISE" forest predict one.h5 problem.h5:/x --out one.csv >predict.one
same 'srun rankwise forest predict' predict.srun predict.one
cmp one.csv two.csv

# A failure is one message and the exit code, whatever the ranks.
code=0
srun --nodes=2 --ntasks-per-node=2 "$RANKWISE" columns none.h5 2>error.srun || code=$?
[ $code = 3 ] || { echo "exit code $code, not 3"; cat error.srun; exit 1; }
[ "$(grep -c '^rankwise' error.srun)" = 1 ] || { cat error.srun; exit 1; }

# scancel's signal reaches the program under srun, and ends it with one line.
job=$(submit --nodes=2 --output=stopped.sbatch \
  --wrap "srun --nodes=2 --ntasks-per-node=1 $RANKWISE pi --samples 1e15 --progress none")
has_step() { [ "$(squeue --noheader --steps --job "$job" | wc -l)" -gt 1 ]; }
wait_for 20 has_step
sleep 2
scancel --signal=TERM "$job"
wait_for 20 is_over "$job"
[ "$(grep -c '^rankwise.*stopped by SIGTERM' stopped.sbatch)" = 1 ] || { cat stopped.sbatch; exit 1; }
echo 'a signal ended all ranks with one line'
