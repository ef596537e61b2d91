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
  private static let dotCom = Array(".com".utf8)
  private static let channelPrefix = Array("channel-".utf8)
  private static let channelParameter = Array("&channel_id=".utf8)
  private static let site = Array("https://www.nexmark.com/".utf8)
  private static let item = Array("item.htm?query=1".utf8)
  private static let everything = Array(0..<10)
  private static let numberBytes: Int64 = 8

  private let slots: UnsafeMutablePointer<ColumnSlot>
  private let model: NexmarkModel
  private let baseMicros: Int64
  private(set) var arena = ByteArena()
  /// The text that is being written, in the first `length` bytes.
  private var text = [UInt8](repeating: 0, count: 256)
  private var length = 0
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

  /// Fields `columns` of an event into slots. What is drawn for a value does not depend on which are wanted: an event does not
  /// depend on the query. Texts that nothing else is drawn behind are not written if nobody wants them.
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

  private func wants(_ column: Int, _ columns: [Int]) -> Bool {
    for wanted in columns where wanted == column { return true }
    return false
  }

  private mutating func putText(_ column: Int, _ range: Range<Int>, _ columns: [Int]) {
    for slot in range where columns[slot - range.lowerBound] == column {
      text.withUnsafeBytes { slots[slot].appendBytes(UnsafeRawBufferPointer(rebasing: $0[..<length]), &arena) }
    }
    size += Int64(length)
    length = 0
  }

  private mutating func makeRoom(_ count: Int) {
    if length + count > text.count { text.append(contentsOf: repeatElement(0, count: max(count, text.count))) }
  }

  private mutating func append(_ byte: UInt8) {
    makeRoom(1)
    text[length] = byte
    length += 1
  }

  private mutating func append(_ bytes: [UInt8]) {
    makeRoom(bytes.count)
    for i in 0..<bytes.count { text[length &+ i] = bytes[i] }
    length += bytes.count
  }

  /// A number that is not negative, in decimal.
  private mutating func append(number: Int64) {
    var unit: Int64 = 1
    while number / unit >= 10 { unit *= 10 }
    while unit > 0 {
      append(UInt8(truncatingIfNeeded: 0x30 + number / unit % 10))
      unit /= 10
    }
  }

  private func moment(_ event: Int64) -> Int64 { baseMicros &+ model.micros(of: event) }

  private mutating func person(_ range: Range<Int>, _ columns: [Int], _ event: Int64, _ random: inout NexmarkRandom) {
    size = Self.numberBytes
    put(model.lastPerson(event) + NexmarkModel.firstID, 0, range, columns)
    append(pick(Self.firstNames, &random))
    append(0x20)
    append(pick(Self.lastNames, &random))
    putText(1, range, columns)
    word(7, &random)
    append(UInt8(ascii: "@"))
    word(5, &random)
    append(Self.dotCom)
    putText(2, range, columns)
    for group in 0..<4 {
      if group > 0 { append(0x20) }
      let number = random.below(10_000)
      for unit in [1000, 100, 10, 1] as [Int64] { append(UInt8(0x30 + number / unit % 10)) }
    }
    putText(3, range, columns)
    append(pick(Self.cities, &random))
    putText(4, range, columns)
    append(pick(Self.states, &random))
    putText(5, range, columns)
    put(moment(event), 6, range, columns)
    if wants(7, columns) {
      extra(model.personBytes, &random)
      putText(7, range, columns)
    }
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
    if wants(9, columns) {
      extra(model.auctionBytes, &random)
      putText(9, range, columns)
    }
  }

  private mutating func bid(_ range: Range<Int>, _ columns: [Int], _ event: Int64, _ random: inout NexmarkRandom) {
    put(model.bidAuction(event, &random), 0, range, columns)
    put(model.bidder(event, &random), 1, range, columns)
    let price = random
    _ = random.next()
    if wants(2, columns) {
      var own = price
      put(own.price(), 2, range, columns)
    }
    let isHot = random.below(2) > 0
    let channel = random.below(isHot ? 4 : 10_000)
    if wants(3, columns) {
      if isHot {
        append(Self.hotChannels[Int(channel)])
      } else {
        append(Self.channelPrefix)
        append(number: channel)
      }
      putText(3, range, columns)
    }
    if wants(4, columns) {
      address(of: channel, isHot: isHot)
      putText(4, range, columns)
    }
    put(moment(event), 5, range, columns)
    // The public generator does not weigh channel and address.
    size = 4 * Self.numberBytes
    if wants(6, columns) {
      extra(model.bidBytes, &random)
      putText(6, range, columns)
    }
  }

  /// A channel's address depends on the channel alone.
  private mutating func address(of channel: Int64, isHot: Bool) {
    var own = NexmarkRandom(seed: model.seed ^ (isHot ? 0x5A5A : 0xA5A5), event: channel)
    append(Self.site)
    for _ in 0..<3 {
      word(5, special: UInt8(ascii: "_"), &own)
      append(UInt8(ascii: "/"))
    }
    append(Self.item)
    if !isHot, own.below(10) > 0 {
      append(Self.channelParameter)
      append(number: own.below(1 << 31))
    }
  }

  private func pick(_ words: [[UInt8]], _ random: inout NexmarkRandom) -> [UInt8] {
    words[Int(random.below(Int64(words.count)))]
  }

  /// Letters with a blank now and then, at least three.
  private mutating func word(_ longest: Int, special: UInt8 = 0x20, _ random: inout NexmarkRandom) {
    let count = 3 + random.below(Int64(longest - 3))
    for place in 0..<count {
      let isSpecial = random.below(13) == 0 && place > 0 && place < count - 1
      append(isSpecial ? special : UInt8(0x61 + random.below(26)))
    }
  }

  /// Letters that bring an event to `average` bytes, a fifth of them more or less.
  private mutating func extra(_ average: Int64, _ random: inout NexmarkRandom) {
    let missing = max(0, average - size)
    let fifth = (missing + 2) / 5
    let count = missing - fifth + (fifth == 0 ? 0 : random.below(2 * fifth))
    makeRoom(Int(count))
    // The first draw is for nobody: twelve letters are drawn at once, as two numbers of six.
    _ = random.next()
    var place = length
    let end = length + Int(count)
    length = end
    text.withUnsafeMutableBufferPointer { text in
      while place < end {
        let letters = random.next()
        var low = UInt32(truncatingIfNeeded: letters % Self.sixLetters)
        var high = UInt32(truncatingIfNeeded: letters / Self.sixLetters % Self.sixLetters)
        for i in 0..<6 {
          if place &+ i < end { text[place &+ i] = UInt8(truncatingIfNeeded: 0x61 &+ low % 26) }
          if place &+ i &+ 6 < end { text[place &+ i &+ 6] = UInt8(truncatingIfNeeded: 0x61 &+ high % 26) }
          low /= 26
          high /= 26
        }
        place &+= 12
      }
    }
  }

  /// 26⁶.
  private static let sixLetters: UInt64 = 308_915_776
}
