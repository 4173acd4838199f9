// The nearest of some candidates: a round of a search for neighbours.
//
//   out[i] = the `count` nearest to point i among the points candidates[i], each once and never i itself, by squared
//            euclidean distance and, where equal, by number; i itself in places that are left over
//
//   points (num_points, dim), row-major; candidates (num_points, width); out (num_points, count)
//
// Distances are summed in the type of the points, in an order that depends on `dim` alone. A row has one owner thread.
// Callers have checked that candidates lie in [0, num_points).
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "dispatch.h"
#include "lanes.h"
#include "parallel.h"

namespace weft {

template <typename T>
WEFT_INLINE T squared_distance(const T* one, const T* other, int64_t dim) {
  constexpr int W = native_lanes<T>;
  lanes_t<T, W> lanes{};
  int64_t k = 0;
  for (; k + W <= dim; k += W) {
    const lanes_t<T, W> step = load<T, W>(one + k) - load<T, W>(other + k);
    lanes += step * step;
  }
  T sum = sum_lanes<T, W>(lanes);
  for (; k < dim; ++k) sum += (one[k] - other[k]) * (one[k] - other[k]);
  return sum;
}

template <typename T>
int32_t nearest_candidates(const T* points, const int64_t* candidates, int64_t num_points, int64_t dim, int64_t width,
                           int64_t count, int64_t* out, int num_threads) {
  for_ranges(num_points, num_threads, [&](int64_t first, int64_t last) {
    std::vector<int64_t> ids(static_cast<size_t>(width));
    std::vector<std::pair<T, int64_t>> found(static_cast<size_t>(width));
    for (int64_t row = first; row < last; ++row) {
      const int64_t* given = candidates + row * width;
      std::copy(given, given + width, ids.begin());
      std::sort(ids.begin(), ids.end());
      const int64_t num_ids = std::unique(ids.begin(), ids.end()) - ids.begin();
      int64_t num_found = 0;
      for (int64_t i = 0; i < num_ids; ++i) {
        constexpr int64_t ahead = 4;
        if (i + ahead < num_ids) prefetch(points + ids[size_t(i + ahead)] * dim);
        if (ids[size_t(i)] == row) continue;
        found[size_t(num_found++)] = {squared_distance(points + row * dim, points + ids[size_t(i)] * dim, dim),
                                      ids[size_t(i)]};
      }
      const int64_t kept = std::min(count, num_found);
      std::partial_sort(found.begin(), found.begin() + kept, found.begin() + num_found);
      for (int64_t i = 0; i < kept; ++i) out[row * count + i] = found[size_t(i)].second;
      std::fill(out + row * count + kept, out + (row + 1) * count, row);
    }
  });
  return ok;
}

}  // namespace weft
