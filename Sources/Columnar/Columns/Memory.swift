import CKernels

/// `memcmp(a, b, count) == 0`.
@inlinable public func memoryEqual(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
  sq_memory_equal(a, b, count) != 0
}

/// The order of two places' first bytes: below, at or above zero.
@inlinable public func memoryCompare(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
  memcmp(a, b, count)
}
