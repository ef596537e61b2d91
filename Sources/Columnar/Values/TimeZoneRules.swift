import FoundationEssentials
import FoundationInternationalization
import Synchronization

/// The offset from UTC of one zone at any time: a fixed one, or a region's with its history and its rules.
///
/// Regions come from the Unicode time zone data that Foundation carries (this is the only file that asks it), and
/// are turned into a table of transitions once per region and process, in about a millisecond. A lookup is a binary
/// search; ``ZoneCursor`` makes it a range check for values that lie close together.
///
/// Where the local clock jumps, Java's rules hold: a local time that is skipped moves forward by the length of the
/// gap, one that occurs twice means the earlier.
package final class TimeZoneRules: Sendable {
  /// As given, with Java's short names replaced: `Europe/Berlin`, `+01:00`, `UTC`.
  package let name: String
  /// Seconds east of UTC where they never change, else nil.
  package let fixedOffsetSeconds: Int32?

  /// One stretch of time with one offset.
  struct Period: Equatable {
    /// UTC seconds from which it holds.
    var start: Int64
    /// Local seconds from which on it is the only answer: behind the gap or the overlap at its start.
    var localStart: Int64
    var offset: Int32
    /// Summer time, which has a name of its own.
    var isDaylight: Bool
  }

  /// A region of the time zone data, in contrast to an offset.
  private let isRegion: Bool

  // Written before init returns, only read afterwards, freed by deinit.
  private nonisolated(unsafe) let periods: UnsafeMutableBufferPointer<Period>

  /// UTC, which is also the default session zone.
  package static let utc = TimeZoneRules(name: "UTC", offsets: [(Int64.min, 0, false)])

  deinit { periods.deallocate() }

  /// - Parameter offsets: start in UTC seconds and offset of each period, in ascending order, not empty.
  private init(
    name: String, isRegion: Bool = false, offsets: [(start: Int64, offset: Int32, isDaylight: Bool)]
  ) {
    self.name = name
    self.isRegion = isRegion
    fixedOffsetSeconds = offsets.count == 1 ? offsets[0].offset : nil
    let table = UnsafeMutableBufferPointer<Period>.allocate(capacity: offsets.count)
    for (index, (start, offset, isDaylight)) in offsets.enumerated() {
      let before = index == 0 ? offset : offsets[index - 1].offset
      let localStart = index == 0 ? Int64.min : start &+ Int64(max(before, offset))
      table.initializeElement(
        at: index, to: Period(start: start, localStart: localStart, offset: offset, isDaylight: isDaylight))
    }
    periods = table
  }

  /// A zone that is always `seconds` east of UTC; its name is in Java's form. Nil beyond 18 hours.
  package convenience init?(offsetSeconds seconds: Int32) {
    guard seconds.magnitude <= ZoneText.offsetSecondsMax else { return nil }
    var out = ByteWriter(capacity: 16)
    ZoneText.formatOffset(seconds: seconds, colons: true, zero: "Z", into: &out)
    self.init(name: out.string, offsets: [(Int64.min, seconds, false)])
  }

  // MARK: Known zones

  /// Regions met so far; bounded, because only names that exist are kept.
  private static let known = Mutex<[String: TimeZoneRules]>([:])

  /// The zone that `text` names, or nil: an offset as in ``ZoneText/offsetSeconds(_:)``, one of Java's short names
  /// (`PST`), or a region (`Europe/Berlin`). Case matters, as in Java.
  package static func named(_ text: UnsafeRawBufferPointer) -> TimeZoneRules? {
    if let offset = ZoneText.offsetSeconds(text) { return fixed(offset, name: text) }
    if let meaning = ZoneText.shortName(text) {
      return named(UnsafeRawBufferPointer(start: meaning.utf8Start, count: meaning.utf8CodeUnitCount))
    }
    // Java takes no shorter names, and no other characters.
    guard text.count >= 2, text.count <= 64, let first = text.first, AsciiText.isLetter(first) else {
      return nil
    }
    let name = String(decoding: text, as: UTF8.self)
    return known.withLock { zones in
      if let zone = zones[name] { return zone }
      let zone = region(name)
      zones[name] = zone
      return zone
    }
  }

  /// As ``named(_:)-(UnsafeRawBufferPointer)``.
  package static func named(_ text: String) -> TimeZoneRules? {
    var text = text
    return text.withUTF8 { named(UnsafeRawBufferPointer($0)) }
  }

  private static func fixed(_ offset: Int32, name text: UnsafeRawBufferPointer) -> TimeZoneRules? {
    let name = String(decoding: text, as: UTF8.self)
    if offset == 0 {
      return name == "UTC" ? utc : TimeZoneRules(name: name, offsets: [(Int64.min, 0, false)])
    }
    guard let first = text.first, AsciiText.isLetter(first), let zone = TimeZoneRules(offsetSeconds: offset)
    else {
      return TimeZoneRules(offsetSeconds: offset)
    }
    let prefix = name.prefix { $0 != "+" && $0 != "-" }
    return TimeZoneRules(name: prefix + zone.name, offsets: [(Int64.min, offset, false)])
  }

  /// Rules repeat after 400 years, which are a whole number of weeks. Tables end here (the year 2500), and later
  /// times are looked up 400 years or a multiple earlier; by 2100 every known exception has passed.
  private static let tableEndSeconds: Int64 = 16_725_225_600
  private static let cycleSeconds: Int64 = 146_097 * 86_400
  /// Before the first transition of every zone (the year −1832).
  private static let tableStartSeconds: Int64 = -120_000_000_000
  /// Two a year over the whole table, and as many again for the irregular past.
  private static let periodsMax = 4000

  private static func region(_ name: String) -> TimeZoneRules? {
    // Foundation finds its zones through a dynamic replacement. Static linking leaves that out, and every region with it, unless
    // something of the same file is asked for: the version of the data.
    guard !TimeZone.timeZoneDataVersion.isEmpty, let zone = TimeZone(identifier: name) else { return nil }
    func offset(_ seconds: Int64) -> Int32 {
      Int32(clamping: zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }
    var offsets: [(start: Int64, offset: Int32, isDaylight: Bool)] = [
      (Int64.min, offset(tableStartSeconds), false)
    ]
    var at = tableStartSeconds
    while offsets.count < periodsMax {
      let from = Date(timeIntervalSince1970: Double(at))
      guard let date = zone.nextDaylightSavingTimeTransition(after: from) else { break }
      let next = Int64(date.timeIntervalSince1970.rounded())
      guard next > at, next < tableEndSeconds else { break }
      at = next
      let current = offset(next)
      // A change of the name alone is none of the offset.
      if current != offsets[offsets.count - 1].offset {
        offsets.append((next, current, zone.isDaylightSavingTime(for: date)))
      }
    }
    return TimeZoneRules(name: name, isRegion: true, offsets: offsets)
  }

  // MARK: Names

  /// English names met so far, by region and season; bounded as ``known`` is.
  private static let displayNames = Mutex<[String: String]>([:])

  /// The English name at a time in UTC seconds: `PST`, or in full `Pacific Standard Time`. Offsets are their own name.
  package func displayName(utcSeconds: Int64, isFull: Bool) -> String {
    if name == "UTC" { return isFull ? "Coordinated Universal Time" : "UTC" }
    guard isRegion else { return name }
    let seconds = withinTable(utcSeconds)
    let isDaylight = periods[lastPeriod { $0.start <= seconds }].isDaylight
    return Self.displayNames.withLock { names in
      let key = "\(isFull ? "full" : "short") \(isDaylight) \(name)"
      if let known = names[key] { return known }
      let found = Self.findDisplayName(name, isDaylight: isDaylight, isFull: isFull)
      names[key] = found
      return found
    }
  }

  private static func findDisplayName(_ name: String, isDaylight: Bool, isFull: Bool) -> String {
    guard let zone = TimeZone(identifier: name) else { return name }
    let locale = Locale(identifier: "en_US")
    let full = zone.localizedName(for: isDaylight ? .daylightSaving : .standard, locale: locale) ?? name
    if isFull { return full }
    // Unicode's abbreviations for zones abroad are offsets; Java's are better known.
    if let known = DateTimeNames.zones.first(where: { $0.full.description == full }) {
      return known.short.description
    }
    return zone.localizedName(for: isDaylight ? .shortDaylightSaving : .shortStandard, locale: locale) ?? full
  }

  // MARK: Lookup

  /// The last period for which `isReached` holds; periods are few, so that ten steps suffice.
  @inline(__always)
  private func lastPeriod(where isReached: (Period) -> Bool) -> Int {
    var low = 0
    var high = periods.count
    while high &- low > 1 {
      let middle = (low &+ high) &>> 1
      if isReached(periods[middle]) { low = middle } else { high = middle }
    }
    return low
  }

  /// `seconds` moved into the table by whole cycles of the calendar.
  @inline(__always)
  private func withinTable(_ seconds: Int64) -> Int64 {
    guard seconds >= Self.tableEndSeconds else { return seconds }
    return seconds &- ((seconds &- Self.tableEndSeconds) / Self.cycleSeconds &+ 1) &* Self.cycleSeconds
  }

  /// Seconds east of UTC at a time in UTC seconds.
  package func offsetSeconds(utcSeconds: Int64) -> Int32 {
    if let fixedOffsetSeconds { return fixedOffsetSeconds }
    let seconds = withinTable(utcSeconds)
    return periods[lastPeriod { $0.start <= seconds }].offset
  }

  /// The offset at a time in UTC seconds, and from when to before when it holds for certain.
  func period(utcSeconds: Int64) -> (start: Int64, end: Int64, offset: Int32) {
    if let fixedOffsetSeconds { return (.min, .max, fixedOffsetSeconds) }
    guard utcSeconds < Self.tableEndSeconds else {
      return (utcSeconds, utcSeconds &+ 1, offsetSeconds(utcSeconds: utcSeconds))
    }
    let index = lastPeriod { $0.start <= utcSeconds }
    let end = index &+ 1 < periods.count ? periods[index &+ 1].start : Self.tableEndSeconds
    return (periods[index].start, end, periods[index].offset)
  }

  /// What the local clock means.
  package struct LocalOffset: Equatable, Sendable {
    /// Seconds east of UTC to take: UTC = local − offset. In a gap it is the one before, which moves the time
    /// forward; in an overlap the one before too, which is the earlier time.
    package var seconds: Int32
    /// The offset that would do as well, because the local time occurs twice.
    package var other: Int32?
    /// The transition in UTC seconds, if the local time is skipped.
    package var gapEndUTCSeconds: Int64?
  }

  /// The offset for a time on the local clock, in local seconds.
  package func localOffset(localSeconds: Int64) -> LocalOffset {
    if let fixedOffsetSeconds { return LocalOffset(seconds: fixedOffsetSeconds) }
    let seconds = withinTable(localSeconds)
    let index = lastPeriod { $0.localStart <= seconds }
    let offset = periods[index].offset
    guard index &+ 1 < periods.count else { return LocalOffset(seconds: offset) }
    let next = periods[index &+ 1]
    if next.offset > offset {
      guard seconds >= next.start &+ Int64(offset) else { return LocalOffset(seconds: offset) }
      return LocalOffset(seconds: offset, gapEndUTCSeconds: next.start &+ (localSeconds &- seconds))
    }
    guard seconds >= next.start &+ Int64(next.offset) else { return LocalOffset(seconds: offset) }
    return LocalOffset(seconds: offset, other: next.offset)
  }
}
