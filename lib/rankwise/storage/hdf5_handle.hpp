#pragma once

#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

#include "rankwise/base/errors.hpp"

// For the sources of this folder alone: nothing outside it may see HDF5's headers.
namespace rankwise::storage {

/// HDF5 is not safe for threads: whoever calls it holds this. Making one also silences HDF5's own error printing.
class Hdf5Lock {
 public:
  Hdf5Lock();

 private:
  static std::recursive_mutex& mutex();
  std::lock_guard<std::recursive_mutex> lock_;
};

/// An HDF5 identifier that is closed when it goes. Move-only. @pre the lock is held whenever one is made or goes
template <herr_t (*Close)(hid_t)>
class Hdf5Handle {
 public:
  Hdf5Handle() = default;
  explicit Hdf5Handle(hid_t id) : id_(id) {}
  Hdf5Handle(Hdf5Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Hdf5Handle& operator=(Hdf5Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Hdf5Handle() {
    if (id_ >= 0) Close(id_);
  }
  /// Closes now. @return whether HDF5 could: a failed close of a file is a failed write
  [[nodiscard]] bool close() { return Close(std::exchange(id_, -1)) >= 0; }
  [[nodiscard]] hid_t get() const { return id_; }
  [[nodiscard]] bool valid() const { return id_ >= 0; }

 private:
  hid_t id_ = -1;
};

using Hdf5File = Hdf5Handle<H5Fclose>;
using Hdf5Object = Hdf5Handle<H5Oclose>;
using Hdf5Dataset = Hdf5Handle<H5Dclose>;
using Hdf5Space = Hdf5Handle<H5Sclose>;
using Hdf5Type = Hdf5Handle<H5Tclose>;
using Hdf5Attribute = Hdf5Handle<H5Aclose>;
using Hdf5Properties = Hdf5Handle<H5Pclose>;
using Hdf5Group = Hdf5Handle<H5Gclose>;

/// The deepest reason in HDF5's error stack, as a sentence's end; the stack is empty afterwards.
std::string hdf5_reason();

/// Opens for reading, without insisting on locks (NFS has none). @throws IoError or InputError naming the file
Hdf5File open_hdf5_file(const std::string& path);

/// The file of an object, as it was opened.
std::string name_of_file(hid_t object);

}  // namespace rankwise::storage
