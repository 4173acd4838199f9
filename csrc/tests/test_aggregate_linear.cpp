// Neighbours summed and multiplied, and the sums over all rows, against the simplest code in double.
#include "kernels/aggregate_linear.h"

#include "testing.h"

using weft::testing::check;
using weft::testing::close;

namespace {

// Rows of `columns` numbers.
struct matrix {
  int64_t columns = 0;
  std::vector<double> numbers;
  double at(int64_t row, int64_t column) const { return numbers[size_t(row * columns + column)]; }
  double& at(int64_t row, int64_t column) { return numbers[size_t(row * columns + column)]; }
};

matrix random_matrix(int64_t rows, int64_t columns, uint32_t seed) {
  matrix result{columns, weft::testing::random_values(rows * columns, seed)};
  for (double& number : result.numbers) number = double(float(number));  // as every type can hold it
  return result;
}

matrix zeros(int64_t rows, int64_t columns) { return {columns, std::vector<double>(size_t(rows * columns))}; }

struct sizes {
  int64_t dim, own_dim, out_dim, left_dim;
};

struct problem {
  matrix feat, col_scale, row_scale, weight, own, own_weight, bias, left;
  problem(const weft::testing::edge_list& edges, const sizes& of, int64_t num_own)
      : feat(random_matrix(edges.num_cols, of.dim, 1)),
        col_scale(random_matrix(edges.num_cols, 1, 2)),
        row_scale(random_matrix(edges.num_rows, 1, 3)),
        weight(random_matrix(of.dim, of.out_dim, 4)),
        own(random_matrix(num_own, of.own_dim, 5)),
        own_weight(random_matrix(of.own_dim, of.out_dim, 6)),
        bias(random_matrix(1, of.out_dim, 7)),
        left(random_matrix(edges.num_rows, of.left_dim, 8)) {}
};

struct solution {
  matrix sum, out, grad_weight, grad_own_weight, grad_bias;
  solution(int64_t num_rows, const sizes& of)
      : sum(zeros(num_rows, of.dim)),
        out(zeros(num_rows, of.out_dim)),
        grad_weight(zeros(of.left_dim, of.dim)),
        grad_own_weight(zeros(of.left_dim, of.own_dim)),
        grad_bias(zeros(1, of.own_dim)) {}
};

// Adds row_of(left, row).T @ right to total.
void add_outer(const matrix& left, const matrix& right, int64_t row, matrix& total) {
  for (int64_t k = 0; k < left.columns; ++k) {
    for (int64_t i = 0; i < right.columns; ++i) total.at(k, i) += left.at(row, k) * right.at(row, i);
  }
}

void add_product(const matrix& left, const matrix& right, int64_t row, matrix& out) {
  for (int64_t k = 0; k < left.columns; ++k) {
    for (int64_t i = 0; i < right.columns; ++i) out.at(row, i) += left.at(row, k) * right.at(k, i);
  }
}

solution solve(const weft::testing::edge_list& edges, const sizes& of, int64_t num_own, const problem& given) {
  solution wanted(edges.num_rows, of);
  for (int64_t edge = 0; edge < edges.num_edges(); ++edge) {
    const int64_t row = edges.rows[size_t(edge)], column = edges.cols[size_t(edge)];
    const double factor = given.row_scale.at(row, 0) * given.col_scale.at(column, 0);
    for (int64_t k = 0; k < of.dim; ++k) wanted.sum.at(row, k) += factor * given.feat.at(column, k);
  }
  for (int64_t row = 0; row < edges.num_rows; ++row) {
    for (int64_t i = 0; i < of.out_dim; ++i) wanted.out.at(row, i) = given.bias.at(0, i);
    add_product(wanted.sum, given.weight, row, wanted.out);
    add_outer(given.left, wanted.sum, row, wanted.grad_weight);
    if (row >= num_own) continue;
    add_product(given.own, given.own_weight, row, wanted.out);
    add_outer(given.left, given.own, row, wanted.grad_own_weight);
    for (int64_t i = 0; i < of.own_dim; ++i) wanted.grad_bias.at(0, i) += given.own.at(row, i);
  }
  return wanted;
}

template <typename T>
void equal(const std::vector<T>& found, const matrix& wanted, double tolerance, const char* what) {
  for (size_t i = 0; i < wanted.numbers.size(); ++i) check(close(double(found[i]), wanted.numbers[i], tolerance), what);
}

template <typename T, typename Index>
void agrees(const weft::testing::edge_list& edges, const sizes& of, int num_threads, double tolerance) {
  const int64_t num_own = edges.num_rows * 2 / 3;
  const problem given(edges, of, num_own);
  const solution wanted = solve(edges, of, num_own, given);
  const auto rows = weft::testing::compress<Index>(edges);
  const auto as = [](const matrix& from) { return weft::testing::as<T>(from.numbers); };
  const std::vector<T> feat = as(given.feat), col_scale = as(given.col_scale), row_scale = as(given.row_scale),
                       weight = as(given.weight), own = as(given.own), own_weight = as(given.own_weight),
                       bias = as(given.bias), left = as(given.left);
  std::vector<T> out = as(wanted.out), sum = as(wanted.sum), grad_weight = as(wanted.grad_weight),
                 grad_own_weight = as(wanted.grad_own_weight), grad_bias = as(wanted.grad_bias);
  for (std::vector<T>* results : {&out, &sum, &grad_weight, &grad_own_weight, &grad_bias}) {
    std::fill(results->begin(), results->end(), T(-99));
  }
  weft::aggregate_linear_task<T, Index> task{rows.indptr.data(),
                                             rows.indices.data(),
                                             edges.num_rows,
                                             edges.num_edges(),
                                             feat.data(),
                                             col_scale.data(),
                                             row_scale.data(),
                                             of.dim,
                                             {weight.data(), of.out_dim, 1},
                                             own.data(),
                                             num_own,
                                             of.own_dim,
                                             {own_weight.data(), of.out_dim, 1},
                                             bias.data(),
                                             of.out_dim,
                                             out.data(),
                                             sum.data(),
                                             left.data(),
                                             of.left_dim,
                                             grad_weight.data(),
                                             grad_own_weight.data(),
                                             grad_bias.data()};
  check(weft::aggregate_linear(task, num_threads) == weft::ok, "aggregate_linear succeeds");
  equal(out, wanted.out, tolerance, "results agree");
  equal(sum, wanted.sum, tolerance, "sums agree");
  equal(grad_weight, wanted.grad_weight, tolerance, "products with left agree");
  equal(grad_own_weight, wanted.grad_own_weight, tolerance, "products of own rows with left agree");
  equal(grad_bias, wanted.grad_bias, tolerance, "sums of own rows agree");
}

}  // namespace

void test_aggregate_linear() {
  for (const weft::testing::edge_list& edges : weft::testing::odd_graphs()) {
    for (const sizes& of : {sizes{64, 64, 64, 64}, sizes{1, 1, 1, 1}, sizes{7, 5, 33, 3}, sizes{70, 18, 130, 11},
                            sizes{0, 3, 2, 4}, sizes{3, 0, 0, 0}}) {
      agrees<float, int32_t>(edges, of, 1, 1e-4);
      agrees<float, int64_t>(edges, of, 3, 1e-4);
      agrees<double, int32_t>(edges, of, 2, 1e-10);
    }
  }
}
