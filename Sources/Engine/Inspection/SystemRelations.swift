import Columnar
import Connectors
import Dataflow
import Expressions
import Planning

/// The relations of `system`: what a session knows of itself, as rows, as it is when the relation is named.
struct SystemRelations {
  /// One of them: its columns, and how its rows are made.
  struct Definition: Sendable {
    let name: String
    let summary: String
    let schema: Schema
    let rows: @Sendable (Session) -> [[Value]]
  }

  static let all: [Definition] = [
    queries, progress, operators, watermarks, checkpoints, relations, functions, connectors, settings,
  ]

  static func named(_ name: String) -> Definition? { all.first { $0.name == name.lowercased() } }

  private static func text(_ text: String?) -> Value { text.map { .string($0) } ?? .null }
  private static func number(_ number: Int64?) -> Value { number.map { .int64($0) } ?? .null }
  private static func milliseconds(_ nanos: Int64) -> Value { .float64(Double(nanos) / 1e6) }

  // MARK: Queries

  private static let queries = Definition(
    name: "queries", summary: "started queries",
    schema: Schema([
      Field("name", .string, isNullable: false), Field("state", .string, isNullable: false),
      Field("output_mode", .string, isNullable: false), Field("trigger", .string, isNullable: false),
      Field("steps", .bigint), Field("input_rows", .bigint), Field("input_bytes", .bigint), Field("output_rows", .bigint),
      Field("late_rows", .bigint), Field("state_bytes", .bigint), Field("watermark", .timestamp),
      Field("last_step_ms", .double), Field("error", .string),
    ])
  ) { session in
    session.queries.map { query in
      let progress = query.progress
      var failure: String?
      if case .failed(let error) = query.state { failure = error.description }
      return [
        .string(query.name), .string(query.state.word), .string(query.plan.mode.rawValue), .string(query.trigger.text),
        .int64(progress.steps), .int64(progress.inputRows), .int64(progress.inputBytes), .int64(progress.outputRows),
        .int64(progress.lateRows), .int64(Int64(progress.stateBytes)), number(progress.watermarkMicros),
        milliseconds(progress.lastStepNanos), text(failure),
      ]
    }
  }

  private static let progress = Definition(
    name: "progress", summary: "the last \(StepProgress.keptMax) steps of each query",
    schema: Schema([
      Field("query", .string, isNullable: false), Field("step", .bigint), Field("batch", .bigint),
      Field("time", .timestamp), Field("input_rows", .bigint), Field("output_rows", .bigint),
      Field("late_rows", .bigint), Field("state_bytes", .bigint), Field("ms", .double), Field("watermark", .timestamp),
    ])
  ) { session in
    session.queries.flatMap { query in
      query.recentSteps.map { step in
        [
          .string(query.name), .int64(step.step), .int64(step.batchNumber), .int64(step.timestampMicros),
          .int64(step.inputRows), .int64(step.outputRows), .int64(step.lateRows), .int64(Int64(step.stateBytes)),
          milliseconds(step.nanos), number(step.watermarkMicros),
        ]
      }
    }
  }

  private static let operators = Definition(
    name: "operators", summary: "operators of running queries, with what they did and hold",
    schema: Schema([
      Field("query", .string, isNullable: false), Field("id", .string), Field("operator", .string),
      Field("rows_in", .bigint), Field("rows_out", .bigint), Field("batches_out", .bigint), Field("ms", .double),
      Field("state_rows", .bigint), Field("state_bytes", .bigint), Field("late_rows", .bigint),
      Field("open_groups", .bigint), Field("next_close", .timestamp), Field("state_bound", .string),
    ])
  ) { session in
    session.queries.flatMap { query -> [[Value]] in
      let bounds = query.plan.root.stateBounds
      return (query.report()?.operators ?? []).map { own in
        let ends = own.openGroups?.ends.first?.micros
        return [
          .string(query.name), .string(own.id), .string(own.label), .int64(own.metrics.rowsIn),
          .int64(own.metrics.rowsOut), .int64(own.metrics.batchesOut), milliseconds(own.metrics.nanos),
          .int64(Int64(own.stateRows)), .int64(Int64(own.stateBytes)), number(own.lateRows),
          number(own.openGroups.map { Int64($0.count) }), number(ends), text(bounds[own.id]),
        ]
      }
    }
  }

  private static let watermarks = Definition(
    name: "watermarks", summary: "event times of running queries",
    schema: Schema([
      Field("query", .string, isNullable: false), Field("relation", .string), Field("column", .string),
      Field("delay", .dayTime), Field("watermark", .timestamp), Field("holds", .boolean), Field("is_idle", .boolean),
      Field("has_ended", .boolean),
    ])
  ) { session in
    session.queries.flatMap { query in
      (query.report()?.watermarks ?? []).map { watermark in
        [
          .string(query.name), .string(watermark.relation), .string(watermark.column), .int64(watermark.delayMicros),
          number(watermark.micros), .bool(watermark.isHolding), .bool(watermark.isIdle), .bool(watermark.hasEnded),
        ]
      }
    }
  }

  /// Empty as long as no query can be started with a CHECKPOINT.
  private static let checkpoints = Definition(
    name: "checkpoints", summary: "committed epochs of queries with a CHECKPOINT",
    schema: Schema([
      Field("query", .string, isNullable: false), Field("directory", .string), Field("epoch", .bigint),
      Field("committed", .timestamp), Field("bytes", .bigint),
    ])
  ) { _ in [] }

  // MARK: What there is

  private static let relations = Definition(
    name: "relations", summary: "tables, streams and views",
    schema: Schema([
      Field("name", .string, isNullable: false), Field("kind", .string, isNullable: false), Field("connector", .string),
    ])
  ) { session in
    let stored = session.catalog.relations.values.map { relation -> (String, String, String?) in
      let kind = relation.isStream ? "stream" : relation.keeper != nil ? "materialized view" : "table"
      return (relation.name, kind, relation.connector.name)
    }
    return (stored + session.catalog.views.values.map { ($0.name, "view", nil) }).sorted { $0.0 < $1.0 }
      .map { [.string($0.0), .string($0.1), text($0.2)] }
  }

  private static let functions = Definition(
    name: "functions", summary: "functions that can be called",
    schema: Schema([
      Field("name", .string, isNullable: false), Field("category", .string), Field("signature", .string),
      Field("summary", .string), Field("aliases", .array(.string)),
    ])
  ) { session in
    session.functions.docs.map { doc in
      [
        .string(doc.name), .string(doc.category.rawValue), .string(doc.signature), .string(doc.summary),
        .list(doc.aliases.map { .string($0) }),
      ]
    }
  }

  private static let connectors = Definition(
    name: "connectors", summary: "where rows can come from and go to",
    schema: Schema([
      Field("name", .string, isNullable: false), Field("reads", .boolean), Field("writes", .boolean),
      Field("summary", .string), Field("options", .array(.string)),
    ])
  ) { session in
    session.connectors.definitions.map { connector in
      [
        .string(connector.name), .bool(connector.source != nil), .bool(connector.sink != nil), .string(connector.summary),
        .list(connector.options.map { .string($0.name) }),
      ]
    }
  }

  private static let settings = Definition(
    name: "settings", summary: "what SET has set",
    schema: Schema([Field("key", .string, isNullable: false), Field("value", .string)])
  ) { session in
    StatementExecutor.settings(of: session).map { [.string($0.key), .string($0.value)] }
  }
}

extension StreamingQuery.State {
  /// One word.
  var word: String {
    switch self {
    case .ready: "ready"
    case .running: "running"
    case .paused: "paused"
    case .finished: "finished"
    case .stopped: "stopped"
    case .failed: "failed"
    }
  }
}

extension Trigger {
  /// As it is written.
  var text: String {
    switch self {
    case .immediate: "on arrival"
    case .every(let micros): "EVERY \(micros / 1000) MILLISECONDS"
    case .once: "ONCE"
    case .availableNow: "AVAILABLE NOW"
    }
  }
}

extension PhysicalNode {
  /// What bounds the state of each operator that has one, by id, in words.
  var stateBounds: [String: String] {
    var bounds = inputs.reduce(into: [:]) { $0.merge($1.stateBounds) { first, _ in first } }
    switch properties.stateBound {
    case .bounded(let what)?: bounds[id.rawValue] = what
    case .unbounded(let reason, let fix)?: bounds[id.rawValue] = "UNBOUNDED: \(reason), fix: \(fix)"
    case nil: break
    }
    return bounds
  }
}
