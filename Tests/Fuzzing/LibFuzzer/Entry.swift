import Decoders

// What libFuzzer calls. Two files, for a single one would be compiled as a script with a `main` of its own, and
// libFuzzer brings one.

@_cdecl("LLVMFuzzerTestOneInput") public func fuzzOneInput(
  _ bytes: UnsafePointer<UInt8>?, _ count: Int
) -> CInt {
  // SAFETY: libFuzzer lends `count` bytes for the call, and they are copied here.
  _ = chosenDecoder.accepts(unsafe Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}
