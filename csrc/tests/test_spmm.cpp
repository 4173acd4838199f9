// Generalised sparse-dense product against the simplest code: every message, reduction and kind of broadcasting.
#include "kernels/spmm.h"

#include "testing.h"

namespace weft {
WEFT_SPMM_TYPES(extern, float)
WEFT_SPMM_TYPES(extern, double)
WEFT_SPMM_TYPES(extern, bfloat16)
WEFT_SPMM_TYPES(extern, float16)
}  // namespace weft

using weft::testing::check;
using weft::testing::close;
using weft::testing::edge_list;
using weft::testing::feature_shape;

namespace {

template <typename T, typename Index>
struct problem {
  const edge_list& edges;
  weft::testing::compressed<Index> rows;
  feature_shape u_shape, e_shape;  // as they are broadcast against each other
  int32_t message;
  bool has_eids;
  std::vector<T> u, e;

  problem(const edge_list& edges, feature_shape u_shape, feature_shape e_shape, int32_t message, bool has_eids)
      : edges(edges),
        rows(weft::testing::compress<Index>(edges)),
        u_shape(message == weft::code_copy_rhs ? e_shape : u_shape),
        e_shape(message == weft::code_copy_lhs ? u_shape : e_shape),
        message(message),
        has_eids(has_eids),
        u(weft::testing::as<T>(weft::testing::random_values(edges.num_cols * this->u_shape.count(), 8))),
        e(weft::testing::as<T>(weft::testing::values_off_zero(edges.num_edges() * this->e_shape.count(), 9))) {}

  feature_shape out_shape() const { return u_shape.joined(e_shape); }

  // The message of the edge at position p at a place of the result's features.
  weft::accumulator_t<T> at(int64_t p, int64_t place) const {
    using Acc = weft::accumulator_t<T>;
    const int64_t edge = has_eids ? int64_t(rows.eids[size_t(p)]) : p;
    const int64_t column = int64_t(rows.indices[size_t(p)]);
    const auto left = Acc(u[size_t(column * u_shape.count() + u_shape.offset(place, out_shape()))]);
    const auto right = Acc(e[size_t(edge * e_shape.count() + e_shape.offset(place, out_shape()))]);
    return weft::testing::plain_message(message, left, right);
  }

  void run(int32_t reduce, std::vector<T>& out, Index* arg, int num_threads) const {
    const feature_shape shape = out_shape();
    const int64_t u_strides[] = {u_shape.stride(0), u_shape.stride(1)};
    const int64_t e_strides[] = {e_shape.stride(0), e_shape.stride(1)};
    const bool uses_u = message != weft::code_copy_rhs, uses_e = message != weft::code_copy_lhs;
    const weft::spmm_call call{rows.indptr.data(),
                               rows.indices.data(),
                               has_eids ? rows.eids.data() : nullptr,
                               edges.num_rows,
                               edges.num_cols,
                               edges.num_edges(),
                               message,
                               reduce,
                               uses_u ? u.data() : nullptr,
                               uses_e ? e.data() : nullptr,
                               u_shape.count(),
                               e_shape.count(),
                               2,
                               shape.sizes,
                               u_strides,
                               e_strides,
                               out.data(),
                               arg,
                               shape.count(),
                               num_threads};
    check(weft::spmm<T, Index>(call) == weft::ok, "spmm succeeds");
  }
};

// Position of the first greatest or least message; -1 for a row without edges.
template <typename T, typename Index>
int64_t extreme_at(const problem<T, Index>& given, int64_t row, int64_t place, bool greatest) {
  int64_t best = -1;
  for (int64_t p = given.rows.indptr[size_t(row)]; p < given.rows.indptr[size_t(row) + 1]; ++p) {
    if (best < 0) {
      best = p;
      continue;
    }
    const auto value = given.at(p, place), leader = given.at(best, place);
    if (greatest ? value > leader : value < leader) best = p;
  }
  return best;
}

template <typename T, typename Index>
void sums_agree(const problem<T, Index>& given, int32_t reduce, int num_threads, double tolerance) {
  const int64_t width = given.out_shape().count();
  std::vector<T> out(size_t(given.edges.num_rows * width), T(7.0f));
  given.run(reduce, out, nullptr, num_threads);
  for (int64_t row = 0; row < given.edges.num_rows; ++row) {
    const int64_t begin = given.rows.indptr[size_t(row)], end = given.rows.indptr[size_t(row) + 1];
    for (int64_t place = 0; place < width; ++place) {
      double total = 0;
      for (int64_t p = begin; p < end; ++p) total += double(given.at(p, place));
      if (reduce == weft::code_mean && end > begin) total /= double(end - begin);
      const auto found = double(weft::accumulator_t<T>(out[size_t(row * width + place)]));
      check(close(found, total, tolerance), "sum or mean agrees");
    }
  }
}

template <typename T, typename Index>
void extremes_agree(const problem<T, Index>& given, int32_t reduce, int num_threads) {
  using Acc = weft::accumulator_t<T>;
  const int64_t width = given.out_shape().count();
  std::vector<T> out(size_t(given.edges.num_rows * width), T(7.0f)), without_arg = out;
  std::vector<Index> arg(out.size());
  given.run(reduce, out, arg.data(), num_threads);
  given.run(reduce, without_arg, nullptr, num_threads);
  for (int64_t row = 0; row < given.edges.num_rows; ++row) {
    for (int64_t place = 0; place < width; ++place) {
      const size_t at = size_t(row * width + place);
      const int64_t best = extreme_at(given, row, place, reduce == weft::code_max);
      check(int64_t(arg[at]) == best, "the position of the extreme agrees");
      const Acc wanted = best < 0 ? Acc(0) : Acc(T(given.at(best, place)));
      check(Acc(out[at]) == wanted, "the extreme agrees");
      check(Acc(without_arg[at]) == wanted, "the extreme agrees without its position");
    }
  }
}

template <typename T, typename Index>
void agrees(const edge_list& edges, int num_threads, double tolerance) {
  for (const auto& [u_shape, e_shape] : weft::testing::broadcasts()) {
    for (int32_t message = weft::code_copy_lhs; message <= weft::code_div; ++message) {
      const problem<T, Index> given(edges, u_shape, e_shape, message, message % 2 == 0);
      sums_agree(given, weft::code_sum, num_threads, tolerance);
      sums_agree(given, weft::code_mean, num_threads, tolerance);
      extremes_agree(given, weft::code_max, num_threads);
      extremes_agree(given, weft::code_min, num_threads);
    }
  }
}

}  // namespace

void test_spmm() {
  for (const edge_list& edges : weft::testing::odd_graphs()) {
    agrees<float, int32_t>(edges, 1, 1e-4);
    agrees<float, int64_t>(edges, 3, 1e-4);
    agrees<double, int32_t>(edges, 2, 1e-12);
    agrees<weft::bfloat16, int32_t>(edges, 2, 2e-2);
    agrees<weft::float16, int64_t>(edges, 2, 4e-3);
  }
}
