// Chosen rows of a table, against the simplest code; IDs outside of the table are refused.
#include "kernels/take_rows.h"

#include "testing.h"

using weft::testing::check;

namespace {

template <typename Id>
void takes(int64_t num_rows, int64_t row_bytes, int64_t num_ids, int num_threads) {
  std::vector<char> table(size_t(num_rows * row_bytes)), out(size_t(num_ids * row_bytes));
  for (size_t i = 0; i < table.size(); ++i) table[i] = char(i * 37 % 251);
  std::vector<Id> ids;
  for (int64_t i = 0; i < num_ids; ++i) ids.push_back(Id(i * 7919 % num_rows));
  check(weft::take_rows(table.data(), num_rows, row_bytes, ids.data(), num_ids, out.data(), num_threads) == weft::ok,
        "take_rows succeeds");
  for (int64_t i = 0; i < num_ids * row_bytes; ++i) {
    const int64_t from = int64_t(ids[size_t(i / row_bytes)]) * row_bytes + i % row_bytes;
    check(out[size_t(i)] == table[size_t(from)], "rows are those of their IDs");
  }
  for (const Id wrong : {Id(-1), Id(num_rows)}) {
    if (ids.empty()) continue;
    std::vector<Id> bad = ids;
    bad.back() = wrong;
    check(weft::take_rows(table.data(), num_rows, row_bytes, bad.data(), num_ids, out.data(), num_threads) ==
              weft::bad_argument,
          "an ID outside of its range is refused");
  }
}

}  // namespace

void test_take_rows() {
  for (const int num_threads : {1, 3}) {
    for (const int64_t row_bytes : {1, 12, 256, 1000}) {
      takes<int32_t>(40, row_bytes, 300, num_threads);
      takes<int64_t>(3, row_bytes, 5, num_threads);
      takes<int64_t>(3, row_bytes, 0, num_threads);
    }
  }
}
