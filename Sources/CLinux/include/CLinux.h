// What Linux has and Swift's Glibc module leaves out.
#pragma once
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

/// A descriptor that can be read while one of these signals, which must be blocked, is pending; -1 with errno set.
static inline int sq_signal_descriptor(const sigset_t *set) { return signalfd(-1, set, SFD_NONBLOCK | SFD_CLOEXEC); }

/// Takes a pending signal out of the descriptor; 0 if there is none.
static inline int sq_take_signal(int descriptor) {
  struct signalfd_siginfo info;
  return read(descriptor, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

/// How often this thread has waited so far, as far as the kernel knows; being interrupted by other threads does not count.
static inline long sq_thread_waits(void) {
  struct rusage usage;
  return getrusage(1 /* RUSAGE_THREAD */, &usage) == 0 ? usage.ru_nvcsw : 0;
}
