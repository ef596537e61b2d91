internal import Diagnostics
internal import SQLSyntax

/// `mask(str => s, digitChar => '#')`: the functions of Spark whose parameters have names.
enum NamedArguments {
  private struct Parameter {
    var name: String
    /// What stands for it if it is not given; nil if it must be.
    var fallback: AST.Literal?
  }

  private static let collection = [Parameter(name: "collection", fallback: nil)]

  private static let signatures: [String: [Parameter]] = [
    "mask": [
      Parameter(name: "str", fallback: nil), Parameter(name: "upperChar", fallback: text("X")),
      Parameter(name: "lowerChar", fallback: text("x")), Parameter(name: "digitChar", fallback: text("n")),
      Parameter(name: "otherChar", fallback: .null),
    ],
    "explode": collection, "explode_outer": collection,
  ]

  private static func text(_ text: String) -> AST.Literal { .string(.init(bytes: Array(text.utf8), span: .none)) }

  /// The arguments in the order of the parameters, those left out filled in.
  static func positional(_ call: AST.FunctionCall, span: SourceSpan) throws(SQLError) -> [AST.Argument] {
    guard let firstNamed = call.arguments.firstIndex(where: { $0.name != nil }) else { return call.arguments }
    let function = call.name.last.text.lowercased()
    guard let parameters = signatures[function] else {
      let name = call.arguments[firstNamed].name
      throw SQLError(
        .bind, "NAMED_PARAMETERS_NOT_SUPPORTED", "function \(call.name.text) takes no named arguments",
        span: name?.span ?? span, hint: "give the value of \"\(name?.text ?? "")\" by position")
    }
    var given: [AST.Argument?] = parameters.map { _ in nil }
    for (position, argument) in call.arguments.enumerated() {
      guard let name = argument.name else {
        guard position < firstNamed else {
          throw SQLError(
            .bind, "UNEXPECTED_POSITIONAL_ARGUMENT", "an argument of \(function) without a name stands behind one with a name",
            span: argument.expression?.span ?? span)
        }
        // One too many is told of where arguments are counted.
        guard position < parameters.count else { return call.arguments.map { AST.Argument(value: $0.value) } }
        given[position] = argument
        continue
      }
      guard let place = parameters.firstIndex(where: { $0.name.equalsIgnoringCase(name.text) }) else {
        let names = parameters.map(\.name)
        throw SQLError(
          .bind, "UNRECOGNIZED_PARAMETER_NAME", "\(function) has no parameter \"\(name.text)\"", span: name.span,
          hint: didYouMean(name.text, in: names) ?? "its parameters are \(names.joined(separator: ", "))")
      }
      if given[place] != nil {
        let subclass = place < firstNamed ? "BOTH_POSITIONAL_AND_NAMED" : "DOUBLE_NAMED_ARGUMENT_REFERENCE"
        throw SQLError(
          .bind, "DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.\(subclass)",
          "parameter \"\(parameters[place].name)\" of \(function) is given twice", span: name.span)
      }
      given[place] = AST.Argument(value: argument.value)
    }
    return try zip(parameters, given).map { (parameter, argument) throws(SQLError) in
      if let argument { return argument }
      guard let fallback = parameter.fallback else {
        throw SQLError(
          .bind, "REQUIRED_PARAMETER_NOT_FOUND", "\(function) needs a value for \"\(parameter.name)\"", span: span)
      }
      return AST.Argument(value: .expression(.init(.literal(fallback), span: span)))
    }
  }
}
