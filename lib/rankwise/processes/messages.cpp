#include "rankwise/processes/messages.hpp"

namespace rankwise::processes {

void Command::encode(ByteWriter& out) const {
  out.put(std::uint64_t{words.size()});
  for (const std::string& word : words) out.put_string(word);
  out.put_string(line);
}

Command Command::decode(ByteReader& in) {
  Command command;
  for (auto left = in.get<std::uint64_t>(); left > 0; --left) command.words.push_back(in.get_string());
  command.line = in.get_string();
  return command;
}

std::vector<std::byte> Request::encode() const {
  ByteWriter out;
  out.put(kind);
  switch (kind) {
    case Kind::start:
      out.put(task);
      command.encode(out);
      out.put(std::int64_t{time_limit.count()});
      break;
    case Kind::set_up:
      out.put(jobs);
      out.put_vector(processors);
      break;
    case Kind::cancel:
      out.put(running);
      break;
  }
  return out.take();
}

Request Request::decode(ByteReader in) {
  Request request;
  request.kind = in.get<Kind>();
  switch (request.kind) {
    case Kind::start:
      request.task = in.get<std::uint64_t>();
      request.command = Command::decode(in);
      request.time_limit = std::chrono::milliseconds(in.get<std::int64_t>());
      break;
    case Kind::set_up:
      request.jobs = in.get<std::uint64_t>();
      request.processors = in.get_vector<int>();
      break;
    case Kind::cancel:
      request.running = in.get<bool>();
      break;
  }
  return request;
}

std::vector<std::byte> Ended::encode(std::vector<Descriptor>& files) {
  ByteWriter bytes;
  bytes.put(task);
  bytes.put(how);
  bytes.put(exit_code);
  bytes.put(signal);
  bytes.put_string(reason);
  bytes.put(start);
  bytes.put(seconds);
  bytes.put(peak_bytes);
  out.encode(bytes, files);
  err.encode(bytes, files);
  return bytes.take();
}

Ended Ended::decode_numbers(ByteReader& in) {
  Ended ended;
  ended.task = in.get<std::uint64_t>();
  ended.how = in.get<How>();
  ended.exit_code = in.get<int>();
  ended.signal = in.get<int>();
  ended.reason = in.get_string();
  ended.start = in.get<double>();
  ended.seconds = in.get<double>();
  ended.peak_bytes = in.get<std::uint64_t>();
  return ended;
}

}  // namespace rankwise::processes
