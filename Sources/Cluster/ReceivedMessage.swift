internal import Wire
internal import ZeroMQ

/// A multipart message as the decoders of `Wire` read it: in libzmq's own memory.
struct ReceivedMessage: FrameSource {
  let frames: [Frame]

  var frameCount: Int { frames.count }

  func withFrame<R>(
    _ index: Int, _ body: (RawSpan) throws(WireError) -> R
  ) throws(WireError) -> R {
    try frames[index].withBytes(body)
  }
}

extension WireFrame {
  var outgoing: OutgoingFrame {
    switch self {
    case .bytes(let bytes): OutgoingFrame(bytes: bytes)
    case .floats(let floats): OutgoingFrame(floats: floats)
    }
  }
}
