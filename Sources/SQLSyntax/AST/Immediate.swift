import Diagnostics

extension AST {
  /// `EXECUTE IMMEDIATE e [INTO variables] [USING e [AS name], …]`: the statement that a text holds.
  package struct Immediate: Equatable, Sendable {
    package var text: Expression
    package var targets: [ObjectName]
    /// Values of its markers; each may have one name. One row `(a, b)` stands for its values.
    package var arguments: [SelectItem]
  }
}
