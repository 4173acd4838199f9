// Edges on their way into many buckets. Written one by one, each lands on a line of memory that must first be read, and
// hundreds of open lines push each other out of the nearest cache. So a line's worth of edges is gathered for each
// bucket and then written past the caches in one piece, which reads nothing.
//
// Source of the method: software write-combining, as in Satish et al. 2010, "Fast sort on CPUs and GPUs".
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weft {

// Where the edges of buckets go, side by side: column, edge ID, and the row's place in its bucket.
template <typename Out>
struct bucket_arrays {
  Out *indices, *eids;
  uint16_t* low;

  void put(int64_t place, Out index, Out eid, uint16_t row) const {
    indices[place] = index;
    eids[place] = eid;
    low[place] = row;
  }
};

#if defined(__SSE2__)

template <typename Out>
class bucket_lines {
  static constexpr int64_t line = int64_t(64 / sizeof(Out));  // edges
  static constexpr uintptr_t aligned = 64;
  struct alignas(64) edges {
    Out indices[line], eids[line];
    uint16_t low[line];
  };

  const bucket_arrays<Out> to;
  const std::vector<int64_t> starts;  // first place of each bucket that this part of the edge list fills
  std::vector<edges> open;

  template <typename T>
  static void stream(T* to, const T* from) {
    for (int64_t i = 0; i < line; i += int64_t(16 / sizeof(T))) {
      _mm_stream_si128(reinterpret_cast<__m128i*>(to + i), _mm_load_si128(reinterpret_cast<const __m128i*>(from + i)));
    }
  }

  // Writes the places [first, last) of one line.
  void copy(int64_t bucket, int64_t first, int64_t last) const {
    const edges& from = open[size_t(bucket)];
    for (int64_t place = first; place < last; ++place) {
      const int64_t k = place % line;
      to.put(place, from.indices[k], from.eids[k], from.low[k]);
    }
  }

 public:
  // Whether lines fill often enough, and lie where they can be written in one piece.
  static bool pays(const bucket_arrays<Out>& to, int64_t num_edges, int64_t num_buckets) {
    const auto place = uintptr_t(to.indices) | uintptr_t(to.eids) | uintptr_t(to.low);
    return num_edges >= num_buckets * 8 * line && place % aligned == 0;
  }

  bucket_lines(const bucket_arrays<Out>& to, const int64_t* places, int64_t num_buckets)
      : to(to), starts(places, places + num_buckets), open(size_t(num_buckets)) {}

  void put(int64_t bucket, int64_t place, Out index, Out eid, uint16_t row) {
    edges& gathered = open[size_t(bucket)];
    const int64_t k = place % line;
    gathered.indices[k] = index;
    gathered.eids[k] = eid;
    gathered.low[k] = row;
    if (k != line - 1) return;
    const int64_t first = place - k;
    if (first < starts[size_t(bucket)]) return copy(bucket, starts[size_t(bucket)], place + 1);
    stream(to.indices + first, gathered.indices);
    stream(to.eids + first, gathered.eids);
    stream(to.low + first, gathered.low);
  }

  // Writes what is still open; `ends` are the places after the last edge of each bucket.
  void finish(const int64_t* ends) const {
    for (int64_t bucket = 0; bucket < int64_t(open.size()); ++bucket) {
      const int64_t end = ends[bucket];
      copy(bucket, std::max(end / line * line, starts[size_t(bucket)]), end);
    }
    _mm_sfence();  // other threads read what went past the caches
  }
};

#else

template <typename Out>
class bucket_lines {
  const bucket_arrays<Out> to;

 public:
  static bool pays(const bucket_arrays<Out>&, int64_t, int64_t) { return false; }
  bucket_lines(const bucket_arrays<Out>& to, const int64_t*, int64_t) : to(to) {}
  void put(int64_t, int64_t place, Out index, Out eid, uint16_t row) { to.put(place, index, eid, row); }
  void finish(const int64_t*) const {}
};

#endif

}  // namespace weft
