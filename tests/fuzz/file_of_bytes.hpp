#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>

namespace rankwise::fuzz {

/// The bytes at hand in a file of this process's own, in memory where there is such a folder.
class FileOfBytes {
 public:
  explicit FileOfBytes(const std::string& ending) {
    const bool in_memory = std::filesystem::is_directory("/dev/shm");
    const std::filesystem::path folder = in_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
    path_ = folder / ("rankwise-fuzz-" + std::to_string(getpid()) + ending);
  }
  FileOfBytes(const FileOfBytes&) = delete;
  FileOfBytes& operator=(const FileOfBytes&) = delete;
  ~FileOfBytes() { std::filesystem::remove(path_); }

  const std::string& with(const std::uint8_t* data, std::size_t size) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
    return path_;
  }

 private:
  std::string path_;
};

}  // namespace rankwise::fuzz
