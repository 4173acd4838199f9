// The nearest of some candidates, against a sort of all of them.
#include "kernels/nearest_candidates.h"

#include "testing.h"

using weft::testing::check;

namespace {

template <typename T>
void same_as_a_sort(int64_t dim, int64_t width, int64_t count) {
  constexpr int64_t num_points = 40;
  std::vector<T> points;
  // Few different coordinates: sums are exact, and many distances are equal.
  for (const double value : weft::testing::random_values(num_points * dim, 1)) points.push_back(T(int(value * 3)));
  std::vector<int64_t> candidates, out(size_t(num_points * count));
  for (const double value : weft::testing::random_values(num_points * width, 2)) {
    candidates.push_back(std::min<int64_t>(num_points - 1, int64_t((value + 1) / 2 * num_points)));
  }
  check(weft::nearest_candidates(points.data(), candidates.data(), num_points, dim, width, count, out.data(), 2) ==
            weft::ok,
        "nearest_candidates succeeds");
  for (int64_t row = 0; row < num_points; ++row) {
    std::vector<std::pair<double, int64_t>> expected;
    for (int64_t i = 0; i < width; ++i) {
      const int64_t id = candidates[size_t(row * width + i)];
      double distance = 0;
      for (int64_t k = 0; k < dim; ++k) {
        const double step = double(points[size_t(row * dim + k)]) - double(points[size_t(id * dim + k)]);
        distance += step * step;
      }
      if (id != row) expected.emplace_back(distance, id);
    }
    std::sort(expected.begin(), expected.end());
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());
    for (int64_t i = 0; i < count; ++i) {
      const int64_t wanted = i < int64_t(expected.size()) ? expected[size_t(i)].second : row;
      check(out[size_t(row * count + i)] == wanted, "the nearest candidates in order");
    }
  }
}

}  // namespace

void test_nearest_candidates() {
  for (const int64_t dim : {1, 3, 16, 37}) {
    same_as_a_sort<float>(dim, 12, 5);
    same_as_a_sort<double>(dim, 3, 5);
  }
  same_as_a_sort<float>(2, 0, 2);
}
