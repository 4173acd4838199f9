// Distinct IDs in order of first appearance, with both kinds of table.
#include "kernels/first_seen.h"

#include "testing.h"

using weft::testing::check;

namespace {

template <typename Places>
void numbers_as_they_appear(int64_t num_ids) {
  const std::vector<int64_t> known{4, 0}, ids{7, 0, 7, num_ids - 1, 4, 2, 2};
  std::vector<int64_t> unique(known.size() + ids.size()), inverse(ids.size());
  int64_t count = 0;
  check(weft::first_seen<Places>(known.data(), int64_t(known.size()), ids.data(), int64_t(ids.size()), num_ids,
                                 unique.data(), inverse.data(), &count) == weft::ok,
        "first_seen succeeds");
  unique.resize(size_t(count));
  check(unique == std::vector<int64_t>{4, 0, 7, num_ids - 1, 2}, "distinct IDs in order");
  check(inverse == std::vector<int64_t>{2, 1, 2, 3, 0, 4, 4}, "the place of each ID");
  for (const int64_t bad : {int64_t(-1), num_ids}) {
    check(weft::first_seen<Places>(known.data(), int64_t(2), &bad, int64_t(1), num_ids, unique.data(), inverse.data(),
                                   &count) == weft::bad_argument,
          "an ID outside of its range is refused");
  }
  const std::vector<int64_t> twice{3, 3};
  check(weft::first_seen<Places>(twice.data(), int64_t(2), ids.data(), int64_t(0), num_ids, unique.data(),
                                 inverse.data(), &count) == weft::bad_argument,
        "a known ID that repeats is refused");
}

}  // namespace

void test_first_seen() {
  numbers_as_they_appear<weft::array_places<int32_t>>(20);
  numbers_as_they_appear<weft::array_places<int64_t>>(20);
  numbers_as_they_appear<weft::hashed_places>(int64_t(1) << 40);
}
