#include "rankwise/processes/messages.hpp"

#include <gtest/gtest.h>

namespace rankwise::processes {
namespace {

Request there_and_back(const Request& request) {
  const auto bytes = request.encode();
  return Request::decode(ByteReader(bytes));
}

TEST(Messages, RequestsArriveAsTheyWere) {
  Request start{.kind = Request::Kind::start, .task = 7};
  start.command = {.words = {"a", "b c"}, .line = "a 'b c'"};
  start.time_limit = std::chrono::milliseconds(90);
  Request same = there_and_back(start);
  EXPECT_EQ(same.task, 7U);
  EXPECT_EQ(same.command.words, start.command.words);
  EXPECT_EQ(same.command.line, start.command.line);
  EXPECT_EQ(same.time_limit, start.time_limit);
  Request set_up{.kind = Request::Kind::set_up};
  set_up.jobs = 3;
  set_up.processors = {0, 5};
  same = there_and_back(set_up);
  EXPECT_EQ(same.jobs, 3U);
  EXPECT_EQ(same.processors, set_up.processors);
  Request cancel{.kind = Request::Kind::cancel};
  cancel.running = true;
  EXPECT_TRUE(there_and_back(cancel).running);
}

TEST(Messages, WhatHasEndedArrivesAsItWas) {
  Ended ended{.task = 5,
              .how = Ended::How::not_started,
              .exit_code = 127,
              .signal = 3,
              .reason = "no",
              .start = 1.5,
              .seconds = 2.5,
              .peak_bytes = 77};
  ended.out.append(std::string("printed"));
  std::vector<Descriptor> files;
  const auto bytes = ended.encode(files);
  EXPECT_TRUE(files.empty());
  const Ended same = Ended::decode(ByteReader(bytes), [] { return Descriptor(); });
  EXPECT_EQ(same.task, 5U);
  EXPECT_EQ(same.how, Ended::How::not_started);
  EXPECT_EQ(same.exit_code, 127);
  EXPECT_EQ(same.signal, 3);
  EXPECT_EQ(same.reason, "no");
  EXPECT_EQ(same.start, 1.5);
  EXPECT_EQ(same.seconds, 2.5);
  EXPECT_EQ(same.peak_bytes, 77U);
  EXPECT_EQ(same.out.in_memory(), "printed");
  EXPECT_EQ(same.err.size(), 0U);
}

}  // namespace
}  // namespace rankwise::processes
