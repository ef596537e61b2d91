/// The candidate that a misspelt word most likely meant, or nil if none is near.
///
/// Compares without regard to case by the restricted edit distance (insert, delete, replace, swap of neighbours). Near
/// means at most a third of the word's length, at least one edit; ties go to the first candidate.
/// Costs the product of both lengths per candidate; words beyond 64 bytes are not looked at.
package func closestMatch(to word: String, in candidates: some Sequence<String>) -> String? {
  let wanted = Array(word.lowercased().utf8)
  guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
  let distanceMax = max(1, wanted.count / 3)
  var best: (candidate: String, distance: Int)?
  for candidate in candidates {
    let other = Array(candidate.lowercased().utf8)
    guard !other.isEmpty, abs(other.count - wanted.count) <= distanceMax else { continue }
    let distance = editDistance(wanted, other)
    // One edit turns any one-letter word into any other: that is no resemblance.
    guard distance <= distanceMax, distance < max(wanted.count, other.count) else { continue }
    if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
  }
  return best?.candidate
}

/// The hint made of `closestMatch`: `did you mean "customer_id"?`
package func didYouMean(_ word: String, in candidates: some Sequence<String>) -> String? {
  closestMatch(to: word, in: candidates).map { "did you mean \"\($0)\"?" }
}

/// Optimal string alignment distance over bytes.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
  var beforePrevious = [Int](repeating: 0, count: right.count + 1)
  var previous = Array(0...right.count)
  for i in 1...left.count {
    var current = [i] + [Int](repeating: 0, count: right.count)
    for j in 1...right.count {
      let cost = left[i - 1] == right[j - 1] ? 0 : 1
      current[j] = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost)
      if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
        current[j] = min(current[j], beforePrevious[j - 2] + 1)
      }
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[right.count]
}
