// From the codes that cross the C interface to C++ types: one place that knows them.
#pragma once

#include <cstdint>

#include "scalar.h"

namespace weft {

// Status of every exported function; weft.kernels.native turns the negative ones into exceptions.
enum status : int32_t {
  ok = 0,
  unknown_dtype = -1,
  unknown_index_type = -2,
  unknown_op = -3,
  out_of_memory = -4,
  bad_argument = -5
};

enum dtype_code : int32_t { code_float32 = 0, code_float64 = 1, code_bfloat16 = 2, code_float16 = 3 };

template <typename T>
struct type_tag {
  using type = T;
};

// Calls body(type_tag<T>{}) for the float type of `code`.
template <typename Body>
int32_t with_dtype(int32_t code, Body&& body) {
  switch (code) {
    case code_float32: return body(type_tag<float>{});
    case code_float64: return body(type_tag<double>{});
    case code_bfloat16: return body(type_tag<bfloat16>{});
    case code_float16: return body(type_tag<float16>{});
    default: return unknown_dtype;
  }
}

// Calls body(type_tag<Index>{}) for the index type with that many bits (32 or 64).
template <typename Body>
int32_t with_index(int32_t bits, Body&& body) {
  switch (bits) {
    case 32: return body(type_tag<int32_t>{});
    case 64: return body(type_tag<int64_t>{});
    default: return unknown_index_type;
  }
}

}  // namespace weft
