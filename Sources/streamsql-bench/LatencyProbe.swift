import Glibc

/// Time from a line sent on a socket to the row that it changed arriving on the program's stdout.
struct LatencyProbe {
  let binary: String
  let samples: Int

  /// Microseconds, sorted; nil if the program did not answer.
  func run() -> [Double]? {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isOpen = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 1) == 0 && getsockname(listener, $0, &size) == 0
      }
    }
    guard isOpen else { return nil }
    let port = UInt16(bigEndian: address.sin_port)
    let sql = """
      SELECT word, count(*) AS count
      FROM (SELECT explode(split(value, ' ')) AS word FROM socket('127.0.0.1:\(port)')) GROUP BY word
      """
    guard let child = ChildProcess([binary, "-m", "tsv", "-c", sql], pipesOutput: true), let output = child.output
    else { return nil }
    defer {
      kill(child.pid, SIGTERM)
      _ = child.wait()
      close(output)
    }
    let client = accept(listener, nil, nil)
    defer { close(client) }
    var one: Int32 = 1
    setsockopt(client, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    var times: [Double] = []
    for round in 0..<samples {
      // A word of its own a round: the row to wait for cannot be an older one.
      let word = "w\(round % 97)"
      let line = Array("\(word)\n".utf8)
      let start = ChildProcess.nanos()
      if send(client, line, line.count, Int32(MSG_NOSIGNAL)) != line.count { return nil }
      guard waitForRow(of: word, on: output) else { return nil }
      times.append(Double(ChildProcess.nanos() - start) / 1000)
      usleep(500)
    }
    return Array(times.dropFirst(samples / 10)).sorted()
  }

  private func waitForRow(of word: String, on output: Int32) -> Bool {
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4096)
    let wanted = Array("\(word)\t".utf8)
    while true {
      let count = read(output, &chunk, chunk.count)
      if count <= 0 { return false }
      text += chunk[..<count]
      if text.last == 10, contains(text, wanted) { return true }
    }
  }

  private func contains(_ text: [UInt8], _ wanted: [UInt8]) -> Bool {
    guard text.count >= wanted.count else { return false }
    return (0...text.count - wanted.count).contains { text[$0..<$0 + wanted.count].elementsEqual(wanted) }
  }
}
