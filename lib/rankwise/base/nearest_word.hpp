#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rankwise {

/// The candidate that a mistyped word most likely meant: at most a third of its letters differ (Levenshtein, with
/// neighbours swapped counted once). Nothing where no candidate is that near.
std::optional<std::string> nearest_word(std::string_view word, std::span<const std::string> candidates);

/// ` (did you mean 'mean'?)`, or nothing: the end of an error message.
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);

}  // namespace rankwise
