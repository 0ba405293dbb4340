#!/bin/bash
# The tests under the sanitizers that this toolchain has:
#
#   Tests/Sanitizers/sanitize.sh [thread|address] [options of swift test, such as --filter WireTests]
#
# UndefinedBehaviorSanitizer is none of Swift's here (swift: unsupported option '-sanitize=undefined'), but clang's
# checks go into the C code of the address build, where a finding ends the process by an illegal instruction.
# EndToEndTests start the release program, which has no sanitizer, and GymnasiumTests another program, so they are
# left out.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here/../.."
kinds=(thread address)
if [[ "${1:-}" == thread || "${1:-}" == address ]]; then
  kinds=("$1")
  shift
fi
export SWIFT_BACKTRACE=enable=no
# A report ends the process, so that no test passes with one.
export TSAN_OPTIONS="suppressions=$here/thread.supp halt_on_error=1 exitcode=66"
# LeakSanitizer does not see what Swift points to with bits of an enum in the pointer, and reports it.
export ASAN_OPTIONS="detect_leaks=0 detect_stack_use_after_return=0"
for kind in "${kinds[@]}"; do
  options=(--sanitize "$kind" --scratch-path ".build/${kind:0:1}san")
  if [[ "$kind" == address ]]; then
    options+=(-Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined)
  fi
  # The linker warns of every symbol of AddressSanitizer, 200 lines for each program, and means nothing by it.
  timeout -k 10 3600 swift build "${options[@]}" --build-tests 2>&1 | { grep -v 'Cannot export local symbol' || true; }
  timeout -k 10 3000 swift test "${options[@]}" --skip-build --disable-xctest --skip EndToEndTests --skip GymnasiumTests "$@"
  echo "$kind sanitizer: no report"
done
