// Sparse products against dense ones, for both index types, all dtypes and several thread counts.
#include "kernels/spspmm.h"

#include "testing.h"

using weft::testing::check;
using weft::testing::edge_list;

namespace {

using dense = std::vector<std::vector<double>>;

template <typename Index, typename T>
struct matrix {
  weft::testing::compressed<Index> rows;
  std::vector<T> values;
  weft::matrix_rows<Index, T> view() const { return {rows.indptr.data(), rows.indices.data(), values.data()}; }
};

template <typename Index, typename T>
matrix<Index, T> random_matrix(const edge_list& edges, uint32_t seed) {
  return {weft::testing::compress<Index>(edges),
          weft::testing::as<T>(weft::testing::random_values(edges.num_edges(), seed))};
}

template <typename Index, typename T>
dense to_dense(const matrix<Index, T>& m, int64_t num_rows, int64_t num_cols) {
  dense result(size_t(num_rows), std::vector<double>(size_t(num_cols), 0.0));
  for (int64_t row = 0; row < num_rows; ++row) {
    for (int64_t p = m.rows.indptr[size_t(row)]; p < m.rows.indptr[size_t(row) + 1]; ++p) {
      result[size_t(row)][size_t(m.rows.indices[size_t(p)])] += double(float(m.values[size_t(p)]));
    }
  }
  return result;
}

// One times other, or one times the transpose of other.
dense multiply(const dense& one, const dense& other, bool transposed, size_t num_cols) {
  dense result(one.size(), std::vector<double>(num_cols, 0.0));
  for (size_t i = 0; i < one.size(); ++i) {
    for (size_t j = 0; j < num_cols; ++j) {
      for (size_t k = 0; k < one[i].size(); ++k) result[i][j] += one[i][k] * (transposed ? other[j][k] : other[k][j]);
    }
  }
  return result;
}

template <typename Index>
void entries_agree(const weft::testing::compressed<Index>& where, const std::vector<double>& values,
                   const dense& expected, double tolerance) {
  for (size_t row = 0; row + 1 < where.indptr.size(); ++row) {
    for (int64_t p = where.indptr[row]; p < where.indptr[row + 1]; ++p) {
      const double wanted = expected[row][size_t(where.indices[size_t(p)])];
      check(weft::testing::close(values[size_t(p)], wanted, tolerance), "an entry of the product");
    }
  }
}

template <typename T>
std::vector<double> as_doubles(const std::vector<T>& values) {
  std::vector<double> result;
  for (const T value : values) result.push_back(double(float(value)));
  return result;
}

template <typename Index, typename T>
void multiplies(const edge_list& left, const edge_list& right, const edge_list& mask, double tolerance, int threads) {
  const auto a = random_matrix<Index, T>(left, 7), b = random_matrix<Index, T>(right, 8);
  const dense da = to_dense(a, left.num_rows, left.num_cols), db = to_dense(b, right.num_rows, right.num_cols);
  const int64_t num_rows = left.num_rows, num_cols = right.num_cols;

  weft::testing::compressed<Index> c;
  c.indptr.resize(size_t(num_rows) + 1);
  check(weft::spspmm_offsets(a.rows.indptr.data(), a.rows.indices.data(), b.rows.indptr.data(), b.rows.indices.data(),
                             num_rows, num_cols, c.indptr.data(), threads) == weft::ok,
        "spspmm_offsets succeeds");
  c.indices.resize(size_t(c.indptr.back()));
  std::vector<T> values(c.indices.size());
  check(weft::spspmm_fill(a.view(), b.view(), num_rows, num_cols, c.indptr.data(), c.indices.data(), values.data(),
                          threads) == weft::ok,
        "spspmm_fill succeeds");
  const dense product = multiply(da, db, false, size_t(num_cols));
  entries_agree(c, as_doubles(values), product, tolerance);
  for (int64_t row = 0; row < num_rows; ++row) {
    for (int64_t p = c.indptr[size_t(row)] + 1; p < c.indptr[size_t(row) + 1]; ++p) {
      check(c.indices[size_t(p) - 1] < c.indices[size_t(p)], "columns ascend and differ");
    }
    int64_t entries = 0;
    for (int64_t col = 0; col < num_cols; ++col) entries += product[size_t(row)][size_t(col)] != 0.0;
    check(c.indptr[size_t(row) + 1] - c.indptr[size_t(row)] >= entries, "every non-zero has an entry");
  }

  const auto named = weft::testing::compress<Index>(mask);
  std::vector<T> out(named.indices.size());
  check(weft::masked_product(named.indptr.data(), named.indices.data(), a.view(), b.view(), num_rows, num_cols,
                             out.data(), threads) == weft::ok,
        "masked_product succeeds");
  entries_agree(named, as_doubles(out), product, tolerance);

  // X is C (num_rows x num_cols), Y is B (m x num_cols), and A (num_rows x m) masks them.
  const matrix<Index, T> x{c, values};
  std::vector<T> dots(a.rows.indices.size());
  check(weft::masked_dots(a.rows.indptr.data(), a.rows.indices.data(), x.view(), b.view(), num_rows, num_cols,
                          dots.data(), threads) == weft::ok,
        "masked_dots succeeds");
  entries_agree(a.rows, as_doubles(dots), multiply(to_dense(x, num_rows, num_cols), db, true, size_t(right.num_rows)),
                tolerance);
}

template <typename T>
void multiplies_all(double tolerance) {
  using weft::testing::random_edges;
  const std::vector<std::pair<edge_list, edge_list>> factors = {
      {{0, 0, {}, {}}, {0, 0, {}, {}}},
      {{3, 2, {}, {}}, {2, 4, {1}, {3}}},
      {{2, 3, {1, 1, 1, 0}, {2, 2, 0, 2}}, {3, 2, {2, 2, 0}, {1, 1, 0}}},
      {random_edges(17, 9, 64, 1), random_edges(9, 70, 90, 2)},
      {random_edges(40, 30, 20, 3), random_edges(30, 4000, 60, 4)},  // few columns of many: put in order by sorting
  };
  for (const auto& [left, right] : factors) {
    edge_list mask{left.num_rows, right.num_cols, {}, {}};
    if (left.num_rows > 0) mask = random_edges(left.num_rows, right.num_cols, 50, 6);
    for (const int threads : {1, 3}) {
      multiplies<int32_t, T>(left, right, mask, tolerance, threads);
      multiplies<int64_t, T>(left, right, mask, tolerance, threads);
    }
  }
}

}  // namespace

void test_spspmm() {
  multiplies_all<float>(1e-5);
  multiplies_all<double>(1e-5);  // compared through float
  multiplies_all<weft::bfloat16>(3e-2);
  multiplies_all<weft::float16>(4e-3);
}
