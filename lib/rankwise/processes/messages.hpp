#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "rankwise/base/byte_encoding.hpp"
#include "rankwise/processes/captured_output.hpp"

/// What a process and its helper say to each other.
namespace rankwise::processes {

/// What is to be started.
struct Command {
  /// The program, found in PATH, and its arguments; none: /bin/sh reads `line`, as it also does where no such program
  /// is found, for it may be one of the shell's own.
  std::vector<std::string> words = {};
  std::string line = {};  ///< the same, as one types it

  void encode(ByteWriter& out) const;
  static Command decode(ByteReader& in);
};

/// To the helper.
struct Request {
  enum class Kind : std::uint8_t { start, set_up, cancel };
  Kind kind = Kind::start;
  // start:
  std::uint64_t task = 0;  ///< whatever the caller calls it
  Command command = {};
  std::chrono::milliseconds time_limit{0};  ///< 0: none
  // set_up: how many run at a time, and on which processors
  std::uint64_t jobs = 1;
  std::vector<int> processors = {};
  // cancel: tasks that wait are given back; those that run are ended, too, if `running`
  bool running = false;

  [[nodiscard]] std::vector<std::byte> encode() const;
  static Request decode(ByteReader in);
};

/// From the helper: how a task has ended.
struct Ended {
  enum class How : std::uint8_t {
    by_itself,    ///< with an exit code, or by a signal
    time_limit,   ///< its time was over
    output,       ///< what it printed could not be kept
    not_started,  ///< `reason` says why
    cancelled,    ///< ended because of `cancel`
    given_back,   ///< it waited, and was not begun
  };
  std::uint64_t task = 0;
  How how = How::by_itself;
  int exit_code = 0;  ///< as a shell has it: 128 + the signal's number where one ended it
  int signal = 0;
  std::string reason = {};
  double start = 0;  ///< seconds since 1970
  double seconds = 0;
  std::uint64_t peak_bytes = 0;  ///< of resident memory, of the largest of its processes
  CapturedOutput out = {};
  CapturedOutput err = {};

  /// @param files what of the outputs is in files goes there, to be sent beside the bytes
  [[nodiscard]] std::vector<std::byte> encode(std::vector<Descriptor>& files);
  /// @param next_file the files in the order in which they were sent
  template <class NextFile>
  static Ended decode(ByteReader in, NextFile&& next_file) {
    Ended ended = decode_numbers(in);
    ended.out.decode(in, next_file);
    ended.err.decode(in, next_file);
    return ended;
  }

 private:
  static Ended decode_numbers(ByteReader& in);
};

}  // namespace rankwise::processes
