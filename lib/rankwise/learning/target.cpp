#include "rankwise/learning/target.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace rankwise::learning {

std::string label_of(const Labels& labels, std::uint32_t of_class) {
  return std::visit([&](const auto& all) { return fmt::format("{}", all[of_class]); }, labels);
}

void encode(const Labels& labels, ByteWriter& out) {
  const auto* texts = std::get_if<std::vector<std::string>>(&labels);
  out.put(std::uint8_t{texts != nullptr});
  if (texts == nullptr) return out.put_vector(std::get<std::vector<double>>(labels));
  out.put(std::uint64_t{texts->size()});
  for (const std::string& text : *texts) out.put_string(text);
}

Labels decode_labels(ByteReader& in) {
  if (in.get<std::uint8_t>() == 0) return in.get_vector<double>();
  std::vector<std::string> texts;
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) texts.push_back(in.get_string());
  return texts;
}

Target::Target(std::string name_of_it, const Labels& values) : name(std::move(name_of_it)) {
  std::visit(
      [&](const auto& all) {
        auto distinct = all;
        std::sort(distinct.begin(), distinct.end());
        distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
        for (const auto& value : all) {
          const auto place = std::lower_bound(distinct.begin(), distinct.end(), value);
          classes.push_back(static_cast<std::uint32_t>(place - distinct.begin()));
        }
        labels = std::move(distinct);
      },
      values);
}

std::uint32_t Target::class_count() const {
  return std::visit([](const auto& all) { return static_cast<std::uint32_t>(all.size()); }, labels);
}

void Target::encode(ByteWriter& out) const {
  out.put_string(name);
  out.put_vector(classes);
  learning::encode(labels, out);
}

Target Target::decode(ByteReader& in) {
  Target target;
  target.name = in.get_string();
  target.classes = in.get_vector<std::uint32_t>();
  target.labels = decode_labels(in);
  return target;
}

}  // namespace rankwise::learning
