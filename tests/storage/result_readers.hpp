#pragma once

#include <gtest/gtest.h>
#include <hdf5.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/storage/result_files.hpp"

namespace rankwise::storage::test {

/// The begin of a .npy file.
struct NpyHeader {
  explicit NpyHeader(const std::string& file) : version(file.substr(6, 2)) {
    const auto byte = [&](std::size_t i) { return std::size_t{static_cast<unsigned char>(file[i])}; };
    const bool is_short = version[0] == 1;
    const std::size_t size = is_short ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16;
    text = file.substr(is_short ? 10 : 12, size);
    EXPECT_EQ(file.substr(0, 6), "\x93NUMPY");
    EXPECT_EQ((size + (is_short ? 10 : 12)) % 64, 0U);
    EXPECT_EQ(text.back(), '\n');
    records = file.substr((is_short ? 10 : 12) + size);
    text.erase(text.find_last_not_of(" \n") + 1);
  }
  std::string version, text, records;
};

template <class T>
T value_at(const std::string& bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

/// HDF5's own calls, as another program would make them.
class Hdf5File {
 public:
  explicit Hdf5File(const std::string& path) : id_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
    EXPECT_GE(id_, 0);
  }
  Hdf5File(const Hdf5File&) = delete;
  Hdf5File& operator=(const Hdf5File&) = delete;
  ~Hdf5File() { H5Fclose(id_); }

  template <class T>
  [[nodiscard]] std::vector<T> numbers(const std::string& path, hid_t type) const {
    const hid_t dataset = H5Dopen2(id_, path.c_str(), H5P_DEFAULT), space = H5Dget_space(dataset);
    const hid_t stored = H5Dget_type(dataset);
    EXPECT_GT(H5Tequal(stored, type), 0);
    std::vector<T> values(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    EXPECT_GE(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
    H5Tclose(stored);
    H5Sclose(space);
    H5Dclose(dataset);
    return values;
  }
  [[nodiscard]] Texts texts(const std::string& path) const {
    const hid_t dataset = H5Dopen2(id_, path.c_str(), H5P_DEFAULT), space = H5Dget_space(dataset);
    const hid_t type = H5Dget_type(dataset);
    EXPECT_GT(H5Tis_variable_str(type), 0);
    EXPECT_EQ(H5Tget_cset(type), H5T_CSET_UTF8);
    std::vector<char*> pointers(static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    EXPECT_GE(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()), 0);
    Texts values(pointers.begin(), pointers.end());
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(dataset);
    return values;
  }
  [[nodiscard]] std::string attribute(const std::string& group, const char* name) const {
    const hid_t attribute = H5Aopen_by_name(id_, group.c_str(), name, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t type = H5Aget_type(attribute);
    char* pointer = nullptr;
    EXPECT_GE(H5Aread(attribute, type, &pointer), 0);
    std::string text = pointer;
    H5free_memory(pointer);
    H5Tclose(type);
    H5Aclose(attribute);
    return text;
  }
  /// In the order in which they were made.
  [[nodiscard]] Texts names(const std::string& group) const {
    Texts names;
    std::string room(1000, '\0');
    for (hsize_t i = 0;; ++i) {
      const auto size = H5Lget_name_by_idx(id_, group.c_str(), H5_INDEX_CRT_ORDER, H5_ITER_INC, i, room.data(),
                                           room.size(), H5P_DEFAULT);
      if (size < 0) return names;
      names.push_back(room.substr(0, static_cast<std::size_t>(size)));
    }
  }

 private:
  hid_t id_;
};

}  // namespace rankwise::storage::test
