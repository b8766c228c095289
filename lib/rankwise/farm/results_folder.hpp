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
  ResultsFolder(const ResultsFolder&) = delete;
  ResultsFolder& operator=(const ResultsFolder&) = delete;
  /// What was not finished goes.
  ~ResultsFolder();

  /// @param stream 0: standard output, 1: standard error. @throws IoError
  void append(std::size_t stream, std::string_view bytes);
  /// What was appended is all of that task. @throws IoError
  /// @param will_be_durable `make_durable` will be called: its files stay open until then
  void finish(const std::string& name, bool will_be_durable = false);
  /// What is finished survives a loss of power. @throws IoError
  void make_durable();
  /// Whether many files are open.
  [[nodiscard]] bool should_be_made_durable() const { return finished_.size() > 256; }

 private:
  struct Part {
    std::string path = {};
    processes::Descriptor file = {};
  };
  void begin(Part& part);

  std::string path_;
  processes::Descriptor folder_;
  unsigned mask_ = 0;  // the umask
  std::array<Part, 2> parts_;
  std::vector<processes::Descriptor> finished_;
};

}  // namespace rankwise::farm
