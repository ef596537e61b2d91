import Planning

extension PhysicalNode {
  /// The operators that hold rows of relations on static sides of joins, those joins among them, by the relations' names.
  ///
  /// Only relations that stand alone on such sides, and nowhere else: what others brought could not be told from theirs, and
  /// elsewhere their rows have had their effect. Nor beside rows that are taken back: their answers would be other ones then.
  var staticSides: [String: Set<String>] {
    var sides: [String: Set<String>] = [:]
    var others: Set<String> = []
    note(&sides, &others)
    return sides.filter { !others.contains($0.key) }
  }

  private func note(_ sides: inout [String: Set<String>], _ others: inout Set<String>) {
    switch kind {
    case .scan(let reference, _): others.insert(reference.name)
    case .join(let spec) where spec.isRightStatic:
      inputs[0].note(&sides, &others)
      let relations = inputs[1].relations
      guard relations.count == 1, let name = relations.first, inputs[0].properties.isAppendOnly else {
        return others.formUnion(relations)
      }
      sides[name, default: []].formUnion(inputs[1].identities.union([id.rawValue]))
    default:
      for input in inputs { input.note(&sides, &others) }
    }
  }

  private var identities: Set<String> {
    inputs.reduce(into: [id.rawValue]) { $0.formUnion($1.identities) }
  }

  private var relations: Set<String> {
    if case .scan(let reference, _) = kind { return [reference.name] }
    return inputs.reduce(into: []) { $0.formUnion($1.relations) }
  }
}
