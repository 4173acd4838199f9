// Segment reduction and its gradient against the simplest code in double; segments may be empty.
#include "kernels/segment_reduce.h"

#include "testing.h"

using weft::testing::check;
using weft::testing::close;

namespace {

constexpr int32_t ops[] = {weft::segment_sum, weft::segment_mean, weft::segment_max, weft::segment_min};

double reduced(const std::vector<double>& values, int64_t begin, int64_t end, int64_t width, int64_t column,
               int32_t op) {
  if (begin == end) return 0;
  double result = op == weft::segment_sum || op == weft::segment_mean ? 0 : values[size_t(begin * width + column)];
  for (int64_t i = begin; i < end; ++i) {
    const double value = values[size_t(i * width + column)];
    if (op == weft::segment_max) {
      result = std::max(result, value);
    } else if (op == weft::segment_min) {
      result = std::min(result, value);
    } else {
      result += op == weft::segment_mean ? value / double(end - begin) : value;
    }
  }
  return result;
}

template <typename T>
void agrees(const std::vector<int64_t>& offsets, int64_t width, int32_t op, int num_threads, double tolerance) {
  const int64_t num_segments = int64_t(offsets.size()) - 1;
  const int64_t num_values = offsets.back();
  const std::vector<T> values = weft::testing::as<T>(weft::testing::random_values(num_values * width, 7));
  std::vector<double> as_double;
  for (const T value : values) as_double.push_back(double(weft::accumulator_t<T>(value)));
  std::vector<T> out(size_t(num_segments * width));
  std::vector<int64_t> arg(out.size());
  check(weft::segment_reduce(offsets.data(), num_segments, values.data(), num_values, width, op, out.data(), arg.data(),
                             num_threads) == weft::ok,
        "segment_reduce succeeds");
  for (int64_t s = 0; s < num_segments; ++s) {
    for (int64_t column = 0; column < width; ++column) {
      const double wanted = reduced(as_double, offsets[size_t(s)], offsets[size_t(s) + 1], width, column, op);
      const double found = double(weft::accumulator_t<T>(out[size_t(s * width + column)]));
      check(close(found, wanted, tolerance), "segment_reduce agrees");
    }
  }

  std::vector<T> gradient(values.size());
  check(weft::segment_reduce_backward(offsets.data(), num_segments, out.data(), arg.data(), num_values, width, op,
                                      gradient.data(), num_threads) == weft::ok,
        "segment_reduce_backward succeeds");
  if (op != weft::segment_sum) return;
  for (int64_t s = 0; s < num_segments; ++s) {
    for (int64_t i = offsets[size_t(s)] * width; i < offsets[size_t(s) + 1] * width; ++i) {
      const T wanted = out[size_t(s * width + i % width)];
      check(double(weft::accumulator_t<T>(gradient[size_t(i)])) == double(weft::accumulator_t<T>(wanted)),
            "the gradient of a sum is the gradient of its segment");
    }
  }
}

}  // namespace

void test_segment_reduce() {
  const std::vector<std::vector<int64_t>> cases{{0}, {0, 0}, {0, 3}, {0, 0, 2, 2, 7, 7}, {0, 40, 41, 41, 300}};
  for (const std::vector<int64_t>& offsets : cases) {
    for (const int64_t width : {1, 5, 64, 130}) {
      for (const int32_t op : ops) {
        agrees<float>(offsets, width, op, 1, 1e-5);
        agrees<float>(offsets, width, op, 3, 1e-5);
        agrees<double>(offsets, width, op, 2, 1e-12);
        agrees<weft::bfloat16>(offsets, width, op, 2, 2e-2);
        agrees<weft::float16>(offsets, width, op, 2, 4e-3);
      }
    }
  }
  const std::vector<int64_t> descending{0, 3, 2};
  const std::vector<float> values(2);
  std::vector<float> out(2);
  check(weft::segment_reduce(descending.data(), 2, values.data(), 2, 1, weft::segment_sum, out.data(),
                             static_cast<int64_t*>(nullptr), 1) == weft::bad_argument,
        "offsets that descend are refused");
}
