internal import Columnar

extension RowFormat {
  static let trash = RowFormat("trash", "Shows nothing; for measuring.", showsOperations: true) { _ in
    TrashEncoder()
  }
}

private final class TrashEncoder: RowEncoder {
  func write(_ rows: ResultRows, into out: inout ByteWriter) {}
}
