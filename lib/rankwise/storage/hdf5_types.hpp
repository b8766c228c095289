#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rankwise/storage/element_type.hpp"
#include "rankwise/storage/hdf5_handle.hpp"

// For the sources of this folder alone.
namespace rankwise::storage {

/// The type in memory for a stored HDF5 type of real numbers; nothing for text, compounds and the like.
std::optional<ElementType> element_type_of(hid_t type);

/// HDF5's type for elements in memory. Valid for ever.
hid_t memory_type(ElementType type);

/// `float64`, `int16 big-endian`, `bool`, `text`, `complex numbers`, `compound of 3 members`.
std::string type_in_words(hid_t type);

/// A text attribute; nothing if there is none.
std::optional<std::string> text_attribute(hid_t object, const char* name);
/// Gives an object such an attribute, or another text to one that it has.
/// @param file that errors tell
/// @throws IoError
void write_text_attribute(hid_t object, const char* name, const std::string& text, const std::string& file);

/// An attribute or dataset that is a list of `count` texts (of fixed or variable length); nothing if it is something
/// else. A list that claims another length is not read.
std::optional<std::vector<std::string>> texts_of_attribute(hid_t object, const char* name, std::uint64_t count);
std::optional<std::vector<std::string>> texts_of_dataset(hid_t dataset, std::uint64_t count);

}  // namespace rankwise::storage
