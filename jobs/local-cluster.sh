#!/bin/bash
# A real Slurm with two nodes on this one machine, to try job scripts before a cluster is at hand.
# It needs root and Debian's packages:
#   apt install slurmctld slurmd slurm-client munge slurm-wlm-basic-plugins libpmix-dev openmpi-bin
#
#   jobs/local-cluster.sh start           start it and wait until both nodes are idle
#   eval "$(jobs/local-cluster.sh env)"   let srun, sbatch, squeue ... of this shell talk to it
#   jobs/local-cluster.sh status          sinfo
#   jobs/local-cluster.sh stop            end it with all its jobs and remove its folder
#   jobs/local-cluster.sh run CMD...      start, run CMD with that environment, stop; the exit code is CMD's
#                                         (a cluster that runs already is used and left running)
#
# Everything lives in RANKWISE_CLUSTER, by default rankwise-cluster below the temporary folder; nothing in /etc is
# changed. Each node offers RANKWISE_CLUSTER_CPUS CPUs (4), whatever the machine has.
# Exit code 77: it cannot run here, and one sentence says why.
set -euo pipefail

state=$(realpath -ms -- "${RANKWISE_CLUSTER:-${TMPDIR:-/tmp}/rankwise-cluster}")
self=$(realpath -- "${BASH_SOURCE[0]}")
cpus=${RANKWISE_CLUSTER_CPUS:-4}
nodes=(rankwise-node1 rankwise-node2)
packages='slurmctld slurmd slurm-client munge slurm-wlm-basic-plugins libpmix-dev'
PATH=$PATH:/usr/sbin:/sbin

# "unchanged", because the default fails in a chroot whose / is no mount point.
namespaces=(--mount --uts --propagation unchanged)
with_processes=(--pid --fork --kill-child)

say() { echo "local cluster: $*"; }
fail() { say "$*" >&2; exit 1; }
cannot_run() { say "cannot run here: $*" >&2; exit 77; }
usage() { sed -n '6,11s/^# *//p' "$self" >&2; exit 2; }

# True if the recorded process lives, and its number has not gone to a stranger.
running() {
    pid=
    [[ -s $state/pid ]] && pid=$(<"$state/pid") && grep -qsxzF -- "$state" "/proc/$pid/cmdline"
}

check_machine() {
    local tool
    ((EUID == 0)) || cannot_run "only root may give the nodes namespaces of their own"
    for tool in munged slurmctld slurmd srun sinfo unshare mount setsid setpriv flock; do
        command -v "$tool" >/dev/null || cannot_run "the program $tool is missing (apt install $packages)"
    done
    [[ $state =~ ^[A-Za-z0-9/._+-]+$ ]] || cannot_run "Slurm's configuration cannot hold the path $state"
    ((${#state} <= 55)) || cannot_run "sockets below $state would have too long a name; set RANKWISE_CLUSTER"
    unshare "${namespaces[@]}" "${with_processes[@]}" -- bash -c "$(declare -f private_proc private_host)
        private_proc && private_host probe" 2>/dev/null ||
        cannot_run "unshare (mount, host name and process namespaces) or a mount in them is refused"
}

private_proc() { mount --make-rprivate /proc && mount -t proc proc /proc; }

# A host name and /dev/shm of its own make a node a host to MPI: no shared memory between nodes. /tmp stays common.
private_host() {
    echo "$1" >/proc/sys/kernel/hostname && mount --make-rprivate /dev && mount -t tmpfs -o mode=1777 tmpfs /dev/shm
}

# Only one start or stop at a time; the lock is the folder itself, so that nothing else stays behind.
lock_folder() {
    while :; do
        mkdir -p -- "$state"
        exec {lock}<"$state"
        flock -w 60 "$lock" || fail "another start or stop is still at work in $state"
        [[ /proc/self/fd/$lock -ef $state ]] && break
        exec {lock}<&-
    done
    [[ -z $(ls -A "$state") ]] || grep -qsxF "StateSaveLocation=$state/control" "$state/slurm.conf" ||
        fail "the folder $state holds something else; set RANKWISE_CLUSTER"
}
unlock_folder() { exec {lock}<&-; }

in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Three ports in a row, away from Slurm's usual ones and from those that the kernel hands out. Clusters that start at
# the same time in different folders begin to look at different ones.
find_ports() {
    for ((port = 26000 + $$ % 100 * 10; port < 28000; port += 10)); do
        in_use "$port" || in_use $((port + 1)) || in_use $((port + 2)) || return 0
    done
    fail "no free ports from $((26000 + $$ % 100 * 10)) to 28000"
}

write_configuration() {
    local i node port memory
    find_ports
    memory=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
    rm -rf -- "${state:?}"/*
    chmod 755 "$state"
    cat >"$state/slurm.conf" <<END
ClusterName=rankwise
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A requeued job waits until its credential has expired: 120 s by default.
AuthInfo=socket=$state/munge.socket,cred_expire=10
StateSaveLocation=$state/control
SlurmctldPidFile=$state/slurmctld.pid
SlurmctldLogFile=$state/slurmctld.log
SlurmdSpoolDir=$state/%n
SlurmdPidFile=$state/%n/slurmd.pid
SlurmdLogFile=$state/%n.log
SlurmdParameters=config_overrides
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
TaskProlog=$state/task-prolog
MpiDefault=pmix
SchedulerParameters=batch_sched_delay=0,sched_interval=2,sched_min_interval=100000
ReturnToService=2
KillWait=5
MailProg=/bin/true
PartitionName=local Nodes=ALL Default=YES MaxTime=INFINITE
END
    # With no address but loopback, Slurm's look-up of an IPv4 address fails, even of 127.0.0.1.
    getent ahostsv4 127.0.0.1 >/dev/null || echo CommunicationParameters=EnableIPv6 >>"$state/slurm.conf"
    for i in "${!nodes[@]}"; do
        node=${nodes[i]}
        echo "NodeName=$node NodeAddr=127.0.0.1 Port=$((port + 1 + i)) CPUs=$cpus Sockets=1 CoresPerSocket=$cpus" \
            "ThreadsPerCore=1 RealMemory=$memory" >>"$state/slurm.conf"
        mkdir -m 755 "$state/$node"
        # Both nodes would give a job's PMIx folder the same name in /tmp.
        mkdir -m 1777 "$state/$node/tmp"
        echo "PMIxCliTmpDirBase=$state/$node/tmp" >"$state/$node/mpi.conf"
        # No cgroups are used, but slurmd looks for them at its start; version 1 does without having any.
        echo CgroupPlugin=cgroup/v1 >"$state/$node/cgroup.conf"
        ln -s ../slurm.conf "$state/$node/slurm.conf"
    done
    # The tasks of both nodes share this machine's processors, so one that waits must let others run; and the nodes
    # reach each other by loopback, which Open MPI leaves out unless told.
    cat >"$state/task-prolog" <<'END'
#!/bin/sh
[ -n "${OMPI_MCA_mpi_yield_when_idle-}" ] || echo export OMPI_MCA_mpi_yield_when_idle=1
[ -n "${OMPI_MCA_btl_tcp_if_include-}" ] || echo export OMPI_MCA_btl_tcp_if_include=lo
END
    chmod 755 "$state/task-prolog"
    mkdir -m 700 "$state/munge" "$state/control"
    (umask 077 && head -c 128 /dev/urandom >"$state/munge/key")
}

# The first process of a process namespace: when it ends, the kernel ends every daemon and job, and their mounts go.
daemons() {
    local node
    # The number that this process has outside: /proc is still the outer one.
    read -r pid _ </proc/self/stat
    echo "$pid" >"$state/pid"
    private_proc
    cd "$state"
    munged --foreground --force --key-file=munge/key --seed-file=munge/seed --pid-file="$state/munge/pid" \
        --log-file="$state/munge/log" --socket="$state/munge.socket" &
    until [[ -S munge.socket ]]; do
        kill -0 $!
        sleep 0.05
    done
    slurmctld -D -f "$state/slurm.conf" &
    for node in "${nodes[@]}"; do
        SLURM_CONF=$state/$node/slurm.conf unshare "${namespaces[@]}" -- bash -c "$(declare -f private_host)
            private_host $node && exec slurmd -D" &
    done
    wait -n
    echo "a daemon has ended with code $?"
}

# start [PREFIX...]: the prefix is put before the command that starts the daemons.
start() {
    local deadline=$((SECONDS + 30)) launcher trial
    check_machine
    lock_folder
    if running; then
        say "runs already; use: $(print_env)"
        unlock_folder
        return
    fi
    trap shut_down EXIT
    trap 'exit 1' INT TERM HUP
    write_configuration
    export SLURM_CONF=$state/slurm.conf
    # setsid: Ctrl-C in this terminal is not for the daemons
    "$@" setsid unshare "${namespaces[@]}" "${with_processes[@]}" -- \
        bash "$self" daemons "$state" </dev/null >"$state/log" 2>&1 {lock}<&- &
    launcher=$!
    until [[ $(sinfo -h -o %D:%T 2>/dev/null) == "${#nodes[@]}:idle" ]]; do
        if ! kill -0 "$launcher" 2>/dev/null || ((SECONDS > deadline)); then
            tail -n 20 "$state/log" >&2
            fail "did not start; the end of its log is above"
        fi
        sleep 0.1
    done
    if ! trial=$(timeout 30 srun -N${#nodes[@]} -t1 true </dev/null 2>&1); then
        [[ $trial != *"load PMIx library"* ]] || cannot_run "Slurm finds no libpmix.so (apt install libpmix-dev)"
        fail "started, but a trial job failed: $trial"
    fi
    trap - EXIT INT TERM HUP
    say "${#nodes[@]} nodes (${nodes[0]}, ${nodes[1]}) up; use: $(print_env)"
    unlock_folder
}

shut_down() {
    trap '' INT TERM HUP
    if running; then
        kill -KILL "$pid"
        for _ in {1..100}; do [[ -e /proc/$pid ]] || break; sleep 0.05; done
    fi
    rm -rf -- "$state"
}

stop() {
    [[ -d $state ]] || { say "does not run"; return; }
    lock_folder
    shut_down
    unlock_folder
    say "stopped"
}

print_env() { echo "export SLURM_CONF=$state/slurm.conf"; }

run() {
    local child code=0
    if ! running; then
        # Should this script be killed without a chance to clean up, the cluster goes with it.
        start setpriv --pdeathsig KILL >&2
        trap 'stop >&2' EXIT
    fi
    export SLURM_CONF=$state/slurm.conf RANKWISE_CLUSTER=$state
    "$@" <&0 &
    child=$!
    trap 'kill -TERM "$child" 2>/dev/null || true' INT TERM HUP
    # A trapped signal ends wait early.
    while wait "$child" && code=0 || code=$?; kill -0 "$child" 2>/dev/null; do :; done
    exit "$code"
}

command=${1:-}
(($# == 0)) || shift
case $command in
start) start ;;
stop) stop ;;
env) if running; then print_env; else fail "does not run; start it first"; fi ;;
status) if running; then SLURM_CONF=$state/slurm.conf sinfo "$@"; else fail "does not run"; fi ;;
run) if (($#)); then run "$@"; else usage; fi ;;
daemons) if (($$ == 1)); then daemons; else usage; fi ;;
*) usage ;;
esac
