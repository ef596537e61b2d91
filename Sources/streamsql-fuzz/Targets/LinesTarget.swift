import Connectors
import Diagnostics
import Engine
import Glibc

extension FuzzTarget {
  /// Any bytes as a file of lines give as many rows as there are lines.
  static let lines = FuzzTarget(
    name: "lines",
    input: { random in
      var bytes = TextMutation.bytes(&random, upTo: 400)
      for _ in 0..<random.below(4) {
        let piece = random.element(of: [[10], [13, 10], [0xEF, 0xBB, 0xBF], [UInt8](repeating: 120, count: random.below(70_000))])
        bytes.insert(contentsOf: piece, at: random.below(bytes.count + 1))
      }
      return bytes
    },
    run: { bytes in
      let path = ScratchFile.path("lines.txt")
      ScratchFile.write(bytes, to: path)
      defer { unlink(path) }
      let fuzz = FuzzSession.run(
        Array("CREATE TABLE lines (value STRING) USING text OPTIONS (path '\(path)'); SELECT value FROM lines".utf8),
        connectors: .builtin)
      if let error = fuzz.internalError { return error }
      let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
      let content = hasMark ? Array(bytes.dropFirst(3)) : bytes
      let newlines = content.count { $0 == 10 }
      let expected = newlines + (content.isEmpty || content.last == 10 ? 0 : 1)
      return fuzz.rowCount == expected ? nil : "\(fuzz.rowCount) rows of \(expected) lines, \(fuzz.errors)"
    })
}
