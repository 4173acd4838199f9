// Sampled dense-dense product against the simplest code: every message and pair of targets, broadcast in every way.
#include "kernels/sddmm.h"

#include "testing.h"

using weft::testing::check;
using weft::testing::close;
using weft::testing::edge_list;
using weft::testing::feature_shape;

namespace {

template <typename T, typename Index>
struct problem {
  const edge_list& edges;
  weft::testing::compressed<Index> rows;
  bool has_eids;

  int64_t id(int64_t p) const { return has_eids ? int64_t(rows.eids[size_t(p)]) : p; }

  int64_t num_ends(int32_t target) const {
    if (target == weft::target_edge) return edges.num_edges();
    return target == weft::target_row ? edges.num_rows : edges.num_cols;
  }

  int64_t end(int32_t target, int64_t row, int64_t p) const {
    if (target == weft::target_edge) return id(p);
    return target == weft::target_row ? row : int64_t(rows.indices[size_t(p)]);
  }
};

template <typename T>
struct operand {
  feature_shape shape;
  int32_t target;
  std::vector<T> values;

  weft::accumulator_t<T> at(int64_t end, int64_t offset) const {
    return weft::accumulator_t<T>(values[size_t(end * shape.count() + offset)]);
  }
};

template <typename T, typename Index>
void run(const problem<T, Index>& given, int32_t message, const operand<T>& lhs, const operand<T>& rhs,
         feature_shape shape, int64_t dot_size, std::vector<T>& out, int num_threads) {
  const int64_t lhs_strides[] = {lhs.shape.stride(0) * dot_size, lhs.shape.stride(1) * dot_size};
  const int64_t rhs_strides[] = {rhs.shape.stride(0) * dot_size, rhs.shape.stride(1) * dot_size};
  const weft::sddmm_call call{given.rows.indptr.data(),
                              given.rows.indices.data(),
                              given.has_eids ? given.rows.eids.data() : nullptr,
                              given.edges.num_rows,
                              given.edges.num_edges(),
                              message,
                              message == weft::code_copy_rhs ? nullptr : lhs.values.data(),
                              message == weft::code_copy_lhs ? nullptr : rhs.values.data(),
                              lhs.target,
                              rhs.target,
                              lhs.shape.count() * dot_size,
                              rhs.shape.count() * dot_size,
                              2,
                              shape.sizes,
                              lhs_strides,
                              rhs_strides,
                              dot_size,
                              out.data(),
                              shape.count(),
                              num_threads};
  check(weft::sddmm<T, Index>(call) == weft::ok, "sddmm succeeds");
}

// dot_size: numbers that a dot adds up, as a last dimension of both operands; 1 for the other messages.
template <typename T, typename Index>
void agrees(const problem<T, Index>& given, int32_t message, operand<T> lhs, operand<T> rhs, int64_t dot_size,
            int num_threads, double tolerance) {
  using Acc = weft::accumulator_t<T>;
  if (message == weft::code_copy_lhs) rhs.shape = lhs.shape;
  if (message == weft::code_copy_rhs) lhs.shape = rhs.shape;
  const auto fill = [&](operand<T>& side, uint32_t seed) {
    const int64_t count = given.num_ends(side.target) * side.shape.count() * dot_size;
    side.values = weft::testing::as<T>(weft::testing::values_off_zero(count, seed));
  };
  fill(lhs, 10), fill(rhs, 11);
  const feature_shape shape = lhs.shape.joined(rhs.shape);
  std::vector<T> out(size_t(given.edges.num_edges() * shape.count()), T(7.0f));
  run(given, message, lhs, rhs, shape, dot_size, out, num_threads);
  for (int64_t row = 0; row < given.edges.num_rows; ++row) {
    for (int64_t p = given.rows.indptr[size_t(row)]; p < given.rows.indptr[size_t(row) + 1]; ++p) {
      const int64_t left = given.end(lhs.target, row, p), right = given.end(rhs.target, row, p);
      for (int64_t place = 0; place < shape.count(); ++place) {
        const int64_t left_at = lhs.shape.offset(place, shape) * dot_size;
        const int64_t right_at = rhs.shape.offset(place, shape) * dot_size;
        const Acc found(out[size_t(given.id(p) * shape.count() + place)]);
        if (message == weft::code_dot) {
          double total = 0;
          const int64_t left_end = left * (dot_size - 1) * lhs.shape.count();
          const int64_t right_end = right * (dot_size - 1) * rhs.shape.count();
          for (int64_t k = 0; k < dot_size; ++k)
            total += double(lhs.at(left, left_end + left_at + k)) * double(rhs.at(right, right_end + right_at + k));
          check(close(double(found), total, tolerance), "the dot agrees");
        } else {
          const Acc wanted = weft::testing::plain_message(message, lhs.at(left, left_at), rhs.at(right, right_at));
          check(found == Acc(T(wanted)), "the message agrees");
        }
      }
    }
  }
}

template <typename T, typename Index>
void all_agree(const edge_list& edges, int num_threads, double tolerance) {
  const std::pair<int32_t, int32_t> targets[] = {{weft::target_col, weft::target_row},
                                                 {weft::target_row, weft::target_col},
                                                 {weft::target_row, weft::target_edge},
                                                 {weft::target_edge, weft::target_col},
                                                 {weft::target_row, weft::target_row}};
  for (const bool has_eids : {true, false}) {
    const problem<T, Index> given{edges, weft::testing::compress<Index>(edges), has_eids};
    for (const auto& [lhs_target, rhs_target] : targets) {
      for (const auto& [lhs_shape, rhs_shape] : weft::testing::broadcasts()) {
        const operand<T> lhs{lhs_shape, lhs_target, {}}, rhs{rhs_shape, rhs_target, {}};
        for (int32_t message = weft::code_copy_lhs; message <= weft::code_div; ++message) {
          agrees(given, message, lhs, rhs, 1, num_threads, tolerance);
        }
      }
      for (const int64_t dot_size : {1, 3, 16, 32, 33, 64, 128}) {
        const operand<T> lhs{{1, 4}, lhs_target, {}}, rhs{{1, 1}, rhs_target, {}};
        agrees(given, weft::code_dot, lhs, lhs_target == rhs_target ? lhs : rhs, dot_size, num_threads, tolerance);
        agrees(given, weft::code_dot, operand<T>{{1, 1}, lhs_target, {}}, rhs, dot_size, num_threads, tolerance);
      }
    }
  }
}

}  // namespace

void test_sddmm() {
  for (const edge_list& edges : weft::testing::odd_graphs()) {
    all_agree<float, int32_t>(edges, 1, 1e-4);
    all_agree<float, int64_t>(edges, 3, 1e-4);
    all_agree<double, int32_t>(edges, 2, 1e-12);
    all_agree<weft::bfloat16, int32_t>(edges, 2, 2e-2);
    all_agree<weft::float16, int64_t>(edges, 2, 4e-3);
  }
}
