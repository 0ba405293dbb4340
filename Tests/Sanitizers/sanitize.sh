#!/bin/bash
# The tests under ThreadSanitizer:
#
#   Tests/Sanitizers/sanitize.sh [options of swift test, such as --filter ClusterTests]
#
# EndToEndTests start the release program, which has no sanitizer, and GymnasiumTests another program, so they are
# left out. AddressSanitizer watches the decoders, in `make fuzz`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
export SWIFT_BACKTRACE=enable=no
# A report ends the process, so that no test passes with one.
export TSAN_OPTIONS="suppressions=$here/thread.supp halt_on_error=1 exitcode=66"
options=(--sanitize thread --scratch-path .build/tsan)
timeout -k 10 3600 swift build "${options[@]}" --build-tests
timeout -k 10 3000 swift test "${options[@]}" --skip-build --disable-xctest --skip EndToEndTests --skip GymnasiumTests "$@"
echo 'thread sanitizer: no report'
