#!/bin/bash
# Coverage-guided fuzzing of every decoder, so many seconds in all (60):
#
#   Tests/Fuzzing/fuzz.sh [SECONDS [DECODER ...]]
#
# Leaks are not looked for: LeakSanitizer does not see what Swift points to with bits of an enum in the pointer.
# Begins with the committed corpus and keeps what it finds in .build/fuzz/corpus; a crash is written to
# .build/fuzz/crash-DECODER-… and its input given back with TROUPE_DECODER=… TroupeFuzz FILE.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
seconds=${1:-60}
shift || true
build=.build/fuzz
# A crash that is to be symbolised may hang for minutes.
export SWIFT_BACKTRACE=enable=no
export TROUPE_FUZZ=1
export ASAN_OPTIONS=detect_leaks=0
# Of two -sanitize options the Swift compiler heeds the last alone, and SwiftPM writes two: without the third one
# here no Swift code would be counted. The linker's thousand warnings about AddressSanitizer's symbols mean nothing.
swift build --scratch-path "$build" --product TroupeFuzz --sanitize fuzzer --sanitize address \
  -Xswiftc -sanitize=fuzzer,address 2>&1 | { grep -v 'Cannot export local symbol' || true; }
fuzzer=$build/debug/TroupeFuzz
decoders=("$@")
if ((${#decoders[@]} == 0)); then
  for folder in "$here"/corpus/*/; do decoders+=("$(basename "$folder")"); done
fi
each=$((seconds / ${#decoders[@]} > 1 ? seconds / ${#decoders[@]} : 1))
failed=0
for decoder in "${decoders[@]}"; do
  corpus=$build/corpus/$decoder
  mkdir -p "$corpus"
  if TROUPE_DECODER=$decoder timeout -k 2 $((each + 30)) "$fuzzer" -max_total_time="$each" -max_len=65536 \
    -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 -artifact_prefix="$build/crash-$decoder-" \
    "$corpus" "$here/corpus/$decoder" > "$build/log-$decoder" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/log-$decoder")
    covered=$(grep -oE 'cov: [0-9]+' "$build/log-$decoder" | tail -1 | grep -oE '[0-9]+' || true)
    echo "$decoder: $runs inputs in $each s, $covered places covered, 0 crashes"
    if ((${covered:-0} < 50)); then
      failed=1
      echo "$decoder: FAILED; that few places mean code without instrumentation, fuzzed blindly" >&2
    fi
  else
    failed=1
    tail -40 "$build/log-$decoder"
    echo "$decoder: FAILED; see $build/log-$decoder" >&2
  fi
done
exit $failed
