internal import Columnar
internal import Glibc

func tenTo(_ power: Double) -> Double { pow(10, power) }

/// Puts events into slots.
struct NexmarkWriter {
  private static let firstNames = "Peter,Paul,Luke,John,Saul,Vicky,Kate,Julie,Sarah,Deiter,Walter".split(separator: ",").map { Array($0.utf8) }
  private static let lastNames = "Shultz,Abrams,Spencer,White,Bartels,Walton,Smith,Jones,Noris".split(separator: ",").map { Array($0.utf8) }
  private static let states = "AZ,CA,ID,OR,WA,WY".split(separator: ",").map { Array($0.utf8) }
  private static let cities = "Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne".split(separator: ",").map { Array($0.utf8) }
  private static let hotChannels = ["Google", "Facebook", "Baidu", "Apple"].map { Array($0.utf8) }
  private static let everything = Array(0..<10)
  private static let numberBytes: Int64 = 8

  private let slots: UnsafeMutablePointer<ColumnSlot>
  private let model: NexmarkModel
  private let baseMicros: Int64
  private(set) var arena = ByteArena()
  private var text: [UInt8] = []
  /// Bytes of the event so far, as the public generator counts them: eight a number, and those of the texts it weighs.
  private var size: Int64 = 0

  init(_ table: SlotTable, _ model: NexmarkModel, baseMicros: Int64) {
    slots = table.slots
    self.model = model
    self.baseMicros = baseMicros
  }

  /// A struct of an event's fields, or NULL if the event is of another kind.
  mutating func structure(_ slot: Int, kind: Int, event: Int64, isThere: Bool) {
    guard isThere else { return slots.appendNull(slot) }
    let first = slots[slot].firstChild
    fields(first..<first + slots[slot].childCount, Self.everything, kind: kind, event: event)
    slots[slot].appendPresent()
  }

  /// Fields `columns` of an event into slots. All values are drawn, wanted or not: an event does not depend on the query.
  mutating func fields(_ range: Range<Int>, _ columns: [Int], kind: Int, event: Int64) {
    var random = NexmarkRandom(seed: model.seed, event: event)
    switch kind {
    case 1: person(range, columns, event, &random)
    case 2: auction(range, columns, event, &random)
    default: bid(range, columns, event, &random)
    }
  }

  private func put(_ value: Int64, _ column: Int, _ range: Range<Int>, _ columns: [Int]) {
    for slot in range where columns[slot - range.lowerBound] == column { slots[slot].append(value) }
  }

  private mutating func putText(_ column: Int, _ range: Range<Int>, _ columns: [Int]) {
    for slot in range where columns[slot - range.lowerBound] == column {
      text.withUnsafeBytes { slots[slot].appendBytes($0, &arena) }
    }
    size += Int64(text.count)
    text.removeAll(keepingCapacity: true)
  }

  private func moment(_ event: Int64) -> Int64 { baseMicros &+ model.micros(of: event) }

  private mutating func person(_ range: Range<Int>, _ columns: [Int], _ event: Int64, _ random: inout NexmarkRandom) {
    size = Self.numberBytes
    put(model.lastPerson(event) + NexmarkModel.firstID, 0, range, columns)
    text = pick(Self.firstNames, &random) + [0x20] + pick(Self.lastNames, &random)
    putText(1, range, columns)
    word(7, &random)
    text.append(UInt8(ascii: "@"))
    word(5, &random)
    text += Array(".com".utf8)
    putText(2, range, columns)
    for group in 0..<4 {
      if group > 0 { text.append(0x20) }
      let number = random.below(10_000)
      for unit in [1000, 100, 10, 1] as [Int64] { text.append(UInt8(0x30 + number / unit % 10)) }
    }
    putText(3, range, columns)
    text = pick(Self.cities, &random)
    putText(4, range, columns)
    text = pick(Self.states, &random)
    putText(5, range, columns)
    put(moment(event), 6, range, columns)
    extra(model.personBytes, &random)
    putText(7, range, columns)
  }

  private mutating func auction(_ range: Range<Int>, _ columns: [Int], _ event: Int64, _ random: inout NexmarkRandom) {
    let seller = model.seller(event, &random)
    let category = 10 + random.below(5)
    let initial = random.price()
    let expires = moment(event) &+ model.auctionLength(event, &random)
    size = 6 * Self.numberBytes
    put(model.lastAuction(event) + NexmarkModel.firstID, 0, range, columns)
    word(20, &random)
    putText(1, range, columns)
    word(100, &random)
    putText(2, range, columns)
    put(initial, 3, range, columns)
    put(initial + random.price(), 4, range, columns)
    put(moment(event), 5, range, columns)
    put(expires, 6, range, columns)
    put(seller, 7, range, columns)
    put(category, 8, range, columns)
    extra(model.auctionBytes, &random)
    putText(9, range, columns)
  }

  private mutating func bid(_ range: Range<Int>, _ columns: [Int], _ event: Int64, _ random: inout NexmarkRandom) {
    put(model.bidAuction(event, &random), 0, range, columns)
    put(model.bidder(event, &random), 1, range, columns)
    put(random.price(), 2, range, columns)
    let isHot = random.below(2) > 0
    let channel = random.below(isHot ? 4 : 10_000)
    text = isHot ? Self.hotChannels[Int(channel)] : Array("channel-\(channel)".utf8)
    putText(3, range, columns)
    // A channel's address depends on the channel alone.
    var own = NexmarkRandom(seed: model.seed ^ (isHot ? 0x5A5A : 0xA5A5), event: channel)
    text = Array("https://www.nexmark.com/".utf8)
    for _ in 0..<3 {
      word(5, special: UInt8(ascii: "_"), &own)
      text.append(UInt8(ascii: "/"))
    }
    text += Array("item.htm?query=1".utf8)
    if !isHot, own.below(10) > 0 { text += Array("&channel_id=\(own.below(1 << 31))".utf8) }
    putText(4, range, columns)
    put(moment(event), 5, range, columns)
    // The public generator does not weigh channel and address.
    size = 4 * Self.numberBytes
    extra(model.bidBytes, &random)
    putText(6, range, columns)
  }

  private func pick(_ words: [[UInt8]], _ random: inout NexmarkRandom) -> [UInt8] {
    words[Int(random.below(Int64(words.count)))]
  }

  /// Letters with a blank now and then, at least three.
  private mutating func word(_ longest: Int, special: UInt8 = 0x20, _ random: inout NexmarkRandom) {
    let count = 3 + random.below(Int64(longest - 3))
    for place in 0..<count {
      let isSpecial = random.below(13) == 0 && place > 0 && place < count - 1
      text.append(isSpecial ? special : UInt8(0x61 + random.below(26)))
    }
  }

  /// Letters that bring an event to `average` bytes, a fifth of them more or less.
  private mutating func extra(_ average: Int64, _ random: inout NexmarkRandom) {
    let missing = max(0, average - size)
    let fifth = (missing + 2) / 5
    let count = missing - fifth + (fifth == 0 ? 0 : random.below(2 * fifth))
    var letters = random.next()
    for place in 0..<count {
      if place % 12 == 0 { letters = random.next() }
      text.append(UInt8(0x61 + letters % 26))
      letters /= 26
    }
  }
}
