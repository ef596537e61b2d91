/// The names in the first line of a file, beside those of the columns that it should have. They are compared without case.
enum CsvHeader {
  static func isSame(_ names: [String], _ wanted: [String]) -> Bool {
    names.map { $0.lowercased() } == wanted.map { $0.lowercased() }
  }

  /// A header whose columns were named by their place as well, since names came twice or were empty.
  static func isNumbered(_ names: [String], _ wanted: [String]) -> Bool {
    names.count == wanted.count && names.contains { !$0.isEmpty }
      && zip(names, wanted).enumerated().allSatisfy { place, pair in
        let (name, column) = (pair.0.lowercased(), pair.1.lowercased())
        return name == column || (name.isEmpty ? column == "_c\(place)" : column == "\(name)\(place)")
      }
  }

  /// Names of these columns in another order, fewer or more of them: nothing that a record would hold.
  static func isOther(_ names: [String], than wanted: [String]) -> Bool {
    let (found, expected) = (Set(names.map { $0.lowercased() }), Set(wanted.map { $0.lowercased() }))
    return found.count == names.count && min(found.count, expected.count) > 1
      && (found.isSubset(of: expected) || expected.isSubset(of: found))
  }
}
