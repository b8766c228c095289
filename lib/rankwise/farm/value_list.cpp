#include "rankwise/farm/value_list.hpp"

#include <utility>

#include "rankwise/base/errors.hpp"

namespace rankwise::farm {

/// The first source is read once, on its way; the others are kept, for they are gone through again and again.
class ValueList::Source {
 public:
  Source(const std::variant<ListOptions::Words, ListOptions::Path>& from, char delimiter) {
    if (const auto* words = std::get_if<ListOptions::Words>(&from)) {
      kept_ = *words;
    } else {
      reader_.emplace(std::get<ListOptions::Path>(from), delimiter);
    }
  }

  Next next(std::string& value) {
    if (reader_) return reader_->next(value);
    if (at_ == kept_.size()) return Next::end;
    value = kept_[at_++];
    return Next::value;
  }

  /// @return end, when all of it is kept
  Next keep_all() {
    std::string value;
    while (reader_) {
      const Next next = reader_->next(value);
      if (next == Next::later) return next;
      if (next == Next::end) break;
      kept_.push_back(value);
    }
    reader_.reset();
    return Next::end;
  }

  [[nodiscard]] const std::vector<std::string>& kept() const { return kept_; }
  [[nodiscard]] int descriptor() const { return reader_ ? reader_->descriptor() : -1; }

 private:
  std::optional<LineReader> reader_;
  std::vector<std::string> kept_;
  std::size_t at_ = 0;
};

ValueList::ValueList(const ListOptions& options) : max_args_(options.max_args), skip_empty_(options.skip_empty) {
  for (const auto& source : options.sources) sources_.push_back(std::make_unique<Source>(source, options.delimiter));
  if (options.colsep) colsep_.emplace(*options.colsep);
  at_.resize(sources_.size());
}

ValueList::~ValueList() = default;

int ValueList::descriptor() const {
  return waits_for_;
}

void ValueList::append(std::vector<std::string>& values, const std::string& value) const {
  if (!colsep_) return values.push_back(value);
  for (std::string& column : colsep_->split(value)) values.push_back(std::move(column));
}

/// One value of each source; the last source's change fastest.
Next ValueList::next_record(std::vector<std::string>& values) {
  for (std::size_t i = 1; i < sources_.size(); ++i) {
    if (sources_[i]->keep_all() == Next::later) {
      waits_for_ = sources_[i]->descriptor();
      return Next::later;
    }
    if (sources_[i]->kept().empty()) return Next::end;
  }
  while (!has_first_) {
    const Next next = sources_[0]->next(first_);
    waits_for_ = next == Next::later ? sources_[0]->descriptor() : -1;
    if (next != Next::value) return next;
    has_first_ = !skip_empty_ || first_.find_first_not_of(" \t") != std::string::npos;
  }
  append(values, first_);
  for (std::size_t i = 1; i < sources_.size(); ++i) append(values, sources_[i]->kept()[at_[i]]);
  std::size_t turn = sources_.size() - 1;
  while (turn > 0 && ++at_[turn] == sources_[turn]->kept().size()) at_[turn--] = 0;
  if (turn == 0) has_first_ = false;
  return Next::value;
}

Next ValueList::next(Arguments& arguments) {
  while (records_ < max_args_) {
    const Next next = next_record(gathered_);
    if (next == Next::later) return next;
    if (next == Next::end) {
      if (records_ == 0) return next;
      break;
    }
    ++records_;
  }
  records_ = 0;
  arguments = {.number = ++tasks_, .values = std::exchange(gathered_, {})};
  return Next::value;
}

}  // namespace rankwise::farm
