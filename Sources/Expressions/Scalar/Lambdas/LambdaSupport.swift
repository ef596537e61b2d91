internal import Columnar
internal import Diagnostics

/// The functions that take lambdas, a file a family.
enum LambdaFunctions {
  static let functions: [ScalarFunction] =
    ArrayLambdas.functions + Folding.functions + ComparatorSort.functions + MapLambdas.functions
}

extension FunctionCall {
  /// Refuses a body that is no condition.
  func requireCondition(_ index: Int) throws(SQLError) {
    guard types[index] == .boolean || types[index] == .null else { throw .unexpectedInput(self, index, wanted: "\"BOOLEAN\"") }
  }
}

extension KernelContext {
  /// Runs a lambda of this call.
  func runLambda(_ index: Int, _ parameters: [Column], parents: [Int32]) throws(SQLError) -> Column {
    guard let lambdas else { throw .internal("a higher-order function without its lambda") }
    return try lambdas.evaluate(index, parameters, parents)
  }
}

/// The elements of a call's collection, each with the row it belongs to: what lambdas run over. Elements of NULL rows
/// are left out, so that they raise nothing.
struct LambdaElements {
  let children: [Column]
  let offsets: [Int32]
  let parents: [Int32]

  /// `type` is an array or a map.
  init(_ operand: Operand, _ type: DataType, _ context: KernelContext) throws(SQLError) {
    let elements = try ElementRows(operand, type, rows: context.rows, span: context.span)
    children = elements.children
    offsets = elements.offsets
    parents = LambdaElements.parents(offsets)
  }

  var count: Int { parents.count }

  /// The row of each element.
  static func parents(_ offsets: [Int32]) -> [Int32] {
    var parents: [Int32] = []
    parents.reserveCapacity(Int(offsets.last ?? 0))
    for row in 0..<(offsets.count - 1) {
      parents.append(contentsOf: repeatElement(Int32(truncatingIfNeeded: row), count: Int(offsets[row + 1] - offsets[row])))
    }
    return parents
  }

  /// The 0-based position of each element in its row.
  var positions: Column {
    var values: [Int32] = []
    values.reserveCapacity(count)
    for row in 0..<(offsets.count - 1) { values.append(contentsOf: 0..<(offsets[row + 1] - offsets[row])) }
    return .int32(PrimitiveColumn(values))
  }

  /// The columns that a lambda of one parameter, or of two with the position, gets.
  func parameters(withPosition: Bool) -> [Column] { withPosition ? [children[0], positions] : [children[0]] }
}
