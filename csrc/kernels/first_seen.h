// Distinct IDs in the order in which they first appear, after a list of IDs that come first whatever happens.
//
//   unique  = known, then every ID of `ids` that is not in it, where it first stands
//   inverse = for each of `ids` its place in `unique`
//
// One thread: the order of first appearance is a chain of dependent steps, and a lookup in a table that fits the cache
// costs little more than reading the ID. The table is an array over all IDs where that is small against the work, else
// open addressing (linear probing, at most half full, multiplicative hashing by Fibonacci's constant as in Knuth, "The
// Art of Computer Programming", vol. 3, 6.4).
// Checked here: all IDs lie in [0, num_ids) and `known` repeats none (else bad_argument, outputs undefined).
#pragma once

#include <cstdint>
#include <memory>
#include <new>

#include "dispatch.h"

namespace weft {

// Place of each ID, by an array over all IDs.
template <typename Place>
class array_places {
 public:
  array_places(int64_t num_ids, int64_t) : places_(new Place[size_t(num_ids)]) {
    for (int64_t id = 0; id < num_ids; ++id) places_[size_t(id)] = Place(-1);
  }
  // The place of `id`, which is `fresh` when it has none yet.
  int64_t find_or_insert(int64_t id, int64_t fresh) {
    Place& place = places_[size_t(id)];
    if (place < 0) place = Place(fresh);
    return int64_t(place);
  }

 private:
  std::unique_ptr<Place[]> places_;
};

// Place of each ID, by open addressing.
class hashed_places {
 public:
  hashed_places(int64_t, int64_t most_ids) {
    while ((int64_t(1) << bits_) < 2 * most_ids) ++bits_;
    slots_.reset(new slot[size_t(1) << bits_]);
    for (int64_t s = 0; s < int64_t(1) << bits_; ++s) slots_[size_t(s)].id = -1;
  }
  int64_t find_or_insert(int64_t id, int64_t fresh) {
    const uint64_t mask = (uint64_t(1) << bits_) - 1;
    uint64_t at = (uint64_t(id) * 0x9E3779B97F4A7C15ull) >> (64 - bits_);
    while (slots_[at].id != id) {
      if (slots_[at].id < 0) {
        slots_[at] = {id, fresh};
        return fresh;
      }
      at = (at + 1) & mask;
    }
    return slots_[at].place;
  }

 private:
  struct slot {
    int64_t id;
    int64_t place;
  };
  int bits_ = 4;
  std::unique_ptr<slot[]> slots_;
};

// unique needs room for num_known + min(num_ids_given, num_ids); num_unique is how much of it is used.
template <typename Places, typename Id>
int32_t first_seen(const Id* known, int64_t num_known, const Id* ids, int64_t num_given, int64_t num_ids, Id* unique,
                   Id* inverse, int64_t* num_unique) {
  Places places(num_ids, num_known + num_given);
  for (int64_t i = 0; i < num_known; ++i) {
    if (uint64_t(int64_t(known[i])) >= uint64_t(num_ids)) return bad_argument;
    if (places.find_or_insert(int64_t(known[i]), i) != i) return bad_argument;
    unique[i] = known[i];
  }
  int64_t count = num_known;
  for (int64_t i = 0; i < num_given; ++i) {
    const Id id = ids[i];
    if (uint64_t(int64_t(id)) >= uint64_t(num_ids)) return bad_argument;
    const int64_t place = places.find_or_insert(int64_t(id), count);
    if (place == count) unique[count++] = id;
    inverse[i] = Id(place);
  }
  *num_unique = count;
  return ok;
}

// Picks the table.
template <typename Id>
int32_t first_seen(const Id* known, int64_t num_known, const Id* ids, int64_t num_given, int64_t num_ids, Id* unique,
                   Id* inverse, int64_t* num_unique) {
  constexpr int64_t always_small = int64_t(1) << 16;
  const int64_t work = num_known + num_given;
  if (num_ids > always_small && num_ids / 16 > work) {
    return first_seen<hashed_places>(known, num_known, ids, num_given, num_ids, unique, inverse, num_unique);
  }
  if (num_ids <= INT32_MAX) {
    return first_seen<array_places<int32_t>>(known, num_known, ids, num_given, num_ids, unique, inverse, num_unique);
  }
  return first_seen<array_places<int64_t>>(known, num_known, ids, num_given, num_ids, unique, inverse, num_unique);
}

}  // namespace weft
