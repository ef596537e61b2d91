import Expressions

/// Which rows of a match the conditions look back at: the last rows of some variables and the first ones, kept by every
/// thread so that none has to walk its path.
struct PatternRegisters {
  private struct Group {
    var variables: Set<Int>?
    /// Last rows kept, latest first, in registers from `base` on.
    var lasts = 0
    /// First rows kept, behind them.
    var firsts = 0
    var base = 0
  }

  private var groups: [Group] = []
  private(set) var count = 0

  init(_ navigations: [RowNavigation]) {
    for navigation in navigations where !navigation.isAggregate {
      let index = groups.firstIndex { $0.variables == navigation.variables } ?? groups.count
      if index == groups.count { groups.append(Group(variables: navigation.variables)) }
      let depth = navigation.offset + 1
      if navigation.isFromFirst {
        groups[index].firsts = max(groups[index].firsts, depth)
      } else {
        groups[index].lasts = max(groups[index].lasts, depth)
      }
    }
    for index in groups.indices {
      groups[index].base = count
      count += groups[index].lasts + groups[index].firsts
    }
  }

  /// The registers of a thread that has taken no row.
  var initial: [Int] { [Int](repeating: -1, count: count) }

  /// The registers once the row at `position` is taken for `variable`.
  func taking(_ position: Int, for variable: Int, _ registers: [Int]) -> [Int] {
    if count == 0 { return registers }
    var registers = registers
    for group in groups where group.variables?.contains(variable) ?? true {
      let firsts = group.base + group.lasts
      if group.lasts > 0 {
        for index in stride(from: firsts - 1, to: group.base, by: -1) { registers[index] = registers[index - 1] }
        registers[group.base] = position
      }
      for index in firsts..<firsts + group.firsts where registers[index] < 0 {
        registers[index] = position
        break
      }
    }
    return registers
  }

  /// The position that a navigation finds before PREV or NEXT; negative if there is none.
  func position(_ navigation: RowNavigation, _ registers: [Int]) -> Int {
    guard let group = groups.first(where: { $0.variables == navigation.variables }) else { return -1 }
    return registers[group.base + (navigation.isFromFirst ? group.lasts : 0) + navigation.offset]
  }
}
