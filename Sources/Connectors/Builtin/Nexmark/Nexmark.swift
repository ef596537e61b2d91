internal import Columnar
internal import Diagnostics

private enum NexmarkOptions {
  static let events = OptionDefinition(
    "events", .choice(["all", "person", "auction", "bid"]), default: "all",
    "all kinds in one relation of structs, or the columns of one kind")
  static let rate = OptionDefinition("first-event.rate", .integer, default: "10000", "events per second of event time")
  static let nextRate = OptionDefinition(
    "next-event.rate", .integer, "accepted when equal to first-event.rate: the rate is constant")
  static let count = OptionDefinition(
    "events.num", .integer, "ends after so many events of all kinds, handed over at once; without it (or 0) endless, in real time")
  static let person = OptionDefinition("person.proportion", .integer, default: "1", "persons among the events")
  static let auction = OptionDefinition("auction.proportion", .integer, default: "3", "auctions among the events")
  static let bid = OptionDefinition("bid.proportion", .integer, default: "46", "bids among the events")
  static let seed = OptionDefinition("seed", .integer, default: "0", "other numbers, other events")
  static let hotAuctions = OptionDefinition(
    "bid.hot-ratio.auctions", .integer, default: "2", "all but one of so many bids go to a hot auction")
  static let hotBidders = OptionDefinition(
    "bid.hot-ratio.bidders", .integer, default: "4", "all but one of so many bids come from a hot bidder")
  static let hotSellers = OptionDefinition(
    "auction.hot-ratio.sellers", .integer, default: "4", "all but one of so many auctions come from a hot seller")
  static let personBytes = OptionDefinition(
    "person.avg-size", .size, default: "200", "bytes of a person on average; extra is as long as that asks for")
  static let auctionBytes = OptionDefinition("auction.avg-size", .size, default: "500", "bytes of an auction on average")
  static let bidBytes = OptionDefinition(
    "bid.avg-size", .size, default: "100", "bytes of a bid on average, channel and url not counted")
  static let baseTime = OptionDefinition(
    "base-time", .integer, "event time of the first event, in milliseconds since 1970; without it 2015-07-15, or now if endless")
  static let keepAlive = OptionDefinition("keep-alive", .boolean, default: "false", "false alone: a table of `events.num` events ends with the last of them")
  static let stopAt = OptionDefinition("stop-at", .integer, "-1 alone: `events.num` says where the events end")
  /// Options of the public connector that change nothing here.
  static let ignored = ["rate.shape", "rate.period", "rate.limited", "max-emit-speed"].map {
    OptionDefinition($0, .string, "accepted as in the public connector; has no effect")
  }

  static let all =
    [
      events, rate, nextRate, count, person, auction, bid, seed, hotAuctions, hotBidders, hotSellers, personBytes, auctionBytes, bidBytes, baseTime,
      keepAlive, stopAt,
    ] + ignored
}

extension ConnectorDefinition {
  /// The events of the Nexmark benchmark.
  package static let nexmark = ConnectorDefinition(
    "nexmark", "Persons, auctions and bids of an auction house: the events of the Nexmark benchmark.",
    options: NexmarkOptions.all, positional: ["events", "events.num"],
    source: SourceFactory(
      describe: { (request) throws(SQLError) -> SourceDescription in
        let generator = try NexmarkGenerator(request, columns: [])
        let isBounded = generator.rowCount != nil
        return SourceDescription(
          schema: try NexmarkGenerator.schema(request), isBounded: isBounded && !request.isStream, canEnd: isBounded,
          canReplay: true)
      },
      open: { (request, description, columns) throws(SQLError) -> any Source in
        try GeneratedSource(
          NexmarkGenerator(request, columns: columns), nowMicros: request.environment.nowMicros)
      }))
}

/// Events numbered from 0, each made from its number and the seed alone, as the public generator distributes them
/// (github.com/nexmark/nexmark, `nexmark-flink`).
struct NexmarkGenerator: RowGenerator {
  /// 2015-07-15, where the public generator starts.
  private static let baseMicros: Int64 = 1_436_918_400_000_000

  let schema: Schema
  let rowCount: Int64?
  private let columns: [Int]
  /// 0 all, 1 person, 2 auction, 3 bid.
  private let kind: Int
  private let model: NexmarkModel
  private let baseMicros: Int64?

  static let person: [Field] = [
    Field("id", .bigint), Field("name", .string), Field("emailAddress", .string), Field("creditCard", .string),
    Field("city", .string), Field("state", .string), Field("dateTime", .timestamp), Field("extra", .string),
  ]
  static let auction: [Field] = [
    Field("id", .bigint), Field("itemName", .string), Field("description", .string), Field("initialBid", .bigint),
    Field("reserve", .bigint), Field("dateTime", .timestamp), Field("expires", .timestamp), Field("seller", .bigint),
    Field("category", .bigint), Field("extra", .string),
  ]
  static let bid: [Field] = [
    Field("auction", .bigint), Field("bidder", .bigint), Field("price", .bigint), Field("channel", .string),
    Field("url", .string), Field("dateTime", .timestamp), Field("extra", .string),
  ]
  private static let kinds = [
    [
      Field("event_type", .int, isNullable: false), Field("person", .structure(person)),
      Field("auction", .structure(auction)), Field("bid", .structure(bid)),
    ], person, auction, bid,
  ]

  private static func kind(_ options: OptionValues) -> Int {
    ["all", "person", "auction", "bid"].firstIndex(of: options.text(NexmarkOptions.events)?.lowercased() ?? "") ?? 0
  }

  /// The columns; declared ones must be these, timestamps with or without zone.
  static func schema(_ request: SourceRequest) throws(SQLError) -> Schema {
    let own = Schema(kinds[kind(request.options)])
    guard let declared = request.schema else { return own }
    func isSame(_ a: [Field], _ b: [Field]) -> Bool {
      a.count == b.count
        && zip(a, b).allSatisfy { x, y in
          guard x.name.lowercased() == y.name.lowercased() else { return false }
          switch (x.type, y.type) {
          case (.structure(let p), .structure(let q)): return isSame(p, q)
          case (.timestamp, .timestampNTZ): return true
          default: return x.type == y.type
          }
        }
    }
    guard isSame(own.fields, declared.fields) else {
      throw SQLError(
        .bind, "UNSUPPORTED_SCHEMA", "nexmark has the columns (\(own)) and takes no others", span: request.span,
        hint: "leave the columns out")
    }
    return declared
  }

  init(_ request: SourceRequest, columns: [Int]) throws(SQLError) {
    let options = request.options
    kind = Self.kind(options)
    self.columns = columns
    let full = try Self.schema(request)
    schema = Schema(columns.map { full[$0] })
    let rate = try options.integer(NexmarkOptions.rate, in: 1...1_000_000_000) ?? 10_000
    if let next = try options.integer(NexmarkOptions.nextRate, in: 1...1_000_000_000), next != rate {
      throw .invalidOption(
        NexmarkOptions.nextRate, "\(next)", expected: "the first-event.rate, \(rate): the rate is constant",
        span: options.span(of: NexmarkOptions.nextRate.name))
    }
    if try options.boolean(NexmarkOptions.keepAlive) {
      throw .invalidOption(
        NexmarkOptions.keepAlive, "true", expected: "false; leave events.num out for events without an end",
        span: options.span(of: NexmarkOptions.keepAlive.name))
    }
    _ = try options.integer(NexmarkOptions.stopAt, in: -1 ... -1)
    model = NexmarkModel(
      persons: try options.integer(NexmarkOptions.person, in: 1...10_000) ?? 1,
      auctions: try options.integer(NexmarkOptions.auction, in: 1...10_000) ?? 3,
      bids: try options.integer(NexmarkOptions.bid, in: 0...10_000) ?? 46, rate: rate,
      seed: UInt64(bitPattern: try options.integer(NexmarkOptions.seed) ?? 0),
      hotAuctions: try options.integer(NexmarkOptions.hotAuctions, in: 1...1_000_000) ?? 2,
      hotBidders: try options.integer(NexmarkOptions.hotBidders, in: 1...1_000_000) ?? 4,
      hotSellers: try options.integer(NexmarkOptions.hotSellers, in: 1...1_000_000) ?? 4,
      personBytes: try options.bytes(NexmarkOptions.personBytes, in: 0...1 << 20) ?? 200,
      auctionBytes: try options.bytes(NexmarkOptions.auctionBytes, in: 0...1 << 20) ?? 500,
      bidBytes: try options.bytes(NexmarkOptions.bidBytes, in: 0...1 << 20) ?? 100)
    baseMicros = try options.integer(NexmarkOptions.baseTime, in: 0...253_402_300_799_999).flatMap { $0 == 0 ? nil : $0 * 1000 }
    // 0 is the public connector's word for "endless".
    let events = try options.integer(NexmarkOptions.count, in: 0...1 << 50).flatMap { $0 == 0 ? nil : $0 }
    rowCount = events.map { [kind, model] in model.rows(ofKind: kind, events: $0) }
  }

  func dueRows(elapsedMicros: Int64) -> Int64 {
    if rowCount != nil { return .max }
    guard elapsedMicros >= 0 else { return 0 }
    let events = Int128(elapsedMicros) * Int128(model.rate) / 1_000_000 + 1
    return model.rows(ofKind: kind, events: Int64(clamping: events))
  }

  func dueMicros(ofRow row: Int64) -> Int64 {
    if rowCount != nil { return 0 }
    if row >= 1 << 50 { return .max }
    return Int64(clamping: Int128(model.event(ofKind: kind, row: row)) * 1_000_000 / Int128(model.rate))
  }

  func batch(_ rows: Range<Int64>, startMicros: Int64) -> Batch {
    let table = SlotTable(columns.map { Self.kinds[kind][$0].type })
    var writer = NexmarkWriter(table, model, baseMicros: baseMicros ?? (rowCount == nil ? startMicros / 1000 * 1000 : Self.baseMicros))
    for row in rows {
      let event = model.event(ofKind: kind, row: row)
      let type = model.type(of: event)
      if kind == 0 {
        for (slot, column) in columns.enumerated() {
          if column == 0 { table.slots[slot].append(Int32(type)) } else { writer.structure(slot, kind: column, event: event, isThere: type == column - 1) }
        }
      } else {
        writer.fields(0..<columns.count, columns, kind: kind, event: event)
      }
    }
    return Batch(table.take(owners: writer.arena.blocks), count: rows.count)
  }
}
