// What the C functions of the attention kernels share: types by their codes, and the parts of a task.
#pragma once

#include <cstdint>
#include <new>

#include "kernels/attention_edges.h"
#include "kernels/dispatch.h"
#include "kernels/memory.h"

namespace weft {

// One direction of the graph, as it crosses the C interface.
struct edges_argument {
  const int64_t* indptr;
  const void *indices, *eids;
  int64_t num_rows;

  template <typename Index>
  attention_edges<Index> as(int64_t num_edges) const {
    return {indptr, static_cast<const Index*>(indices), static_cast<const Index*>(eids), num_rows, num_edges};
  }
};

inline attention_dropout dropout_of(int64_t seed, int64_t keep_threshold, double keep_scale) {
  return {random_start(seed), uint32_t(keep_threshold), keep_scale};
}

// Asks for large pages for the fresh gradient of a node feature, which is then written in order.
template <typename T>
T* fresh_rows(void* address, int64_t num_rows, int64_t width) {
  prefer_large_pages(address, num_rows * width * int64_t(sizeof(T)));
  return static_cast<T*>(address);
}

// Calls body(dtype_tag); no exception leaves the library.
template <typename Body>
int32_t with_attention_type(int32_t dtype, Body&& body) {
  try {
    return with_dtype(dtype, body);
  } catch (const std::bad_alloc&) {
    return out_of_memory;
  }
}

// Calls body(dtype_tag, index_tag), likewise.
template <typename Body>
int32_t with_attention_types(int32_t dtype, int32_t index_bits, Body&& body) {
  return with_attention_type(dtype, [&](auto dtype_tag) {
    return with_index(index_bits, [&](auto index_tag) { return body(dtype_tag, index_tag); });
  });
}

}  // namespace weft
