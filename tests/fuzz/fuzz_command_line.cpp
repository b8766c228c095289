#include <cstdint>
#include <string>
#include <vector>

#include "apps/rankwise/command_line.hpp"
#include "rankwise/base/errors.hpp"

/// Words are separated by NUL bytes, as in an argument list.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<std::string> words(1);
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == 0) {
      words.emplace_back();
    } else {
      words.back() += static_cast<char>(data[i]);
    }
  }
  try {
    rankwise::app::parse_command_line(words);
  } catch (const rankwise::Error&) {
  }
  return 0;
}
