import Decoders
import Glibc

/// The decoder that `TROUPE_DECODER` names; without one the process ends.
let chosenDecoder: Decoder = {
  // SAFETY: getenv gives a string that lasts until the environment changes, and is copied here.
  let name = unsafe getenv("TROUPE_DECODER").map { unsafe String(cString: $0) } ?? ""
  guard let decoder = Decoder(rawValue: name) else {
    let names = Decoder.allCases.map(\.rawValue).joined(separator: ", ")
    print("TROUPE_DECODER is '\(name)', but must be one of \(names)")
    exit(64)
  }
  return decoder
}()
