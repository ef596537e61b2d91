import CKernels

/// `memcmp(a, b, count) == 0`.
@inlinable public func memoryEqual(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
  sq_memory_equal(a, b, count) != 0
}
