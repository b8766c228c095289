#include "rankwise/storage/matrix_text.hpp"
#include "rankwise/storage/csv_output.hpp"

#include <fmt/format.h>

#include <fstream>

#include "rankwise/base/errors.hpp"
#include "rankwise/base/number_text.hpp"
#include "rankwise/base/stop_request.hpp"
#include "rankwise/storage/result_formats.hpp"

namespace rankwise::storage {

void write_matrix_text(TemporaryFile& file, const Destination& destination, const std::vector<std::string>& names,
                       std::uint64_t rows, const std::string& values_path) {
  const char separator = separator_of(destination);
  std::string out;
  const auto append_line = [&](auto append_field) {
    for (std::size_t c = 0; c < names.size(); ++c) {
      if (c > 0) out += separator;
      append_field(c);
    }
    out += '\n';
    if (out.size() < output_piece_bytes) return;
    file.write(out);
    out.clear();
  };
  append_line([&](std::size_t c) { append_text(out, names[c], separator); });
  std::ifstream values(values_path, std::ios::binary);
  std::vector<double> row(names.size());
  const auto row_bytes = static_cast<std::streamsize>(row.size() * sizeof(double));
  for (std::uint64_t r = 0; r < rows; ++r) {
    heed_stop_request();
    if (!values.read(reinterpret_cast<char*>(row.data()), row_bytes)) {
      throw IoError(fmt::format("{} cannot be written: its values cannot be read back", file.final_path()));
    }
    append_line([&](std::size_t c) { append_number(out, row[c]); });
  }
  file.write(out);
}

}  // namespace rankwise::storage
