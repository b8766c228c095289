#include "apps/rankwise/matrix_words.hpp"

#include <fmt/format.h>

#include "rankwise/report/format.hpp"

namespace rankwise::app {

std::string in_words(const storage::MatrixInfo& info) {
  return fmt::format("{} · {} × {} {}, {} contiguous", report::printable(info.source), info.rows, info.columns,
                     report::printable(info.description),
                     info.contiguous == storage::Contiguous::rows ? "rows" : "columns");
}

}  // namespace rankwise::app
