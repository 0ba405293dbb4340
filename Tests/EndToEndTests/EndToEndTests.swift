import Testing

// Everything here drives the release binary from outside, as a user does: processes, signals, sockets
// and files. What happens within a process has its tests in the modules' own suites.

/// The suites of this target, which take turns: each of them uses the whole machine.
@Suite(.serialized) enum EndToEndTests {}
