#!/bin/bash
# The tests under ThreadSanitizer, then under AddressSanitizer:
#
#   Tests/Sanitizers/sanitize.sh [thread|address] [options of swift test, such as --filter ClusterTests]
#
# EndToEndTests start the release program, which has no sanitizer, and GymnasiumTests another program, so they are
# left out. LeakSanitizer is off: it does not follow
# pointers in which Swift keeps the case of an enum.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
sanitizers=(thread address)
if [[ "${1:-}" == thread || "${1:-}" == address ]]; then
  sanitizers=("$1")
  shift
fi
export SWIFT_BACKTRACE=enable=no
# A report ends the process, so that no test passes with one.
export TSAN_OPTIONS="suppressions=$here/thread.supp halt_on_error=1 exitcode=66"
export ASAN_OPTIONS="detect_leaks=0 detect_stack_use_after_return=1 halt_on_error=1 exitcode=66"
for sanitizer in "${sanitizers[@]}"; do
  options=(--sanitize "$sanitizer" --scratch-path ".build/$sanitizer-sanitizer")
  timeout -k 10 3600 swift build "${options[@]}" --build-tests
  timeout -k 10 3000 swift test "${options[@]}" --skip-build --disable-xctest --skip EndToEndTests \
    --skip GymnasiumTests "$@"
  echo "$sanitizer sanitizer: no report"
done
