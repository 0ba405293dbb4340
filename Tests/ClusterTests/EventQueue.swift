/// What is still to happen, earliest first; what is due at one time happens in the order of adding.
struct EventQueue<Event> {
  private var heap: [(time: Duration, order: Int, event: Event)] = []
  private var added = 0

  var isEmpty: Bool { heap.isEmpty }

  mutating func add(_ event: Event, at time: Duration) {
    added += 1
    heap.append((time, added, event))
    var child = heap.count - 1
    while child > 0, precedes(child, (child - 1) / 2) {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func popFirst() -> (time: Duration, event: Event)? {
    guard let first = heap.first else { return nil }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      var parent = 0
      while true {
        var least = parent
        for child in [2 * parent + 1, 2 * parent + 2]
        where child < heap.count && precedes(child, least) {
          least = child
        }
        if least == parent { break }
        heap.swapAt(parent, least)
        parent = least
      }
    }
    return (first.time, first.event)
  }

  private func precedes(_ left: Int, _ right: Int) -> Bool {
    let (a, b) = (heap[left], heap[right])
    return a.time != b.time ? a.time < b.time : a.order < b.order
  }
}
