#!/bin/bash
# job_scripts_test.sh PROJECT RANKWISE MPIEXEC WORK: sbatch of the job scripts and srun give the digests of mpiexec.
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
