import Connectors
import Diagnostics
import Engine
import SQLSyntax
import SeededRandom

/// One thing that random input is thrown at: a file each, and one line in `all`.
///
/// `run` must return, whatever the bytes are. A trap, a signal or a run that does not end is a finding; so is a `String` that
/// says what is wrong, such as an internal error.
struct FuzzTarget: Sendable {
  var name: String
  /// Makes an input from random numbers.
  var input: @Sendable (inout SplitMix) -> [UInt8]
  /// Returns what is wrong, or nil.
  var run: @Sendable ([UInt8]) -> String?

  static let all: [FuzzTarget] = [.parser, .splitter, .session, .lines, .socket, .http, .listen, .plans, .files]
}
