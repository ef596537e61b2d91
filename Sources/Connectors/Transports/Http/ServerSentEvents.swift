internal import Diagnostics

/// Makes lines of an event stream (WHATWG, "Server-sent events"): the data of one event is one line.
///
/// Several `data:` lines of an event are joined by a space, since a newline would end the record; to JSON it is the same.
/// `id:` is remembered for the next connection, `retry:` sets the time before it. An event that is cut off is dropped.
struct ServerSentEvents: Sendable {
  private let object: String
  private let eventBytesMax: Int
  private var line: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var endedWithReturn = false
  private var isStart = true
  /// Of the event that is being read; it counts when the event is whole.
  private var pendingID: String?
  private(set) var lastEventID: String?
  private(set) var retryMillis: Int64?

  init(object: String, eventBytesMax: Int, lastEventID: String?) {
    self.object = object
    self.eventBytesMax = eventBytesMax
    self.lastEventID = lastEventID
    pendingID = lastEventID
  }

  /// Takes bytes in, and appends the lines of the events that are whole.
  mutating func take(_ bytes: UnsafeRawBufferPointer, into out: inout [UInt8]) throws(SQLError) {
    for byte in bytes {
      // CR, LF and CRLF all end a line.
      if byte == UInt8(ascii: "\n"), endedWithReturn {
        endedWithReturn = false
        continue
      }
      endedWithReturn = byte == UInt8(ascii: "\r")
      if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
        endLine(&out)
      } else {
        line.append(byte)
        if line.count + data.count > eventBytesMax {
          throw .lineTooLong(object, byteOffset: 0, bytesMax: eventBytesMax)
        }
      }
    }
  }

  private mutating func endLine(_ out: inout [UInt8]) {
    defer { line.removeAll(keepingCapacity: true) }
    if isStart, line.starts(with: [0xEF, 0xBB, 0xBF]) { line.removeFirst(3) }
    isStart = false
    if line.isEmpty { return endEvent(&out) }
    let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.endIndex
    // A line that begins with a colon is a comment.
    if colon == line.startIndex { return }
    var value = colon < line.endIndex ? line[(colon + 1)...] : []
    if value.first == UInt8(ascii: " ") { value = value.dropFirst() }
    switch String(decoding: line[..<colon], as: UTF8.self) {
    case "data":
      if hasData { data.append(UInt8(ascii: " ")) }
      data += value
      hasData = true
    case "id" where !value.contains(0): pendingID = String(decoding: value, as: UTF8.self)
    case "retry":
      let text = String(decoding: value, as: UTF8.self)
      if let millis = Int64(text), text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { retryMillis = millis }
    default: break
    }
  }

  private mutating func endEvent(_ out: inout [UInt8]) {
    lastEventID = pendingID
    if hasData {
      out += data
      out.append(UInt8(ascii: "\n"))
    }
    data.removeAll(keepingCapacity: true)
    hasData = false
  }
}
