#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "rankwise/base/errors.hpp"

namespace rankwise::expressions {

/// An expression cannot be meant; the message tells what is wrong, in which column, and shows the text around it:
/// `no matrix named 'y' (column 5): x + y`.
struct ExpressionError : UsageError {
  /// @param byte of `text` where it is wrong; its size for its end
  ExpressionError(std::string_view text, std::size_t byte, const std::string& what);
};

}  // namespace rankwise::expressions
