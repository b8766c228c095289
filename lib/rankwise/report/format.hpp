#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rankwise::report {

/// Six significant digits, as in a table: `0.499299`, `14978.9`, `3.212e-05`, `nan`, `inf`.
std::string short_number(double value);

/// A count as people say it: `10^10` for powers of ten from 10^6 on, otherwise all digits.
std::string count_in_words(std::uint64_t count);

/// Three significant digits with a decimal prefix: `1.95 G`.
std::string with_prefix(double value);

/// `0.083 s`, `12.3 s`, `4 min 5 s`, `2 h 3 min`.
std::string duration(double seconds);

/// A value with its uncertainty in the last two digits, after Particle Data Group custom: `3.1415929(16)`.
std::string with_uncertainty(double value, double standard_error);

/// `1 rank`, `2 ranks`.
std::string plural(std::uint64_t count, std::string_view thing);

/// How many terminal cells UTF-8 text takes (no wide or combining characters in what we print).
std::size_t cells(std::string_view text);

/// Text from a file made fit for a terminal: control characters, which could drive it, become `?`.
std::string printable(std::string_view text);

}  // namespace rankwise::report
