internal import Columnar
internal import Diagnostics

/// The aggregate functions, by families of a file each.
enum Aggregates {
  static let all: [AggregateFunction] =
    counting + sums + averages + extremes + logic + picking + collecting + moments
    + pairs + percentiles + frequencies + bits + pickingBy + joining + approximations + bitmaps
}

extension FunctionDoc {
  /// The entry of an aggregate, with one example; `summary` says what its value is.
  static func aggregate(
    _ name: String, aliases: [String] = [], _ signature: String, _ summary: String, _ sql: String,
    _ result: String
  ) -> FunctionDoc {
    FunctionDoc(
      name, aliases: aliases, .aggregate, signature, summary.prefix(1).uppercased() + summary.dropFirst() + ".",
      [FunctionExample(sql, result)])
  }
}
