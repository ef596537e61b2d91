internal import Columnar

/// Which event is what, and what it refers to.
struct NexmarkModel: Sendable {
  let persons: Int64
  let auctions: Int64
  let bids: Int64
  /// Events a second.
  let rate: Int64
  let seed: UInt64
  /// All but one of so many are hot.
  let hotAuctions: Int64
  let hotBidders: Int64
  let hotSellers: Int64
  /// Average bytes of a person, an auction and a bid.
  let personBytes: Int64
  let auctionBytes: Int64
  let bidBytes: Int64

  static let firstID: Int64 = 1000
  private static let activePeople: Int64 = 1000
  private static let inFlightAuctions: Int64 = 100
  /// Bids and sellers also refer to those who come a little later.
  private static let lead: Int64 = 10
  private static let hot: Int64 = 100

  private var total: Int64 { persons + auctions + bids }

  /// 0 a person, 1 an auction, 2 a bid.
  func type(of event: Int64) -> Int {
    let place = event % total
    return place < persons ? 0 : place < persons + auctions ? 1 : 2
  }

  private func share(_ kind: Int) -> (first: Int64, count: Int64) {
    switch kind {
    case 1: (0, persons)
    case 2: (persons, auctions)
    case 3: (persons + auctions, bids)
    default: (0, total)
    }
  }

  /// Rows of a kind (0 all, 1 persons, 2 auctions, 3 bids) among the first events.
  func rows(ofKind kind: Int, events: Int64) -> Int64 {
    let (first, count) = share(kind)
    return events / total * count + min(count, max(0, events % total - first))
  }

  /// The event that is row `row` of its kind.
  func event(ofKind kind: Int, row: Int64) -> Int64 {
    let (first, count) = share(kind)
    return count == 0 ? 0 : row / count * total + first + row % count
  }

  /// µs after the start.
  func micros(of event: Int64) -> Int64 { Int64(clamping: Int128(event) * 1_000_000 / Int128(rate)) / 1000 * 1000 }

  func lastPerson(_ event: Int64) -> Int64 {
    event / total * persons + min(event % total, persons - 1)
  }

  func lastAuction(_ event: Int64) -> Int64 {
    let place = event % total
    if place < persons { return max(0, event / total * auctions - 1) }
    return event / total * auctions + min(place - persons, auctions - 1)
  }

  func somePerson(_ event: Int64, _ random: inout NexmarkRandom) -> Int64 {
    let people = lastPerson(event) + 1
    let active = min(people, Self.activePeople)
    return people - active + random.below(active + Self.lead)
  }

  private func someAuction(_ event: Int64, _ random: inout NexmarkRandom) -> Int64 {
    let last = lastAuction(event)
    let first = max(0, last - Self.inFlightAuctions)
    return first + random.below(last - first + 1 + Self.lead)
  }

  /// Unless told otherwise half of the bids go to one auction in a hundred, three quarters come from one bidder, and seller,
  /// in a hundred.
  func bidAuction(_ event: Int64, _ random: inout NexmarkRandom) -> Int64 {
    (random.below(hotAuctions) > 0 ? lastAuction(event) / Self.hot * Self.hot : someAuction(event, &random)) + Self.firstID
  }

  func bidder(_ event: Int64, _ random: inout NexmarkRandom) -> Int64 {
    (random.below(hotBidders) > 0 ? lastPerson(event) / Self.hot * Self.hot + 1 : somePerson(event, &random)) + Self.firstID
  }

  func seller(_ event: Int64, _ random: inout NexmarkRandom) -> Int64 {
    (random.below(hotSellers) > 0 ? lastPerson(event) / Self.hot * Self.hot : somePerson(event, &random)) + Self.firstID
  }

  /// µs that an auction lasts: so that some hundred are open at any time.
  func auctionLength(_ event: Int64, _ random: inout NexmarkRandom) -> Int64 {
    let horizon = micros(of: event + Self.inFlightAuctions * total / auctions) - micros(of: event)
    return (1 + random.below(max(horizon / 1000 * 2, 1))) * 1000
  }
}

/// Random numbers of one event: SplitMix64 from the seed and the event's number.
struct NexmarkRandom {
  private var state: UInt64

  init(seed: UInt64, event: Int64) {
    state = seed &* 0xD134_2543_DE82_EF95 &+ UInt64(bitPattern: event) &* 0x9E37_79B9_7F4A_7C15
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z &>> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z &>> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z &>> 31
  }

  /// 0 up to below `bound`, which is positive.
  mutating func below(_ bound: Int64) -> Int64 {
    Int64(bitPattern: next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
  }

  /// From 1.00 to 10,000,000 in cents, evenly in the logarithm.
  mutating func price() -> Int64 {
    let unit = Double(next() &>> 11) * 0x1p-53
    return Int64((tenTo(unit * 6) * 100).rounded())
  }
}
