// Rows times the matrix of their group, and the sums of their outer products, against the simplest code in double.
#include "kernels/segment_mm.h"

#include "testing.h"

using weft::testing::as;
using weft::testing::check;
using weft::testing::close;

namespace {

struct problem {
  std::vector<int64_t> offsets{0}, order;
  int64_t depth, columns;
  std::vector<double> a, b, g;
  problem(const std::vector<int64_t>& lengths, int64_t depth, int64_t columns) : depth(depth), columns(columns) {
    for (const int64_t length : lengths) offsets.push_back(offsets.back() + length);
    // Every row once, far from where it stands.
    for (int64_t p = 0; p < num_rows(); ++p) order.push_back(num_rows() - 1 - p);
    a = weft::testing::random_values(num_rows() * depth, 1);
    b = weft::testing::random_values(num_segments() * depth * columns, 2);
    g = weft::testing::random_values(num_rows() * columns, 3);
  }
  int64_t num_segments() const { return int64_t(offsets.size()) - 1; }
  int64_t num_rows() const { return offsets.back(); }
};

template <typename T>
double number(T value) {
  if constexpr (std::is_same_v<T, double>) {
    return value;
  } else {
    return double(float(value));
  }
}

template <typename T>
std::vector<double> rounded(const std::vector<double>& values) {
  std::vector<double> result;
  for (const T value : as<T>(values)) result.push_back(number(value));
  return result;
}

template <typename T, typename Index>
void compare(const problem& given, bool ordered, double tolerance, int threads) {
  const auto a = as<T>(given.a), b = as<T>(given.b), g = as<T>(given.g);
  const auto exact_a = rounded<T>(given.a), exact_b = rounded<T>(given.b), exact_g = rounded<T>(given.g);
  const std::vector<Index> order(given.order.begin(), given.order.end());
  const int64_t depth = given.depth, columns = given.columns, size = depth * columns;
  std::vector<T> out(size_t(given.num_rows() * columns)), back(size_t(given.num_rows() * depth));
  std::vector<T> total(size_t(given.num_segments() * size));
  const Index* rows = ordered ? order.data() : nullptr;
  const weft::segment_mm_task<T, Index> forward{given.offsets.data(),
                                                given.num_segments(),
                                                rows,
                                                given.num_rows(),
                                                a.data(),
                                                depth,
                                                b.data(),
                                                columns,
                                                1,
                                                columns,
                                                out.data()};
  const weft::segment_mm_task<T, Index> backward{given.offsets.data(),
                                                 given.num_segments(),
                                                 rows,
                                                 given.num_rows(),
                                                 g.data(),
                                                 columns,
                                                 b.data(),
                                                 1,
                                                 columns,
                                                 depth,
                                                 back.data()};
  const weft::segment_outer_task<T, Index> outer{
      given.offsets.data(), given.num_segments(), rows, given.num_rows(), a.data(), depth, g.data(), columns,
      total.data()};
  check(weft::segment_mm(forward, threads) == weft::ok, "status of the product");
  check(weft::segment_mm(backward, threads) == weft::ok, "status of the transposed product");
  check(weft::segment_outer(outer, threads) == weft::ok, "status of the sums");
  for (int64_t segment = 0; segment < given.num_segments(); ++segment) {
    const double* matrix = exact_b.data() + segment * size;
    std::vector<double> sums(size_t(size), 0.0);
    for (int64_t p = given.offsets[size_t(segment)]; p < given.offsets[size_t(segment) + 1]; ++p) {
      const int64_t row = ordered ? given.order[size_t(p)] : p;
      const double *left = exact_a.data() + row * depth, *right = exact_g.data() + row * columns;
      std::vector<double> wanted(size_t(columns), 0.0), wanted_back(size_t(depth), 0.0);
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t i = 0; i < columns; ++i) {
          wanted[size_t(i)] += left[k] * matrix[k * columns + i];
          wanted_back[size_t(k)] += right[i] * matrix[k * columns + i];
          sums[size_t(k * columns + i)] += left[k] * right[i];
        }
      }
      for (int64_t i = 0; i < columns; ++i) {
        check(close(number(out[size_t(row * columns + i)]), wanted[size_t(i)], tolerance), "product");
      }
      for (int64_t k = 0; k < depth; ++k) {
        check(close(number(back[size_t(row * depth + k)]), wanted_back[size_t(k)], tolerance), "transposed product");
      }
    }
    for (int64_t i = 0; i < size; ++i) {
      check(close(number(total[size_t(segment * size + i)]), sums[size_t(i)], tolerance), "sums of outer products");
    }
  }
}

}  // namespace

void test_segment_mm() {
  const std::vector<std::vector<int64_t>> lengths = {{}, {0, 0}, {1}, {5, 0, 3}, {6, 12, 1, 97, 0, 130}, {9000, 7}};
  for (const auto& one : lengths) {
    for (const auto& [depth, columns] : {std::pair<int64_t, int64_t>{1, 1}, {3, 17}, {16, 32}, {7, 70}, {0, 3}}) {
      const problem given(one, depth, columns);
      for (const bool ordered : {false, true}) {
        for (const int threads : {1, 3}) {
          compare<float, int32_t>(given, ordered, 1e-3, threads);
          compare<double, int64_t>(given, ordered, 1e-10, threads);
          compare<weft::bfloat16, int32_t>(given, ordered, 2e-2, threads);
          compare<weft::float16, int64_t>(given, ordered, 2e-2, threads);
        }
      }
    }
  }
  const int64_t unsound[] = {0, 2, 1};
  weft::segment_mm_task<float, int32_t> task;
  task.offsets = unsound;
  task.num_segments = 2;
  task.num_rows = 1;
  check(weft::segment_mm(task, 1) == weft::bad_argument, "offsets that descend");
}
