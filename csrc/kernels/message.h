// The message of an edge: what spmm reduces and sddmm stores.
#pragma once

#include <utility>

#include "feature_plan.h"
#include "lanes.h"

namespace weft {

// As the C interface numbers them.
enum message_code : int32_t {
  code_copy_lhs = 0,
  code_copy_rhs = 1,
  code_add = 2,
  code_sub = 3,
  code_mul = 4,
  code_div = 5,
  code_dot = 6
};

// What the loops are instantiated for: copy_rhs is copy with the operands exchanged, sub is add with a sign flipped.
enum class message { copy, add, mul, div };

template <typename A>
struct message_signs {
  bits_of<A> lhs = 0, rhs = 0;  // sign bits of the operands of `add`
};

// message(lhs, rhs) on W lanes; an operand that is one number is spread over the lanes.
template <typename T, message Op, bool LhsScalar, bool RhsScalar, int W, typename A = accumulator_t<T>>
WEFT_INLINE lanes_t<A, W> compute_message(const T* lhs, const T* rhs, const message_signs<A>& signs) {
  lanes_t<A, W> left, right{};
  if constexpr (LhsScalar) {
    left = fill<A, W>(A(*lhs));
  } else {
    left = load<A, W>(lhs);
  }
  if constexpr (Op == message::copy) return left;
  if constexpr (RhsScalar) {
    right = fill<A, W>(A(*rhs));
  } else {
    right = load<A, W>(rhs);
  }
  if constexpr (Op == message::add) return flip_sign<A, W>(left, signs.lhs) + flip_sign<A, W>(right, signs.rhs);
  if constexpr (Op == message::mul) return left * right;
  return left / right;
}

// A message as the loops want it: copy copies the left operand, and only div may have a single number on the left.
struct operand_order {
  message op = message::copy;
  bool swapped = false;
  bool minus_rhs = false;  // before swapping
  feature_plan plan;

  operand_order(int32_t code, feature_plan of) : plan(std::move(of)) {
    if (code == code_add || code == code_sub) op = message::add;
    if (code == code_mul || code == code_dot) op = message::mul;
    if (code == code_div) op = message::div;
    minus_rhs = code == code_sub;
    swapped = code == code_copy_rhs || (op != message::copy && op != message::div && plan.lhs_scalar);
    if (!swapped) return;
    std::swap(plan.lhs_scalar, plan.rhs_scalar);
    for (place& at : plan.blocks) std::swap(at.lhs, at.rhs);
  }

  template <typename A>
  message_signs<A> signs() const {
    const bits_of<A> minus = minus_rhs ? sign_bit<A> : 0;
    return swapped ? message_signs<A>{minus, 0} : message_signs<A>{0, minus};
  }
};

// Calls body with the compile-time message and operand kinds; operands must have been ordered so that only div has a
// scalar on the left. `RhsFar`: the right operand lies too far away to be read without fetching it ahead.
template <message Op, bool LhsScalar, bool RhsScalar, bool RhsFar = true>
struct message_tag {
  static constexpr message op = Op;
  static constexpr bool rhs_far = RhsFar;
  static constexpr bool lhs_scalar = LhsScalar, rhs_scalar = RhsScalar;
};

template <typename Body>
int32_t with_message(message op, bool lhs_scalar, bool rhs_scalar, Body&& body) {
  switch (op) {
    case message::copy: return body(message_tag<message::copy, false, false>{});
    case message::add:
      return rhs_scalar ? body(message_tag<message::add, false, true>{})
                        : body(message_tag<message::add, false, false>{});
    case message::mul:
      return rhs_scalar ? body(message_tag<message::mul, false, true>{})
                        : body(message_tag<message::mul, false, false>{});
    case message::div:
      if (lhs_scalar) return body(message_tag<message::div, true, false>{});
      return rhs_scalar ? body(message_tag<message::div, false, true>{})
                        : body(message_tag<message::div, false, false>{});
  }
  return -3;
}

}  // namespace weft
