// Points far from each other, against the definition, for one cloud and several and any number of threads.
#include "kernels/farthest_points.h"

#include "testing.h"

using weft::testing::check;

namespace {

template <typename T>
std::vector<int64_t> by_definition(const T* points, int64_t start, int64_t num_points, int64_t dim, int64_t count) {
  std::vector<int64_t> chosen{start};
  while (int64_t(chosen.size()) < count) {
    double farthest = -1;
    int64_t next = -1;
    for (int64_t point = 0; point < num_points; ++point) {
      if (std::find(chosen.begin(), chosen.end(), point) != chosen.end()) continue;
      double nearest = std::numeric_limits<double>::infinity();
      for (const int64_t other : chosen) {
        double sum = 0;
        for (int64_t k = 0; k < dim; ++k) {
          const double step = double(points[point * dim + k]) - double(points[other * dim + k]);
          sum += step * step;
        }
        nearest = std::min(nearest, sum);
      }
      if (nearest > farthest) {
        farthest = nearest;
        next = point;
      }
    }
    chosen.push_back(next);
  }
  return chosen;
}

template <typename T>
void same_as_the_definition(int64_t num_clouds, int64_t num_points, int64_t dim, int64_t count, int threads) {
  std::vector<T> points;
  // Few different coordinates: sums are exact, and many distances are equal.
  for (const double value : weft::testing::random_values(num_clouds * num_points * dim, uint32_t(num_points + dim))) {
    points.push_back(T(int(value * 6)));
  }
  std::vector<int64_t> starts, out(size_t(num_clouds * count));
  for (int64_t c = 0; c < num_clouds; ++c) starts.push_back((5 * c) % num_points);
  check(weft::farthest_points(points.data(), starts.data(), num_clouds, num_points, dim, count, out.data(), threads) ==
            weft::ok,
        "farthest_points succeeds");
  for (int64_t c = 0; c < num_clouds; ++c) {
    const auto expected =
        by_definition(points.data() + c * num_points * dim, starts[size_t(c)], num_points, dim, count);
    check(std::equal(expected.begin(), expected.end(), out.begin() + c * count), "the points of the definition");
  }
}

}  // namespace

void test_farthest_points() {
  for (const int threads : {1, 3}) {
    for (const int64_t dim : {1, 2, 3, 17}) {
      same_as_the_definition<float>(4, 70, dim, 20, threads);
      same_as_the_definition<double>(1, 33, dim, 33, threads);
      same_as_the_definition<float>(2, 1, dim, 1, threads);
    }
    same_as_the_definition<float>(1, 3000, 0, 4, threads);
  }
  // Large enough that a cloud is shared by the threads.
  same_as_the_definition<float>(1, 20000, 3, 5, 3);
  same_as_the_definition<double>(2, 30000, 2, 4, 3);
  check(weft::farthest_points<float>(nullptr, nullptr, 0, 5, 3, 2, nullptr, 2) == weft::ok, "no clouds");
}
