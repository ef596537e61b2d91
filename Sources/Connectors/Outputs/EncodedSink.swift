internal import Columnar
package import Diagnostics

/// A sink that writes rows in a text format to an output: the console, a file, what `-m` shows.
///
/// What a step gives is out when the step ends.
package final class EncodedSink: Sink {
  /// Text gathered before it goes to the output.
  private static let pieceBytes = 64 << 10

  private let encoder: any RowEncoder
  private let output: any OutputStreamSink
  private var text = ByteWriter(capacity: EncodedSink.pieceBytes * 2)

  package init(_ encoder: any RowEncoder, output: any OutputStreamSink) {
    self.encoder = encoder
    self.output = output
  }

  package func begin(_ step: StepInfo) throws(SQLError) { encoder.begin(step, into: &text) }

  package func write(_ rows: ResultRows) throws(SQLError) {
    encoder.write(rows, into: &text)
    if text.count >= Self.pieceBytes { try pass() }
  }

  package func end(_ step: StepInfo) throws(SQLError) {
    encoder.end(step, into: &text)
    try pass()
    try output.flush()
  }

  package func finish() throws(SQLError) {
    encoder.finish(into: &text)
    try pass()
    try output.flush()
  }

  private func pass() throws(SQLError) {
    defer { text.removeAll() }
    if text.count > 0 { try output.write(text.bytes) }
  }
}
