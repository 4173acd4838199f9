// Large pages for large results.
#pragma once

#include <cstdint>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace weft {

// Asks the system to back a fresh, large buffer with 2 MB pages: one page fault in place of 512, and far fewer misses
// of the address cache when the buffer is written in random order. Only whole large pages inside of the buffer are
// asked for, so no more memory is used. A hint: where it cannot be followed, nothing changes.
inline void prefer_large_pages(void* address, int64_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  constexpr uintptr_t page = uintptr_t(1) << 21;
  constexpr int64_t worthwhile = int64_t(4) << 20;
  if (bytes < worthwhile) return;
  const uintptr_t first = (uintptr_t(address) + page - 1) & ~(page - 1);
  const uintptr_t last = (uintptr_t(address) + uintptr_t(bytes)) & ~(page - 1);
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
#else
  (void)address;
  (void)bytes;
#endif
}

}  // namespace weft
