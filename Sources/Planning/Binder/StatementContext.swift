internal import Columnar
internal import Diagnostics
internal import Expressions
internal import SQLSyntax

/// What all binders of one statement share. Lives as long as the binding of one statement, on one thread.
final class StatementContext {
  let catalog: any Catalog
  private(set) var settings: SessionSettings
  let limits: PlanLimits
  /// The text that spans point into; nil inside a view, whose text nobody sees.
  private var text: SourceText?
  /// Whether the query being bound names what files are (`FileMetadata`): only then do scans of files have it.
  private(set) var readsFileMetadata = false
  /// Things worth saying that stop nothing.
  private(set) var warnings: [SQLError] = []
  /// Columns of outer queries that subqueries use; `BoundExpression.Node.outer` counts in here.
  private(set) var outerReferences: [OuterReference] = []
  /// Names that depend on types, of expressions by their places; spans of several texts may be equal, expressions then differ.
  private var typedNames: [SourceSpan: (expression: AST.Expression, name: TypedName)] = [:]
  private var lambdaSlotsUsed = 0
  private var recursions = 0
  private var planNodes = 0
  /// Levels of nesting of the expression being bound.
  var expressionDepth = 0
  /// Views being bound, outermost first.
  private var viewStack: [String] = []
  /// Functions of the user whose bodies are being bound, outermost first.
  private var functionStack: [String] = []

  init(catalog: any Catalog, text: SourceText?, limits: PlanLimits) {
    self.catalog = catalog
    self.text = text
    self.limits = limits
    settings = catalog.settings
  }

  func warn(_ warning: SQLError) { warnings.append(warning) }

  /// Looks what a query of this text names. Before it is bound.
  func noteMentions(in query: AST.Query) {
    guard let text, !query.span.isNone else { return }
    readsFileMetadata = FileMetadata.isMentioned(in: text.text(of: query.span))
  }

  /// Whether the piece of text at `span` begins with a double quote.
  func isDoubleQuoted(_ span: SourceSpan) -> Bool {
    guard let text, !span.isNone, text.bytes.indices.contains(Int(span.lower)) else { return false }
    return text.bytes[Int(span.lower)] == UInt8(ascii: "\"")
  }

  /// A word of the text as it was written, where the parser keeps it in one case.
  func written(_ span: SourceSpan) -> String? { span.isNone ? nil : text?.text(of: span) }

  func note(_ name: TypedName?, of expression: AST.Expression) {
    if let name, !expression.span.isNone { typedNames[expression.span] = (expression, name) }
  }

  func typedName(of expression: AST.Expression) -> TypedName? {
    guard let noted = typedNames[expression.span], noted.expression == expression else { return nil }
    return noted.name
  }

  /// A slot that no other lambda variable of the statement has.
  func newLambdaSlot() -> Int {
    lambdaSlotsUsed += 1
    return lambdaSlotsUsed - 1
  }

  /// The number of a WITH RECURSIVE, which its references have.
  func newRecursion() -> Int {
    recursions += 1
    return recursions - 1
  }

  /// The number of a reference, equal ones once.
  func noteOuter(_ reference: OuterReference) -> Int {
    if let known = outerReferences.firstIndex(where: {
      $0.depth == reference.depth && $0.value.isSame(as: reference.value)
    }) {
      // Scopes of one depth follow each other; a reference is only good within the expression it was made for.
      return known
    }
    outerReferences.append(reference)
    return outerReferences.count - 1
  }

  /// Counts operators that came into the plan.
  func notePlanNodes(_ count: Int, span: SourceSpan) throws(SQLError) {
    let (sum, overflow) = planNodes.addingReportingOverflow(count)
    if overflow || sum > limits.planNodesMax { throw .planTooLarge(limits.planNodesMax, span: span) }
    planNodes = sum
  }

  /// Runs `body` while `view` is being bound; a view that leads back to itself is refused.
  func inside<R>(view: String, _ query: AST.Query, of viewText: SourceText, span: SourceSpan, _ body: () throws(SQLError) -> R) throws(SQLError) -> R {
    let folded = view.lowercased()
    if viewStack.contains(folded) { throw .recursiveView(view, span: span) }
    if viewStack.count >= limits.viewDepthMax { throw .viewsTooDeep(limits.viewDepthMax, span: span) }
    viewStack.append(folded)
    let outer = (text, readsFileMetadata)
    text = viewText
    noteMentions(in: query)
    text = nil
    defer {
      viewStack.removeLast()
      (text, readsFileMetadata) = outer
    }
    return try body()
  }

  /// Runs `body` while the body of a user's function is being bound, in the mode that it was made in; one that leads back to
  /// itself is refused.
  func inside<R>(
    function: String, isANSI: Bool, span: SourceSpan, _ body: () throws(SQLError) -> R
  ) throws(SQLError) -> R {
    if functionStack.contains(function) { throw .recursiveFunction(function, span: span) }
    if functionStack.count >= limits.viewDepthMax { throw .functionsTooDeep(limits.viewDepthMax, span: span) }
    functionStack.append(function)
    let (outerText, wasANSI) = (text, settings.isANSI)
    text = nil
    settings.isANSI = isANSI
    defer {
      functionStack.removeLast()
      text = outerText
      settings.isANSI = wasANSI
    }
    return try body()
  }

  /// How an explicit or implicit conversion treats what does not fit.
  var castMode: CastMode { settings.isANSI ? .ansi : .legacy }

  /// `expression` converted to `type` by the session's rules.
  func cast(_ expression: BoundExpression, to type: DataType) -> BoundExpression {
    Coercion.cast(expression, to: type, mode: castMode)
  }

  /// The value of an expression without columns, computed now.
  func constantValue(_ expression: BoundExpression) throws(SQLError) -> Value {
    try Evaluator(EvaluationContext(settings: settings)).constant(expression)
  }
}
