internal import Columnar
internal import Diagnostics
internal import Expressions

/// Event time on its way up: watermarks and the windows of rows.
extension PhysicalPlanner {
  func watermark(
    _ watermark: LogicalPlan.Watermark, path: String, endsQuery: Bool
  ) throws(SQLError) -> PhysicalNode {
    let input = try build(watermark.input, path: path + ".0", endsQuery: endsQuery)
    // All of a bounded input is there: nothing is late, and nothing has to wait (SEM-4).
    if input.properties.isBounded { return input }
    var properties = input.properties.stateless()
    properties.eventTimes[watermark.column] = EventTime(.event, calendar: LocalCalendar(zoneName: settings.zoneName))
    let spec = WatermarkSpec(
      column: watermark.column, columnName: input.schema[watermark.column].name,
      delayMicros: watermark.delayMicros,
      relation: watermark.relation)
    return node("watermark", path, .watermark(spec), [input], input.schema, properties)
  }

  func windows(
    _ assign: LogicalPlan.WindowAssign, path: String, endsQuery: Bool
  ) throws(SQLError) -> PhysicalNode {
    let input = try build(assign.input, path: path + ".0", endsQuery: endsQuery)
    try checkRepeatable(assign.time, over: input)
    var properties = input.properties.stateless()
    properties.key = nil
    let width = input.schema.count
    if let time = assign.time.eventTime(input.properties.eventTimes) {
      properties.eventTimes[width + 1] = time
      if case .sliding(let size, _, _) = assign.shape { properties.eventTimes[width] = time.later(by: size) }
    }
    return node(
      "windows", path, .windowAssign(time: assign.time, shape: assign.shape), [input], assign.schema,
      properties)
  }
}
