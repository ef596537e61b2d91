import Columnar
import Connectors
import Diagnostics
import Planning
import SQLSyntax

/// What a shell asks of a session beside statements: names for completion, connectors for help.
extension Session {
  package var connectors: ConnectorRegistry { catalog.connectors }

  /// Columns of a relation or view; nil if there is none of that name, or its query no longer binds.
  package func columns(ofRelation name: [String]) -> Schema? {
    let key = name.map { $0.lowercased() }.joined(separator: ".")
    if let relation = catalog.relations[key] { return relation.schema }
    guard let view = catalog.views[key] else { return nil }
    do throws(SQLError) {
      var planner = Planner(catalog: catalog)
      planner.isOptimizing = false
      var schema = try planner.plan(view.query, text: view.text, clauses: .forViews).schema
      for (i, column) in view.columns.enumerated() where i < schema.count { schema.fields[i].name = column }
      return schema
    } catch {
      return nil
    }
  }

  /// Columns of what a path in FROM stands for; nil if it cannot be read.
  package func columns(ofPath path: String) -> Schema? {
    do throws(SQLError) {
      return try catalog.source(atPath: path, format: nil, isStream: false, span: .none).schema
    } catch {
      return nil
    }
  }

  /// What stands behind `system.`.
  package static var systemRelationNames: [String] { SystemRelations.all.map(\.name) }

  /// Names that SET knows.
  package static var settingNames: [String] { StatementExecutor.keys }
}
