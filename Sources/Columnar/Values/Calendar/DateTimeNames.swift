/// The English names of months, weekdays, quarters, eras, half days and common time zones.
enum DateTimeNames {
  /// The name of a value of a field; empty for other fields and values.
  static func name(_ field: DateTimeField, _ value: Int, isFull: Bool) -> StaticString {
    let (names, first) = names(field, isFull: isFull)
    let index = value &- first
    return index >= 0 && index < names.count ? names[index] : ""
  }

  /// The names of a field and the value of the first.
  static func names(_ field: DateTimeField, isFull: Bool) -> (names: [StaticString], first: Int) {
    switch field {
    case .month: (isFull ? months : monthsShort, 1)
    case .weekday: (isFull ? weekdays : weekdaysShort, 1)
    case .quarter: (isFull ? quarters : quartersShort, 1)
    case .era: (isFull ? eras : erasShort, 0)
    case .halfday: (halfdays, 0)
    default: ([], 0)
    }
  }

  private static let months: [StaticString] = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
    "December",
  ]
  private static let monthsShort: [StaticString] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]
  private static let weekdays: [StaticString] = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]
  private static let weekdaysShort: [StaticString] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
  private static let quarters: [StaticString] = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"]
  private static let quartersShort: [StaticString] = ["Q1", "Q2", "Q3", "Q4"]
  private static let eras: [StaticString] = ["Before Christ", "Anno Domini"]
  private static let erasShort: [StaticString] = ["BC", "AD"]
  private static let halfdays: [StaticString] = ["AM", "PM"]

  /// A zone name of everyday use: short, full, and the region that it means when it is read.
  ///
  /// Unicode's English data has no abbreviations for zones abroad, Java's has; these are Java's.
  struct ZoneName {
    var short: StaticString
    var full: StaticString
    var region: StaticString

    init(_ short: StaticString, _ full: StaticString, _ region: StaticString) {
      self.short = short
      self.full = full
      self.region = region
    }
  }

  static let zones: [ZoneName] = [
    ZoneName("UTC", "Coordinated Universal Time", "UTC"),
    ZoneName("GMT", "Greenwich Mean Time", "GMT"),
    ZoneName("PST", "Pacific Standard Time", "America/Los_Angeles"),
    ZoneName("PDT", "Pacific Daylight Time", "America/Los_Angeles"),
    ZoneName("MST", "Mountain Standard Time", "America/Denver"),
    ZoneName("MDT", "Mountain Daylight Time", "America/Denver"),
    ZoneName("CST", "Central Standard Time", "America/Chicago"),
    ZoneName("CDT", "Central Daylight Time", "America/Chicago"),
    ZoneName("EST", "Eastern Standard Time", "America/New_York"),
    ZoneName("EDT", "Eastern Daylight Time", "America/New_York"),
    ZoneName("AST", "Atlantic Standard Time", "America/Halifax"),
    ZoneName("ADT", "Atlantic Daylight Time", "America/Halifax"),
    ZoneName("NST", "Newfoundland Standard Time", "America/St_Johns"),
    ZoneName("NDT", "Newfoundland Daylight Time", "America/St_Johns"),
    ZoneName("AKST", "Alaska Standard Time", "America/Anchorage"),
    ZoneName("AKDT", "Alaska Daylight Time", "America/Anchorage"),
    ZoneName("HST", "Hawaii-Aleutian Standard Time", "Pacific/Honolulu"),
    ZoneName("BRT", "Brasilia Standard Time", "America/Sao_Paulo"),
    ZoneName("BRST", "Brasilia Summer Time", "America/Sao_Paulo"),
    ZoneName("ART", "Argentina Standard Time", "America/Argentina/Buenos_Aires"),
    ZoneName("WET", "Western European Standard Time", "Europe/Lisbon"),
    ZoneName("WEST", "Western European Summer Time", "Europe/Lisbon"),
    ZoneName("CET", "Central European Standard Time", "Europe/Paris"),
    ZoneName("CEST", "Central European Summer Time", "Europe/Paris"),
    ZoneName("EET", "Eastern European Standard Time", "Europe/Bucharest"),
    ZoneName("EEST", "Eastern European Summer Time", "Europe/Bucharest"),
    ZoneName("BST", "British Summer Time", "Europe/London"),
    ZoneName("MSK", "Moscow Standard Time", "Europe/Moscow"),
    ZoneName("SAST", "South Africa Standard Time", "Africa/Johannesburg"),
    ZoneName("CAT", "Central Africa Time", "Africa/Maputo"),
    ZoneName("EAT", "East Africa Time", "Africa/Nairobi"),
    ZoneName("WAT", "West Africa Standard Time", "Africa/Lagos"),
    ZoneName("IST", "India Standard Time", "Asia/Kolkata"),
    ZoneName("PKT", "Pakistan Standard Time", "Asia/Karachi"),
    ZoneName("GST", "Gulf Standard Time", "Asia/Dubai"),
    ZoneName("ICT", "Indochina Time", "Asia/Bangkok"),
    ZoneName("WIB", "Western Indonesia Time", "Asia/Jakarta"),
    ZoneName("SGT", "Singapore Standard Time", "Asia/Singapore"),
    ZoneName("HKT", "Hong Kong Standard Time", "Asia/Hong_Kong"),
    ZoneName("CST", "China Standard Time", "Asia/Shanghai"),
    ZoneName("KST", "Korean Standard Time", "Asia/Seoul"),
    ZoneName("JST", "Japan Standard Time", "Asia/Tokyo"),
    ZoneName("AWST", "Australian Western Standard Time", "Australia/Perth"),
    ZoneName("ACST", "Australian Central Standard Time", "Australia/Adelaide"),
    ZoneName("ACDT", "Australian Central Daylight Time", "Australia/Adelaide"),
    ZoneName("AEST", "Australian Eastern Standard Time", "Australia/Sydney"),
    ZoneName("AEDT", "Australian Eastern Daylight Time", "Australia/Sydney"),
    ZoneName("NZST", "New Zealand Standard Time", "Pacific/Auckland"),
    ZoneName("NZDT", "New Zealand Daylight Time", "Pacific/Auckland"),
  ]
}
