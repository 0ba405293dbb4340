#!/bin/bash
# Troupe on a real Slurm: one controller and four virtual nodes on this machine, from Debian's packages.
#
# A heterogeneous job trains. Meanwhile an array of actors joins it and is cancelled halfway, a node is declared
# down, and the job is sent back to the queue by the signal that Slurm gives before a time limit. The
# parameters end at the bytes of a run by `troupe train`.
#
#   cluster/test/slurm.sh [--where-possible]
#
# --where-possible passes over a machine that cannot run it (no root, no namespaces, no way to install Slurm) with a
# word about why.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

if [[ "${1:-}" != inside ]]; then
  cannot=fail
  [[ "${1:-}" == --where-possible ]] && cannot=pass_over
  pass_over() { say "Slurm: not tested here: $*"; exit 0; }
  (($(id -u) == 0)) || "$cannot" 'virtual nodes need root'
  require_program
  unshare --net --pid --mount --fork --kill-child --mount-proc true || "$cannot" 'this kernel gives no namespaces'
  install_packages slurm-wlm munge iproute2 || "$cannot" 'slurm-wlm, munge and iproute2 cannot be installed'
  place=$(mktemp -d)
  end() {
    local status=$?
    rm -rf "$place"
    expect_nothing_left "$place" || status=1
    exit "$status"
  }
  trap end EXIT
  chmod 711 "$place"
  # A network, processes and a /tmp of its own.
  unshare --net --pid --mount --fork --kill-child --mount-proc "$0" inside "$place"
  exit
fi

place=$2
cd "$place"
ip link set lo up
# Without another address than loopback's, Slurm resolves none at all.
ip link add host0 type veth peer name host1
ip addr add 192.0.2.1/24 dev host0
ip link set host0 up
name=$(hostname -s)

# Slurm's configuration

mkdir -p state log munge
chmod 711 munge
dd if=/dev/urandom of=munge/munge.key bs=128 count=1 status=none
chmod 600 munge/munge.key
munged --force --key-file="$place/munge/munge.key" --socket="$place/munge/socket" \
  --pid-file="$place/munge/pid" --log-file="$place/munge/log" --seed-file="$place/munge/seed"
export SLURM_CONF=$place/slurm.conf
cat > "$SLURM_CONF" <<END
ClusterName=test
SlurmctldHost=$name(127.0.0.1)
SlurmctldPort=16817
AuthType=auth/munge
AuthInfo=socket=$place/munge/socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$place/state
SlurmdSpoolDir=$place/spool.%n
SlurmctldPidFile=$place/slurmctld.pid
SlurmdPidFile=$place/slurmd.%n.pid
SlurmctldLogFile=$place/log/slurmctld.log
SlurmdLogFile=$place/log/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,sched_min_interval=100000
ReturnToService=2
KillWait=3
SlurmdTimeout=30
InactiveLimit=0
SlurmdParameters=config_overrides
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
END
for i in 1 2 3 4; do
  mkdir -p "spool.node$i"
  echo "NodeName=node$i NodeHostname=$name NodeAddr=127.0.0.1 Port=$((17000 + i)) CPUs=2 CoresPerSocket=2" \
    "RealMemory=4000 State=UNKNOWN" >> "$SLURM_CONF"
done
echo 'PartitionName=main Nodes=node[1-4] Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO' >> "$SLURM_CONF"
slurmctld -f "$SLURM_CONF"
for i in 1 2 3 4; do slurmd -N "node$i" -f "$SLURM_CONF"; done
all_idle() { [[ "$(sinfo --noheader --states=idle --format=%D)" == 4 ]]; }
eventually 20 'four idle nodes' all_idle
say 'Slurm is up: one controller, four nodes'

# The run that all this must not change

train_locally "$place/local"

# A heterogeneous job trains

# Slower steps, so that the run lasts as long as what is done meanwhile, on any machine.
export TROUPE_STEP_LATENCY=1us
export HOME=$place TROUPE_PROGRAM=$program TROUPE_CONFIG=$cluster/test/fixed-run.yaml TROUPE_ACTORS=2
run=$place/run
job=$(TROUPE_RUN_DIR=$run "$cluster/slurm/train" --cpus-per-task=2)
show_logs() {
  local status=$?
  if ((status)); then tail -n 30 "$place"/troupe-*.log >&2; squeue >&2; fi
}
trap show_logs EXIT
eventually 30 'the first updates' has_updates "$run" 5
say "job $job trains: $(squeue --noheader --jobs="$job" --format='%i on %N' | tr '\n' ' ')"

# An array of actors joins

array=$(TROUPE_ACTORS=2 "$cluster/slurm/actors" "$run" --cpus-per-task=1)
has_joined() { (($(grep -c 'an actor joined' "$run/log.jsonl") >= $1)); }
eventually 30 'four actors' has_joined 4
say "array $array joined: $(squeue --noheader --jobs="$array" --states=running --format='%i on %N' | tr '\n' ' ')"
at=$(updates "$run")
eventually 30 'more updates' has_updates "$run" $((at + 10))
scancel "${array}_1"
say "cancelled ${array}_1 at update $(updates "$run")"
at=$(updates "$run")
eventually 30 'more updates' has_updates "$run" $((at + 5))

# A node of the array is declared down

node=$(squeue --noheader --jobs="${array}_2" --format=%N)
kill -9 "$(< "slurmd.$node.pid")"
scontrol update NodeName="$node" State=DOWN Reason=test
say "$node is down at update $(updates "$run")"
at=$(updates "$run")
eventually 30 'more updates' has_updates "$run" $((at + 5))

# Slurm's signal before the time limit

scancel --signal=USR1 --batch "$job"
is_pending() { squeue --noheader --jobs="$job" --format=%T | grep -q PENDING; }
eventually 30 'the job to go back to the queue' is_pending
say "job $job was told to end, wrote a checkpoint at update $(updates "$run"), and waits in the queue"
(($(updates "$run") < $(wc -l < "$place/local/metrics.jsonl"))) || fail 'the run was over before'
# Slurm lets a job wait two minutes before it starts it again.
begin() { is_pending && scontrol update JobId="$job" StartTime=now && sleep 1; ! is_pending; }
eventually 30 'the job to start again' begin
say "job $job runs again"
is_over() { [[ -z "$(squeue --noheader --jobs="$job" 2> /dev/null)" ]]; }
eventually 120 'the end of the job' is_over
grep -h '^job\|^the learner' "troupe-$job.log"
grep -q resuming "$run/log.jsonl" || fail 'the learner did not resume'
expect_equal_parameters "$run" "$place/local"
say 'Slurm: passed'
