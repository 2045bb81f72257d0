// hn-protocol(7), STREAMS.
#include "net/streams.hpp"

#include <algorithm>

#include "hn/base/assert.hpp"

namespace hn::net {
namespace {
// A frame with less data than this is not started in the rest of a packet.
constexpr std::size_t kWorthwhile = 32;
}  // namespace

StreamSet::StreamSet(ConnectionId connection, bool initiator, const EndpointConfig& config,
                     std::deque<Event>& events)
    : connection_(connection),
      initiator_(initiator),
      config_(config),
      events_(events),
      peer_max_(config.streams_max),
      data_limit_(config.connection_window),
      data_window_(config.connection_window),
      own_window_(std::clamp(config.own_stream_window, config.stream_window,
                             std::max(config.stream_window, config.stream_window_max))),
      send_buffer_(std::min(config.send_buffer_max, kSendBufferMin)) {}

StreamSet::Stream* StreamSet::find(std::uint64_t id) {
  const auto it = streams_.find(id);
  return it == streams_.end() ? nullptr : &it->second;
}
const StreamSet::Stream* StreamSet::find(std::uint64_t id) const {
  const auto it = streams_.find(id);
  return it == streams_.end() ? nullptr : &it->second;
}

StreamSet::Stream& StreamSet::create(std::uint64_t id) {
  // What this end asks for comes through a window as wide as the path was found to need; what the
  // peer begins has to earn it.
  const std::size_t window = mine(id) ? own_window_ : config_.stream_window;
  Stream& s = streams_.try_emplace(id, id, window).first->second;
  if (window > config_.stream_window) {
    s.limit_dirty = true;
    queue_control(s);
    if (data_window_ < window && !slow_) {
      data_window_ = window;
      data_limit_ = data_consumed_ + data_window_;
      data_limit_dirty_ = true;
    }
  }
  s.out.raise_limit(peer_stream_window_);
  return s;
}

std::optional<StreamId> StreamSet::open() {
  // Before the handshake is done the peer's limit is unknown, but every peer allows so many.
  const std::uint64_t max = std::max(own_max_, kStreamsMin);
  if (next_own_ >= max) return std::nullopt;
  const std::uint64_t id = next_own_++ * 2 + (initiator_ ? 0 : 1);
  create(id);
  return StreamId{id};
}

void StreamSet::set_peer_limits(std::uint64_t data, std::uint64_t stream_data,
                                std::uint64_t streams) {
  peer_data_limit_ = data;
  peer_stream_window_ = stream_data;
  own_max_ = streams;
  for (auto& [id, s] : streams_) s.out.raise_limit(stream_data);
}

void StreamSet::queue_data(Stream& s) {
  if (s.queued) return;
  s.queued = true;
  turns_.push_back(s.id);
}

void StreamSet::queue_control(Stream& s) {
  if (s.control_queued) return;
  s.control_queued = true;
  control_.push_back(s.id);
}

std::size_t StreamSet::write(StreamId id, ByteView bytes) {
  Stream* s = find(id.value);
  if (s == nullptr || s->out.finished()) return 0;
  const std::size_t n = s->out.write(bytes, send_buffer_);
  s->write_cut = s->write_cut || n < bytes.size();
  if (n > 0) queue_data(*s);
  return n;
}

void StreamSet::finish(StreamId id) {
  Stream* s = find(id.value);
  if (s == nullptr || s->out.finished()) return;
  s->out.finish();
  s->write_cut = false;
  queue_data(*s);
}

void StreamSet::consumed(std::uint64_t bytes) {
  data_consumed_ += bytes;
}

ReadResult StreamSet::read(StreamId id, std::span<Byte> out) {
  Stream* s = find(id.value);
  if (s == nullptr || s->stopped || s->aborted_in) return {};
  const std::size_t n = s->in.read(out);
  if (n > 0) {
    consumed(n);
    raise_.push_back(s->id);
  }
  if (s->in.readable() == 0) s->readable_told = false;
  const bool end = s->in.ended();
  if (end) {
    s->end_read = true;
    retire_if_over(*s);
  }
  return {n, end};
}

std::size_t StreamSet::readable(StreamId id) const {
  const Stream* s = find(id.value);
  return s == nullptr || s->stopped || s->aborted_in ? 0 : s->in.readable();
}

void StreamSet::reset(StreamId id, std::uint64_t code) {
  Stream* s = find(id.value);
  if (s == nullptr || s->reset_pending || s->reset_sent || s->out.delivered()) return;
  s->reset_code = code;
  s->reset_pending = true;
  s->write_cut = false;
  s->out.drop();
  queue_control(*s);
}

void StreamSet::stop(StreamId id, std::uint64_t code) {
  Stream* s = find(id.value);
  if (s == nullptr || s->stopped || s->end_read) return;
  s->stopped = true;
  s->stop_code = code;
  s->stop_pending = !s->in.complete() && !s->aborted_in;
  consumed(s->in.discard());
  if (s->stop_pending) queue_control(*s);
  retire_if_over(*s);
}

Result<StreamSet::Stream*> StreamSet::of_frame(std::uint64_t id) {
  if (Stream* s = find(id)) return s;
  const std::uint64_t index = id / 2;
  if (mine(id)) {
    if (index >= next_own_)
      return fail(Code::protocol, "a frame of a stream that was never opened");
    return static_cast<Stream*>(nullptr);
  }
  if (index < next_peer_) return static_cast<Stream*>(nullptr);
  if (index >= peer_max_) return fail(Code::protocol, "more streams than allowed");
  while (next_peer_ <= index) {
    const std::uint64_t opened = next_peer_++ * 2 + (initiator_ ? 1 : 0);
    create(opened);
    events_.push_back(StreamOpened{connection_, StreamId{opened}});
  }
  return find(id);
}

Result<void> StreamSet::count_received(std::uint64_t rise) {
  data_received_ += rise;
  if (data_received_ > data_limit_)
    return fail(Code::protocol, "data beyond the connection's limit");
  return {};
}

void StreamSet::tell_readable(Stream& s) {
  if (s.readable_told || s.stopped || s.aborted_in || s.end_read) return;
  if (s.in.readable() == 0 && !s.in.ended()) return;
  s.readable_told = true;
  events_.push_back(StreamReadable{connection_, StreamId{s.id}});
}

void StreamSet::tell_writable(Stream& s) {
  if (!s.write_cut || s.out.unacked() > send_buffer_ / 2) return;
  s.write_cut = false;
  events_.push_back(StreamWritable{connection_, StreamId{s.id}});
}

Result<void> StreamSet::on_frame(const StreamFrame& f) {
  HN_TRY(Stream * s, of_frame(f.id));
  if (s == nullptr) return {};
  HN_TRY(const std::uint64_t rise, s->in.receive(f.offset, f.data, f.end));
  HN_CHECK(count_received(rise));
  if (s->stopped || s->aborted_in) {
    consumed(rise);
    retire_if_over(*s);
    return {};
  }
  tell_readable(*s);
  return {};
}

Result<void> StreamSet::on_frame(const ResetFrame& f) {
  HN_TRY(Stream * s, of_frame(f.id));
  if (s == nullptr || s->aborted_in) return {};
  // A reset that comes after a whole stream changes nothing. Bytes that happen to reach to the
  // reset's size are no whole stream: the sender gave up in the middle.
  const bool all_here = s->in.complete();
  HN_TRY(const std::uint64_t rise, s->in.reset(f.final_size));
  HN_CHECK(count_received(rise));
  if (all_here && !s->stopped) {
    tell_readable(*s);
    return {};
  }
  if (s->stopped) {
    consumed(rise);
  } else {
    consumed(s->in.discard());
    events_.push_back(StreamAborted{connection_, StreamId{s->id}, f.code, true});
  }
  s->in.discard();
  s->aborted_in = true;
  retire_if_over(*s);
  return {};
}

Result<void> StreamSet::on_frame(const StopFrame& f) {
  HN_TRY(Stream * s, of_frame(f.id));
  if (s == nullptr || s->reset_pending || s->reset_sent || s->out.delivered()) return {};
  events_.push_back(StreamAborted{connection_, StreamId{s->id}, f.code, false});
  reset(StreamId{s->id}, f.code);
  return {};
}

Result<void> StreamSet::on_frame(const MaxStreamDataFrame& f) {
  HN_TRY(Stream * s, of_frame(f.id));
  if (s == nullptr) return {};
  s->out.raise_limit(f.limit);
  if (s->out.has_new()) queue_data(*s);
  return {};
}

void StreamSet::on_frame(const MaxDataFrame& f) {
  peer_data_limit_ = std::max(peer_data_limit_, f.limit);
}
void StreamSet::on_frame(const MaxStreamsFrame& f) {
  own_max_ = std::max(own_max_, f.count);
}

void StreamSet::acked(const SentFrame& f) {
  Stream* s = find(f.stream);
  if (s == nullptr) return;
  if (f.kind == SentFrame::Kind::reset) {
    s->reset_acked = true;
    retire_if_over(*s);
  } else if (f.kind == SentFrame::Kind::stream && !s->reset_pending && !s->reset_sent) {
    s->out.acked(f.offset, f.length, f.end);
    tell_writable(*s);
    if (s->out.delivered() && !s->delivered_told) {
      s->delivered_told = true;
      events_.push_back(StreamDelivered{connection_, StreamId{s->id}});
      retire_if_over(*s);
    }
  }
}

void StreamSet::lost(const SentFrame& f) {
  using Kind = SentFrame::Kind;
  if (f.kind == Kind::max_data) {
    data_limit_dirty_ = true;
    return;
  }
  if (f.kind == Kind::max_streams) {
    streams_dirty_ = true;
    return;
  }
  Stream* s = find(f.stream);
  if (s == nullptr) return;
  switch (f.kind) {
    case Kind::stream:
      if (s->reset_pending || s->reset_sent) return;
      s->out.lost(f.offset, f.length, f.end);
      if (s->out.has_lost()) queue_data(*s);
      return;
    case Kind::max_stream_data:
      s->limit_dirty = !s->in.complete() && !s->stopped;
      break;
    case Kind::reset:
      s->reset_pending = !s->reset_acked;
      break;
    case Kind::stop:
      s->stop_pending = !s->in.complete() && !s->aborted_in;
      break;
    default:
      return;
  }
  queue_control(*s);
}

void StreamSet::retire_if_over(Stream& s) {
  const bool in_over =
      s.end_read || s.aborted_in || (s.stopped && s.in.complete()) || (s.stopped && s.in.ended());
  const bool out_over = (s.out.delivered() && !s.reset_pending && !s.reset_sent) || s.reset_acked;
  if (!in_over || !out_over) return;
  if (!mine(s.id)) {
    ++peer_closed_;
    const std::uint64_t max = peer_closed_ + config_.streams_max;
    if (max >= peer_max_ + std::max<std::uint64_t>(1, config_.streams_max / 4)) {
      peer_max_ = max;
      streams_dirty_ = true;
    }
  }
  streams_.erase(s.id);
}

void StreamSet::raise_stream_limits(Time now, Duration round_trip) {
  for (const std::uint64_t id : raise_) {
    Stream* s = find(id);
    if (s == nullptr) continue;
    if (s->in.next_limit(now, round_trip, config_.stream_window_max)) {
      s->limit_dirty = true;
      own_window_ = std::max(own_window_, s->in.window());
      queue_control(*s);
    }
  }
  raise_.clear();
}

void StreamSet::raise_limits(Time now, Duration round_trip) {
  raise_stream_limits(now, round_trip);
  if (data_consumed_ + data_window_ < data_limit_ + data_window_ / 2) return;
  if (last_raise_ && now - *last_raise_ < kBusyRoundTrips * round_trip) {
    data_window_ = std::min(data_window_ * 2, config_.connection_window_max);
  }
  last_raise_ = now;
  data_limit_ = data_consumed_ + data_window_;
  data_limit_dirty_ = true;
}

std::uint64_t StreamSet::raise_limits_slowly(Time now, Duration round_trip, const Grant& grant) {
  raise_stream_limits(now, round_trip);
  data_window_ = grant.window;
  if (!wants_grant(grant.least) || grant.bytes < grant.least) return 0;
  const std::uint64_t more = std::min(data_consumed_ + data_window_ - data_limit_, grant.bytes);
  data_limit_ += more;
  data_limit_dirty_ = true;
  return more;
}

bool StreamSet::control_pending() const noexcept {
  return data_limit_dirty_ || streams_dirty_ || !control_.empty();
}

bool StreamSet::can_send(const Stream& s) const noexcept {
  if (s.out.has_lost()) return true;
  if (!s.out.has_new() || peer_data_limit_ == 0) return false;
  if (!s.out.has_unsent_bytes()) return true;  // only the end is left to say
  return !s.out.blocked() && data_sent_ < peer_data_limit_;
}

bool StreamSet::data_pending() const noexcept {
  return std::ranges::any_of(turns_, [&](std::uint64_t id) {
    const Stream* s = find(id);
    return s != nullptr && can_send(*s);
  });
}

bool StreamSet::data_waiting() const noexcept {
  return std::ranges::any_of(streams_,
                             [](const auto& entry) { return entry.second.out.has_unsent_bytes(); });
}

bool StreamSet::fill_stream_control(Stream& s, FrameWriter& out, SentPacket& packet) {
  using Kind = SentFrame::Kind;
  if (s.reset_pending) {
    if (packet.full() || !out.put(ResetFrame{s.id, s.reset_code, s.out.sent_bytes()})) return false;
    packet.note({Kind::reset, false, 0, s.id, 0});
    s.reset_pending = false;
    s.reset_sent = true;
  }
  if (s.stop_pending) {
    if (packet.full() || !out.put(StopFrame{s.id, s.stop_code})) return false;
    packet.note({Kind::stop, false, 0, s.id, 0});
    s.stop_pending = false;
  }
  if (s.limit_dirty) {
    if (packet.full() || !out.put(MaxStreamDataFrame{s.id, s.in.limit()})) return false;
    packet.note({Kind::max_stream_data, false, 0, s.id, 0});
    s.limit_dirty = false;
  }
  return true;
}

bool StreamSet::fill_control(FrameWriter& out, SentPacket& packet) {
  using Kind = SentFrame::Kind;
  if (data_limit_dirty_) {
    if (packet.full() || !out.put(MaxDataFrame{data_limit_})) return false;
    packet.note({Kind::max_data, false, 0, 0, 0});
    data_limit_dirty_ = false;
  }
  if (streams_dirty_) {
    if (packet.full() || !out.put(MaxStreamsFrame{peer_max_})) return false;
    packet.note({Kind::max_streams, false, 0, 0, 0});
    streams_dirty_ = false;
  }
  while (!control_.empty()) {
    Stream* s = find(control_.front());
    if (s != nullptr) {
      if (!fill_stream_control(*s, out, packet)) return false;
      s->control_queued = false;
    }
    control_.pop_front();
  }
  return true;
}

bool StreamSet::fill_data(Stream& s, FrameWriter& out, SentPacket& packet) {
  const std::uint64_t new_max = peer_data_limit_ > data_sent_ ? peer_data_limit_ - data_sent_ : 0;
  const auto chunk = s.out.next_chunk(out.left(), new_max);
  if (!chunk) return true;
  const std::size_t room = out.stream_room(s.id, chunk->offset);
  if (room == 0 || (room < std::min(chunk->length, kWorthwhile) && packet.frame_count > 0))
    return false;
  SendHalf::Chunk c = *chunk;
  if (c.length > room) {
    c.length = room;
    c.end = false;
  }
  s.out.copy(c, out.put_stream(s.id, c.offset, c.length, c.end));
  const std::uint64_t before = s.out.sent_bytes();
  s.out.sent(c);
  data_sent_ += s.out.sent_bytes() - before;
  if (c.again) retransmitted_ += c.length;
  packet.note(
      {SentFrame::Kind::stream, c.end, static_cast<std::uint32_t>(c.length), s.id, c.offset});
  return true;
}

void StreamSet::fill(FrameWriter& out, SentPacket& packet) {
  if (!fill_control(out, packet)) return;
  for (std::size_t tries = turns_.size(); tries > 0 && !packet.full(); --tries) {
    Stream* s = find(turns_.front());
    if (s == nullptr || !can_send(*s)) {
      // Blocked streams come back when a limit rises.
      const std::uint64_t id = turns_.front();
      turns_.pop_front();
      if (s != nullptr && s->out.has_new()) {
        turns_.push_back(id);
      } else if (s != nullptr) {
        s->queued = false;
      }
      continue;
    }
    const bool room = fill_data(*s, out, packet);
    if (!room) return;
    // One packet, one turn: a stream that has more goes to the end of the queue.
    turns_.pop_front();
    s->queued = s->out.has_new() || s->out.has_lost();
    if (s->queued) turns_.push_back(s->id);
  }
}

std::size_t StreamSet::memory() const {
  std::size_t n = 0;
  for (const auto& [id, s] : streams_) n += sizeof(Stream) + s.in.memory() + s.out.memory();
  return n;
}

}  // namespace hn::net
