# Two commands do everything, set-up included: `make train` and `make test`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Debian packages that the build needs beside Swift itself.
PACKAGES := libzmq3-dev libsodium-dev zlib1g-dev pkg-config
# More arguments for `make train`, such as ARGS="--seed 3".
ARGS ?=

.PHONY: help setup build train test lint format clean bench bench-peers bench-build profile learn interop

# Engines that run learner and actors on many hosts; see docs/cluster.md.
.PHONY: cluster-check cluster-test cluster-image-test cluster-podman-test

help:
	@echo 'make train    train CartPole with a learner and actors on this machine (ARGS="--seed 3")'
	@echo 'make test     run all tests'
	@echo 'make build    build the command, .build/release/troupe'
	@echo 'make bench    measure everything and compare with the goals, 5 min (ARGS=--quick)'
	@echo 'make bench-micro   kernels, a tick, a tile and a message, and that loops allocate nothing; 1 min and the build'
	@echo 'make bench-peers   run JAX, PyTorch and Stable-Baselines3 in turn with Troupe, 10 min'
	@echo 'make bench-scale   throughput by number of actors and what limits it, 10 min (ARGS=--quick)'
	@echo 'make learn    train every preset on ten fresh seeds and write the table of what was reached'
	@echo 'make chaos    200 faults, dead hosts, full disks and attacks, to the same bytes, 6 min (ARGS="--seed 7")'
	@echo 'make fuzz     libFuzzer on every decoder of messages and files, 60 s and the build (ARGS=600)'
	@echo 'make sanitize run the tests under ThreadSanitizer and AddressSanitizer (ARGS="thread --filter ClusterTests")'
	@echo 'make cluster-test   run the manifests, ssh, Slurm and Docker for real, 5 min (as root; installs what it needs)'
	@echo 'make interop  let Gymnasium, TensorBoard, Prometheus, Python actors, PyTorch, ONNX and a browser work with Troupe'
	@echo 'make docs     the documentation of the library for programs of your own, in .build/docs'
	@echo 'make profile  where the time of a training step goes (needs perf)'
	@echo 'make format   format Sources and Tests'
	@echo 'make clean    remove what was built'

# Looks before it installs, so that it needs neither network nor root where nothing is missing.
setup:
	@command -v swift >/dev/null || { \
	  echo 'make: Swift 6.3 is needed and there is no swift on the PATH; see https://www.swift.org/install/linux' >&2; \
	  exit 69; }
	@missing=; \
	for package in $(PACKAGES); do \
	  [[ "$$(dpkg-query --show --showformat='$${db:Status-Status}' "$$package" 2>/dev/null)" == installed ]] \
	    || missing+=" $$package"; \
	done; \
	if [[ -n "$$missing" ]]; then \
	  sudo=; \
	  if [[ "$$(id -u)" != 0 ]]; then sudo=sudo; fi; \
	  if ! command -v apt-get >/dev/null || { [[ -n "$$sudo" ]] && ! command -v sudo >/dev/null; }; then \
	    echo "make: please install$$missing and try again" >&2; exit 69; \
	  fi; \
	  echo "Installing$$missing with apt-get ..."; \
	  $$sudo apt-get update --quiet=2; \
	  $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends $$missing; \
	fi

# With Swift's runtime within the program: a process then has 6 MB less of it in memory, and runs on hosts without Swift.
RELEASE := swift build -c release --static-swift-stdlib

build: setup
	$(RELEASE) --product troupe

train: build
	.build/release/troupe train cartpole $(ARGS)

# The end-to-end tests start the release binary, so it is built first.
test: build
	swift build --build-tests
	swift test --skip-build --disable-xctest
	@cluster/test/manifests.sh
	$(RELEASE) --product TroupeMutations
	@Tests/Chaos/chaos.py .build/release/troupe --quick --seed 1
	@python/tests/run.sh .build/release/troupe
	@$(MAKE) --no-print-directory lint

lint:
	swift format lint --strict --parallel --recursive Sources Tests Package.swift

format:
	swift format --in-place --parallel --recursive Sources Tests Package.swift

# The bridge against Gymnasium with Box2D and MuJoCo, in a virtual environment of its own.
GYMNASIUM := .build/interop/gymnasium

.PHONY: interop interop-gymnasium
interop: interop-gymnasium
interop-gymnasium: build
	@[[ -x $(GYMNASIUM)/bin/python ]] || python3 -m venv $(GYMNASIUM)
	$(GYMNASIUM)/bin/pip install --quiet --requirement Tests/GymnasiumTests/python/requirements.txt
	swift build --build-tests
	TROUPE_PYTHON=$(GYMNASIUM)/bin/python timeout 600 \
	  swift test --skip-build --disable-xctest --filter GymnasiumBridgeTests
	timeout 1200 Tests/GymnasiumTests/python/train.sh .build/release/troupe $(GYMNASIUM)
	timeout 600 $(GYMNASIUM)/bin/python Tests/GymnasiumTests/python/throughput.py .build/release/troupe

# A package of a user's own: built from nothing, and trained until it walks straight to the end; .ci/run does it, too.
EXAMPLE := Examples/CustomEnvironment
# A program that trains by an estimator of its own.
ESTIMATOR := Examples/OwnEstimator

.PHONY: example example-environment example-estimator
example: example-environment example-estimator

example-environment: setup
	timeout 1800 swift build -c release --package-path $(EXAMPLE)
	timeout 60 $(EXAMPLE)/.build/release/corridor train corridor --seed 1 --updates 200 --until-return 0.9 \
	  --evaluate-every 10 --run-dir $$(mktemp -d)/run --json | grep '"solved":true'

example-estimator: setup
	timeout 1800 swift build -c release --package-path $(ESTIMATOR)
	timeout 120 $(ESTIMATOR)/.build/release/estimator | tee /dev/stderr | grep -E 'update 60: mean return (4[0-9]{2}|500)'

bench-build: build
	$(RELEASE) --product TroupeBenchmarks

# On a machine that does nothing else; the figures are also written to .build/bench.json.
bench: bench-build
	.build/release/TroupeBenchmarks $(ARGS)

# With the package that ordo-one makes for this, which is resolved for this alone. Fails where a loop allocates, or a
# message is made with more allocations, or fewer, than the files in Thresholds say.
MICRO := TROUPE_BENCHMARKS=1 swift package --scratch-path .build/micro benchmark

.PHONY: bench-micro
bench-micro: setup
	$(MICRO) --target MicroBenchmarks --no-progress
	$(MICRO) thresholds check --target MicroBenchmarks --no-progress \
	  --path Sources/Benchmarks/MicroBenchmarks/Thresholds

# The peers live in a virtual environment of their own: 3 GB of packages, downloaded once.
bench-peers: bench-build
	@[[ -x .build/peers/bin/python ]] || python3 -m venv .build/peers
	@.build/peers/bin/pip install --quiet --requirement Sources/Benchmarks/peers/requirements.txt \
	  || echo 'make: not every peer could be installed; what is missing is named below' >&2
	.build/peers/bin/python Sources/Benchmarks/peers/compare.py .build/release/TroupeBenchmarks $(ARGS)

# Throughput by number of actors, waiting, large rounds and limited bandwidth (as root); see docs/scale.md.
.PHONY: bench-scale
bench-scale: bench-build
	@Sources/Benchmarks/scale/scale.py .build/release/troupe .build/release/TroupeBenchmarks \
	  --picture docs/throughput.svg $(ARGS)

# 500 simulated actors with and without relays, about four minutes.
.PHONY: bench-relay
bench-relay: build
	@[[ -x .build/relay/bin/python ]] || python3 -m venv .build/relay
	@.build/relay/bin/pip install --quiet pyzmq==27.1.0 numpy protobuf
	.build/relay/bin/python Sources/Benchmarks/relay.py .build/release/troupe $(ARGS)
	.build/relay/bin/python Sources/Benchmarks/relay_rounds.py .build/release/troupe

# The rows are in learning.json; the table goes to .build/learn.md, every run to .build/learn.json.
# ARGS="--quick --seeds 3" or ARGS="--only CartPole --first-seed 1" do less, ARGS=--long runs the rows that
# train for minutes a seed.
learn: build
	@Sources/Benchmarks/learn.py .build/release/troupe $(ARGS)

TRAINING := cartpole --until-return none --evaluate-every none --schedule linear --schedule-updates 40

profile: build
	@Sources/Benchmarks/profile.py .build/release/troupe $(TRAINING) --episodes-per-update 280 --updates 600
	@Sources/Benchmarks/profile.py .build/release/troupe $(TRAINING) --episodes-per-update 320 --updates 600 \
	  --hidden 16 --activation relu --baseline standardize --no-normalize-advantages
	@Sources/Benchmarks/profile.py .build/release/troupe $(TRAINING) --episodes-per-update 262 --updates 150 \
	  --hidden 64,64 --learning-rate 0.01

# Faults and attacks against real processes, 6 min; see docs/faults.md. ARGS="--seed 7 --only schedule" does less.
.PHONY: chaos
chaos: build
	@$(MAKE) --no-print-directory setup PACKAGES="$(PACKAGES) faketime iproute2"
	$(RELEASE) --product TroupeMutations
	$(RELEASE) --product TroupeFaultyActor
	@Tests/Chaos/chaos.py .build/release/troupe $(ARGS)

# Coverage-guided, every decoder in turn; ARGS="600 welcome policy" gives two of them ten minutes.
.PHONY: fuzz
fuzz: setup
	@Tests/Fuzzing/fuzz.sh $(ARGS)

# Two builds, each made from nothing; see docs/security.md.
.PHONY: sanitize
sanitize: setup
	@Tests/Sanitizers/sanitize.sh $(ARGS)

cluster-check: build
	@cluster/test/manifests.sh

cluster-test: cluster-check cluster-ssh-test cluster-slurm-test
	@cluster/test/docker.sh

# A Slurm of its own; a minute with its installation, so .ci/run does it, too.
.PHONY: cluster-slurm-test
cluster-slurm-test: build
	@cluster/test/slurm.sh

# `troupe launch` over real ssh to hosts in network namespaces.
.PHONY: cluster-ssh-test
cluster-ssh-test: build
	@cluster/test/ssh.py .build/release/troupe

# By hand: many minutes and gigabytes; an engine that plays only some of the manifests.
cluster-image-test: build
	@cluster/test/image.sh

cluster-podman-test: cluster-check
	@cluster/test/podman.sh

# Other programs read what a run writes; what they need goes into .build/interop.
.PHONY: interop-metrics
interop: interop-metrics
interop-metrics: build
	@Tests/Interop/run.sh

# The Python package against the learner; what it needs goes into .build/python.
.PHONY: test-python interop-python protobuf
test-python: build
	@python/tests/run.sh .build/release/troupe

# The same, installed as users do, and with Gymnasium.
interop: interop-python
interop-python: build
	@python/tests/run.sh .build/release/troupe --installed

# After a change of troupe.proto. Builds protoc-gen-swift by itself, without the protoc that its package also has.
PROTOBUF := .build/protobuf
protobuf:
	@$(MAKE) --no-print-directory setup PACKAGES="$(PACKAGES) protobuf-compiler"
	@[[ -d .build/checkouts/swift-protobuf ]] || swift package resolve
	swift build -c release --package-path .build/checkouts/swift-protobuf --scratch-path $(PROTOBUF) \
	  --product protoc-gen-swift
	cd Sources/Wire && protoc --plugin=../../$(PROTOBUF)/release/protoc-gen-swift --swift_out=. \
	  --swift_opt=UseAccessLevelOnImports=true troupe.proto
# What strict memory safety asks for: an immutable instance of a class.
	sed -i 's/ = _StorageClass.defaultInstance/ = unsafe _StorageClass.defaultInstance/' Sources/Wire/troupe.pb.swift
	protoc --proto_path=Sources/Wire --python_out=python/troupe --pyi_out=python/troupe troupe.proto

# What torch, safetensors and onnxruntime make of an exported policy.
.PHONY: interop-export
interop: interop-export
interop-export: build
	swift build --build-tests
	@Tests/Interop/export.sh

# The documentation of the library as a site, in .build/docs. The plugin is resolved for this alone.
.PHONY: docs
docs: setup
	TROUPE_DOCS=1 swift package --scratch-path .build/docc --allow-writing-to-directory .build/docs \
	  generate-documentation --target RL --warnings-as-errors --output-path .build/docs \
	  --transform-for-static-hosting --hosting-base-path /

# A browser and a terminal show what people see. IMAGES=docs/images writes the documentation's pictures too.
.PHONY: interop-dashboard
interop: interop-dashboard
interop-dashboard: build
	@Tests/Interop/dashboard.sh

clean:
	rm -rf .build
