#include "rankwise/ranks/mpi_file.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <algorithm>
#include <array>
#include <utility>

#include "rankwise/base/errors.hpp"

namespace rankwise::ranks {

struct MpiFile::Handle {
  MPI_File file = MPI_FILE_NULL;  // its errors are returned: MPI's default for files
};

MpiFile::MpiFile(const std::string& path, std::string shown_as)
    : shown_as_(std::move(shown_as)), handle_(std::make_unique<Handle>()) {
  check(MPI_File_open(MPI_COMM_SELF, path.c_str(), MPI_MODE_WRONLY, MPI_INFO_NULL, &handle_->file));
}

MpiFile::~MpiFile() {
  if (handle_->file != MPI_FILE_NULL) MPI_File_close(&handle_->file);
}

void MpiFile::check(int code) const {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> reason{};
  int length = 0;
  MPI_Error_string(code, reason.data(), &length);
  throw IoError(fmt::format("{} cannot be written by MPI-IO: {}", shown_as_, reason.data()));
}

void MpiFile::write(std::uint64_t offset, std::span<const std::byte> bytes) const {
  constexpr std::size_t most = std::size_t{1} << 30;  // counts are ints
  while (!bytes.empty()) {
    MPI_Status status;
    const int size = static_cast<int>(std::min(bytes.size(), most));
    check(MPI_File_write_at(handle_->file, static_cast<MPI_Offset>(offset), bytes.data(), size, MPI_BYTE, &status));
    int written = 0;
    MPI_Get_count(&status, MPI_BYTE, &written);
    if (written <= 0) throw IoError(fmt::format("{} cannot be written by MPI-IO: nothing more is taken", shown_as_));
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void MpiFile::sync() const {
  check(MPI_File_sync(handle_->file));
}

}  // namespace rankwise::ranks
