#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "rankwise/processes/descriptor.hpp"

namespace rankwise::farm {

/// The name under which the results of a task are found: its values, with % and two digits for what cannot be in a file
/// name; cut, and told apart by its id, where that would be too long for one.
std::string result_name(const std::vector<std::string>& values, const std::string& id);

/// A folder with what each task has printed: NAME.out, and NAME.err where there is any. A file with such a name is
/// whole. One task is written after another.
class ResultsFolder {
 public:
  /// Makes the folder where there is none. @throws IoError
  explicit ResultsFolder(std::string path);

  /// @param stream 0: standard output, 1: standard error. @throws IoError
  void append(std::size_t stream, std::string_view bytes);
  /// What was appended is all of that task. @throws IoError
  void finish(const std::string& name);
  /// What is finished survives a loss of power. @throws IoError
  void make_durable();
  /// Whether many files are open.
  [[nodiscard]] bool should_be_made_durable() const { return finished_.size() > 256; }

 private:
  [[nodiscard]] std::string path_of_part(std::size_t stream) const;
  void begin(std::size_t stream);

  std::string path_;
  std::array<processes::Descriptor, 2> parts_;
  std::vector<processes::Descriptor> finished_;
};

}  // namespace rankwise::farm
